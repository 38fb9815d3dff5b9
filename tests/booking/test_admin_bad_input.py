"""Whatever is typed into an address or a form of the desk's pages: a page or a 4xx, never a 500."""

from collections.abc import Iterable, Sequence
from itertools import product
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests.booking.admin_steps import BOOK, LIST, caller, desk_of
from tests.booking.steps import visit
from tests.cast import TUESDAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

HUGE = "9" * 20
IDS = [HUGE, "9" * 5000, "abc", "\x00"]
HOSTILE = [*IDS, "0001-01-01", "9999-12-31", "<script>'\\", "2026-11-24 10:00 x y"]
ROWS = [
    "booking/appointment",
    "booking/patient",
    "booking/message",
    "booking/service",
    "booking/room",
    "booking/workinghours",
    "booking/closure",
    "booking/extrahours",
    "content/practitioner",
    "content/location",
    "content/clinic",
]


@pytest.fixture
def root(cast: Cast) -> Client:
    """Everything is open to a superuser, so nothing is refused before it is read."""
    browser = desk_of(User.objects.create_superuser("root"))
    browser.raise_request_exception = False
    return browser


def each_with_each(names: Iterable[str], values: Sequence[str]) -> list[tuple[str, str]]:
    """In the short form every third pair: each name and each value is among them."""
    return list(product(names, values))[:: 1 if settings.PROVE else 3]


def asking(page: str, parameter: str, value: str) -> str:
    return f"{page}?{urlencode({parameter: value})}"


def refused_or_shown(status: int) -> bool:
    return 200 <= status < 500


PARAMETERS = [
    "day",
    "q",
    "p",
    "o",
    "e",
    "all",
    "starts_at__year",
    "starts_at__month",
    "starts_at__day",
    "practitioner__id__exact",
    "location__id__exact",
    "state__exact",
    "source__exact",
    "starts_at__gte",
    "patient__name__contains",
    "_facets",
    "_popup",
    "_to_field",
    "nonsense__in",
]


@pytest.mark.prove
def test_no_parameter_of_the_list_breaks_it(root: Client, cast: Cast) -> None:
    visit(cast, "10:00")

    broken = [
        (parameter, value[:30], answer.status_code)
        for parameter, value in each_with_each(PARAMETERS, [*IDS, "9999-12-31"])
        if not refused_or_shown(
            (answer := root.get(asking(LIST, parameter, value), follow=True)).status_code
        )
    ]

    assert broken == []


@pytest.mark.parametrize(
    "asked",
    [
        {"starts_at__year": HUGE},
        {"starts_at__year": "9999", "starts_at__month": "12"},
        {"starts_at__year": "9999", "starts_at__month": "12", "starts_at__day": "31"},
        {"starts_at__year": "0"},
        {"starts_at__year": "2026", "starts_at__month": "13"},
    ],
)
@pytest.mark.parametrize("page", [LIST, "/admin/booking/closure/", "/admin/booking/extrahours/"])
def test_a_month_that_no_calendar_has_leads_back_to_the_list(
    root: Client, page: str, asked: dict[str, str]
) -> None:
    answer = root.get(page, query_params=asked)

    assert (answer.status_code, answer["Location"]) == (302, f"{page}?e=1")


@pytest.mark.parametrize("row", ROWS)
def test_no_address_of_a_row_breaks(root: Client, row: str) -> None:
    broken = [
        (value[:30], page, status)
        for value, page in (*product(IDS, ["change/"]), (HUGE, "delete/"), (HUGE, "history/"))
        if not refused_or_shown(status := root.get(f"/admin/{row}/{value}/{page}").status_code)
    ]

    assert broken == []


@pytest.mark.parametrize("row", [each for each in ROWS if each != "booking/appointment"])
def test_no_search_or_filter_of_a_list_breaks_it(root: Client, row: str) -> None:
    parameters = ("q", "p", "practitioner__id__exact", "weekday__exact")
    broken = [
        (parameter, value[:30], status)
        for parameter, value in product(parameters, IDS)
        if not refused_or_shown(
            status := root.get(asking(f"/admin/{row}/", parameter, value), follow=True).status_code
        )
    ]

    assert broken == []


@pytest.mark.prove
def test_no_field_of_the_booking_form_breaks_it(root: Client, cast: Cast) -> None:
    fields = [*caller(cast), "overbooking_reason", "choice", "find", "patient", "times"]

    broken = [
        (field, value[:30], status)
        for field, value in each_with_each(fields, HOSTILE)
        if not refused_or_shown(
            status := root.post(BOOK, caller(cast, **{field: value})).status_code
        )
    ]

    assert broken == []


@pytest.mark.prove
def test_no_address_of_the_booking_form_and_no_look_for_times_breaks(
    root: Client, cast: Cast
) -> None:
    asked = {"service": cast.first_visit.pk, "date": TUESDAY, "time": "10:00"}

    broken = [
        (name, value[:30], status)
        for name, value in each_with_each((*asked, "practitioner", "location", "patient"), HOSTILE)
        if not refused_or_shown(
            status := max(
                root.get(BOOK, query_params=asked | {name: value}).status_code,
                root.post(f"{BOOK}fitting/", asked | {name: value}).status_code,
            )
        )
    ]

    assert broken == []


@pytest.mark.parametrize(
    "address",
    [f"{HUGE}/mark/arrived/", "1/mark/nonsense/", f"{HUGE}/cancel/", "0/cancel/"],
)
def test_marks_and_cancelling_of_what_is_not_there_are_not_found(
    root: Client, address: str
) -> None:
    assert root.post(f"{LIST}{address}", {"reason": "x"}, follow=True).status_code == 404


def test_no_reason_for_cancelling_breaks(root: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00")

    for value in ("\x00", "x" * 201, "two\r\nlines", "<script>"):
        answer = root.post(f"{LIST}{booked.pk}/cancel/", {"reason": value, "wish": "clinic"})
        assert refused_or_shown(answer.status_code)


FORMS = {
    "workinghours": ["practitioner", "location", "weekday", "starts_at", "ends_at", "valid_from"],
    "closure": ["practitioner", "starts_at_0", "starts_at_1", "ends_at_0", "reason"],
    "extrahours": ["practitioner", "location", "starts_at_0", "ends_at_1"],
    "room": ["location", "name", "order"],
    "service": ["name", "slug", "length_minutes", "price", "practitioners", "horizon_days"],
}


@pytest.mark.prove
@pytest.mark.parametrize("model", FORMS)
def test_no_field_of_the_diarys_own_rules_breaks(root: Client, cast: Cast, model: str) -> None:
    good = {
        "practitioner": cast.priya.pk, "location": cast.hilltop.pk, "weekday": 0,
        "starts_at": "18:00", "ends_at": "19:00", "starts_at_0": TUESDAY, "starts_at_1": "08:00",
        "ends_at_0": TUESDAY, "ends_at_1": "09:00", "reason": "x", "name": "x", "order": "1",
        "slug": "x", "summary": "x", "visit": "first", "price": "1", "length_minutes": "30",
        "buffer_before_minutes": "0", "buffer_after_minutes": "0", "start_every_minutes": "15",
        "notice_hours": "1", "horizon_days": "9", "cancel_cutoff_hours": "1",
        "practitioners": [cast.priya.pk],
    }  # fmt: skip

    broken = [
        (field, value[:30], status)
        for field, value in each_with_each(FORMS[model], HOSTILE)
        if not refused_or_shown(
            status := root.post(f"/admin/booking/{model}/add/", good | {field: value}).status_code
        )
    ]

    assert broken == []
    assert root.get(f"/admin/booking/{model}/").status_code == 200
    assert root.get(BOOK, query_params={"service": cast.first_visit.pk}).status_code == 200
