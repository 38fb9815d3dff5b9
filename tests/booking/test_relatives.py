"""A responsible adult books for a child or a person in care; each is a patient of their own."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from booking.models import Appointment, HouseRules, Message, Patient, State
from booking.scheduling import PleasePhone, SlotTaken
from tests.booking.admin_steps import desk_of, told, words
from tests.booking.pages import give_details, press_book, take
from tests.booking.steps import visit
from tests.cast import ANA, BEN, TUESDAY, Cast, make_staff
from tests.factories import local, make_patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

PATIENTS = "/admin/booking/patient/"
LEO, MIA = replace(ANA, dependant="Leo Lopez"), replace(ANA, dependant="Mia Lopez")


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def page_of(patient: Patient | None) -> str:
    assert patient
    return f"{PATIENTS}{patient.pk}/change/"


def names(answer: Any) -> list[str]:
    return [patient.name for patient in answer.context["cl"].result_list]


# Booking.


def test_two_children_come_at_the_same_time_to_different_practitioners(cast: Cast) -> None:
    leos = visit(cast, "9:00", person=LEO)
    mias = visit(cast, "9:00", person=MIA, practitioner=cast.tomas)

    assert (leos.state, mias.state) == (State.BOOKED, State.BOOKED)
    assert leos.starts_at == mias.starts_at
    assert leos.patient != mias.patient


def test_the_adult_may_have_a_visit_at_the_childs_time(cast: Cast) -> None:
    visit(cast, "9:00", person=LEO)
    own = visit(cast, "9:00", practitioner=cast.tomas)

    assert own.patient == Patient.objects.get(name="Ana Lopez")


def test_one_child_is_in_one_place_only(cast: Cast) -> None:
    visit(cast, "9:00", person=LEO)

    with pytest.raises(SlotTaken):
        visit(cast, "9:30", person=LEO, practitioner=cast.tomas)


def test_letters_about_every_child_go_to_the_adult(cast: Cast) -> None:
    for person, wall in ((LEO, "9:00"), (MIA, "10:30"), (ANA, "12:00")):
        visit(cast, wall, person=person)

    assert [letter.to for letter in Message.objects.all()] == ["ana@example.com"] * 3


def test_the_limit_counts_a_family_together(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, open_visits_at_most=2)
    visit(cast, "9:00", person=LEO)
    visit(cast, "9:00", person=MIA, practitioner=cast.tomas)

    with pytest.raises(PleasePhone):
        visit(cast, "12:00")


def test_the_form_needs_no_more_than_the_name_of_who_comes(client: Client, cast: Cast) -> None:
    take(client, cast.first_visit, local(TUESDAY, "9:00"), cast.riverside)
    give_details(client, for_whom="other", patient_name="Leo Lopez")
    press_book(client)

    booked = Appointment.objects.get(state=State.BOOKED)
    assert booked.patient
    assert (booked.patient.name, booked.patient.email) == ("Leo Lopez", "")
    assert booked.patient.correspondent.name == "Ana Lopez"


# At the desk.


def test_the_adults_page_lists_those_in_their_care_and_all_their_visits(
    desk: Client, cast: Cast
) -> None:
    visit(cast, "9:00", person=LEO)
    own = visit(cast, "12:00")
    visit(cast, "14:00", person=BEN)

    answer = desk.get(page_of(own.patient))

    assert "Cares for: Leo Lopez" in words(answer)
    assert [row[1] for row in answer.context["visits"]] == ["Ana Lopez", "Leo Lopez"]


def test_the_childs_page_lists_the_childs_visits_only(desk: Client, cast: Cast) -> None:
    leos = visit(cast, "9:00", person=LEO)
    visit(cast, "10:30", person=MIA)
    visit(cast, "12:00")

    answer = desk.get(page_of(leos.patient))

    assert "In the care of: Ana Lopez" in words(answer)
    assert [row[1] for row in answer.context["visits"]] == ["Leo Lopez"]


@pytest.mark.parametrize("typed", ["leo", "ana"])
def test_the_adult_is_found_by_the_childs_name_and_the_child_by_the_adults(
    desk: Client, typed: str
) -> None:
    make_patient(LEO)
    make_patient(BEN)

    assert names(desk.get(PATIENTS, query_params={"q": typed})) == ["Ana Lopez", "Leo Lopez"]


def test_a_child_does_not_find_its_brothers_and_sisters(desk: Client) -> None:
    make_patient(LEO)
    make_patient(replace(ANA, dependant="Mia Cruz"))

    found = names(desk.get(PATIENTS, query_params={"q": "cruz"}))

    assert found == ["Ana Lopez", "Mia Cruz"]


def test_the_desk_adds_somebody_in_an_adults_care(desk: Client, cast: Cast) -> None:
    ana = make_patient(ANA)
    address = f"{PATIENTS}{ana.pk}/dependant/"

    assert f'href="{address}"' in desk.get(page_of(ana)).content.decode()
    answer = desk.post(address, {"name": "Leo Lopez"}, follow=True)

    leo = Patient.objects.get(name="Leo Lopez")
    assert leo.responsible_adult == ana
    assert answer.redirect_chain == [(page_of(leo), 302)]
    assert told(answer) == ["Leo Lopez is in the care of Ana Lopez."]


def test_adding_somebody_twice_is_once(desk: Client, cast: Cast) -> None:
    ana = make_patient(LEO).correspondent

    for name in ("Leo Lopez", "LEO LOPEZ"):
        desk.post(f"{PATIENTS}{ana.pk}/dependant/", {"name": name})

    assert ana.dependants.count() == 1


@pytest.mark.parametrize("typed", ["", "   ", "a\nb", "x" * 121])
def test_a_name_that_is_none_is_marked(desk: Client, cast: Cast, typed: str) -> None:
    ana = make_patient(ANA)

    answer = desk.post(f"{PATIENTS}{ana.pk}/dependant/", {"name": typed})

    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"name"}
    assert not ana.dependants.exists()


def test_who_is_in_somebodys_care_cares_for_nobody(desk: Client, cast: Cast) -> None:
    leo = make_patient(LEO)

    assert desk.get(f"{PATIENTS}{leo.pk}/dependant/").status_code == 404
    assert "dependant/" not in desk.get(page_of(leo)).content.decode()


def test_only_who_may_add_patients_adds_one(cast: Cast) -> None:
    ana = make_patient(ANA)
    priya = desk_of(make_staff("priya", "Priya", "Nair", group="Practitioner"))

    assert priya.get(f"{PATIENTS}{ana.pk}/dependant/").status_code == 403
    assert priya.post(f"{PATIENTS}{ana.pk}/dependant/", {"name": "Leo"}).status_code == 403
    assert "dependant/" not in priya.get(page_of(ana)).content.decode()
