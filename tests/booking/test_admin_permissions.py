"""Who may open and do what on the desk's pages."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from booking.models import Appointment, State
from tests.booking.admin_steps import BOOK, LIST, caller, desk_of, mark, page_of, words
from tests.booking.steps import desk_visit, visit
from tests.cast import Cast, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TODAY = "2026-11-23"


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    return visit(cast, "10:00", day=TODAY)


def addresses(visit: Appointment) -> list[str]:
    """Every page on which something of Ana's visit stands."""
    assert visit.patient
    letter = visit.messages.get()
    return [
        LIST,
        page_of(visit),
        f"{LIST}{visit.pk}/cancel/",
        f"{LIST}{visit.pk}/consent-sheet/",
        BOOK,
        "/admin/booking/patient/",
        f"/admin/booking/patient/{visit.patient.pk}/change/",
        "/admin/booking/message/",
        f"/admin/booking/message/{letter.pk}/change/",
    ]


def statuses(browser: Client, visit: Appointment) -> set[int]:
    return {browser.get(address).status_code for address in addresses(visit)}


def test_the_desk_and_practitioners_may_look(cast: Cast, anas: Appointment) -> None:
    priya = make_staff("priya", "Priya", "Nair", group="Practitioner")

    assert statuses(desk_of(cast.dina), anas) == {200}
    assert statuses(desk_of(priya), anas) == {200}


def test_an_editor_sees_nothing_of_a_visit(anas: Appointment) -> None:
    editor = make_staff("mei", "Mei", "Lindqvist", group="Editor")

    assert statuses(desk_of(editor), anas) == {403}


def test_who_is_not_staff_is_asked_to_sign_in(anas: Appointment) -> None:
    ben = User.objects.create_user("ben")

    assert statuses(Client(), anas) == {302}
    assert statuses(desk_of(ben), anas) == {302}


def test_an_editor_changes_nothing_of_a_visit(cast: Cast, anas: Appointment) -> None:
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))

    assert [
        mark(editor, anas, "arrived").status_code,
        editor.post(f"{LIST}{anas.pk}/cancel/", {"reason": "x"}).status_code,
        editor.post(BOOK, caller(cast)).status_code,
    ] == [403, 403, 403]
    anas.refresh_from_db()
    assert anas.state == State.BOOKED


def test_a_manager_does_not_read_what_a_visit_is_about(cast: Cast) -> None:
    about = desk_visit(cast, "12:00", about="Pins and needles")
    manager = desk_of(make_staff("mona", "Mona", "Haas", group="Manager"))
    for page in (page_of(about), f"/admin/diary/visit/{about.pk}/"):
        assert "Pins and needles" in words(desk_of(cast.dina).get(page))
        shown = manager.get(page)
        assert shown.status_code == 200
        assert "Pins and needles" not in words(shown)


@pytest.mark.parametrize("hidden", ["about__startswith=Pins", "held_by__startswith=a"])
def test_nothing_hidden_is_found_out_by_filtering(cast: Cast, hidden: str) -> None:
    assert desk_of(cast.dina).get(f"{LIST}?day=all&{hidden}").status_code == 400


def test_a_practitioner_may_mark(anas: Appointment) -> None:
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    mark(priya, anas, "arrived")

    anas.refresh_from_db()
    assert anas.state == State.ARRIVED


def test_only_the_desk_may_give_a_reason_to_overbook(cast: Cast) -> None:
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    for browser, may in ((desk_of(cast.dina), True), (priya, False)):
        assert ("overbooking_reason" in browser.get(BOOK).context["form"].fields) is may


def test_pages_of_the_desk_are_kept_in_no_cache(cast: Cast, anas: Appointment) -> None:
    desk = desk_of(cast.dina)

    assert {desk.get(address)["Cache-Control"] for address in addresses(anas)} == {
        "no-store, private"
    }


def test_pages_of_the_desk_run_no_inline_script_or_style(cast: Cast, anas: Appointment) -> None:
    desk = desk_of(cast.dina)

    policies = {desk.get(address)["Content-Security-Policy"] for address in addresses(anas)}

    assert [policy for policy in policies if "unsafe" in policy] == []
