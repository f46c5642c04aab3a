"""One settings file for both worlds: embedded (the default) and production (PRODUCTION=1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from campaign.env import (
    env_bool,
    env_database,
    env_int,
    env_list,
    env_secret,
    env_site,
    env_str,
    env_time_zone,
    env_url,
    generated_secret,
    private_folder,
)

SECRET_KEY_CHARACTERS = 32
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = private_folder(Path(env_str("VAR_DIR") or BASE_DIR / "var"))

PRODUCTION = env_bool("PRODUCTION")
DEMO = env_bool("SINCERELY_DEMO")
DEBUG = env_bool("DEBUG")

if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG=1 shows settings to strangers: not with PRODUCTION=1.")
if PRODUCTION and DEMO:
    raise ImproperlyConfigured("SINCERELY_DEMO=1 is for demonstrations: not with PRODUCTION=1.")

SECRET_KEY = env_secret("SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("SECRET_KEY must be set: production has no default.")
    SECRET_KEY = generated_secret(VAR_DIR / "secret-key")
if PRODUCTION and len(SECRET_KEY) < SECRET_KEY_CHARACTERS:
    raise ImproperlyConfigured(f"SECRET_KEY needs {SECRET_KEY_CHARACTERS} characters at least.")

# Links in mails are built from SITE_URL alone, never from a request's Host header.
SITE_URL = (env_site("SITE_URL", "https", "http") or "http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env_str("SITE_NAME") or "Sincerely"
_host = urlsplit(SITE_URL).hostname or "127.0.0.1"
ALLOWED_HOSTS = list({_host, *env_list("ALLOWED_HOSTS")})
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "campaign",
    "letters",
    "crispy_forms",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "campaign.limits.small_forms",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, so that sizes tell nothing (BREACH)
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "campaign.urls"
WSGI_APPLICATION = "campaign.wsgi.application"

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
                "campaign.context_processors.site",
            ],
        },
    }
]

CRISPY_TEMPLATE_PACK = "letter"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("letter",)
CRISPY_FAIL_SILENTLY = False

# --- database -------------------------------------------------------------------------------
_embedded = "" if PRODUCTION else f"sqlite:///{VAR_DIR / 'sincerely.sqlite3'}"
_database = env_database("DATABASE_URL", _embedded)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # WAL: readers never wait. IMMEDIATE: a writer takes its lock at once instead of failing
    # half-way. FULL: a commit we answered for survives a power cut.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    if _database["ENGINE"] == "django.db.backends.postgresql":
        # Nobody waits for a lock that a stopped process holds; the server ends its transaction.
        # A commit we answered for survives a power cut, whatever the server's own default.
        _database.setdefault("OPTIONS", {})["options"] = (
            "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c synchronous_commit=on"
        )
DATABASES = {"default": _database}
# Processes on several computers agree on the time by asking the database (letters/clock.py).
DATABASE_CLOCK = _database["ENGINE"] != "django.db.backends.sqlite3"
# Only the settings of the fault tests switch failpoints on, use another mail server than
# EMAIL_URL, and shorten these times (letters/delivery/policy.py, smtp.py).
FAULTS = False
FAULTS_SMTP = ""
DELIVERY_TIMES: dict[str, float] = {}
MAIL_SECONDS: dict[str, float] = {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_cache_url = env_url("CACHE_URL", "redis", "rediss", "locmemcache")
CACHES: dict[str, dict[str, Any]] = {
    "default": environ.Env.cache_url_config(_cache_url)
    if _cache_url
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "process": {"BACKEND": "campaign.process_cache.ProcessCache"},
}
if _cache_url.startswith("redis"):  # a page does not wait for a Redis that hangs
    CACHES["default"]["OPTIONS"] = {"socket_timeout": 0.4, "socket_connect_timeout": 0.4}
# How long, in seconds, a public page may be behind the database.
PAGE_CACHE_SECONDS = env_int("PAGE_CACHE_SECONDS", 2)

# --- the doorbell -----------------------------------------------------------------------------
CELERY_BROKER_URL = (
    # With a host's name, though it has none: Celery would warn without.
    env_url("CELERY_BROKER_URL", "redis", "rediss", "filesystem") or "filesystem://localhost"
)
# A person watches the demonstration; elsewhere the sweeper is only the second line.
SWEEP_SECONDS = env_int("SWEEP_SECONDS", 3 if DEMO else 15, least=1, most=3600)

# --- mail ---------------------------------------------------------------------------------------
# Nothing leaves the machine unless PRODUCTION is set: see letters/delivery/mail.py.
EMAIL_URL = (
    env_site("EMAIL_URL", "smtp", "smtp+tls", "smtp+ssl") if PRODUCTION else env_secret("EMAIL_URL")
)
MAILBOX_DIR = VAR_DIR / "mailbox"
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL") or "letters@sincerely.example"
# Where undeliverable mail and offices' answers come back to: "letters@ngo.example" (they get
# letters+…@) or a whole domain, "@returns.ngo.example". Empty: they go to the sender, unread.
RETURN_ADDRESS = env_str("RETURN_ADDRESS")
# A mailbox to fetch them from: imaps://user:password@host/INBOX.
RETURNS_IMAP_URL = env_secret("RETURNS_IMAP_URL")
# A provider that reports by webhook to /returns/<provider>/…; without a secret it cannot.
MAIL_PROVIDER = env_str("MAIL_PROVIDER").lower()
MAIL_PROVIDER_SECRET = env_secret("MAIL_PROVIDER_SECRET")
# Three sign with a key; the others name a user and a password of ours (user:password).
MAIL_PROVIDER_KEYS = {
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mailersend": "MAILERSEND_SIGNING_SECRET",
    "unisender_go": "UNISENDER_GO_API_KEY",
}
ANYMAIL = {MAIL_PROVIDER_KEYS.get(MAIL_PROVIDER, "WEBHOOK_SECRET"): MAIL_PROVIDER_SECRET}
# Who is told when delivery stands still; a campaign's contact is told about its letters.
OPERATOR_EMAIL = env_str("OPERATOR_EMAIL")
# How many connections all workers together hold to the mail server, how many mails one takes on.
MAIL_CONNECTIONS = env_int("MAIL_CONNECTIONS", 2, least=1)
MAIL_BATCH = env_int("MAIL_BATCH", 50, least=1)
# The largest PDF of a digest, in bytes; more letters go in parts. Mail adds a third to it.
DIGEST_BYTES = env_int("DIGEST_BYTES", 10_000_000, least=100_000)
# What is an alarm: seconds that a due mail has waited, that sweepers or workers have been silent.
LATE_SECONDS = env_int("LATE_SECONDS", 600, least=1)
SILENT_SECONDS = env_int("SILENT_SECONDS", 120, least=30)
DISK_FREE_MB = env_int("DISK_FREE_MB", 200)
# How to find out what became of a mail: mailbox, postfix:/var/log/mail.log, imaps://….
RECONCILE = env_secret("RECONCILE") or ("" if PRODUCTION else "mailbox")

# --- files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT") or VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Letters are personal: never below a public address, readable by the service only.
        "OPTIONS": {"location": VAR_DIR / "letters", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ROOT = BASE_DIR / "campaign" / "root"  # /favicon.ico, /robots.txt

# --- language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
FORMAT_MODULE_PATH = ["campaign.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env_time_zone("TIME_ZONE", "UTC")

# --- security -----------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
_https = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
if PRODUCTION:
    SECURE_SSL_REDIRECT = _https and not env_bool("TLS_AT_PROXY")
    SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# A36: the public forms are small; uploads of organisers have limits of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"tokens": {"()": "campaign.log_filter.HideTokens"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"letters": {"level": "INFO"}, "campaign": {"level": "INFO"}},
}
