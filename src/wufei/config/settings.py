"""Django settings; everything that may differ between places comes from ``environment``."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from wufei.config import environment as env
from wufei.config.databases import database
from wufei.config.logs import logging_settings
from wufei.config.secrets import secret_key

BASE_DIR = Path(__file__).resolve().parents[1]
PROJECT_DIR = BASE_DIR.parents[1]
HOME = env.home()
SECURE = env.flag("WUFEI_SECURE")

DEBUG = env.flag("WUFEI_DEBUG")
SECRET_KEY = secret_key()
ALLOWED_HOSTS = list(env.get("WUFEI_ALLOWED_HOSTS"))
# What QR codes begin with; "" takes the address of the request.
PUBLIC_URL = env.text("WUFEI_PUBLIC_URL")

INSTALLED_APPS = [
    # Ours first: our templates and words go before those of the libraries.
    "wufei.ui",
    "wufei.hub.base",
    "wufei.hub.audit",
    "wufei.hub.accounts",
    "wufei.hub.registry",
    "wufei.hub.catalogue",
    "wufei.hub.ledger",
    "wufei.hub.exemptions",
    "wufei.hub.manifests",
    "wufei.hub.evidence",
    "wufei.hub.registers",
    "wufei.hub.filings",
    "wufei.hub.labels",
    "wufei.hub.telemetry",
    "wufei.hub.alarms",
    "wufei.hub.plans",
    "wufei.hub.indicators",
    "wufei.hub.cockpit",
    "wufei.demo",
    "wufei.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_filters",
    "procrastinate.contrib.django",
    "wufei.domains.industrial",
    "wufei.domains.agricultural",
    "wufei.domains.household",
    "wufei.domains.construction",
    "wufei.domains.hazardous",
    "wufei.domains.renewable",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "wufei.ui.middleware.ContentSecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wufei.hub.accounts.middleware.ActorMiddleware",
    "wufei.hub.accounts.middleware.DutiesMiddleware",
    "wufei.hub.base.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "wufei.config.urls"
ASGI_APPLICATION = "wufei.config.asgi.application"
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
                "wufei.config.context.frame",
            ]
        },
    }
]

LOGGING = logging_settings()

DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits and lockouts must hold across processes, so they share the database.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "base_cache"}
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["wufei.hub.accounts.backend.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "wufei.hub.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_FORMS = {"login": "wufei.hub.accounts.forms.SignIn"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Wufei"
# One step of half a minute either way: clocks of phones are not exact.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "wufei.hub.accounts.forms.SecondFactor",
    "reauthenticate": "wufei.hub.accounts.forms.SecondFactorAgain",
    "activate_totp": "wufei.hub.accounts.forms.FirstDigits",
}
# Officials set up a second factor before anything else; off for the demo on loopback.
MFA_REQUIRED = env.flag("WUFEI_MFA_REQUIRED")
DEMO = env.flag("WUFEI_DEMO")
SIMULATE = DEMO and env.flag("WUFEI_SIMULATE")
DEMO_SEED = env.number("WUFEI_DEMO_SEED")
AGRICULTURAL_COEFFICIENTS = env.text("WUFEI_AGRICULTURAL_COEFFICIENTS")
DEMO_MOVEMENTS = env.number("WUFEI_DEMO_MOVEMENTS")

LANGUAGE_CODE = env.text("WUFEI_LANGUAGE")
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
# ``wufei.domains`` is a table of declarations, not an app, and has words all the same.
LOCALE_PATHS = [BASE_DIR / "domains" / "locale"]
LANGUAGE_COOKIE_NAME = "wufei_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
NODE_MODULES = PROJECT_DIR / "node_modules"
# Each app's own files, and of the browser libraries only those that ``config.static`` lists.
STATICFILES_FINDERS = [
    "wufei.config.static.OwnFinder",
    "wufei.config.static.LibraryFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "wufei.config.static.StaticFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Browsers take woff2; the other formats stand in the style sheet only as older fallbacks.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "webp", "gz", "br", "woff2", "woff", "ttf")
MEDIA_ROOT = HOME / "files"
WUFEI_UPLOAD_MB_MAX = env.number("WUFEI_UPLOAD_MB_MAX")
WUFEI_IMPORT_ROWS_MAX = env.number("WUFEI_IMPORT_ROWS_MAX")
# Files written for somebody: they can be written again, so no backup takes them along.
EXPORT_ROOT = HOME / "exports"
WUFEI_EXPORT_DAYS = env.number("WUFEI_EXPORT_DAYS")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# A form shows tables of up to 3,000 cells to type in, beside everything else that it asks.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
# Where our own server speaks HTTPS no cookie ever needs to go without it.
_HTTPS = SECURE or bool(env.text("WUFEI_TLS_CERT"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Text messages as a last resort; off where there is no secret.
SMS_SECRET = env.text("WUFEI_SMS_SECRET")
SMS_URL = env.text("WUFEI_SMS_URL")

# Above these masses an entry of the ledger is taken for a mistaken unit.
AUTHORITY_NUMBERS = env.get("WUFEI_AUTHORITY_NUMBERS")
LOAD_T_MAX = env.number("WUFEI_LOAD_T_MAX")
MOVEMENT_T_MAX = env.number("WUFEI_MOVEMENT_T_MAX")
# How long waste may stand before it is called too long; 0 switches the reminder off.
STORAGE_DAYS_NOTICE = env.number("WUFEI_STORAGE_DAYS_NOTICE")
EXEMPTION_DAYS_MAX = env.number("WUFEI_EXEMPTION_DAYS_MAX")
MEDICAL_STORAGE_DAYS_MAX = env.number("WUFEI_MEDICAL_STORAGE_DAYS_MAX")

# Mail goes out to the witnesses of the log of evidence only; without a server none does.
MAIL = env.get("WUFEI_MAIL_URL")
EMAIL_HOST = MAIL.get("EMAIL_HOST", "")
EMAIL_PORT = MAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = MAIL.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = MAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = MAIL.get("EMAIL_TIMEOUT", 20)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("WUFEI_MAIL_FROM")
WITNESSES = env.get("WUFEI_WITNESSES")
LABEL_CODE = env.text("WUFEI_LABEL_CODE")
ASSESSMENT_ITEMS = env.text("WUFEI_ASSESSMENT_ITEMS")
BATTERY_CODE = env.text("WUFEI_BATTERY_CODE")
HOUSEHOLD_RANGES = env.text("WUFEI_HOUSEHOLD_RANGES")
LABEL_GROUND = env.text("WUFEI_LABEL_GROUND")
CHECK_MINUTES = env.number("WUFEI_CHECK_MINUTES")
