"""Django's settings of the standalone product, read from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from gonets.server.database import database_settings
from gonets.server.environment import process_environment
from gonets.server.hosts import allowed_hosts
from gonets.server.logs import JsonFormatter, LineFormatter, is_not_a_health_probe
from gonets.server.secret import kept_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = process_environment()
DATA_DIR = ENVIRONMENT.data
SECRET_KEY = ENVIRONMENT.secret_key or kept_secret_key(DATA_DIR)
DEBUG = False
ALLOWED_HOSTS = allowed_hosts(ENVIRONMENT)
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.public_url]

GONETS_PUBLIC_URL = ENVIRONMENT.public_url
GONETS_RELAY_URL = ENVIRONMENT.relay_url
GONETS_RELAY_RATE = ENVIRONMENT.relay_rate
GONETS_RELAY_CONNECTIONS = ENVIRONMENT.relay_connections
GONETS_RELAY_LOG = ENVIRONMENT.relay_log
GONETS_KEEP_ADDRESSES_DAYS = ENVIRONMENT.keep_addresses_days
GONETS_LOG_ADDRESSES = ENVIRONMENT.log_addresses
GONETS_FETCH_NETWORKS = list(ENVIRONMENT.fetch_networks)
GONETS_FETCH_PORTS = list(ENVIRONMENT.fetch_ports)
GONETS_FOLDERS = list(ENVIRONMENT.folders)
GONETS_FENCE = ENVIRONMENT.fence
GONETS_CATCHER_PORT = ENVIRONMENT.catcher_port

INSTALLED_APPS = [
    "gonets.server",
    "gonets.web",
    "gonets.publishing",
    "gonets.newsletters",
    "gonets.content",
    "gonets.audience",
    "gonets.letters",
    "gonets.delivery",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rules",
    "lucide",
    "django_prose_editor",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "gonets.server.form_encoding.FormsInUtf8Middleware",
    "gonets.server.accounts.middleware.PersonalPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gonets.server.accounts.middleware.UserLanguageMiddleware",
    "gonets.server.accounts.middleware.ClosedToStrangersMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "gonets.server.urls"
ASGI_APPLICATION = "gonets.server.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "gonets.server.context.letters_stay_here",
            ],
        },
    }
]
DATABASES = {"default": database_settings(ENVIRONMENT.database_url, DATA_DIR)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# People
AUTH_USER_MODEL = "gonets_server.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "gonets.server.accounts.lockout.locked_out"
AXES_SENSITIVE_PARAMETERS: list[str] = []
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# Language and time
LANGUAGE_CODE = ENVIRONMENT.language
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone

# Files
STATIC_URL = "/static/"
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Browsers
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.is_https
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_https
SESSION_COOKIE_NAME = "gonets_session"
CSRF_COOKIE_NAME = "gonets_csrf"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ENVIRONMENT.is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # The nonce is for the import map of the rich text editor.
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS: list[str] = []

# What goes wrong is said on the terminal, one line each.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": LineFormatter,
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        },
        "json": {"()": JsonFormatter},
    },
    "filters": {
        "probes": {
            "()": "django.utils.log.CallbackFilter",
            "callback": is_not_a_health_probe,
        }
    },
    "handlers": {
        "terminal": {
            "class": "logging.StreamHandler",
            "formatter": "json" if ENVIRONMENT.log_json else "line",
            "filters": ["probes"],
        }
    },
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "gonets": {"level": "INFO"},
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # A 404 is nobody's fault here.
    },
}
