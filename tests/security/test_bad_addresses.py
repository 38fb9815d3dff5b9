"""Addresses that nobody links to: a clear page and a 4xx, never a 500."""

from urllib.parse import unquote

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.booking.admin_steps import desk_of
from tests.cast import Cast, make_cast, make_staff

NASTY = [
    "%00",
    "12345678901234567890",
    "-1",
    "%E2%80%AE",
    "%0d%0aSet-Cookie:a=b",
    "'%20OR%201=1--",
    "<script>",
    "%C0%80",
    "a" * 3000,
]
PATTERNS = [
    "/{}",
    "/book/{}/",
    "/calendars/{}.ics",
    "/course/{}/",
    "/team/{}/",
    "/locations/{}/",
    "/conditions/{}/",
    "/articles/{}/",
    "/articles/topics/{}/",
    "/book/?about={}",
    "/v/{}",
    "/book/first-visit/?from={}",
    "/book/first-visit/?practitioner={}",
    "/book/first-visit/?location={}",
    "/book/first-visit/?{}={}",
    "/waiting-list/?service={}",
]


# The desk's own addresses: what a query asks for and cannot mean anything shows the usual page.
OF_THE_DESK = [
    "/admin/diary/{}",
    "/admin/diary/?day={}",
    "/admin/diary/?week_of={}",
    "/admin/diary/?by={}",
    "/admin/diary/changed/?seen={}",
    "/admin/diary/book/?at={}",
    "/admin/diary/visit/{}/",
    "/admin/diary/visit/{}/move/",
    "/admin/diary/why/?practitioner={}",
    "/admin/diary/sheet/?date={}",
    "/admin/reports/{}/",
    "/admin/reports/?from={}",
    "/admin/booking/closure/absence/?first={}",
    "/admin/booking/closure/add/?starts_at={}",
    "/admin/booking/closure/{}/rearrange/",
    "/admin/booking/closure/{}/delete/?_to_field=",
    "/admin/booking/patient/{}/change/?_to_field=",
    "/admin/booking/patient/{}/merge/",
    "/admin/booking/patient/1/merge/?with={}",
    "/admin/booking/patient/1/merge/?q={}",
]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("nasty", NASTY)
def test_a_nasty_address_never_breaks_the_site(
    client: Client, cast: Cast, pattern: str, nasty: str
) -> None:
    answer = client.get(pattern.format(nasty, nasty))

    # A condition that does not exist is simply not carried along, so this page is as usual.
    fine = {200} if "about=" in pattern or "?{}" in pattern else set()
    assert answer.status_code in {400, 404} | fine
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("cookie", ['session="aaaaaaaa\\000"', 'csrf="\\000"'])
@pytest.mark.parametrize("path", ["/", "/visit/", "/admin/"])
def test_a_cookie_that_no_database_takes_never_breaks_the_site(
    client: Client, cast: Cast, path: str, cookie: str
) -> None:
    assert client.get(path, headers={"Cookie": cookie}).status_code == 400


@pytest.mark.parametrize("charset", ["hex", "idna", "unicode_escape", "utf-16", "latin-1"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "text/plain"])
def test_text_in_another_encoding_is_refused(
    client: Client, cast: Cast, charset: str, kind: str
) -> None:
    email = b'Content-Disposition: form-data; name="email"\r\n\r\n\\x00@example.com'
    body = b"--b\r\n" + email + b"\r\n--b--\r\n"

    answer = client.generic("POST", "/find-my-visit/", body, f"{kind}; charset={charset}")

    assert answer.status_code == 400
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize(
    "path", ["/", "/book/", "/book/first-visit/", "/book/safety/", "/book/check/"]
)
def test_other_verbs_are_refused(client: Client, cast: Cast, method: str, path: str) -> None:
    assert getattr(client, method)(path).status_code == 405


@pytest.fixture
def boss(cast: Cast) -> Client:
    """The browser of somebody who may do all that the desk does."""
    mona = make_staff("mona", "Mona", "Haas", group="Manager")
    mona.user_permissions.set(Permission.objects.filter(content_type__app_label="booking"))
    return desk_of(mona)


@pytest.mark.parametrize("pattern", OF_THE_DESK)
def test_a_nasty_address_never_breaks_the_desk(boss: Client, pattern: str) -> None:
    answers = {nasty: boss.get(pattern.format(nasty)).status_code for nasty in NASTY}

    assert set(answers.values()) <= {200, 204, 302, 400, 404}, answers


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("/admin/diary/book/patients/", "find"),
        ("/admin/booking/appointment/export/", "format"),
        ("/admin/booking/appointment/export/?day={}", "q"),
    ],
)
def test_a_nasty_form_never_breaks_the_desk(boss: Client, pattern: str, named: str) -> None:
    answers = {
        nasty: boss.post(
            pattern.format(nasty), {"format": "csv", named: unquote(nasty)}
        ).status_code
        for nasty in NASTY
    }

    assert set(answers.values()) <= {200, 302, 400, 404}, answers
