"""Settings, all from the environment; whatever is not said is closed.

`PORTAL_ENV` is `production` unless told otherwise: `demo` serves plain http on this machine with openly
published log-ins, `test` is what the test command sets. Production starts only with its secrets given.
"""

import os
import re
import sys
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

BASE_DIR = Path(__file__).resolve().parent.parent
PORTAL_ENV = os.environ.get("PORTAL_ENV", "production")
if PORTAL_ENV not in {"demo", "test", "production"}:
    raise ImproperlyConfigured("PORTAL_ENV is one of demo, test, production")
PRODUCTION = PORTAL_ENV == "production"

# Commands that read no data run without the services and without their secrets.
WITHOUT_SERVICES = {"check", "makemessages", "compilemessages", "makemigrations", "collectstatic", "help"}
_needs_secrets = not (len(sys.argv) > 1 and sys.argv[1] in WITHOUT_SERVICES and "--deploy" not in sys.argv)


def required(name: str, otherwise: str) -> str:
    """Return the environment's `name`; outside production, or for a command without data, `otherwise`."""
    value = os.environ.get(name, "")
    if value or (not PRODUCTION) or not _needs_secrets:
        return value or otherwise
    raise ImproperlyConfigured(f"Production needs {name} in the environment")


def database(url: str) -> dict[str, Any]:
    """Turn postgresql://user:password@host:port/name?host=/socket/folder into Django's form."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # A stuck statement or a forgotten transaction must not hold the border up.
            "options": "-c statement_timeout=15000 -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=30000",
            **({"sslmode": query["sslmode"][0]} if "sslmode" in query else {}),
        },
    }


SECRET_KEY = required("SECRET_KEY", "only-for-commands-that-read-no-data-and-for-tests-0123456789abcdef")
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
DEBUG = False
ALLOWED_HOSTS = required("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
PORTAL_URL = required("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/")
PORTAL_VAR = Path(os.environ.get("PORTAL_VAR", BASE_DIR / "var"))
COUNTRY_PACK = os.environ.get("COUNTRY_PACK", "pa")
PRODUCT_NAME = os.environ.get("PRODUCT_NAME", "Istmo")


def by_list(name: str) -> dict[str, str]:
    """Return what the environment's `name` says list by list: "un-consolidated=https://...; us-dpl=..."."""
    entries = [entry.partition("=") for entry in os.environ.get(name, "").split(";") if entry.strip()]
    if any(not (key.strip() and value.strip()) for key, _equals, value in entries):
        raise ImproperlyConfigured(f"{name} is a row of list=value with semicolons between")
    return {key.strip(): value.strip() for key, _equals, value in entries}


def listed(name: str) -> list[str]:
    """Return what the environment's `name` holds, with commas between."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def networks(name: str) -> list[str]:
    """Return the networks that the environment's `name` holds, with commas between."""
    try:
        return [str(ip_network(part)) for part in listed(name)]
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} is a row of networks with commas between: {problem}") from problem


def numbers_by_list(name: str) -> dict[str, int]:
    given = by_list(name)
    if any(not value.isdecimal() or not int(value) for value in given.values()):
        raise ImproperlyConfigured(f"{name} is a row of list=whole number with semicolons between")
    return {key: int(value) for key, value in given.items()}


def plain_header(name: str, default: str) -> str:
    """Return the header that the environment's `name` names: letters and digits alone. Applications can't
    tell a dash from an underscore, and a proxy that drops one spelling may let the other pass."""
    header = os.environ.get(name, default)
    if not re.fullmatch("[A-Za-z0-9]+", header):
        raise ImproperlyConfigured(f"{name} is a header of letters and digits, without dash or underscore")
    return header


# Lists in our own table beside "national" and "foreign-denials": "ministry=List of the ministry; port=Ports".
SCREENING_OWN_LISTS = by_list("SCREENING_OWN_LISTS")
# Proxies whose word counts for the client certificate that a request came with: "172.30.77.2,10.0.0.0/29".
# They must drop what a client itself sends as that header.
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
# The header they say it in: its SHA-256 in hexadecimal, or all of it as nginx's $ssl_client_escaped_cert.
CLIENT_CERTIFICATE_HEADER = plain_header("CLIENT_CERTIFICATE_HEADER", "ClientCertificate")
# Where lists are fetched, how often, and how old one may be before administrators are warned.
SCREENING_FETCH = by_list("SCREENING_FETCH")
SCREENING_FETCH_HOURS = numbers_by_list("SCREENING_FETCH_HOURS")
SCREENING_OLDEST_DAYS = numbers_by_list("SCREENING_OLDEST_DAYS")
SCREENING_FETCH_HTTP = os.environ.get("SCREENING_FETCH_HTTP", "") == "allowed"  # a mirror inside the house
SCREENING_FETCH_SECONDS = 300  # a worker ends a task after 840
SCREENING_FETCH_SILENCE_SECONDS = 30
VERSION = "0.1.0"

INSTALLED_APPS = [
    "portal",
    "licensing",
    "screening",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "portal.health.HealthMiddleware",
    "portal.api.errors.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.api.shortcut.ShortcutMiddleware",  # what follows is for pages alone
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.language.LanguageOfTheUserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.access.AccessMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "portal.forms_renderer.PortalFormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.page",
            ],
        },
    }
]

# --- data -------------------------------------------------------------------------------------------
# The application connects as a role that owns nothing; migrations as the owner (portal/database.py).
DATABASES = {"default": database(required("DATABASE_URL", "postgresql://portal_app@127.0.0.1/portal"))}
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "licensing.User"
SCREENING_FOLDER = PORTAL_VAR / "lists"  # list files as they were received, by their SHA-256
# Where the processes of a machine share the index over the lists; tests build their own small ones.
SCREENING_INDEX_FOLDER = None if PORTAL_ENV == "test" else PORTAL_VAR / "screening-index"
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", PORTAL_VAR / "media"))
UPLOAD_LIMIT_BYTES = int(os.environ.get("UPLOAD_LIMIT_MB", "20")) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a licence has up to 500 lines, and a page may ask three things of each
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = ["portal.uploads.LimitedUploadHandler"]

# --- seal of licence documents -----------------------------------------------------------------------
# A PKCS#12 file, or a key and a certificate as PEM. Without them the demonstration makes its own, plainly
# named as such; production then issues no document.
SEAL_KEY_FILE = os.environ.get("SEAL_KEY_FILE", "")
SEAL_CERTIFICATE_FILE = os.environ.get("SEAL_CERTIFICATE_FILE", "")
SEAL_PASSWORD = os.environ.get("SEAL_PASSWORD", "")

# --- keys of licence tokens and status snapshots ------------------------------------------------------
# PEM files of private keys, with commas between; only workers need them. Two administrators trust the public
# half of each on /administration/signing-keys/. Without any the demonstration makes its own.
SIGNING_KEY_FILES = listed("SIGNING_KEY_FILES")
SIGNING_KEY_PASSWORD = os.environ.get("SIGNING_KEY_PASSWORD", "")

# Networks besides the public internet that webhooks may call, such as customs' own: "10.20.0.0/16,fd00::/8".
WEBHOOK_NETWORKS = networks("WEBHOOK_NETWORKS")

# Whom customs calls when nothing works, day and night; pages without it point to the standing orders.
DUTY_TELEPHONE = os.environ.get("DUTY_TELEPHONE", "")

# --- queue: the truth is the outbox table, Redis only rings the bell -------------------------------
REDIS_URL = required("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A Redis that hangs must not hold the border up: it is asked once, and counters are left out then
        # (licensing/redis_server.py).
        "OPTIONS": {
            "socket_connect_timeout": 0.25,
            "socket_timeout": 0.25,
            "retry": Retry(NoBackoff(), 0),
        },
    }
}
# Celery calls the number of a database otherwise where Redis listens at a socket.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1200,  # longer than the longest task, so that none is handed out twice
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 30,
}
CELERY_TIMEZONE = "UTC"

# --- language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files the browser loads ------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", PORTAL_VAR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static" / "built"]
_STATIC_STORAGE = {
    "production": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    "demo": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE[PORTAL_ENV]},
}
# Tests look each file up when it is asked for: every one of their clients would read the whole folder first.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = PORTAL_ENV == "test"

# --- who gets in ------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "portal.forms.accounts.LoginForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, who knows the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # tell the owner whenever a password or a factor changes
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{PRODUCT_NAME}: "
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(PORTAL_URL).scheme
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_ADAPTER = "portal.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = PRODUCT_NAME
MFA_TOTP_TOLERANCE = 1  # code before and after: phones are slow or fast, and a page takes its time
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the link by which the password was chosen went to the address
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PRODUCTION else 0  # whose X-Forwarded-For is believed
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
USERSESSIONS_TRACK_ACTIVITY = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.errors.stale_form"

# --- headers ----------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- mail -------------------------------------------------------------------------------------------
_mail = urlsplit(os.environ.get("EMAIL_URL", ""))
EMAIL_BACKEND = {
    "": "django.core.mail.backends.filebased.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "smtps": "django.core.mail.backends.smtp.EmailBackend",
}[_mail.scheme]
EMAIL_FILE_PATH = str(PORTAL_VAR / "mail")  # without EMAIL_URL letters are files here
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_TIMEOUT = _mail.scheme == "smtps", 20
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "istmo@localhost")

# --- API --------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.access.ApiKeyAuthentication"],
    # A view that forgets to say who may call it answers nobody.
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.access.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.api.negotiation.ShortNegotiation",
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.access.PerKeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"key": os.environ.get("API_RATE", "6000/min")},
    "EXCEPTION_HANDLER": "portal.api.errors.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
    "NUM_PROXIES": 1 if PRODUCTION else 0,
}
# Access tokens by OAuth 2: how long one works, and how often one may be asked for, of one network address, of
# one client at one address, and of one client that proved who it is.
OAUTH_TOKEN_LIFETIME = timedelta(seconds=int(os.environ.get("OAUTH_TOKEN_SECONDS", "900")))
OAUTH_RATES = {"address": "120/min", "guess": "20/min", "client": "60/min"}
# The border's own application (portal/border), in questions a second, for each of its processes: of one key;
# of all keys together, from which on each gets its share only; of one address whose key is not known yet.
BORDER_RATE = float(os.environ.get("BORDER_RATE", "200"))
BORDER_CAPACITY = float(os.environ.get("BORDER_CAPACITY", "1500"))
BORDER_STRANGERS_RATE = 20.0
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": f"{PRODUCT_NAME} API",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {  # several fields are called "kind" or "outcome"
        "MovementKind": "portal.api.ledger.MOVEMENT_KINDS",
        "DeterminationOutcome": "portal.api.determinations.OUTCOMES",
        "EntityKind": "screening.models.EntityKind.values",
        "NameKind": "screening.models.NameKind.values",
        "RelationKind": "screening.models.RelationKind.values",
        "CoverageVerdict": "portal.api.coverage.VERDICTS",
        "LicenceState": "licensing.models.LicenceState.values",
        "DetentionState": "portal.api.detentions.STATES",
        "DetentionVerdict": "portal.api.detentions.VERDICTS",
        "TokenVerdict": "portal.api.tokens.TOKEN_VERDICTS",
        "TermKind": "portal.api.customs.CLAUSE_KINDS",
        "ReasonCode": "portal.api.schema.REASON_CODES",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "portal.refusal_log.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {
        # Who asks /readyz reads its answer; "not yet" is no error.
        "but-readiness": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(getattr(record, "request", None), "path", "") != "/readyz",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "licensing": {"level": "INFO"},
        "screening": {"level": "INFO"},
        "portal": {"level": "INFO"},
        "django.request": {"filters": ["but-readiness"]},
    },
}
