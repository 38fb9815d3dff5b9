"""Booking on one screen: the place pointed at, finding the patient, asking before a second row."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from booking import scheduling
from booking.models import Appointment, Patient
from booking.registration import Person
from tests.booking.admin_steps import BOOK, caller, desk_of, problems, told, words
from tests.booking.diary_steps import BESIDE, BOARD
from tests.booking.steps import desk_visit, visit
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast
from tests.factories import local, make_practitioner, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def from_board(desk: Client, cast: Cast, wall: str) -> Any:
    return desk.get(
        BOOK,
        {
            "practitioner": cast.priya.pk,
            "location": cast.riverside.pk,
            "date": TUESDAY,
            "time": wall,
        },
    )


def found(desk: Client, words_typed: str) -> list[str]:
    answer = desk.post(f"{BOOK}patients/", {"find": words_typed}, headers=BESIDE)
    return [patient.name for patient in answer.context["found"] or ()]


def on_file(cast: Cast, patient: Patient | None, **changes: Any) -> dict[str, Any]:
    empty = {"name": "", "phone": "", "email": "", "patient": patient.pk if patient else ""}
    return caller(cast, **(empty | changes))


def test_the_place_pointed_at_is_filled_in(desk: Client, cast: Cast) -> None:
    form = from_board(desk, cast, "10:00").context["form"]

    assert {name: str(form[name].value()) for name in ("practitioner", "location", "service")} == {
        "practitioner": str(cast.priya.pk),
        "location": str(cast.riverside.pk),
        "service": str(cast.first_visit.pk),
    }
    assert (form["date"].value(), form["time"].value()) == (TUESDAY, "10:00")


def test_the_first_start_within_the_hour_is_proposed(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")

    page = from_board(desk, cast, "11:10")

    assert page.context["form"]["time"].value() == "11:30"
    assert "Free for “First visit”, 60 minutes." in words(page)


def test_a_follow_up_is_proposed_before_a_first_visit(desk: Client, cast: Cast) -> None:
    follow_up = make_service(cast.priya, name="Follow-up", visit="follow_up", order=9)

    assert from_board(desk, cast, "10:00").context["form"]["service"].value() == str(follow_up.pk)


def test_a_place_that_is_not_open_says_why_and_what_is(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")

    page = words(from_board(desk, cast, "10:05"))

    assert "Not open for “First visit”" in page
    assert "Book Tuesday 24 November 2026, 11:30 am (Edmonton time) with Priya Nair" in page


@pytest.mark.parametrize(
    "query", ["?time=25:00", "?practitioner=x", "?date=0001-01-01", "?service=9999999999999999999"]
)
def test_a_place_that_cannot_be_read_is_an_empty_form(desk: Client, query: str) -> None:
    assert desk.get(f"{BOOK}{query}").status_code == 200


def test_patients_are_found_by_name_phone_and_address(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    visit(cast, "12:00", person=BEN)

    assert found(desk, "LOP") == ["Ana Lopez"]
    assert found(desk, "780 555 0151") == ["Ben Carter"]
    assert found(desk, "ben@exam") == ["Ben Carter"]
    assert found(desk, "555-015") == ["Ana Lopez", "Ben Carter"]
    assert found(desk, "nobody") == []
    assert found(desk, "a") == []
    assert found(desk, "\x00") == []


def test_whoever_was_merged_into_another_is_found_as_them_by_the_old_name_and_number(
    desk: Client, cast: Cast
) -> None:
    anas, bens = visit(cast, "9:00"), visit(cast, "12:00", person=BEN)
    assert anas.patient
    assert bens.patient
    scheduling.merge(kept=anas.patient, duplicate=bens.patient, by=cast.dina, now=NOW)

    for typed in ("ben carter", "780 555 0151", "ben@exam"):
        assert found(desk, typed) == ["Ana Lopez"]
    page = desk.post(f"{BOOK}patients/", {"find": "ben"}, headers=BESIDE)
    assert "also on file as Ben Carter, (780) 555-0151" in words(page)
    answer = desk.post(BOOK, on_file(cast, bens.patient))
    assert list(problems(answer)) == ["patient"]


def test_after_two_mergers_the_first_name_finds_the_one_that_was_kept(
    desk: Client, cast: Cast
) -> None:
    anna, ana, ben = (
        Patient.objects.create(name=name, phone=ANA.phone, created_at=NOW)
        for name in ("Anna Lopes", "Ana Lopez", "Ben Carter")
    )
    scheduling.merge(kept=ana, duplicate=ben, by=cast.dina, now=NOW)
    scheduling.merge(kept=anna, duplicate=ana, by=cast.dina, now=NOW)

    page = desk.post(f"{BOOK}patients/", {"find": "carter"}, headers=BESIDE)

    assert list(page.context["found"]) == [anna]
    assert "also on file as Ana Lopez, also on file as Ben Carter" in words(page)


def test_who_phones_again_under_the_name_of_a_duplicate_is_asked_about(
    desk: Client, cast: Cast
) -> None:
    anna = desk_visit(cast, "9:00", person=Person("Anna Lopes", "", ANA.phone)).patient
    ana = visit(cast, "12:00").patient
    scheduling.merge(kept=ana, duplicate=anna, by=cast.dina, now=NOW)

    asked = desk.post(BOOK, caller(cast, name="anna lopes", email=""))

    assert asked.status_code == 409
    assert list(asked.context["found"]) == [ana]
    assert Patient.objects.count() == 2


def test_without_scripts_the_search_button_keeps_what_was_typed(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")

    page = desk.post(BOOK, on_file(cast, None, find="ana", search="1", about="Knee"))

    assert page.status_code == 200
    assert [patient.name for patient in page.context["found"]] == ["Ana Lopez"]
    assert page.context["form"]["about"].value() == "Knee"
    assert page.context["form"].errors == {}


def test_enter_in_the_search_field_searches_and_books_nothing(desk: Client, cast: Cast) -> None:
    visit(cast, "12:00")

    page = desk.post(BOOK, on_file(cast, None, find="ana"))

    assert [patient.name for patient in page.context["found"]] == ["Ana Lopez"]
    assert Appointment.objects.count() == 1


def test_a_patient_on_file_is_booked_as_they_are(desk: Client, cast: Cast) -> None:
    nameless = Patient.objects.create(
        name="Ana Lopez", phone="+17805550159", created_at=local(TUESDAY, "1:00")
    )

    page = desk.post(BOOK, on_file(cast, nameless), follow=True)

    booked = Appointment.objects.get()
    assert page.redirect_chain == [(f"{BOARD}?day={TUESDAY}#v{booked.pk}", 302)]
    assert told(page)[0].startswith(f"Booked: visit {booked.reference} of Ana Lopez, Tuesday")
    assert (booked.patient, booked.events.get().user) == (nameless, cast.dina)
    assert Patient.objects.count() == 1


def test_somebody_new_is_registered(desk: Client, cast: Cast) -> None:
    desk.post(BOOK, caller(cast, patient="", find="Ana"))

    assert [patient.name for patient in Patient.objects.all()] == ["Ana Lopez"]


def test_somebody_new_needs_a_name_and_a_phone(desk: Client, cast: Cast) -> None:
    page = desk.post(BOOK, on_file(cast, None))

    assert page.status_code == 400
    assert set(problems(page)) == {"name", "phone"}


def test_a_patient_who_is_gone_is_asked_for_again(desk: Client, cast: Cast) -> None:
    page = desk.post(BOOK, caller(cast, patient="99999"))

    assert page.status_code == 400
    assert problems(page) == {"patient": ["This patient is not on file any more. Find them again."]}


def test_a_taken_time_is_a_sentence_and_nothing_typed_is_lost(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)
    ana = Patient.objects.create(name="Ana Lopez", created_at=local(TUESDAY, "1:00"))

    page = desk.post(BOOK, on_file(cast, ana))

    assert page.status_code == 409
    assert problems(page)["time"][0].endswith(
        "cannot be booked: the practitioner has another visit or its buffer then."
    )
    assert f'value="{ana.pk}" checked' in page.content.decode()
    assert page.context["refused"].nearest


def test_one_of_the_nearest_times_is_booked_by_its_button(desk: Client, cast: Cast) -> None:
    choice = f"{TUESDAY} 13:00 {cast.tomas.pk} {cast.riverside.pk}"

    desk.post(BOOK, caller(cast, patient="", choice=choice))

    booked = Appointment.objects.get()
    assert (booked.practitioner, booked.starts_at) == (cast.tomas, local(TUESDAY, "13:00"))


def test_a_patients_own_visit_refuses_the_time(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")
    with_tomas = {"practitioner": cast.tomas.pk}

    page = desk.post(BOOK, on_file(cast, anas.patient, **with_tomas))

    assert page.status_code == 409
    assert problems(page)["time"] == [
        "Tuesday 24 November 2026, 10:00 am (Edmonton time): Ana Lopez has another visit then."
    ]


def test_with_a_reason_the_desk_books_beside_another_visit(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00", person=BEN)

    desk.post(BOOK, caller(cast, patient="", overbooking_reason="In great pain"))

    anas = Appointment.objects.get(patient__name="Ana Lopez")
    assert (anas.overbooked, anas.overbooking_reason) == (True, "In great pain")


def test_whether_service_and_place_fit_is_said_while_they_are_chosen(
    desk: Client, cast: Cast
) -> None:
    other = make_practitioner("Zoe Okoro")

    fits = desk.post(f"{BOOK}fitting/", caller(cast), headers=BESIDE)
    not_theirs = desk.post(f"{BOOK}fitting/", caller(cast, practitioner=other.pk), headers=BESIDE)
    unfinished = desk.post(f"{BOOK}fitting/", caller(cast, time=""), headers=BESIDE)

    assert words(fits) == "Free for “First visit”, 60 minutes."
    assert words(not_theirs) == "Zoe Okoro does not give “First visit”."
    assert words(unfinished).startswith("Free for “First visit”, for example: Book Tuesday 24")


def test_who_is_merged_into_somebody_is_neither_found_nor_booked(desk: Client, cast: Cast) -> None:
    twice = visit(cast, "12:00").patient
    kept = Patient.objects.create(name="Ana López", phone=twice.phone, created_at=NOW)
    scheduling.merge(kept=kept, duplicate=twice, by=cast.dina, now=NOW)

    page = desk.post(BOOK, on_file(cast, twice))

    assert found(desk, "ana") == ["Ana López"]
    assert problems(page) == {"patient": ["This patient is not on file any more. Find them again."]}
    assert desk.get(f"/admin/booking/patient/{twice.pk}/dependant/").status_code == 404


def test_a_name_and_number_on_file_are_asked_about_before_a_second_row_is_made(
    desk: Client, cast: Cast
) -> None:
    known = Patient.objects.create(name="Ana Lopez", phone=ANA.phone, created_at=NOW)
    typed = caller(cast, email="")

    asked = desk.post(BOOK, typed)
    assert asked.status_code == 409
    assert problems(asked)["patient"][0].startswith("Somebody of this name and number is on file")
    assert list(asked.context["found"]) == [known]
    assert Appointment.objects.count() == 0

    desk.post(BOOK, typed | {"patient": ""})
    assert Patient.objects.filter(name="Ana Lopez").count() == 2


def test_who_is_recognised_by_address_is_not_asked_about(desk: Client, cast: Cast) -> None:
    visit(cast, "12:00")

    desk.post(BOOK, caller(cast))

    assert Patient.objects.get().appointments.count() == 2


def test_from_the_page_of_a_patient_they_are_chosen_already(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "12:00").patient
    anas.born_on = date(1990, 5, 3)
    anas.save()
    address = f"{BOOK}?patient={anas.pk}"

    assert address in desk.get(f"/admin/booking/patient/{anas.pk}/change/").content.decode()
    page = desk.get(address)
    assert f'value="{anas.pk}" checked' in page.content.decode()
    assert "born 3 May 1990" in words(page)
    assert found(desk, "3 May 1990") == ["Ana Lopez"]


def test_what_is_searched_for_is_never_part_of_an_address(desk: Client) -> None:
    assert desk.get(f"{BOOK}patients/", {"find": "Ana"}).status_code == 405
    assert desk.get(f"{BOOK}fitting/").status_code == 405
