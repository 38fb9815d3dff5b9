"""The visit's own page, its calendar file, “I'll be there” and “yes, this is my booking”."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from booking import scheduling
from booking.letters import compose, issue_links
from booking.models import (
    Appointment,
    Closure,
    HouseRules,
    Message,
    ScreeningAnswers,
    State,
    WorkingHours,
)
from tests.booking.linked import browser_with, hidden_in, link_to, shows
from tests.booking.pages import text_of
from tests.booking.steps import details_of, history, hold, letters, visit
from tests.cast import ANA, NOW, TUESDAY, Cast
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def unproved(cast: Cast) -> Appointment:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    return visit(cast, "10:00")


def to_review(cast: Cast) -> Appointment:
    answers = ScreeningAnswers(version="1", outcome=ScreeningAnswers.Outcome.REVIEW, given_at=NOW)
    answers.seal({"blood-thinner": "yes"})
    answers.save()
    held = hold(cast, "10:00")
    details = replace(details_of(ANA, about="canary about"), answers=answers)
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=NOW)


def test_the_page_says_when_where_with_whom_and_what_can_be_done(cast: Cast) -> None:
    anas = visit(cast, "10:00")

    page = text_of(browser_with(anas).get("/visit/"))

    assert "Tuesday 24 November 2026, 10:00 am (Edmonton time)" in page
    assert "With Priya Nair" in page
    assert "Riverside, 118 Rowan Street, Edmonton AB T5X 0X0" in page
    assert anas.reference in page
    assert "You can do this here until Monday 23 November 2026, 10:00 am (Edmonton time)." in page
    for button in ("I’ll be there", "Move this visit", "Cancel this visit"):
        assert button in page


def test_the_page_tells_nothing_of_the_patient(cast: Cast) -> None:
    browser = browser_with(to_review(cast))

    page = text_of(browser.get("/visit/"))

    for secret in ("canary", "Ana Lopez", "ana@example.com", "0150", "blood", "First visit"):
        assert secret not in page
    assert "We write to a…@e… about this visit." in page


def test_directions_access_and_parking_are_those_of_the_location(cast: Cast) -> None:
    cast.riverside.directions = "Bus **7** stops at the door."
    cast.riverside.access = "One step."
    cast.riverside.parking = "Behind the house."
    cast.riverside.save()

    page = text_of(browser_with(visit(cast, "10:00")).get("/visit/"))

    assert "Bus <strong>7</strong> stops at the door." in page
    assert "Getting in</h3><p>One step.</p>" in page.replace("> <", "><")
    assert "Behind the house." in page


def test_a_visit_by_phone_has_no_place(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    cast.first_visit.by_phone = True
    cast.first_visit.save()

    page = text_of(browser_with(anas).get("/visit/"))

    assert "We call you at the time of your visit, at the number ending in 50." in page
    assert "How to find" not in page
    assert "118 Rowan Street" not in page


def test_without_a_number_for_the_visit_we_call_the_one_on_file(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    cast.first_visit.by_phone = True
    cast.first_visit.save()
    anas.contact_phone = ""
    anas.save(by_scheduling=True)

    page = text_of(browser_with(anas).get("/visit/"))

    assert "at the number ending in 50" in page


def test_a_dependants_visit_is_said_to_be_theirs_without_a_name(cast: Cast) -> None:
    lias = visit(cast, "10:00", person=replace(ANA, dependant="Lia Lopez"))

    page = text_of(browser_with(lias).get("/visit/"))

    assert "This visit is for the person in your care." in page
    assert "Lia" not in page


def test_after_the_cut_off_the_page_says_to_call(
    cast: Cast, at_now: time_machine.Traveller
) -> None:
    browser = browser_with(visit(cast, "10:00"))
    at_now.move_to(local("2026-11-23", "10:01"))

    page = text_of(browser.get("/visit/"))

    assert "It is too late to move or cancel this visit online. Please call us" in page
    assert "(780) 555-0141" in page
    assert 'href="/visit/move/"' not in page
    assert 'href="/visit/cancel/"' not in page


def test_at_the_cut_off_it_can_still_be_changed(cast: Cast, at_now: time_machine.Traveller) -> None:
    browser = browser_with(visit(cast, "10:00"))
    at_now.move_to(local("2026-11-23", "10:00"))

    assert 'href="/visit/move/"' in text_of(browser.get("/visit/"))


def test_ill_be_there_is_written_down_once(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    browser = browser_with(anas)

    answers = [browser.post("/visit/confirm/", shows(anas)) for _ in range(2)]

    assert [(each.status_code, each["Location"]) for each in answers] == [(303, "/visit/")] * 2
    anas.refresh_from_db()
    assert anas.patient_confirmed_at == NOW
    assert [kind for kind, *_ in history(anas)] == ["held", "booked", "confirmed"]
    assert "You told us that you will be there." in text_of(browser.get("/visit/"))


def test_ill_be_there_is_not_said_of_another_visit_that_was_opened_since(cast: Cast) -> None:
    anas, another = visit(cast, "10:00"), visit(cast, "14:00")
    browser = browser_with(anas)
    first_tab = hidden_in(browser.get("/visit/"))
    browser.get(link_to(another))

    answer = browser.post("/visit/confirm/", first_tab)

    assert answer.status_code == 409
    assert "You opened another visit meanwhile: this one. Nothing was changed." in text_of(answer)
    assert another.reference in text_of(answer)
    said = Appointment.objects.exclude(patient_confirmed_at=None)
    assert not said.exists()
    browser.post("/visit/confirm/", hidden_in(browser.get("/visit/")))
    assert [each.reference for each in said.all()] == [another.reference]


def test_nor_is_another_booking_proved(cast: Cast) -> None:
    anas = unproved(cast)
    another = visit(cast, "14:00")
    browser = browser_with(anas)
    first_tab = hidden_in(browser.get("/visit/"))
    browser.get(link_to(another))

    answer = browser.post("/visit/prove/", first_tab)

    assert answer.status_code == 409
    assert "You opened another visit meanwhile: this one. Nothing was changed." in text_of(answer)
    assert {each.state for each in Appointment.objects.all()} == {State.UNPROVED}


def test_the_reference_stands_in_no_address(cast: Cast) -> None:
    anas = visit(cast, "10:00")
    browser = browser_with(anas)

    for path in ("/visit/", "/visit/move/?practitioner=", "/visit/cancel/"):
        page = text_of(browser.get(path))
        addresses = re.findall(r'(?:href|action|data-hx-get)="([^"]*)"', page)
        assert addresses
        assert [address for address in addresses if anas.reference in address] == []


def test_who_does_not_come_any_more_cannot_say_that_they_will(cast: Cast) -> None:
    anas = to_review(cast)
    browser = browser_with(anas)

    answer = browser.post("/visit/confirm/", shows(anas))

    assert answer.status_code == 409
    assert "That could not be done" in text_of(answer)


def test_an_unproved_booking_is_proved_by_a_button_and_not_by_looking(cast: Cast) -> None:
    anas = unproved(cast)
    browser = browser_with(anas)
    page = text_of(browser.get("/visit/"))
    assert "Yes, this is my booking" in page
    assert "for you until Monday 23 November 2026, 7:30 am (Edmonton time)." in page
    assert 'href="/visit/move/"' not in page
    anas.refresh_from_db()
    assert anas.state == State.UNPROVED

    answer = browser.post("/visit/prove/", shows(anas))

    assert (answer.status_code, answer["Location"]) == (303, "/visit/")
    anas.refresh_from_db()
    assert anas.state == State.BOOKED
    assert anas.patient.email_proved_at == NOW
    assert ("confirmation", "queued") in letters(anas)
    assert browser.post("/visit/prove/", shows(anas)).status_code == 303


def test_a_booking_that_lapsed_says_so_and_cannot_be_proved(
    cast: Cast, at_now: time_machine.Traveller
) -> None:
    anas = unproved(cast)
    later = NOW + timedelta(minutes=31)
    at_now.move_to(later)
    hold(cast, "10:00", visitor="somebody else", now=later)
    browser = browser_with(anas, now=later)

    assert browser.post("/visit/prove/", shows(anas)).status_code == 409
    assert "was not confirmed in time" in text_of(browser.get("/visit/"))


def test_a_visit_in_review_says_what_happens(cast: Cast) -> None:
    page = text_of(browser_with(to_review(cast)).get("/visit/"))

    assert "We look at your booking first" in page
    assert "If we asked you to call us or to see a doctor first, please do that now." in page
    assert "within one working day" in page
    assert "I’ll be there" not in page


def test_each_state_has_its_words(cast: Cast, at_now: time_machine.Traveller) -> None:
    anas = visit(cast, "10:00")
    now = local(TUESDAY, "10:05")
    at_now.move_to(now)
    browser = browser_with(anas)
    assert "This visit should have begun." in text_of(browser.get("/visit/"))
    scheduling.no_show(appointment=anas, by=cast.dina, now=now)
    assert "This visit did not take place." in text_of(browser.get("/visit/"))
    scheduling.undo(appointment=anas, by=cast.dina, now=now)
    assert "You have arrived." in text_of(browser.get("/visit/"))
    scheduling.complete(appointment=anas, by=cast.dina, now=now)
    assert "This visit has taken place." in text_of(browser.get("/visit/"))


@pytest.mark.parametrize("by_phone", [False, True])
def test_the_calendar_file_is_the_letters_own_entry(cast: Cast, *, by_phone: bool) -> None:
    cast.first_visit.by_phone = by_phone
    cast.first_visit.save()
    anas = visit(cast, "10:00")
    message = Message.objects.get()
    [(_name, in_the_letter, _type)] = compose(message, issue_links(message, now=NOW)).attachments

    answer = browser_with(anas).get("/visit/calendar.ics")

    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    [event] = Calendar.from_ical(answer.content.decode()).walk("VEVENT")
    assert str(event["uid"]) == f"{anas.reference}@rowanstreet.example.com"
    assert (event["summary"], event["sequence"]) == ("Appointment", 0)
    assert event.decoded("dtstart") == anas.starts_at
    assert event.decoded("dtend") == anas.ends_at
    assert answer.content.decode() == in_the_letter


def test_a_visit_that_is_not_firm_has_no_calendar_file(cast: Cast) -> None:
    assert browser_with(to_review(cast)).get("/visit/calendar.ics").status_code == 404


def test_personal_pages_are_kept_nowhere_and_listed_nowhere(client: Client, cast: Cast) -> None:
    browser = browser_with(visit(cast, "10:00"))

    for path in ("/visit/", "/visit/move/?practitioner=", "/visit/cancel/"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["X-Robots-Tag"] == "noindex"
        # A form's page has to name its origin, so not "no-referrer"; the address is no secret.
        assert answer["Referrer-Policy"] == "same-origin"


def test_without_a_right_no_button_does_anything(client: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    before = Message.objects.count(), WorkingHours.objects.count()

    for path in ("confirm", "prove", "cancel", "undo", "move", "move/check"):
        assert client.post(f"/visit/{path}/").status_code == 404
    assert (Message.objects.count(), WorkingHours.objects.count()) == before
    assert Appointment.objects.get().state == State.BOOKED


def test_the_page_needs_few_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_with(visit(cast, "10:00"))

    with django_assert_max_num_queries(10):
        browser.get("/visit/")


@pytest.mark.parametrize(
    ("of_whom", "sentence"),
    [("practitioner", "Your practitioner is away then."), ("clinic", "We are closed then.")],
)
def test_who_was_asked_to_take_another_time_is_told_so_first(
    cast: Cast, at_now: time_machine.Traveller, of_whom: str, sentence: str
) -> None:
    anas = visit(cast, "10:00")
    closed = Closure.objects.create(
        practitioner=cast.priya if of_whom == "practitioner" else None,
        starts_at=local(TUESDAY, "7:00"),
        ends_at=local(TUESDAY, "18:00"),
        reason="canary",
    )
    scheduling.let_choose(closure=closed, appointment=anas, by=cast.dina, now=NOW)
    at_now.move_to(local(TUESDAY, "7:30"))
    browser = browser_with(anas)

    page = text_of(browser.get("/visit/"))

    assert f"{sentence} Please choose another time, or cancel. Nothing is counted against" in page
    assert page.index("Move this visit") < page.index("Cancel this visit")
    for word in ("I’ll be there", "canary", "too late", "Put it into your calendar"):
        assert word not in page
    scheduling.move(
        appointment=anas,
        practitioner=cast.tomas,
        location=cast.riverside,
        start=local("2026-11-25", "10:00"),
        by=None,
        now=local(TUESDAY, "7:30"),
    )
    again = text_of(browser_with(anas, now=local(TUESDAY, "7:31")).get("/visit/"))
    assert "Please choose another time" not in again
    assert "I’ll be there" in again
