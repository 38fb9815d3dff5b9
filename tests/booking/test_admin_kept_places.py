"""Whom a place is kept for: the board, its panel, the list and the place's page say the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.admin.wording import short_time
from booking.course_plan import Session
from booking.models import Appointment, State, WaitingEntry
from booking.registration import Person
from tests.booking.admin_steps import LIST, desk_of, page_of, words
from tests.booking.diary_steps import board, on_board, panel
from tests.booking.steps import hold
from tests.booking.wishes import MORNING, free, offered, wait
from tests.cast import ANA, NOW, TUESDAY, Cast
from tests.factories import local, make_patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

MIA = Person(name="Ana Lopez", email="ana@example.com", phone="+17805550150", dependant="Mia")
OFFERED, PROPOSED = "Offered to Mia (with Ana Lopez)", "Proposed to Ana Lopez"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def kept_for_an_offer(cast: Cast) -> Appointment:
    wait(cast, person=MIA)
    place = offered(cast).place
    assert place
    return place


def kept_for_a_course(cast: Cast) -> Appointment:
    scheduling.propose(
        patient=make_patient(ANA),
        service=cast.first_visit,
        sessions=[
            Session(cast.priya, cast.riverside, local(day, "10:00"))
            for day in (TUESDAY, "2026-12-01")
        ],
        minimum_gap_days=7,
        by=cast.dina,
        now=NOW,
    )
    return Appointment.objects.filter(state=State.HELD).earliest("starts_at")


def names_on_board(browser: Client) -> list[str]:
    items = [item for items in on_board(board(browser)).values() for item in items]
    return [item.partition(":")[0] for item in items if "Held until" in item]


def says_everywhere(browser: Client, place: Appointment, whom: str) -> None:
    """A row links a time and then a name to the place's page."""
    link = f'<a href="{page_of(place)}">{whom}</a>'

    assert names_on_board(browser) == [whom]
    assert panel(browser, place).startswith(f"{whom} Close Held until")
    assert link in browser.get(f"{LIST}?day={TUESDAY}").content.decode()
    assert f"Patient {whom}" in words(browser.get(page_of(place)))


def test_a_place_kept_for_an_offer_names_whom_it_was_offered_to(desk: Client, cast: Cast) -> None:
    says_everywhere(desk, kept_for_an_offer(cast), OFFERED)


def test_a_place_kept_for_a_course_names_whom_that_is_proposed_to(desk: Client, cast: Cast) -> None:
    says_everywhere(desk, kept_for_a_course(cast), PROPOSED)


def test_a_place_kept_for_a_visitor_says_so(desk: Client, cast: Cast) -> None:
    says_everywhere(desk, hold(cast, "10:00"), "A visitor of the website")


def test_the_page_of_a_place_leads_to_what_was_offered(desk: Client, cast: Cast) -> None:
    place = kept_for_an_offer(cast)
    entry = WaitingEntry.objects.get()

    page = desk.get(page_of(place)).content.decode()

    assert f'<a href="/admin/booking/waitingentry/{entry.pk}/change/">{OFFERED}</a>' in page


def test_who_may_not_see_the_list_gets_no_way_there(cast: Cast) -> None:
    cast.dina.groups.clear()
    cast.dina.user_permissions.add(Permission.objects.get(codename="view_appointment"))
    place = kept_for_an_offer(cast)

    page = desk_of(cast.dina).get(page_of(place)).content.decode()

    assert OFFERED in page
    assert "/admin/booking/waitingentry/" not in page


@pytest.mark.parametrize("kept", [kept_for_an_offer, kept_for_a_course])
def test_what_may_be_kept_overnight_says_until_which_day(
    desk: Client, cast: Cast, kept: Callable[[Cast], Appointment]
) -> None:
    place = kept(cast)
    until = f"Held until {short_time(place.hold_expires_at)}"

    assert until in words(desk.get(f"{LIST}?day={TUESDAY}"))
    assert until in panel(desk, place)
    assert until in words(desk.get(page_of(place)))
    assert until in words(board(desk))


def test_the_list_asks_as_much_for_three_kept_places_as_for_one(desk: Client, cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(f"{LIST}?day={TUESDAY}")
        seen.append(len(page.context["cl"].result_list))
        return len(queries)

    seen: list[int] = []
    kept_for_an_offer(cast)
    desk.get(LIST)
    one = asked()
    for wall, name in (("12:00", "Leo"), ("14:00", "Noa")):
        wait(cast, person=replace(MIA, dependant=name))
        free(cast, wall)
        assert scheduling.offer_freed_times(now=MORNING) == 1

    assert asked() == one
    assert seen[1] == seen[0] + 4
