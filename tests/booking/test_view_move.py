"""Moving one's own visit: the week, the check page, the page after it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from booking import scheduling
from booking.diary_lock import DiaryBusy
from booking.models import Appointment, AppointmentEvent, Message, State
from tests.booking.linked import browser_with, hidden_in, link_to, shows
from tests.booking.pages import free_times, text_of
from tests.booking.steps import visit
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TEN, ONE = local(TUESDAY, "10:00"), local(TUESDAY, "13:00")
ONE_O_CLOCK = "2026-11-24T20:00Z at riverside"
MOVE, CHECK = "/visit/move/", "/visit/move/check/"


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    return visit(cast, "10:00")


@pytest.fixture
def browser(anas: Appointment) -> Client:
    return browser_with(anas)


def anas_page() -> dict[str, str]:
    return shows(Appointment.objects.get(patient__name="Ana Lopez"))


def choose(browser: Client, key: str = ONE_O_CLOCK, query: str = "?practitioner=priya-nair"):
    return browser.post(f"{MOVE}{query}", anas_page() | {"time": key})


def go_ahead(browser: Client, key: str = ONE_O_CLOCK, practitioner: str = "priya-nair"):
    """Press the last button."""
    return browser.post(CHECK, anas_page() | {"time": key, "practitioner": practitioner})


def place_of(anas: Appointment) -> tuple[str, object]:
    anas.refresh_from_db()
    return (anas.practitioner.name, anas.starts_at)


def test_the_week_opens_with_ones_own_practitioner(browser: Client) -> None:
    answer = browser.get(MOVE)

    assert (answer.status_code, answer["Location"]) == (302, f"{MOVE}?practitioner=priya-nair")
    answer = browser.get(answer["Location"])
    assert answer.status_code == 200
    assert answer.context["filters"].who.practitioner.name == "Priya Nair"
    assert "Now it is on Tuesday 24 November 2026, 10:00 am (Edmonton time)" in text_of(answer)


def test_of_a_practitioner_who_left_the_week_shows_everybody(browser: Client, cast: Cast) -> None:
    cast.priya.is_treating = False
    cast.priya.save()

    answer = browser.get(MOVE)

    assert answer.status_code == 200
    assert answer.context["filters"].who.practitioner is None


def test_ones_own_time_is_in_nobodys_way(browser: Client) -> None:
    times = free_times(browser.get(f"{MOVE}?practitioner=priya-nair&from=2026-11-24"))

    assert "2026-11-24T17:30Z at riverside" in times


def test_where_the_visit_stands_already_is_no_choice(
    browser: Client, cast: Cast, anas: Appointment
) -> None:
    ten = "2026-11-24T17:00Z at riverside"
    assert ten not in free_times(browser.get(f"{MOVE}?practitioner=priya-nair&from=2026-11-24"))
    assert ten in free_times(browser.get(f"{MOVE}?practitioner=&from=2026-11-24"))

    answer = choose(browser, ten)
    assert answer.status_code == 409
    assert place_of(anas) == ("Priya Nair", TEN)

    choose(browser, ten, query="?practitioner=")
    go_ahead(browser, ten, practitioner="tomas-costa")
    assert place_of(anas) == ("Tomas Costa", TEN)


def test_looking_changes_nothing(browser: Client, anas: Appointment) -> None:
    choose(browser)
    browser.get(CHECK)

    assert place_of(anas) == ("Priya Nair", TEN)
    assert AppointmentEvent.objects.filter(appointment=anas).count() == 2


def test_the_check_page_shows_old_and_new(browser: Client) -> None:
    answer = choose(browser)
    assert (answer.status_code, answer["Location"]) == (303, CHECK)

    page = text_of(browser.get(CHECK))

    assert "Tuesday 24 November 2026, 1:00 pm (Edmonton time)" in page
    assert "Tuesday 24 November 2026, 10:00 am (Edmonton time)" in page


def test_the_check_page_warns_of_a_time_that_cannot_be_changed_again(browser: Client) -> None:
    warning = "you can no longer move or cancel it here"
    choose(browser)
    assert warning not in text_of(browser.get(CHECK))

    choose(browser, "2026-11-23T17:00Z at riverside")
    assert warning in text_of(browser.get(CHECK))


def test_the_button_moves_and_the_page_after_it_says_what_happens(
    browser: Client, anas: Appointment
) -> None:
    choose(browser)
    answer = go_ahead(browser)

    assert (answer.status_code, answer["Location"]) == (303, "/visit/changed/")
    assert place_of(anas) == ("Priya Nair", ONE)
    page = text_of(browser.get("/visit/changed/"))
    assert "Your visit has moved" in page
    assert "Before, it was on Tuesday 24 November 2026, 10:00 am (Edmonton time)." in page
    written = "We write to a…@e… about this on Monday 23 November 2026, 7:03 am (Edmonton time)."
    assert written in page
    assert "Until then you can undo it here." in page


def test_the_session_keeps_its_right_though_old_links_end(
    browser: Client, anas: Appointment
) -> None:
    other = browser_with(anas)
    choose(browser)
    go_ahead(browser)

    assert browser.get("/visit/").status_code == 200
    assert other.get("/visit/").status_code == 404


def test_pressed_twice_it_moves_once(browser: Client, anas: Appointment) -> None:
    choose(browser)
    answers = [go_ahead(browser) for _ in range(2)]

    assert {(each.status_code, each["Location"]) for each in answers} == {(303, "/visit/changed/")}
    assert AppointmentEvent.objects.filter(appointment=anas, kind="moved").count() == 1


def test_a_second_press_that_still_knows_the_old_link_is_sent_on(
    browser: Client, anas: Appointment
) -> None:
    choose(browser)
    before = dict(browser.session)
    go_ahead(browser)
    session = browser.session
    session["links"] = before["links"]
    session.save()

    answer = go_ahead(browser)

    assert (answer.status_code, answer["Location"]) == (303, "/visit/changed/")
    assert browser.get("/visit/changed/").status_code == 404
    assert AppointmentEvent.objects.filter(appointment=anas, kind="moved").count() == 1


def test_a_time_lost_meanwhile_is_told_with_the_nearest(
    browser: Client, cast: Cast, anas: Appointment
) -> None:
    choose(browser)
    visit(cast, "13:00", person=BEN)

    answer = go_ahead(browser)

    assert answer.status_code == 409
    page = text_of(answer)
    assert "1:00 pm (Edmonton time) is no longer free. Your visit stays where it was." in page
    assert 'name="time"' in page
    assert place_of(anas) == ("Priya Nair", TEN)


def test_a_time_lost_before_it_is_chosen_is_told_too(browser: Client, cast: Cast) -> None:
    visit(cast, "13:00", person=BEN)

    assert choose(browser).status_code == 409


def test_with_anyone_ones_own_practitioner_comes_first_and_then_the_least_busy(
    browser: Client, cast: Cast, anas: Appointment
) -> None:
    choose(browser, query="?practitioner=")
    assert "With</dt><dd>Tomas" not in text_of(browser.get(CHECK))

    visit(cast, "13:00", person=BEN)
    choose(browser, query="?practitioner=")
    assert "With</dt><dd>Tomas Costa" in text_of(browser.get(CHECK))
    go_ahead(browser, practitioner="tomas-costa")
    assert place_of(anas) == ("Tomas Costa", ONE)


@pytest.mark.parametrize(
    "key", ["", "tomorrow", "2026-11-24T20:00Z at nowhere", "2026-13-45T20:00Z at riverside"]
)
def test_a_time_that_is_none_is_refused_in_a_sentence(browser: Client, key: str) -> None:
    answer = choose(browser, key)

    assert answer.status_code == 400
    assert "Choose one of the times on this page." in text_of(answer)


def test_an_unreadable_address_shows_every_time(browser: Client) -> None:
    answer = browser.get(f"{MOVE}?from=soon")

    assert answer.status_code == 400
    assert free_times(answer)


def test_after_the_cut_off_every_step_says_to_call(
    browser: Client, anas: Appointment, at_now: time_machine.Traveller
) -> None:
    choose(browser)
    at_now.move_to(local("2026-11-23", "10:01"))

    for answer in (
        browser.get(f"{MOVE}?practitioner="),
        browser.get(CHECK),
        choose(browser),
        go_ahead(browser),
    ):
        assert answer.status_code == 409
        assert "It is too late to change this visit online. Please call us." in text_of(answer)
    assert place_of(anas) == ("Priya Nair", TEN)


def test_a_visit_cancelled_at_the_desk_is_not_moved(
    browser: Client, cast: Cast, anas: Appointment
) -> None:
    """The desk's cancellation ends the link as well."""
    choose(browser)
    scheduling.cancel(appointment=anas, by=cast.dina, now=NOW)

    assert go_ahead(browser).status_code == 404
    assert browser_with(anas).get(MOVE).status_code == 409


def test_when_the_desk_marks_it_at_the_same_moment_the_page_says_how_it_stands(
    browser: Client, cast: Cast, anas: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(browser)

    def marked(**_facts: object) -> None:
        raise scheduling.WrongState("arrived")

    monkeypatch.setattr(scheduling, "move", marked)
    answer = go_ahead(browser)
    assert answer.status_code == 409
    assert "Here is how it stands." in text_of(answer)


def test_the_check_page_without_a_choice_leads_back(browser: Client) -> None:
    assert browser.get(CHECK)["Location"] == MOVE
    assert go_ahead(browser)["Location"] == MOVE


def test_a_choice_for_another_visit_is_not_taken_over(browser: Client, cast: Cast) -> None:
    choose(browser)
    other = visit(cast, "15:00", person=BEN)
    session = browser.session
    session["links"] = browser_with(other).session["links"]
    session.save()

    assert browser.get(CHECK)["Location"] == MOVE


def test_no_button_of_one_visit_moves_another_that_was_opened_since(
    browser: Client, cast: Cast, anas: Appointment
) -> None:
    week = hidden_in(browser.get(f"{MOVE}?practitioner="))
    choose(browser)
    check = hidden_in(browser.get(CHECK))
    another = visit(cast, "15:00", practitioner=cast.tomas)
    browser.get(link_to(another))

    answers = [
        browser.post(MOVE, week | {"time": ONE_O_CLOCK}),
        browser.post(CHECK, check),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    for answer in answers:
        page = text_of(answer)
        assert "You opened another visit meanwhile: this one. Nothing was changed." in page
        assert another.reference in page
    assert place_of(anas) == ("Priya Nair", TEN)
    assert place_of(another) == ("Tomas Costa", local(TUESDAY, "15:00"))


def test_the_nearest_times_are_those_of_the_visit_that_was_shown(
    browser: Client, cast: Cast, anas: Appointment
) -> None:
    visit(cast, "13:00", person=BEN)
    lost = hidden_in(choose(browser))
    browser.get(link_to(visit(cast, "15:00", practitioner=cast.tomas)))

    assert lost == shows(anas)
    assert browser.post(MOVE, lost | {"time": ONE_O_CLOCK}).status_code == 409


@pytest.mark.parametrize(
    ("query", "key", "there"),
    [
        ("?practitioner=priya-nair", "2026-11-25T18:00Z at riverside", "11:00 am"),
        ("?practitioner=tomas-costa", ONE_O_CLOCK, "With</dt><dd>Tomas Costa"),
    ],
)
def test_a_time_that_was_chosen_since_is_checked_before_the_visit_moves_there(
    browser: Client, anas: Appointment, query: str, key: str, there: str
) -> None:
    choose(browser)
    first_tab = hidden_in(browser.get(CHECK))
    choose(browser, key, query)
    second_tab = hidden_in(browser.get(CHECK))

    answer = browser.post(CHECK, first_tab)

    assert answer.status_code == 409
    assert "You chose another time meanwhile. Please check it." in text_of(answer)
    assert there in text_of(answer)
    assert hidden_in(answer) == second_tab
    assert place_of(anas) == ("Priya Nair", TEN)
    assert browser.post(CHECK, second_tab)["Location"] == "/visit/changed/"
    assert AppointmentEvent.objects.filter(appointment=anas, kind="moved").count() == 1


def test_a_button_that_does_not_say_which_time_it_shows_moves_nothing(
    browser: Client, anas: Appointment
) -> None:
    choose(browser)

    answer = browser.post(CHECK, shows(anas))

    assert answer.status_code == 409
    assert place_of(anas) == ("Priya Nair", TEN)


def test_a_location_that_closed_meanwhile_leads_back(browser: Client, cast: Cast) -> None:
    choose(browser)
    cast.riverside.is_open = False
    cast.riverside.save()

    assert browser.get(CHECK)["Location"] == MOVE


def test_a_busy_diary_is_told_and_nothing_changed(
    browser: Client, anas: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_facts: object) -> None:
        raise DiaryBusy

    choose(browser)
    fields = hidden_in(browser.get(CHECK))
    for command, path in (
        ("move", CHECK),
        ("cancel", "/visit/cancel/"),
        ("take_back", "/visit/undo/"),
        ("confirm_attendance", "/visit/confirm/"),
        ("prove_address", "/visit/prove/"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(scheduling, command, busy)
            answer = browser.post(path, fields)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert place_of(anas) == ("Priya Nair", TEN)


def test_a_move_is_undone_within_three_minutes(
    browser: Client, anas: Appointment, at_now: time_machine.Traveller
) -> None:
    choose(browser)
    go_ahead(browser)
    at_now.move_to(NOW + timedelta(minutes=2, seconds=59))

    answer = browser.post("/visit/undo/", shows(anas))

    assert (answer.status_code, answer["Location"]) == (303, "/visit/")
    assert place_of(anas) == ("Priya Nair", TEN)
    assert browser.get("/visit/").status_code == 200


def test_after_three_minutes_it_stays(
    browser: Client, anas: Appointment, at_now: time_machine.Traveller
) -> None:
    choose(browser)
    go_ahead(browser)
    at_now.move_to(NOW + timedelta(minutes=3))

    answer = browser.post("/visit/undo/", shows(anas))

    assert answer.status_code == 409
    assert "It is too late to undo that here." in text_of(answer)
    assert place_of(anas) == ("Priya Nair", ONE)
    assert browser.get("/visit/changed/")["Location"] == "/visit/"


def test_an_old_time_that_is_gone_cannot_be_had_back(
    browser: Client, cast: Cast, anas: Appointment
) -> None:
    choose(browser)
    go_ahead(browser)
    visit(cast, "10:00", person=BEN)

    answer = browser.post("/visit/undo/", shows(anas))

    assert answer.status_code == 409
    assert "Somebody else has the old time by now" in text_of(answer)
    assert place_of(anas) == ("Priya Nair", ONE)
    assert Appointment.objects.filter(state=State.BOOKED).count() == 2
    assert Message.objects.filter(kind="moved", state="queued").count() == 1
