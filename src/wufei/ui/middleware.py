"""Headers that keep foreign code out of our pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from wufei.ui.basemap import foreign_sources

# Nothing inline and nothing from elsewhere, but for the tiles of a base map that somebody set up;
# data: pictures are icons inside style sheets and the QR code of the second factor.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        f"connect-src 'self'{foreign_sources()}",
        f"img-src 'self' data: blob:{foreign_sources()}",
        # Maps draw in workers that the library makes from our own files.
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    # Phones need camera and position to scan and to sign.
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}


class ContentSecurityMiddleware:
    """Adds the content security policy to every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response
