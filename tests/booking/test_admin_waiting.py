"""The earlier-slot list at the desk: who waits, callers without e-mail, and what they answer."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from booking import scheduling
from booking.absences import Place
from booking.models import Appointment, Closure, Message, SlotOffer, State, WaitingEntry
from booking.registration import Person
from tests.booking.admin_steps import desk_of, told, words
from tests.booking.steps import history, visit
from tests.booking.wishes import (
    CHIDI,
    MORNING,
    TEN,
    answers,
    offered,
    wait,
    wait_for_earlier,
)
from tests.cast import Cast, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_morning")]

LIST = "/admin/booking/waitingentry/"
ADD = f"{LIST}add/"
GITA = Person("Gita Rao", "", "+17805550153")


@pytest.fixture
def in_the_morning(at_now: time_machine.Traveller) -> None:
    at_now.move_to(MORNING)


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def caller(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Gita Rao",
        "phone": "780 555 0153",
        "email": "",
        "dependant": "",
        "service": cast.first_visit.pk,
        "practitioner": cast.priya.pk,
        "location": "",
        "weekdays": ["1"],
        "earliest": "9:30 am",
        "latest": "",
        "until": "2026-12-04",
        **changes,
    }


def page_of(entry: WaitingEntry) -> str:
    return f"{LIST}{entry.pk}/change/"


def answer(desk: Client, offer: SlotOffer, said: str) -> Any:
    path = f"{LIST}{offer.entry_id}/answer/"
    return desk.post(path, {"answer": f"{said} {offer.pk}"}, follow=True)


def test_the_list_says_who_waits_for_what(cast: Cast, desk: Client) -> None:
    wait(cast, weekdays=[1, 3], practitioner=cast.tomas)
    wait(cast, person=CHIDI)

    page = words(desk.get(LIST))

    assert "First visit with Tomas Costa, any location Tuesday, Thursday, any time of day" in page
    assert "(780) 555-0150 ana@example.com" in page
    assert "Mon 7 Dec 2026" in page
    assert "Chidi Eze" in page


def test_the_list_costs_as_much_for_many_as_for_few(
    cast: Cast, desk: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        wait(cast, person=Person(f"Patient {number}", f"p{number}@example.com", GITA.phone))
    offered(cast)

    with django_assert_max_num_queries(16):
        assert "Patient 11" in words(desk.get(LIST))


def test_whoever_cannot_be_written_to_stands_on_the_phone_list(cast: Cast, desk: Client) -> None:
    wait(cast, person=GITA)
    offered(cast)
    wait(cast)

    page = words(desk.get(f"{LIST}?now=phone"))

    assert "Offered, no e-mail: please phone (1)" in page
    assert "Please phone until 9:30 am" in page
    assert "Gita Rao" in page
    assert "Ana Lopez" not in page


def test_offers_that_run_can_be_listed(cast: Cast, desk: Client) -> None:
    wait(cast)
    offered(cast)
    wait(cast, person=CHIDI)

    page = words(desk.get(f"{LIST}?now=offered"))

    assert "Offered at this moment (1)" in page
    assert "Tue 24 Nov 2026, 10:00 am Kept until 9:30 am" in page
    assert "Chidi Eze" not in page


@pytest.mark.parametrize("query", ["Lopez", "780 555 0150", "ana@example.com"])
def test_a_patient_is_found_as_elsewhere(cast: Cast, desk: Client, query: str) -> None:
    wait(cast)
    wait(cast, person=CHIDI)

    found = desk.get(LIST, {"q": query}).context["cl"].result_list

    assert [entry.patient.name for entry in found] == ["Ana Lopez"]


def test_a_caller_is_put_on_the_list(cast: Cast, desk: Client) -> None:
    assert desk.get(ADD).status_code == 200

    answered = desk.post(ADD, caller(cast), follow=True)

    entry = WaitingEntry.objects.get()
    assert told(answered) == ["Gita Rao is on the list."]
    assert answered.redirect_chain == [(page_of(entry), 302)]
    assert (entry.patient.name, entry.practitioner, entry.location, entry.weekdays) == (
        "Gita Rao",
        cast.priya,
        None,
        [1],
    )
    assert f"{entry.earliest:%H:%M}" == "09:30"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"until": "2026-11-22"}, "until", "Choose today or a later day."),
        (
            {"latest": "9:30 am"},
            "latest",
            "“Not before” must lie before “not after”.",
        ),
    ],
)
def test_what_is_wrong_is_said(
    cast: Cast, desk: Client, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    answered = desk.post(ADD, caller(cast, **wrong))

    assert answered.status_code == 400
    assert answered.context["form"].errors == {field: [sentence]}
    assert not WaitingEntry.objects.exists()


def test_a_practitioner_who_does_not_give_the_service_is_refused(cast: Cast, desk: Client) -> None:
    cast.first_visit.practitioners.remove(cast.priya)

    answered = desk.post(ADD, caller(cast))

    assert answered.context["form"].errors == {
        "practitioner": ["Priya Nair does not give “First visit”."]
    }


def test_a_fourth_wish_for_the_same_is_refused(cast: Cast, desk: Client) -> None:
    for weekday in range(3):
        wait(cast, weekdays=[weekday])
    ana = {"name": "Ana Lopez", "email": "ana@example.com", "phone": "780 555 0150"}

    answered = desk.post(ADD, caller(cast, **ana))

    assert answered.status_code == 409
    assert "on the list for this service three times" in words(answered)


def test_the_page_shows_the_offers_and_no_way_to_edit_them(cast: Cast, desk: Client) -> None:
    entry = wait_for_earlier(visit(cast, "14:00"))
    scheduling.decline_offer(offer=offered(cast), by=None, now=MORNING)

    page = desk.get(page_of(entry))

    assert "Tue 24 Nov 2026, 10:00 am" in words(page)
    assert "Declined" in words(page)
    assert "Tue 24 Nov 2026, 2:00 pm" in words(page)
    assert 'name="_save"' not in page.content.decode()
    assert desk.post(page_of(entry), {"state": "stopped"}).status_code == 403


def test_a_caller_takes_the_time(cast: Cast, desk: Client) -> None:
    entry = wait(cast, person=GITA)
    offer = offered(cast)
    assert "They take it" in desk.get(page_of(entry)).content.decode()

    answered = answer(desk, offer, "yes")

    booked = Appointment.objects.get(state=State.BOOKED)
    assert (booked.starts_at, booked.patient.name) == (TEN, "Gita Rao")
    assert told(answered) == [f"Visit {booked.reference} has the time."]
    assert answered.redirect_chain == [(f"/admin/booking/appointment/{booked.pk}/change/", 302)]
    assert "They take it" not in desk.get(page_of(entry)).content.decode()


def test_a_caller_declines(cast: Cast, desk: Client) -> None:
    wait(cast, person=GITA)

    answered = answer(desk, offered(cast), "no")

    assert told(answered) == ["The time is offered to the next one who waits."]
    assert answers() == [("Gita Rao", "declined")]


def test_a_button_of_an_older_page_answers_no_later_offer(cast: Cast, desk: Client) -> None:
    entry = wait(cast, person=GITA)
    first = offered(cast)
    scheduling.decline_offer(offer=first, by=None, now=MORNING)
    scheduling.offer_freed_times(now=MORNING)
    offered(cast, wall="14:00")

    answered = answer(desk, first, "yes")

    assert "Nothing was changed: the offer has been answered otherwise" in told(answered)[0]
    assert answers() == [("Gita Rao", "declined"), ("Gita Rao", "open")]
    assert entry.offers.count() == 2


def test_an_offer_whose_time_is_over_is_not_given(
    cast: Cast, desk: Client, at_now: time_machine.Traveller
) -> None:
    wait(cast, person=GITA)
    offer = offered(cast)
    at_now.move_to(offer.expires_at)

    assert "its time is over" in told(answer(desk, offer, "yes"))[0]
    assert not Appointment.objects.filter(state=State.BOOKED).exists()


def test_a_time_that_cannot_be_had_any_more_is_said(cast: Cast, desk: Client) -> None:
    wait(cast, person=GITA)
    offer = offered(cast)
    Closure.objects.create(starts_at=offer.place.starts_at, ends_at=offer.place.ends_at, reason="x")

    assert "cannot be had any more" in told(answer(desk, offer, "yes"))[0]
    assert answers() == [("Gita Rao", "open")]


def test_a_caller_is_taken_off_the_list(cast: Cast, desk: Client) -> None:
    entry = wait(cast)
    assert "Take them off the list" in desk.get(page_of(entry)).content.decode()

    answered = desk.post(f"{LIST}{entry.pk}/leave/", follow=True)

    entry.refresh_from_db()
    assert entry.state == WaitingEntry.State.WITHDRAWN
    assert told(answered) == ["Ana Lopez is off the list."]
    assert "Take them off the list" not in answered.content.decode()


def test_a_practitioner_looks_and_changes_nothing(cast: Cast) -> None:
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))
    entry = wait(cast)
    offer = offered(cast)

    assert priya.get(LIST).status_code == priya.get(page_of(entry)).status_code == 200
    assert "Take them off the list" not in priya.get(page_of(entry)).content.decode()
    assert [
        priya.get(ADD).status_code,
        priya.post(ADD, caller(cast)).status_code,
        priya.post(f"{LIST}{entry.pk}/leave/").status_code,
        answer(priya, offer, "yes").status_code,
    ] == [403] * 4
    assert answers() == [("Ana Lopez", "open")]


def test_an_editor_sees_nothing_of_the_list(cast: Cast) -> None:
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))
    entry = wait(cast)

    assert [
        editor.get(path).status_code
        for path in (LIST, ADD, page_of(entry), f"{LIST}{entry.pk}/leave/")
    ] == [403, 403, 403, 405]
    assert editor.post(f"{LIST}{entry.pk}/leave/").status_code == 403


def test_an_entry_that_is_not_there_is_a_404(desk: Client) -> None:
    assert desk.post(f"{LIST}99/leave/").status_code == 404
    assert desk.post(f"{LIST}99/answer/", {"answer": "yes 1"}).status_code == 404


@pytest.mark.parametrize("way", ["answer", "leave"])
def test_the_history_says_who_gave_the_kept_time_back(cast: Cast, desk: Client, way: str) -> None:
    wait(cast)
    offer = offered(cast)
    kept = offer.place
    assert kept

    if way == "answer":
        answer(desk, offer, "no")
    else:
        desk.post(f"{LIST}{offer.entry_id}/leave/")

    assert [(kind, who) for kind, _, _, who, _ in history(kept)] == [
        ("held", "Clock"),
        ("released", "Dina Farouk"),
    ]


def test_what_is_offered_because_of_an_absence_is_said_to_be_no_wish(
    cast: Cast, desk: Client
) -> None:
    anas = visit(cast, "14:00")
    asked = scheduling.offer_instead(
        closure=Closure.objects.create(
            practitioner=cast.priya, starts_at=TEN, ends_at=anas.ends_at, reason="Ill"
        ),
        appointment=anas,
        instead=Place(cast.tomas, cast.riverside, TEN),
        by=cast.dina,
        now=MORNING,
    )
    assert asked.offer
    assert "Offered instead of a visit in a closure" in words(desk.get(LIST))

    assert anas.patient
    scheduling.contact_changed(anas.patient, now=MORNING)

    # At the new address: the offer, and no letter that says that Ana is on a list.
    assert asked.offer.messages.filter(state="queued").count() == 1
    assert not Message.objects.filter(kind="waiting").exists()
