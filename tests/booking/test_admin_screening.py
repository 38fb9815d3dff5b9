"""Answers at the desk: the outcome for everybody, the answers for clinicians, readings noted."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from booking import answers_on_file, scheduling
from booking.admin.rights import treats
from booking.models import (
    Appointment,
    AppointmentEvent,
    Consent,
    Course,
    HouseRules,
    Message,
    ScreeningAnswers,
    ScreeningReading,
    State,
)
from content.models import SafetyRule
from tests.booking.admin_steps import LIST, desk_of, page_of, told, words
from tests.booking.every_letter import owed
from tests.booking.steps import desk_visit, hold, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_staff
from tests.content.rules import make_rule
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TODAY = "2026-11-23"


@pytest.fixture
def rules() -> None:
    make_rule(
        "diabetes", question="Do you have diabetes?", clinician_wording="Look at skin and feeling."
    )
    make_rule("pregnancy", question="Are you pregnant?", outcome="phone", order=2)
    make_rule("lungs", "shoulder", question="Near your chest?", level="area", order=3)


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


@pytest.fixture
def treating(priya: User) -> Client:
    return desk_of(priya)


def screened(cast: Cast, wall: str = "10:00", *, day: str = TUESDAY, **given: str) -> Appointment:
    """Ana's visit, booked with “no” to every question but those given."""
    asked = answers_on_file.questions()
    answers = {each.key: "no" for each in asked} | given
    held = hold(cast, wall, day=day)
    details = scheduling.Details(
        person=ANA,
        about="",
        privacy_notice="2026-11-20",
        answers=answers_on_file.keep(asked, answers, now=NOW),
    )
    return scheduling.book(appointment=held, visitor=held.held_by, details=details, now=NOW)


@pytest.fixture
def anas(cast: Cast, rules: None) -> Appointment:
    return screened(cast, diabetes="unsure")


def answers_of(visit: Appointment) -> str:
    return f"{LIST}{visit.pk}/answers/"


def decide(browser: Client, visit: Appointment, decision: str, reason: str = "") -> Any:
    typed = {"decision": decision, "reason": reason}
    return browser.post(f"{LIST}{visit.pk}/decide/", typed, follow=True)


def state_of(visit: Appointment) -> str:
    return Appointment.objects.get(pk=visit.pk).state


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({}, "Cleared"),
        ({"diabetes": "yes"}, "A clinician looks first"),
        ({"pregnancy": "yes"}, "Call first"),
    ],
)
@pytest.mark.usefixtures("rules")
def test_the_desk_sees_the_outcome_and_no_answer(
    desk: Client, cast: Cast, given: dict[str, str], outcome: str
) -> None:
    booked = screened(cast, **given)

    page = desk.get(page_of(booked))

    assert dict(page.context["facts"])["Safety"] == outcome
    assert "diabetes" not in words(page)
    assert "Read the answers" not in words(page)


def test_a_visit_whose_questions_were_not_asked_says_so(desk: Client, cast: Cast) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    booked = desk_visit(cast, "10:00")

    facts = dict(desk.get(page_of(booked)).context["facts"])

    assert facts["Safety"] == "Not asked: no answers are on file"


def test_the_desk_cannot_open_the_answers_nor_decide(desk: Client, anas: Appointment) -> None:
    refused = [
        desk.get(answers_of(anas)).status_code,
        desk.head(answers_of(anas)).status_code,
        *(decide(desk, anas, each, "x").status_code for each in ("approve", "ask", "decline")),
    ]

    assert refused == [403] * 5
    assert not ScreeningReading.objects.exists()
    assert state_of(anas) == State.NEEDS_REVIEW


def test_others_cannot_open_the_answers_either(anas: Appointment) -> None:
    editor = make_staff("mei", "Mei", "Lindqvist", group="Editor")

    assert desk_of(editor).get(answers_of(anas)).status_code == 403
    assert Client().get(answers_of(anas)).status_code == 302
    assert not ScreeningReading.objects.exists()


def test_a_practitioner_reads_questions_and_answers_in_words(
    treating: Client, anas: Appointment
) -> None:
    assert "Read the answers and decide" in words(treating.get(page_of(anas)))

    page = treating.get(answers_of(anas))

    assert [(each.given.question, each.answer) for each in page.context["answers"]] == [
        ("Do you have diabetes?", "I’m not sure"),
        ("Are you pregnant?", "No"),
        ("Near your chest?", "No"),
    ]
    assert [each.given.key for each in page.context["to_look_at"]] == ["diabetes"]
    assert "A clinician looks first. Look at skin and feeling." in words(page)
    assert page["Cache-Control"] == "no-store, private"


def test_questions_are_read_as_they_were_asked(treating: Client, anas: Appointment) -> None:
    SafetyRule.objects.filter(key="diabetes").update(question="Other words?")
    SafetyRule.objects.filter(key="pregnancy").delete()

    asked = [each.given.question for each in treating.get(answers_of(anas)).context["answers"]]

    assert asked == ["Do you have diabetes?", "Are you pregnant?", "Near your chest?"]


def test_each_reading_is_recorded_and_shown_to_the_next(
    cast: Cast, treating: Client, priya: User, anas: Appointment
) -> None:
    assert treating.get(answers_of(anas)).context["readings"] == []
    lead = make_staff("lead", "Samuel", "Okafor", group="Lead practitioner")

    page = desk_of(lead).get(answers_of(anas))

    assert page.context["readings"] == [("Priya Nair", "Mon 23 Nov 2026, 7:00 am")]
    assert [
        (each.answers, each.user, each.at) for each in ScreeningReading.objects.order_by("pk")
    ] == [(anas.screening, priya, NOW), (anas.screening, lead, NOW)]


def test_looking_at_the_head_alone_reads_nothing(treating: Client, anas: Appointment) -> None:
    assert treating.head(answers_of(anas)).status_code == 200
    assert not ScreeningReading.objects.exists()


def test_answers_that_cannot_be_opened_are_told_and_not_counted_as_read(
    treating: Client, anas: Appointment
) -> None:
    ScreeningAnswers.objects.update(key_id="lost")

    page = treating.get(answers_of(anas))

    assert page.status_code == 200
    assert "These answers cannot be opened" in words(page)
    assert not ScreeningReading.objects.exists()


def test_a_visit_without_answers_has_no_such_page(treating: Client, cast: Cast) -> None:
    booked = visit(cast, "10:00")

    assert treating.get(answers_of(booked)).status_code == 404
    assert treating.get(f"{LIST}999999/answers/").status_code == 404


def test_approving_books_the_visit_and_confirms_it(
    treating: Client, desk: Client, anas: Appointment
) -> None:
    page = decide(treating, anas, "approve")

    assert told(page) == [f"Approved: visit {anas.reference} is booked."]
    assert state_of(anas) == State.BOOKED
    assert [letter.kind for letter in Message.objects.order_by("pk")] == ["review", "confirmation"]
    assert dict(desk.get(page_of(anas)).context["facts"])["Safety"] == (
        "A clinician looks first. Approved by Priya Nair on Mon 23 Nov 2026, 7:00 am "
        "(Edmonton time)"
    )


def test_approving_one_session_says_which_others_it_books(
    treating: Client, cast: Cast, rules: None
) -> None:
    course = Course.objects.get(messages=owed(Message.Kind.COURSE, cast))
    course.service.asks_safety_questions = True
    course.service.save()
    scheduling.accept_course(course=course, by=None, now=NOW)
    first, second = Appointment.objects.filter(course=course).order_by("starts_at")

    page = words(treating.get(answers_of(first)))
    assert "Approving books these sessions with it" in page
    assert "Tuesday 1 December 2026, 9:00 am (Edmonton time), with Priya Nair" in page
    decide(treating, first, "approve")

    assert (state_of(first), state_of(second)) == (State.BOOKED, State.BOOKED)


def test_asking_to_phone_keeps_the_time(treating: Client, anas: Appointment) -> None:
    page = decide(treating, anas, "ask")

    assert told(page)[0].startswith(f"Visit {anas.reference} still waits for review.")
    assert state_of(anas) == State.NEEDS_REVIEW
    assert [letter.kind for letter in Message.objects.order_by("pk")] == ["review", "please_phone"]


def test_declining_wants_a_reason(treating: Client, anas: Appointment) -> None:
    page = decide(treating, anas, "decline", "  ")

    assert page.status_code == 400
    assert "Nothing is decided yet. Please correct what is marked below." in words(page)
    assert "Give a reason to decline. Reason, when you decline:" in words(page)
    field = page.context["form"]["reason"]
    assert field.aria_describedby == "id_reason_helptext id_reason_error"
    assert page.content.decode().count('id="id_reason_error"') == 1
    assert state_of(anas) == State.NEEDS_REVIEW
    # The page showed the answers again.
    assert ScreeningReading.objects.count() == 1


def test_declining_frees_the_time_and_keeps_the_reason(treating: Client, anas: Appointment) -> None:
    page = decide(treating, anas, "decline", "Better care elsewhere")

    assert told(page)[0].startswith(f"Declined: visit {anas.reference}")
    assert state_of(anas) == State.DECLINED
    last = AppointmentEvent.objects.history_of(anas).last()
    assert last
    assert (last.by, last.reason) == ("Priya Nair", "Better care elsewhere")


def test_deciding_twice_is_a_sentence(treating: Client, anas: Appointment) -> None:
    decide(treating, anas, "approve")

    again = decide(treating, anas, "decline", "Too late")

    assert told(again) == [
        f"Visit {anas.reference} is “Booked” already: answers approved by Priya Nair."
    ]
    assert state_of(anas) == State.BOOKED


@pytest.mark.parametrize("decision", ["", "delete", "APPROVE"])
def test_an_unknown_decision_changes_nothing(
    treating: Client, anas: Appointment, decision: str
) -> None:
    assert decide(treating, anas, decision).status_code == 400
    assert state_of(anas) == State.NEEDS_REVIEW


def test_who_may_only_read_is_offered_no_decision(
    cast: Cast, priya: User, treating: Client, anas: Appointment
) -> None:
    group = priya.groups.get()
    group.permissions.remove(group.permissions.get(codename="decide_on_answers"))

    assert "Your decision" not in words(treating.get(answers_of(anas)))
    assert decide(treating, anas, "approve").status_code == 403


def test_nothing_is_decided_by_following_a_link(treating: Client, anas: Appointment) -> None:
    assert treating.get(f"{LIST}{anas.pk}/decide/").status_code == 405
    assert treating.get(f"{LIST}{anas.pk}/consent/").status_code == 405


def test_the_list_leads_to_the_visits_that_wait_for_review(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    visit(cast, "15:00", person=BEN)
    later = screened(cast, "13:00", pregnancy="yes")
    page = desk.get(LIST)
    word, query, shown = next(way for way in page.context["cl"].ways if "review" in way[0])

    waiting = desk.get(f"{LIST}{query}")

    assert (word, shown) == ("To review (2)", False)
    assert {each.reference for each in waiting.context["cl"].result_list} == {
        anas.reference,
        later.reference,
    }
    assert ("To review (2)", True) in [(way[0], way[2]) for way in waiting.context["cl"].ways]


# Consent in the room.


def test_a_practitioner_records_the_consent_given_in_person(
    cast: Cast, treating: Client, priya: User, rules: None
) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    assert "Record: consent was given to me in person" in words(treating.get(page_of(booked)))

    for _ in range(2):
        treating.post(f"{LIST}{booked.pk}/consent/", {"wish": "record"})

    given = Consent.objects.get(text=Consent.Text.TREATMENT)
    assert (given.patient, given.appointment, given.recorded_by, given.acknowledged_at) == (
        booked.patient,
        booked,
        priya,
        NOW,
    )
    facts = dict(treating.get(page_of(booked)).context["facts"])
    assert facts["Consent to the treatment, in person, information of 2026-11-20"] == (
        "Given to Priya Nair on Mon 23 Nov 2026, 7:00 am (Edmonton time)"
    )


def test_a_consent_can_be_taken_back(cast: Cast, treating: Client) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    treating.post(f"{LIST}{booked.pk}/consent/", {"wish": "record"})

    treating.post(f"{LIST}{booked.pk}/consent/", {"wish": "withdraw"})

    assert Consent.objects.get(text=Consent.Text.TREATMENT).withdrawn_at == NOW
    page = words(treating.get(page_of(booked)))
    assert "withdrawn on Mon 23 Nov 2026, 7:00 am (Edmonton time)" in page
    assert "Record: consent was given to me again, in person" in page


def test_a_consent_taken_back_can_be_given_again_and_the_history_tells_both(
    cast: Cast, treating: Client, priya: User, at_now: time_machine.Traveller
) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    for wish in ("record", "withdraw"):
        treating.post(f"{LIST}{booked.pk}/consent/", {"wish": wish})
    at_now.move_to(local(TODAY, "8:00"))

    for _ in range(2):
        treating.post(f"{LIST}{booked.pk}/consent/", {"wish": "again"})

    stands = Consent.objects.get(text=Consent.Text.TREATMENT)
    assert (stands.acknowledged_at, stands.withdrawn_at) == (local(TODAY, "8:00"), None)
    assert stands.recorded_by == priya
    (entry,) = LogEntry.objects.filter(user=priya)
    assert entry.change_message == (
        f"Consent given again. Before, for visit {booked.reference}: Consent to the treatment, "
        "in person, information of 2026-11-20, Given to Priya Nair on Mon 23 Nov 2026, 7:00 am "
        "(Edmonton time); withdrawn on Mon 23 Nov 2026, 7:00 am (Edmonton time)"
    )


def test_the_desk_cannot_record_a_consent(cast: Cast, desk: Client) -> None:
    booked = visit(cast, "10:00", day=TODAY)

    assert "Record: consent" not in words(desk.get(page_of(booked)))
    for wish in ("record", "withdraw"):
        assert desk.post(f"{LIST}{booked.pk}/consent/", {"wish": wish}).status_code == 403
    assert not Consent.objects.filter(text=Consent.Text.TREATMENT).exists()


def test_who_does_not_treat_the_patient_hears_no_consent(
    cast: Cast, treating: Client, rules: None
) -> None:
    booked = visit(cast, "10:00", day=TODAY)
    cast.tomas.user = make_staff("tomas", "Tomas", "Costa", group="Practitioner")
    cast.tomas.save()
    tomas = desk_of(cast.tomas.user)

    assert "Record: consent" not in words(tomas.get(page_of(booked)))
    assert tomas.post(f"{LIST}{booked.pk}/consent/", {"wish": "record"}).status_code == 403
    assert not Consent.objects.filter(text=Consent.Text.TREATMENT).exists()


@pytest.mark.parametrize("wish", ["withdraw", "", "agree"])
def test_what_was_not_offered_changes_nothing(cast: Cast, treating: Client, wish: str) -> None:
    booked = visit(cast, "10:00", day=TODAY)

    page = treating.post(f"{LIST}{booked.pk}/consent/", {"wish": wish}, follow=True)

    assert told(page) == ["Nothing was changed: the consent is not as you saw it."]
    assert not Consent.objects.filter(text=Consent.Text.TREATMENT).exists()


def test_no_consent_is_recorded_before_the_day_nor_on_the_phone(
    cast: Cast, treating: Client
) -> None:
    tomorrow = visit(cast, "10:00")
    today = visit(cast, "10:00", day=TODAY, person=BEN)
    cast.first_visit.by_phone = True
    cast.first_visit.save()

    for booked in (tomorrow, today):
        treating.post(f"{LIST}{booked.pk}/consent/", {"wish": "record"})

    assert not Consent.objects.filter(text=Consent.Text.TREATMENT).exists()


# The sheet.


def triggers(page: Any) -> list[str]:
    return [rule.trigger for _, rules in page.context["levels"] for rule in rules]


def test_the_sheet_has_the_rules_of_everywhere_and_of_the_region(
    desk: Client, anas: Appointment
) -> None:
    make_rule("calf", "lower-leg", order=4)
    make_rule("draft", is_published=False, order=5)
    sheet = f"{LIST}{anas.pk}/consent-sheet/"

    assert triggers(desk.get(f"{sheet}?region=shoulder")) == ["Diabetes", "Pregnancy", "Lungs"]
    assert triggers(desk.get(f"{sheet}?region=knee")) == ["Diabetes", "Pregnancy"]
    assert triggers(desk.get(sheet)) == ["Diabetes", "Pregnancy", "Calf", "Lungs"]


def test_the_sheet_has_versions_and_no_answer(desk: Client, anas: Appointment) -> None:
    page = words(desk.get(f"{LIST}{anas.pk}/consent-sheet/?region=shoulder"))

    assert "Information about the treatment: version 2026-11-20." in page
    assert "last reviewed on 20 November 2026" in page
    assert "Place of the body Shoulder" in page
    assert "not sure" not in page
    assert "clinician looks" not in page.lower()


@pytest.mark.parametrize("region", ["moon", "%00", "'", "whole-body"])
def test_a_region_that_is_none_shows_the_whole_sheet_again(
    desk: Client, anas: Appointment, region: str
) -> None:
    assert desk.get(f"{LIST}{anas.pk}/consent-sheet/?region={region}").status_code == 400


def test_an_editor_sees_no_sheet(anas: Appointment) -> None:
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))

    assert editor.get(f"{LIST}{anas.pk}/consent-sheet/").status_code == 403


def test_a_hold_has_neither_answers_nor_sheet(cast: Cast, treating: Client) -> None:
    held = hold(cast, "10:00", now=NOW - timedelta(minutes=1))

    for page in ("answers", "consent-sheet"):
        assert treating.get(f"{LIST}{held.pk}/{page}/").status_code == 404


def test_a_colleague_reads_the_answers_of_their_own_patients_alone(cast: Cast, anas: Appointment):
    cast.tomas.user = make_staff("tomas", "Tomas", "Costa", group="Practitioner")
    cast.tomas.save()
    tomas = desk_of(cast.tomas.user)
    assert tomas.get(answers_of(anas)).status_code == 403
    assert decide(tomas, anas, "approve").status_code == 403
    assert "Read the answers" not in words(tomas.get(page_of(anas)))
    assert not ScreeningReading.objects.exists()

    desk_visit(cast, "14:00", practitioner=cast.tomas)
    assert anas.patient

    assert "Read the answers" in words(tomas.get(page_of(anas)))
    assert tomas.get(answers_of(anas)).status_code == 200

    off = anas.patient.appointments.get(practitioner=cast.tomas)
    scheduling.cancel(appointment=off, by=cast.dina, now=NOW)
    assert tomas.get(answers_of(anas)).status_code == 403


@pytest.mark.parametrize("end", ["cancelled", "unproved", "lapsed"])
def test_a_visit_that_is_off_or_was_never_confirmed_opens_nothing_to_its_practitioner(
    cast: Cast, rules: None, priya: User, treating: Client, end: str
) -> None:
    if end != "cancelled":
        HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    booked = screened(cast, diabetes="unsure")
    if end == "cancelled":
        scheduling.cancel(appointment=booked, by=cast.dina, now=NOW)
    if end == "lapsed":
        scheduling.sweep(now=NOW + timedelta(minutes=30))

    off = Appointment.objects.get(pk=booked.pk)
    assert (off.state, treats(priya, off)) == (end, False)
    # A booking that lapsed has no answers any more.
    refused = 404 if end == "lapsed" else 403
    assert treating.get(answers_of(off)).status_code == refused
    assert not ScreeningReading.objects.exists()


@pytest.mark.parametrize("end", ["declined", "no_show"])
def test_of_a_visit_that_was_declined_or_missed_its_practitioner_may_look_back(
    cast: Cast, rules: None, treating: Client, end: str
) -> None:
    if end == "declined":
        booked = screened(cast, diabetes="unsure")
        scheduling.decline(appointment=booked, by=cast.dina, now=NOW, reason="Not now")
    else:
        booked = screened(cast)
        scheduling.no_show(appointment=booked, by=cast.dina, now=booked.starts_at)

    assert state_of(booked) == end
    assert treating.get(answers_of(booked)).status_code == 200


def test_a_clinicians_login_without_a_practitioner_reads_nothing(cast: Cast, anas: Appointment):
    nobody = desk_of(make_staff("nobody", "No", "Body", group="Practitioner"))
    assert nobody.get(answers_of(anas)).status_code == 403


def test_the_lead_practitioner_reads_everybodys_answers(cast: Cast, anas: Appointment):
    lead = desk_of(make_staff("lead", "Samuel", "Okafor", group="Lead practitioner"))
    assert lead.get(answers_of(anas)).status_code == 200
    assert decide(lead, anas, "approve").status_code == 200
    assert state_of(anas) == State.BOOKED
