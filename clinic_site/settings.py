"""Everything that differs between installations comes from the environment, read here and typed.

A file named `.env` beside manage.py is read too (the environment wins); docs/deploy.md lists
every variable.
"""

import base64
import binascii
import secrets
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from clinic_site.local_postgres import database_url
from clinic_site.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)


def listed(name: str, otherwise: list[str]) -> list[str]:
    """What the variable lists between commas, with or without blanks around them."""
    return [each.strip() for each in env.list(name, otherwise) if each.strip()]


def secret_key(*, debug: bool) -> str:
    """SECRET_KEY of the environment; with DEBUG on, one that is made once and kept locally."""
    given = env.str("SECRET_KEY", "")
    if len(given) >= 50:
        return given
    if not debug:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or shorter than 50 characters. Make one with\n"
            '    python -c "import secrets; print(secrets.token_urlsafe(64))"\n'
            "and set it in the environment (or in .env). For local work set DEBUG=true instead."
        )
    kept = LOCAL_DIR / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(secrets.token_urlsafe(64))
        kept.chmod(0o600)
    return kept.read_text()


def health_keys(*, debug: bool) -> dict[str, bytes]:
    """HEALTH_KEYS of the environment: the key that seals first, then older ones that still open.

    With DEBUG on and none given, one that is made once and kept locally.
    """
    given = listed("HEALTH_KEYS", [])
    kept = LOCAL_DIR / "health_key"
    if not given and debug:
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(f"local:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}")
            kept.chmod(0o600)
        given = [kept.read_text()]
    try:
        named = (each.split(":", 1) for each in given)
        keys = {name: base64.urlsafe_b64decode(key) for name, key in named}
    except (ValueError, binascii.Error):
        keys = {}
    # A name stands in a column of this length; one that is given twice would hide a key.
    readable = all(0 < len(name) <= 20 and len(key) == 32 for name, key in keys.items())
    if not keys or not readable or len(keys) < len(given):
        raise ImproperlyConfigured(
            "HEALTH_KEYS is missing or unreadable: the answers to the safety questions could not "
            "be sealed. Make a key with\n"
            '    python -c "import base64, secrets; '
            'print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"\n'
            "and set HEALTH_KEYS=2026a:<key>, each with another name of at most 20 characters. "
            "Keep it apart from the database and its backups."
        )
    return keys


def database(url: str) -> dict[str, Any]:
    """Django's description of the PostgreSQL at `url` (postgresql://user:password@host:port/name)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL server, like "
            "postgresql://user:password@host:5432/name"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def required_unless_debug(name: str, *, example: str, debug_value: str) -> str:
    value = env.str(name, debug_value if DEBUG else "")
    if not value:
        raise ImproperlyConfigured(f"{name} is missing. Set it, for example {name}={example}")
    return value


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = secret_key(debug=DEBUG)
SECRET_KEY_FALLBACKS = listed("SECRET_KEY_FALLBACKS", [])

HEALTH_KEYS = health_keys(debug=DEBUG)

# Links in e-mails are made from this, never from a request's Host header.
SITE_ORIGIN = required_unless_debug(
    "SITE_ORIGIN", example="https://clinic.example.com", debug_value="http://localhost:8000"
).rstrip("/")
ALLOWED_HOSTS = listed(
    "ALLOWED_HOSTS",
    [urlsplit(SITE_ORIGIN).hostname or "", *(["localhost", "127.0.0.1"] if DEBUG else [])],
)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "pictures",
    "simple_history",
    "clinic_site",
    "content",
    "booking",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinic_site.middleware.no_devices",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic_site.middleware.private_pages",
    "clinic_site.middleware.clean_request",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "clinic_site.urls"
WSGI_APPLICATION = "clinic_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "content.context_processors.clinic",
            ],
        },
    }
]

DATABASES = {
    "default": database(env.str("DATABASE_URL", "") or database_url(LOCAL_DIR / "postgres"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Off only in the race suite's positive control, which must see two bookings in one place.
DIARY_LOCKING = True

LANGUAGE_CODE = "en-ca"
USE_I18N = False
# The clinic's one time zone: pages, e-mails, calendar files and admin all show it.
TIME_ZONE = env.str("TIME_ZONE", "America/Edmonton")
USE_TZ = True
FORMAT_MODULE_PATH = ["clinic_site.formats"]
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", "CA")
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"
# Whose advertising rules the claim linter follows, besides what is disputed everywhere.
CLAIM_REGIONS = listed("CLAIM_REGIONS", ["CA-AB"])

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"

CRISPY_ALLOWED_TEMPLATE_PACKS = "clinic"
CRISPY_TEMPLATE_PACK = "clinic"
CRISPY_FAIL_SILENTLY = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

MEDIA_URL = "media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(LOCAL_DIR / "media")))
PICTURES = {
    "BREAKPOINTS": {"s": 640, "m": 1024},
    "CONTAINER_WIDTH": 720,
    "GRID_COLUMNS": 1,
    "FILE_TYPES": ["AVIF", "WEBP"],
    "PIXEL_DENSITIES": [1, 2],
    "USE_PLACEHOLDERS": False,
    "PROCESSOR": "pictures.tasks.process_picture",
}

EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = EMAIL_PORT == 465  # TLS from the first byte; elsewhere STARTTLS asks for it
EMAIL_USE_TLS = not EMAIL_USE_SSL and env.bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = LOCAL_DIR / "mail"
if EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
elif DEBUG:
    EMAIL_BACKEND = "clinic_site.mail.ReadableFileBackend"
else:
    raise ImproperlyConfigured(
        "EMAIL_HOST is missing: patients would get no confirmation. Set EMAIL_HOST, EMAIL_PORT, "
        "EMAIL_HOST_USER and EMAIL_HOST_PASSWORD to your mail provider's values."
    )
DEFAULT_FROM_EMAIL = required_unless_debug(
    "DEFAULT_FROM_EMAIL",
    example="'Rowan Street <desk@clinic.example.com>'",
    debug_value="Rowan Street Physiotherapy <desk@rowanstreet.example.com>",
)
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]

# Where text messages are handed over (docs/deploy.md); empty: none are sent.
TEXT_GATEWAY_URL = env.str("TEXT_GATEWAY_URL", "")
TEXT_GATEWAY_TOKEN = env.str("TEXT_GATEWAY_TOKEN", "")

SERVED_OVER_HTTPS = not DEBUG
SECURE_SSL_REDIRECT = SERVED_OVER_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SERVED_OVER_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SERVED_OVER_HTTPS
SECURE_HSTS_PRELOAD = SERVED_OVER_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of our own stand in front: the visitor's address is that far from the right in
# X-Forwarded-For. None: it is the address that connects.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 1 if env.bool("BEHIND_TLS_PROXY", False) else 0)
# Off in tests that let many people come from one address.
ATTEMPT_LIMITS_ON = True
X_FRAME_OPTIONS = "DENY"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_OVER_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if SERVED_OVER_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SERVED_OVER_HTTPS else "csrf"
CSRF_FAILURE_VIEW = "clinic_site.views.csrf_failure"
SESSION_COOKIE_AGE = 10 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = logging_config(level=env.str("LOG_LEVEL", "INFO"), readable=DEBUG)
