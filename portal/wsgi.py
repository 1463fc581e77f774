"""The web application, as granian (or any WSGI server) loads it."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
import_string("portal.warming.start")()  # by name: it needs Django set up
