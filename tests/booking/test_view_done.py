import pytest
from django.test import Client

from booking import scheduling
from booking.models import Appointment
from booking.registration import Person
from tests.booking.pages import book, give_details, press_book, take, text_of
from tests.cast import ANA, NOW, TUESDAY, Cast
from tests.factories import local, make_patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

NINE = local(TUESDAY, "9:00")


def test_the_page_says_when_where_with_whom_and_the_reference(client: Client, cast: Cast) -> None:
    book(client, cast.first_visit, NINE, cast.riverside)

    page = text_of(client.get("/book/done/"))

    for told in (
        "Tuesday 24 November 2026, 9:00 am (Edmonton time)",
        "118 Rowan Street",
        "Priya Nair",
        Appointment.objects.get().reference,
        "ana@example.com",
    ):
        assert told in page


def test_it_repeats_what_was_typed_and_tells_nothing_of_what_is_on_file(
    client: Client, cast: Cast
) -> None:
    """Ana Lopez was merged into the row under which she is written to elsewhere."""
    known = make_patient(Person("Ana Maria Lopez", "am.lopez@example.com", "+17805550199"))
    typed_before = make_patient(ANA)
    scheduling.merge(kept=known, duplicate=typed_before, by=cast.dina, now=NOW)

    book(client, cast.first_visit, NINE, cast.riverside)

    assert Appointment.objects.get().patient == known
    page = text_of(client.get("/book/done/"))
    for told in ("for Ana Lopez, with Priya Nair", "ana@example.com"):
        assert told in page
    for on_file in ("Maria", "am.lopez@example.com"):
        assert on_file not in page


def test_it_names_the_person_who_comes(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, NINE, cast.riverside)
    give_details(client, for_whom="other", patient_name="Leo Lopez")
    press_book(client)

    assert "for Leo Lopez, with Priya Nair" in text_of(client.get("/book/done/"))


def test_another_browser_sees_nothing_of_it(client: Client, cast: Cast) -> None:
    book(client, cast.first_visit, NINE, cast.riverside)

    answer = Client().get("/book/done/")

    assert (answer.status_code, answer["Location"]) == (303, "/book/")


def test_after_booking_another_time_can_be_booked(client: Client, cast: Cast) -> None:
    book(client, cast.first_visit, NINE, cast.riverside)
    take(client, cast.first_visit, local(TUESDAY, "14:00"), cast.riverside)

    assert client.get("/book/details/").status_code == 200


def test_who_is_called_need_not_come(client: Client, cast: Cast) -> None:
    cast.first_visit.by_phone = True
    cast.first_visit.save()
    book(client, cast.first_visit, NINE, cast.riverside)

    page = text_of(client.get("/book/done/"))

    assert "By phone: we call you" in page
    for not_told in ("118 Rowan Street", "What to wear and bring", "How to find"):
        assert not_told not in page


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (24, "You can move or cancel online until Monday 23 November 2026, 9:00 am"),
        (2, "You can move or cancel online until Tuesday 24 November 2026, 7:00 am"),
        (72, "This is too soon to move or cancel online: please call us if you need to."),
    ],
)
def test_it_says_until_when_this_visit_can_be_changed(
    client: Client, cast: Cast, hours: int, told: str
) -> None:
    cast.first_visit.cancel_cutoff_hours = hours
    cast.first_visit.save()
    book(client, cast.first_visit, NINE, cast.riverside)

    assert told in text_of(client.get("/book/done/"))
