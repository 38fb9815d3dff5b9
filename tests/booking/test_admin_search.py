"""Finding a caller's visit: by name, phone, e-mail or reference, however it is typed."""

from dataclasses import replace

import pytest
from django.test import Client

from booking import scheduling
from booking.models import Patient
from booking.registration import Person
from tests.booking.admin_steps import LIST, desk_of, listed
from tests.booking.steps import visit
from tests.cast import ANA, BEN, NOW, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


@pytest.mark.parametrize(
    "typed",
    ["780 555 0150", "(780) 555-0150", "+1 780 555 0150", "1-780-555-0150", "7805550150", "0150"],
)
def test_a_visit_is_found_by_phone_however_it_is_written(
    desk: Client, cast: Cast, typed: str
) -> None:
    anas = visit(cast, "10:00")
    visit(cast, "12:00", person=BEN)

    assert listed(desk.get(LIST, query_params={"q": typed})) == [anas.reference]


@pytest.mark.parametrize("typed", ["jose", "JOSÉ", "josé muñoz", "munoz", "Muñoz José"])
def test_a_visit_is_found_by_name_whatever_its_accents(
    desk: Client, cast: Cast, typed: str
) -> None:
    jose = Person(name="José Muñoz", email="jose@example.com", phone="+17805550152")
    his = visit(cast, "10:00", person=jose)
    visit(cast, "12:00", person=BEN)

    assert listed(desk.get(LIST, query_params={"q": typed})) == [his.reference]


def test_a_childs_visit_is_found_by_the_parents_name_and_phone(desk: Client, cast: Cast) -> None:
    leo = Person(name="Ana Lopez", email="ana@example.com", phone="+17805550150", dependant="Leo")
    his = visit(cast, "10:00", person=leo)

    for typed in ("leo", "ana lopez", "780 555 0150"):
        assert listed(desk.get(LIST, query_params={"q": typed})) == [his.reference]


def test_a_number_on_file_is_found_though_another_was_left(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")
    Patient.objects.filter(name="Ana Lopez").update(phone="+17805550177")

    assert listed(desk.get(LIST, query_params={"q": "555-0177"})) == [anas.reference]


@pytest.mark.parametrize("typed", ["ana@example.com", " ANA@Example.com ", "ana@"])
def test_a_visit_is_found_by_the_address_that_its_letters_go_to(
    desk: Client, cast: Cast, typed: str
) -> None:
    anas = visit(cast, "10:00")
    leo = visit(cast, "15:00", person=replace(ANA, dependant="Leo"))
    visit(cast, "12:00", person=BEN)

    found = listed(desk.get(LIST, query_params={"q": typed}))
    assert found == [leo.reference, anas.reference]


def test_a_visit_is_found_by_its_reference_as_it_is_read_aloud(desk: Client, cast: Cast) -> None:
    anas = visit(cast, "10:00")
    spelled = f"{anas.reference[:4].lower()} {anas.reference[4:].lower()}"

    assert listed(desk.get(LIST, query_params={"q": spelled})) == [anas.reference]


def test_a_search_looks_through_all_days_unless_one_is_named(desk: Client, cast: Cast) -> None:
    tomorrow, far = visit(cast, "10:00"), visit(cast, "10:00", day="2026-12-07")

    assert listed(desk.get(LIST, query_params={"q": "ana"})) == [far.reference, tomorrow.reference]
    assert listed(desk.get(LIST, query_params={"q": "ana", "day": "tomorrow"})) == [
        tomorrow.reference
    ]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'; --", "nobody", "()", "+", "🦴"])
def test_a_search_for_nobody_finds_nothing(desk: Client, cast: Cast, typed: str) -> None:
    visit(cast, "10:00")

    page = desk.get(LIST, query_params={"q": typed})

    assert (page.status_code, listed(page)) == (200, [])


def test_the_visits_of_who_was_merged_are_found_by_the_old_name_and_number(
    desk: Client, cast: Cast
) -> None:
    anas, bens = visit(cast, "10:00"), visit(cast, "12:00", person=BEN)
    assert anas.patient
    assert bens.patient
    scheduling.merge(kept=anas.patient, duplicate=bens.patient, by=cast.dina, now=NOW)

    for typed in ("carter", "780 555 0151"):
        assert set(listed(desk.get(LIST, query_params={"q": typed}))) == {
            anas.reference,
            bens.reference,
        }
