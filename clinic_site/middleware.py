import codecs
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

GetResponse = Callable[[HttpRequest], HttpResponse]

PERSONAL = (
    *("/book/", "/visit/", "/course/", "/waiting-list/", "/find-my-visit/"),
    *("/v/", "/calendars/", "/admin/"),
)
# Reached by links from letters; no search engine has any business there.
UNLISTED = ("/visit/", "/course/", "/waiting-list/", "/v/", "/calendars/")
# The address itself is a secret. Elsewhere a form's page has to name its origin: Django compares it
# before it believes a form.
SECRET = ("/v/", "/calendars/")
NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def clean_request(get_response: GetResponse) -> GetResponse:
    """Answer 400 to what would break further in: a NUL byte, which PostgreSQL refuses with an
    error, and text that is said not to be UTF-8, which may be read as such a byte or not at all."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address contains a character that cannot be read.")
        if any("\x00" in value for value in request.COOKIES.values()):
            raise BadRequest("A cookie contains a character that cannot be read.")
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest("Only UTF-8 can be read here.")
        return get_response(request)

    return middleware


def no_devices(get_response: GetResponse) -> GetResponse:
    """No page asks for a camera, a place or a payment, so no script that got in can either."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = NO_DEVICES
        return response

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Keep pages about a person out of every cache, the browser's own included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(PERSONAL):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        if request.path.startswith(UNLISTED):
            response["X-Robots-Tag"] = "noindex"
        if request.path.startswith(SECRET):
            response["Referrer-Policy"] = "no-referrer"
        return response

    return middleware
