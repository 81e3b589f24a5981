"""Addresses for outside the site: what stands in QR codes and on paper."""

from django.conf import settings
from django.http import HttpRequest


def public_address(request: HttpRequest, path: str) -> str:
    """``path`` as phones reach it: under ``WUFEI_PUBLIC_URL``, else where the request came in.

    A code is scanned by another device, to which a loopback address means itself.
    """
    return public_site(request) + path


def public_site(request: HttpRequest) -> str:
    """The beginning of such addresses, for work that is done after the request."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
