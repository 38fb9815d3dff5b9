"""The safety questions of the booking: asked once, answered in one's own words, sealed."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from booking import answers_on_file, limits, scheduling
from booking.models import (
    Appointment,
    Consent,
    HouseRules,
    Message,
    Patient,
    ScreeningAnswers,
    State,
)
from booking.scheduling import rules as rules_module
from booking.views.details import ANOTHER_TIME
from content.models import Clinic, SafetyRule
from tests.booking.linked import hidden_in
from tests.booking.pages import (
    READ_ABOUT_IT,
    answer_questions,
    give_details,
    press_book,
    take,
    text_of,
)
from tests.booking.steps import answers_given, came, visit_with
from tests.cast import NOW, TUESDAY, Cast
from tests.content.pages import parsed
from tests.content.rules import make_rule
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now", "rules")]

NINE = local(TUESDAY, "9:00")
SAFETY, CHECK = "/book/safety/", "/book/check/"
CALL = "/book/safety/call-first/"


@pytest.fixture
def rules(cast: Cast) -> None:
    """Three rules, one of each outcome, and a service that asks them."""
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    make_rule("diabetes", question="Do you have diabetes?", group="infection-and-immunity")
    make_rule(
        "pregnancy",
        question="Are you pregnant?",
        outcome="phone",
        group="pregnancy",
        patient_wording="Talk with us before you come.",
        order=2,
    )
    make_rule(
        "unwell",
        question="Do you feel unwell?",
        outcome="doctor",
        patient_wording="Have the cause looked at.",
        order=3,
    )


@pytest.fixture
def ana(client: Client, cast: Cast) -> Client:
    """Ana's browser with a time held and her details given."""
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client)
    return client


def where(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get("Location", "")


def test_the_questions_come_after_the_details_and_before_the_check(
    client: Client, cast: Cast
) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)

    assert where(client.get(SAFETY)) == (303, "/book/details/")
    assert where(give_details(client)) == (303, SAFETY)
    assert where(client.get(CHECK)) == (303, SAFETY)
    assert where(answer_questions(client)) == (303, CHECK)
    assert client.get(CHECK).status_code == 200


def test_each_question_has_three_answers_and_none_is_chosen(ana: Client) -> None:
    page = ana.get(SAFETY)

    groups = page.context["form"].groups
    assert [(name, [field.label for field in fields]) for name, fields in groups] == [
        ("Infection and immunity", ["Do you have diabetes?"]),
        ("Pregnancy", ["Are you pregnant?"]),
        ("Your health now", ["Do you feel unwell?"]),
    ]
    words = page.content.decode()
    assert [words.count(each) for each in ('value="yes"', 'value="no"', 'value="unsure"')] == [
        3
    ] * 3
    assert "checked" not in words


def test_a_service_that_asks_nothing_skips_the_questions(client: Client, cast: Cast) -> None:
    cast.first_visit.asks_safety_questions = False
    cast.first_visit.save()
    take(client, cast.first_visit, NINE, cast.riverside)

    assert where(give_details(client)) == (303, CHECK)
    assert where(client.get(SAFETY)) == (303, CHECK)
    assert where(press_book(client)) == (303, "/book/done/")
    visit = Appointment.objects.get()
    assert (visit.state, visit.screening) == (State.BOOKED, None)
    assert [consent.text for consent in Consent.objects.all()] == ["privacy_notice"]


def test_a_question_left_out_is_named_and_the_others_stay_answered(ana: Client) -> None:
    page = answer_questions(ana, pregnancy="")

    assert page.status_code == 400
    assert page.context["form"].errors == {"to-pregnancy": ["Choose an answer: Are you pregnant?"]}
    assert page.content.decode().count("checked") == 2
    assert not ScreeningAnswers.objects.exists()


def test_what_is_typed_wrongly_rests_nowhere(ana: Client) -> None:
    answer_questions(ana, pregnancy="CANARY-4711")

    kept = [json.dumps(each.get_decoded()) for each in Session.objects.all()]
    assert kept
    assert not [each for each in kept if "CANARY" in each or "unsure" in each]


def test_questions_that_changed_in_the_meantime_are_asked_anew(ana: Client) -> None:
    typed = {"answer-to-diabetes": "no", "answer-to-pregnancy": "no", "answer-to-unwell": "no"}

    page = ana.post(SAFETY, typed | {"answer-version": "of yesterday"})

    assert page.status_code == 400
    assert "Our questions have changed in the meantime." in text_of(page)
    again = typed | {"answer-version": page.context["form"]["version"].value()}
    assert where(ana.post(SAFETY, again)) == (303, CHECK)


def test_all_noes_book_the_visit(ana: Client) -> None:
    answer_questions(ana)

    assert "Answered" in text_of(ana.get(CHECK))
    assert where(press_book(ana, **READ_ABOUT_IT)) == (303, "/book/done/")
    visit = Appointment.objects.get()
    assert visit.screening
    assert (visit.state, visit.screening.outcome) == (State.BOOKED, "clear")
    assert visit.screening.patient == visit.patient
    assert "Your visit is booked" in text_of(ana.get("/book/done/"))


@pytest.mark.parametrize("answer", ["yes", "unsure"])
def test_what_a_clinician_must_see_is_said_before_the_button(ana: Client, answer: str) -> None:
    assert where(answer_questions(ana, diabetes=answer)) == (303, CHECK)

    check = text_of(ana.get(CHECK))
    assert "One of our physiotherapists looks at your answers first" in check
    assert "stays yours" in check
    assert "within one working day" in check
    press_book(ana, **READ_ABOUT_IT)
    assert Appointment.objects.get().state == State.NEEDS_REVIEW
    assert [letter.kind for letter in Message.objects.all()] == ["review"]
    done = text_of(ana.get("/book/done/"))
    assert "We have your request" in done
    assert "A physiotherapist reads your answers first" in done


@pytest.mark.parametrize(
    ("answers", "advice"),
    [
        ({"pregnancy": "yes"}, ["Talk with us before you come."]),
        ({"unwell": "unsure"}, ["Have the cause looked at."]),
        (
            {"pregnancy": "yes", "unwell": "yes", "diabetes": "yes"},
            ["Talk with us before you come.", "Have the cause looked at."],
        ),
    ],
)
def test_what_to_do_first_is_said_at_once(
    ana: Client, answers: dict[str, str], advice: list[str]
) -> None:
    assert where(answer_questions(ana, **answers)) == (303, "/book/safety/call-first/")

    page = ana.get("/book/safety/call-first/")

    assert [rule.patient_wording for rule in page.context["advice"]] == advice
    assert all(each in text_of(page) for each in advice)
    assert "(780) 555-0140" in text_of(page)
    assert ("Please see a doctor first" in text_of(page)) is ("unwell" in answers)


def test_the_card_names_the_ways_that_each_page_has(ana: Client) -> None:
    answer_questions(ana, pregnancy="yes")

    pages = ["/book/details/", SAFETY, "/book/safety/call-first/", CHECK]
    ways = [re.findall('<a href="#longer">([^<]+)', text_of(ana.get(page))) for page in pages]

    or_another = ["Keep it longer, or choose another time"]
    assert ways == [or_another, or_another, ["Keep it longer, or give it back"], or_another]
    assert all(text_of(ana.get(page)).count('id="longer"') == 1 for page in pages)


def test_who_is_asked_to_call_first_can_keep_the_time(ana: Client) -> None:
    answer_questions(ana, pregnancy="yes")

    assert "looks at your answers first" in text_of(ana.get(CHECK))
    press_book(ana, **READ_ABOUT_IT)

    assert Appointment.objects.get().state == State.NEEDS_REVIEW
    assert "Please call us" in text_of(ana.get("/book/done/"))


def test_who_is_asked_to_call_first_can_think_for_ten_more_minutes(
    ana: Client, at_now: time_machine.Traveller
) -> None:
    answer_questions(ana, pregnancy="yes")
    at_now.move_to(NOW + timedelta(minutes=8))

    page = ana.post(CALL, LONGER)

    assert page.status_code == 200
    assert parsed(page).title.startswith("Time kept until 7:18 am: Before your visit")
    assert "We keep your time until 7:18 am (Edmonton time)." in parsed(page).words
    assert f'action="{CALL}#longer"' in text_of(page)
    assert Appointment.objects.get().hold_expires_at == NOW + timedelta(minutes=18)


def test_after_ten_minutes_of_thinking_the_time_is_not_called_kept(
    ana: Client, at_now: time_machine.Traveller
) -> None:
    answer_questions(ana, pregnancy="yes")
    assert "your time is still kept for you" in parsed(ana.get(CALL)).words
    at_now.move_to(NOW + timedelta(minutes=10))

    words = parsed(ana.get(CALL)).words

    assert "your time is still kept for you" not in words
    assert "We no longer keep this time for you." in words


def test_who_is_asked_to_call_first_is_told_when_two_hours_are_over(
    ana: Client, at_now: time_machine.Traveller
) -> None:
    answer_questions(ana, pregnancy="yes")
    at_now.move_to(NOW + timedelta(minutes=115))

    page = ana.post(CALL, LONGER)

    assert page.status_code == 409
    assert "We can keep a time no longer than two hours." in parsed(page).words
    assert ("#longer", "Give it back") in parsed(page).links


def test_more_time_without_a_time_leads_to_the_start(ana: Client, cast: Cast) -> None:
    assert where(Client().post(CALL, LONGER)) == (303, "/book/")
    assert where(ana.post(CALL, LONGER)) == (303, SAFETY)
    assert Appointment.objects.get().hold_expires_at == NOW + timedelta(minutes=10)


def test_who_is_asked_to_call_first_can_give_the_time_back(ana: Client, cast: Cast) -> None:
    answer_questions(ana, pregnancy="yes")

    given_back = ana.post("/book/safety/call-first/", follow=True)

    assert "The time is free again" in text_of(given_back)
    assert not Appointment.objects.exists()
    assert where(take(ana, cast.first_visit, NINE, cast.riverside)) == (303, "/book/details/")


def test_the_advice_is_for_those_whom_it_concerns(ana: Client, client: Client) -> None:
    assert where(ana.get("/book/safety/call-first/")) == (303, SAFETY)
    answer_questions(ana)
    assert where(ana.get("/book/safety/call-first/")) == (303, SAFETY)
    assert where(Client().get("/book/safety/call-first/")) == (303, "/book/")


def test_nobody_is_asked_twice_in_one_journey(ana: Client, cast: Cast) -> None:
    answer_questions(ana, diabetes="unsure")
    take(ana, cast.first_visit, local(TUESDAY, "11:00"), cast.riverside)

    assert where(give_details(ana, about="Something else")) == (303, CHECK)


def test_answers_about_ana_do_not_count_for_her_child(ana: Client) -> None:
    answer_questions(ana)

    for_mia = give_details(ana, for_whom="other", patient_name="Mia Lopez")

    assert where(for_mia) == (303, SAFETY)
    assert "checked" not in ana.get(SAFETY).content.decode()
    assert where(press_book(ana, **READ_ABOUT_IT)) == (303, SAFETY)
    assert not Patient.objects.exists()


def test_the_next_booking_of_this_browser_asks_again(ana: Client, cast: Cast) -> None:
    answer_questions(ana)
    press_book(ana, **READ_ABOUT_IT)

    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)

    assert where(give_details(ana)) == (303, SAFETY)


def test_a_name_that_is_known_is_asked_like_any_other(ana: Client, cast: Cast) -> None:
    answer_questions(ana)
    press_book(ana, **READ_ABOUT_IT)
    stranger = Client()
    take(stranger, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)

    assert where(give_details(stranger)) == (303, SAFETY)
    assert "checked" not in stranger.get(SAFETY).content.decode()


def test_answers_can_be_changed_and_the_first_ones_are_forgotten(ana: Client) -> None:
    answer_questions(ana, diabetes="yes")

    page = ana.get(SAFETY)
    assert page.context["form"]["to-diabetes"].value() == "yes"
    answer_questions(ana)

    assert [row.outcome for row in ScreeningAnswers.objects.all()] == ["clear"]


def test_keeping_the_time_longer_loses_no_answer_and_keeps_none(
    ana: Client, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(NOW + timedelta(minutes=8))

    page = ana.post(SAFETY, {"answer-to-diabetes": "unsure", "extend": "yes"})

    assert (page.status_code, page.context["form"].errors) == (200, {})
    assert page.content.decode().count("checked") == 1
    assert page.context["form"]["to-diabetes"].value() == "unsure"
    assert Appointment.objects.get().hold_expires_at == NOW + timedelta(minutes=18)
    assert not ScreeningAnswers.objects.exists()


BACK, ELSEWHEN = {"back": "details"}, {"release": "time"}
LONGER = {"extend": "more"}
CONTINUE: dict[str, str] = {}


def ticked_on(page: Any) -> dict[str, str]:
    """The questions' keys with the answers that the page shows as chosen."""
    form = page.context["form"]
    chosen = {question.key: form[name].value() for question, name in form.asked()}
    return {key: answer for key, answer in chosen.items() if answer}


def test_going_back_to_the_details_loses_no_answer(ana: Client) -> None:
    left = ana.post(SAFETY, {"answer-to-diabetes": "unsure"} | BACK)

    assert where(left) == (303, "/book/details/")
    assert where(give_details(ana, about="Something else")) == (303, SAFETY)
    assert ticked_on(ana.get(SAFETY)) == {"diabetes": "unsure"}


def test_choosing_another_time_loses_no_answer(ana: Client, cast: Cast) -> None:
    left = ana.post(SAFETY, {"answer-to-pregnancy": "yes"} | ELSEWHEN)

    assert where(left) == (303, "/book/first-visit/")
    assert not Appointment.objects.exists()
    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)
    assert ticked_on(ana.get(SAFETY)) == {"pregnancy": "yes"}


@pytest.mark.parametrize(
    ("way", "status"), [(CONTINUE, 409), (BACK, 303), (ELSEWHEN, 303), (LONGER, 409)]
)
def test_a_time_lost_meanwhile_does_not_lose_what_is_ticked(
    ana: Client, cast: Cast, at_now: time_machine.Traveller, way: dict[str, str], status: int
) -> None:
    at_now.move_to(NOW + timedelta(minutes=11))
    for _ in range(2):
        take(Client(), cast.first_visit, NINE, cast.riverside)

    assert ana.post(SAFETY, {"answer-to-unwell": "no"} | way).status_code == status
    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)
    assert ticked_on(ana.get(SAFETY)) == {"unwell": "no"}


@pytest.mark.parametrize("way", [BACK, ELSEWHEN])
def test_what_is_ticked_is_sealed_and_counts_as_no_answer(
    ana: Client, cast: Cast, way: dict[str, str]
) -> None:
    every_answer = {f"answer-to-{key}": "unsure" for key in ("diabetes", "pregnancy", "unwell")}
    ana.post(SAFETY, every_answer | way)
    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)

    assert where(ana.get(CHECK)) == (303, SAFETY)
    assert where(ana.get("/book/safety/call-first/")) == (303, SAFETY)
    assert where(press_book(ana, **READ_ABOUT_IT)) == (303, SAFETY)
    kept = [json.dumps(each.get_decoded()) for each in Session.objects.all()]
    assert not [each for each in kept if "unsure" in each or "diabetes" in each]
    row = ScreeningAnswers.objects.get()
    assert [each.answer for each in answers_on_file.opened(row)] == ["unsure"] * 3
    assert b"unsure" not in bytes(row.sealed_answers)
    assert [row.patient, *Appointment.objects.values_list("state", flat=True)] == [None, "held"]


def test_finished_answers_take_the_place_of_begun_ones(ana: Client) -> None:
    ana.post(SAFETY, {"answer-to-diabetes": "yes"} | BACK)

    assert where(answer_questions(ana)) == (303, CHECK)
    assert [row.outcome for row in ScreeningAnswers.objects.all()] == ["clear"]


def test_answers_changed_on_the_way_back_are_asked_for_again(ana: Client) -> None:
    answer_questions(ana)
    changed = {"answer-to-diabetes": "yes", "answer-to-pregnancy": "no", "answer-to-unwell": "no"}

    ana.post(SAFETY, changed | BACK)

    assert where(give_details(ana)) == (303, SAFETY)
    assert ticked_on(ana.get(SAFETY)) == {"diabetes": "yes", "pregnancy": "no", "unwell": "no"}


@pytest.mark.parametrize("form", [{}, {"answer-to-diabetes": "no", "answer-to-pregnancy": "no"}])
def test_finished_answers_that_nobody_changed_stay_finished(
    ana: Client, form: dict[str, str]
) -> None:
    answer_questions(ana)

    ana.post(SAFETY, form | BACK)

    assert where(give_details(ana)) == (303, CHECK)


@pytest.mark.parametrize("typed", ["", "CANARY-4711", "x" * 100_000])
def test_of_what_is_no_answer_nothing_is_kept(ana: Client, typed: str) -> None:
    ana.post(SAFETY, {"answer-to-diabetes": typed} | BACK)

    assert not ScreeningAnswers.objects.exists()
    assert ticked_on(ana.get(SAFETY)) == {}


def test_what_was_ticked_about_ana_is_not_ticked_for_her_child(ana: Client) -> None:
    ana.post(SAFETY, {"answer-to-diabetes": "yes"} | BACK)

    give_details(ana, for_whom="other", patient_name="Mia Lopez")

    assert ticked_on(ana.get(SAFETY)) == {}


def test_a_time_that_cannot_be_kept_longer_does_not_lose_what_is_ticked(
    ana: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(NOW + timedelta(minutes=115))

    assert ana.post(SAFETY, {"answer-to-unwell": "no"} | LONGER).status_code == 409
    assert ticked_on(ana.get(SAFETY)) == {"unwell": "no"}


def test_what_was_ticked_is_erased_after_a_day(ana: Client) -> None:
    ana.post(SAFETY, {"answer-to-diabetes": "yes"} | BACK)

    answers_on_file.forget_never_finished(now=NOW + timedelta(hours=24, seconds=1))

    assert not ScreeningAnswers.objects.exists()
    assert ticked_on(ana.get(SAFETY)) == {}


def test_a_time_lost_meanwhile_does_not_lose_the_answers(
    ana: Client, cast: Cast, at_now: time_machine.Traveller
) -> None:
    at_now.move_to(NOW + timedelta(minutes=11))
    for _ in range(2):
        take(Client(), cast.first_visit, NINE, cast.riverside)

    assert answer_questions(ana).status_code == 409
    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)
    assert where(give_details(ana)) == (303, CHECK)


def test_without_answers_nothing_is_booked(ana: Client) -> None:
    assert where(press_book(ana, **READ_ABOUT_IT)) == (303, SAFETY)
    assert [visit.state for visit in Appointment.objects.all()] == [State.HELD]


@pytest.mark.parametrize("ticked", [{}, READ_ABOUT_IT])
def test_keeping_the_time_longer_keeps_the_tick(ana: Client, ticked: dict[str, str]) -> None:
    answer_questions(ana)

    page = press_book(ana, **ticked, extend="more")

    information = page.context["information"]
    assert (page.status_code, information.errors) == (200, {})
    assert information["treatment_read"].value() is bool(ticked)
    assert "We keep your time until" in text_of(page)
    assert Appointment.objects.get().state == State.HELD


def test_another_time_chosen_meanwhile_keeps_the_tick(ana: Client, cast: Cast) -> None:
    answer_questions(ana)
    shown = hidden_in(ana.get(CHECK))
    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)

    page = ana.post(CHECK, READ_ABOUT_IT | shown)

    assert (page.status_code, page.context["problem"]) == (409, ANOTHER_TIME)
    assert page.context["information"]["treatment_read"].value() is True
    assert [visit.state for visit in Appointment.objects.all()] == [State.HELD]
    assert where(ana.post(CHECK, READ_ABOUT_IT | hidden_in(page))) == (303, "/book/done/")


def test_a_tick_under_another_version_is_not_kept(ana: Client, cast: Cast) -> None:
    answer_questions(ana)
    shown = hidden_in(ana.get(CHECK))
    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)
    Clinic.objects.update(treatment_information_version="2026-12-01")

    page = ana.post(CHECK, READ_ABOUT_IT | shown)

    assert page.context["information"]["treatment_read"].value() is False


@pytest.mark.parametrize("why", ["the questions changed", "they are too old", "they are gone"])
def test_answers_that_do_not_hold_any_more_are_asked_for_again(
    ana: Client, why: str, at_now: time_machine.Traveller
) -> None:
    answer_questions(ana)
    if why == "the questions changed":
        SafetyRule.objects.filter(key="diabetes").update(question="Have you got diabetes?")
    elif why == "they are too old":
        ScreeningAnswers.objects.update(given_at=NOW - timedelta(days=185))
    else:
        ScreeningAnswers.objects.all().delete()

    assert where(ana.get(CHECK)) == (303, SAFETY)
    assert where(press_book(ana, **READ_ABOUT_IT)) == (303, SAFETY)
    assert [visit.state for visit in Appointment.objects.all()] == [State.HELD]


def test_the_information_about_the_treatment_has_to_be_read(ana: Client) -> None:
    answer_questions(ana)

    page = press_book(ana)

    assert page.status_code == 400
    assert "Tick the box once you have read about the treatment." in text_of(page)
    assert [visit.state for visit in Appointment.objects.all()] == [State.HELD]


def test_the_version_that_was_shown_is_the_one_acknowledged(ana: Client) -> None:
    answer_questions(ana)
    ana.get(CHECK)
    Clinic.objects.update(treatment_information_version="2026-12-01")

    page = press_book(ana, **READ_ABOUT_IT)

    assert page.status_code == 400
    assert "What we tell about the treatment has changed." in text_of(page)
    press_book(ana, **READ_ABOUT_IT | {"treatment_information": "2026-12-01"})
    assert sorted((each.text, each.version) for each in Consent.objects.all()) == [
        ("privacy_notice", "2026-11-20"),
        ("treatment_info", "2026-12-01"),
    ]


def test_pressing_the_button_twice_books_once(ana: Client) -> None:
    answer_questions(ana, diabetes="yes")
    form = READ_ABOUT_IT | hidden_in(ana.get(CHECK))

    answers = [where(ana.post(CHECK, form)) for _ in range(2)]

    assert answers == [(303, "/book/done/")] * 2
    assert Appointment.objects.count() == ScreeningAnswers.objects.count() == 1


def test_two_windows_cannot_use_one_patient_s_answers_twice(ana: Client, cast: Cast) -> None:
    answer_questions(ana)
    session = ana.session
    pointer = session["safety"]
    press_book(ana, **READ_ABOUT_IT)
    take(ana, cast.first_visit, local(TUESDAY, "13:00"), cast.riverside)
    give_details(ana)
    session = ana.session
    session["safety"] = pointer
    session.save()

    assert where(ana.get(CHECK)) == (303, SAFETY)


def test_without_published_rules_a_clinician_looks(ana: Client) -> None:
    SafetyRule.objects.update(is_published=False)

    assert "We are revising our questions" in text_of(ana.get(SAFETY))
    answer_questions(ana)

    assert [row.outcome for row in ScreeningAnswers.objects.all()] == ["review"]


def test_who_must_prove_the_address_is_told_so(ana: Client) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    answer_questions(ana)

    press_book(ana, **READ_ABOUT_IT)

    assert Appointment.objects.get().state == State.UNPROVED
    done = text_of(ana.get("/book/done/"))
    assert "Confirm your e-mail address" in done
    assert "Your visit is not booked yet." in done
    assert "7:30 am" in done


def prove_the_address(cast: Cast, visit: Appointment) -> Appointment:
    return scheduling.prove_address(appointment=visit, now=NOW)


@pytest.mark.parametrize("stand_behind", [prove_the_address, came])
def test_a_patient_s_answers_hold_for_six_months_and_to_the_same_questions(
    ana: Client, cast: Cast, stand_behind: Callable[[Cast, Appointment], Appointment]
) -> None:
    if stand_behind is prove_the_address:
        HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    answer_questions(ana)
    press_book(ana, **READ_ABOUT_IT)
    patient = Patient.objects.get()
    row = ScreeningAnswers.objects.get()

    assert answers_on_file.valid_for(patient, now=NOW) is None
    stand_behind(cast, Appointment.objects.get())
    assert answers_on_file.valid_for(patient, now=NOW) == row
    assert answers_on_file.valid_for(patient, now=local("2027-05-22", "23:59")) == row
    assert answers_on_file.valid_for(patient, now=local("2027-05-23", "0:00")) is None
    SafetyRule.objects.filter(key="diabetes").update(outcome="phone")
    assert answers_on_file.valid_for(patient, now=NOW) is None


def valid_now() -> ScreeningAnswers | None:
    return answers_on_file.valid_for(Patient.objects.get(), now=NOW)


def test_answers_given_under_a_name_that_anybody_may_know_are_not_the_patient_s(cast: Cast) -> None:
    mine = answers_given(at=NOW - timedelta(days=8))
    came(cast, visit_with(cast, mine))

    newer = answers_given(at=NOW - timedelta(days=1))
    booked = visit_with(cast, newer, wall="11:00", day=TUESDAY)
    assert valid_now() == mine

    scheduling.cancel(appointment=booked, by=None, now=NOW)
    assert valid_now() == mine


def test_a_booking_that_lapsed_leaves_no_answers_that_count(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    lapsing = visit_with(cast, answers_given())

    scheduling.sweep(now=NOW)

    assert Appointment.objects.get(pk=lapsing.pk).state == State.LAPSED
    assert valid_now() is None


def test_answers_that_need_a_look_count_whoever_gave_them(cast: Cast) -> None:
    came(cast, visit_with(cast, answers_given(at=NOW - timedelta(days=8))))

    newer = answers_given("review", at=NOW - timedelta(days=1))
    visit_with(cast, newer, wall="11:00")

    assert valid_now() == newer


def test_after_a_visit_was_declined_no_answers_count_until_one_is_approved(cast: Cast) -> None:
    earlier = answers_given(at=NOW - timedelta(days=9))
    came(cast, visit_with(cast, earlier))
    declined = visit_with(cast, answers_given("review"), wall="11:00")
    scheduling.decline(appointment=declined, by=cast.dina, now=NOW, reason="Not now")
    assert valid_now() is None

    came(cast, visit_with(cast, answers_given(), wall="13:00"))
    assert valid_now() is None

    approved = answers_given("review", at=NOW + timedelta(minutes=1))
    waiting = visit_with(cast, approved, wall="15:00")
    scheduling.approve(appointment=waiting, by=cast.dina, now=NOW + timedelta(hours=1))
    approved.refresh_from_db()
    assert valid_now() == approved


def test_a_broken_row_shows_no_advice_and_no_error(ana: Client) -> None:
    answer_questions(ana, pregnancy="yes")
    ScreeningAnswers.objects.update(key_id="lost")

    page = ana.get("/book/safety/call-first/")

    assert (page.status_code, page.context["advice"]) == (200, [])
    assert "(780) 555-0140" in text_of(page)
    assert ana.get(SAFETY).status_code == 200


def test_answers_changed_in_another_window_at_the_instant_of_booking_are_looked_at_first(
    ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_questions(ana)
    other = Client()
    other.cookies = ana.cookies

    def answers_anew(email: str, *, now: Any) -> bool:
        answer_questions(other, diabetes="yes")
        return limits.must_phone(email, now=now)

    with monkeypatch.context() as at_that_moment:
        at_that_moment.setattr(rules_module, "must_phone", answers_anew)
        refused = press_book(ana, **READ_ABOUT_IT)

    assert where(refused) == (303, CHECK)
    assert Appointment.objects.get().state == State.HELD
    assert where(press_book(ana, **READ_ABOUT_IT)) == (303, "/book/done/")
    assert Appointment.objects.get().screening == ScreeningAnswers.objects.get()


def test_a_question_is_shown_as_it_was_written_and_never_as_markup(
    client: Client, cast: Cast
) -> None:
    question = "Was your count < 50 & <em onclick=alert()>falling</em>?"
    SafetyRule.objects.filter(key="diabetes").update(question=question)
    take(client, cast.first_visit, local(TUESDAY, "9:00"), cast.riverside)
    give_details(client)

    asked = client.get("/book/safety/").content.decode()
    refused = answer_questions(client, diabetes="").content.decode()

    for page in (asked, refused):
        assert "Was your count &lt; 50 &amp; &lt;em onclick=alert()&gt;falling" in page
        assert "<em" not in page
