"""Merging two rows of one patient in admin: find, look, do, take back."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking.models import Patient
from booking.registration import Person, find_or_register
from tests.booking.admin_steps import desk_of, words
from tests.booking.steps import visit
from tests.cast import ANA, BEN, NOW, Cast, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

PATIENTS = "/admin/booking/patient/"
ANNA = Person(name="Anna Lopes", email="", phone="+17805550150")


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def patient(person: Person) -> Patient:
    return find_or_register(person, now=NOW)


def merge_page(kept: Patient) -> str:
    return f"{PATIENTS}{kept.pk}/merge/"


def candidates(answer: Any) -> list[str]:
    return [each["patient"].name for each in answer.context["candidates"]]


def listed(answer: Any) -> list[str]:
    return [each.name for each in answer.context["cl"].result_list]


def test_people_of_a_like_name_are_proposed_first(desk: Client):
    ana, _, _ = patient(ANA), patient(ANNA), patient(BEN)
    assert candidates(desk.get(merge_page(ana))) == ["Anna Lopes"]


def test_somebody_else_can_be_looked_for(desk: Client):
    ana, _ = patient(ANA), patient(BEN)
    assert candidates(desk.get(merge_page(ana), {"q": "0151"})) == ["Ben Carter"]
    assert "Nobody else" in words(desk.get(merge_page(ana), {"q": "Zoe"}))


def test_what_changes_hands_is_shown_before_anything_does(desk: Client, cast: Cast):
    visit(cast, "9:00")
    ana, anna = patient(ANA), patient(ANNA)
    shown = words(desk.get(merge_page(anna), {"with": ana.pk}))
    assert "1 × appointments" in shown
    assert "Anna Lopes has no email yet and gets that one" in shown
    ana.refresh_from_db()
    assert ana.merged_into is None


def test_the_button_merges_and_the_duplicate_is_in_no_list(desk: Client, cast: Cast):
    ana, anna = patient(ANA), patient(ANNA)
    answer = desk.post(merge_page(ana), {"with": anna.pk}, follow=True)
    assert "Anna Lopes is merged into Ana Lopez. You can undo it for a day." in words(answer)
    assert listed(desk.get(PATIENTS)) == ["Ana Lopez"]


def test_a_merge_can_be_undone_from_the_patients_page(desk: Client, cast: Cast):
    ana, anna = patient(ANA), patient(ANNA)
    page = desk.post(merge_page(ana), {"with": anna.pk}, follow=True)
    (merge,) = page.context["merges"]
    undo = f"{PATIENTS}merges/{merge.pk}/undo/"
    assert "patient of their own again" in words(desk.post(undo, follow=True))
    assert listed(desk.get(PATIENTS)) == ["Ana Lopez", "Anna Lopes"]
    assert "undone already" in words(desk.post(undo, follow=True))


def test_after_a_day_the_page_offers_no_undo(desk: Client, cast: Cast):
    ana, anna = patient(ANA), patient(ANNA)
    desk.post(merge_page(ana), {"with": anna.pk})
    with time_machine.travel(NOW + timedelta(days=1, minutes=1), tick=False):
        tomorrow = desk_of(cast.dina)
        assert tomorrow.get(f"{PATIENTS}{ana.pk}/change/").context["merges"] == []


def test_two_who_cannot_be_one_are_refused_with_the_reason(desk: Client, cast: Cast):
    visit(cast, "9:00")
    visit(cast, "9:30", person=BEN, practitioner=cast.tomas)
    answer = desk.post(merge_page(patient(ANA)), {"with": patient(BEN).pk})
    assert answer.status_code == 409
    assert "They have visits at the same time." in words(answer)


@pytest.mark.parametrize("wanted", ["", "x", "99999999999999999999", "٣", "-1"])
def test_a_wrong_choice_only_shows_the_search_again(desk: Client, wanted: str):
    ana = patient(ANA)
    for answer in (
        desk.get(merge_page(ana), {"with": wanted}),
        desk.post(merge_page(ana), {"with": wanted}),
    ):
        assert (answer.status_code, answer.context["duplicate"]) == (200, None)


def test_a_patient_who_is_gone_is_not_found(desk: Client):
    ana, anna = patient(ANA), patient(ANNA)
    desk.post(merge_page(ana), {"with": anna.pk})
    assert desk.get(merge_page(anna)).status_code == 404
    assert desk.post(f"{PATIENTS}merges/12345/undo/").status_code == 404


def test_practitioners_do_not_merge(cast: Cast):
    ana, anna = patient(ANA), patient(ANNA)
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))
    assert priya.get(merge_page(ana)).status_code == 403
    assert priya.post(merge_page(ana), {"with": anna.pk}).status_code == 403
    assert priya.post(f"{PATIENTS}merges/1/undo/").status_code == 403


@pytest.mark.parametrize(
    "typed", ["1980-05-04", "4 May 1980", "4.5.1980", "04/05/1980", "05/04/1980"]
)
def test_people_are_found_by_their_birthday_however_it_is_written(desk: Client, typed: str):
    ana, _ = patient(ANA), patient(BEN)
    Patient.objects.filter(pk=ana.pk).update(born_on=date(1980, 5, 4))
    assert listed(desk.get(PATIENTS, {"q": typed})) == ["Ana Lopez"]


@pytest.mark.parametrize("typed", ["Lopes", "Anna Lopez", "lópes"])
def test_people_are_found_though_their_name_is_misspelled(desk: Client, typed: str):
    patient(ANA), patient(BEN)
    assert listed(desk.get(PATIENTS, {"q": typed})) == ["Ana Lopez"]
