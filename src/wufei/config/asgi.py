"""ASGI entry for granian."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
application = get_asgi_application()
