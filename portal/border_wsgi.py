"""The border's own web application, as granian (or any WSGI server) loads it, beside that of the portal."""

import os

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django.setup()
application = import_string("portal.border.application.border")()
