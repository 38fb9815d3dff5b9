"""Who a booking is for: finding the patient's row or making one."""

from dataclasses import replace

import pytest
from django.db.models.functions import Lower

from booking.models import Patient
from booking.registration import Person, find_or_register
from tests.cast import ANA, BEN, NOW

pytestmark = pytest.mark.django_db


def test_a_new_person_gets_a_row_with_what_they_typed():
    ana = find_or_register(ANA, now=NOW)
    ana.refresh_from_db()
    assert (ana.name, ana.email, ana.phone.as_e164, ana.responsible_adult, ana.created_at) == (
        "Ana Lopez",
        "ana@example.com",
        "+17805550150",
        None,
        NOW,
    )
    assert ana.discreet is True


def test_the_same_name_and_address_in_other_capitals_is_the_same_person():
    ana = find_or_register(ANA, now=NOW)
    shouting = replace(ANA, name="ANA LOPEZ", email="Ana@Example.com")
    assert find_or_register(shouting, now=NOW) == ana
    assert Patient.objects.get() == ana


# Turkish İ has no capital but itself and a small letter that is i: two rules of folding differ.
@pytest.mark.parametrize(
    ("first", "second"), [("İpek Kaya", "ipek kaya"), ("ipek kaya", "İPEK KAYA")]
)
def test_a_name_whose_capitals_fold_in_an_unusual_way_can_book_twice(first, second):
    ipek = find_or_register(replace(ANA, name=first), now=NOW)
    again = find_or_register(replace(ANA, name=second), now=NOW)
    names_in_lower_case = set(Patient.objects.values_list(Lower("name"), flat=True))
    assert Patient.objects.count() == len(names_in_lower_case)
    assert (again == ipek) is (len(names_in_lower_case) == 1)


def test_what_is_known_of_a_patient_is_not_changed_by_who_knows_their_name_and_address():
    ana = find_or_register(ANA, now=NOW)
    find_or_register(replace(ANA, name="ana lopez", phone="+17805550199"), now=NOW)
    ana.refresh_from_db()
    assert (ana.name, ana.phone.as_e164) == ("Ana Lopez", "+17805550150")


def test_another_name_at_the_same_address_is_another_patient():
    ana = find_or_register(ANA, now=NOW)
    partner = find_or_register(replace(ANA, name="Rosa Lopez"), now=NOW)
    assert {ana, partner} == set(Patient.objects.all())
    assert ana != partner


def test_without_an_address_nobody_can_be_recognised():
    caller = Person(name="Ana Lopez", email="", phone="+17805550150")
    assert find_or_register(caller, now=NOW) != find_or_register(caller, now=NOW)
    assert Patient.objects.count() == 2


def test_somebody_in_their_care_is_a_patient_reached_through_the_adult():
    child = find_or_register(replace(ANA, dependant="Lia Lopez"), now=NOW)
    adult = Patient.objects.get(name="Ana Lopez")
    assert (child.name, child.responsible_adult, child.correspondent) == (
        "Lia Lopez",
        adult,
        adult,
    )
    assert (child.email, str(child.phone)) == ("", "")
    assert adult.correspondent == adult


def test_the_same_dependant_is_found_again_and_another_adults_is_not():
    lia = find_or_register(replace(ANA, dependant="Lia Lopez"), now=NOW)
    assert find_or_register(replace(ANA, dependant="LIA LOPEZ"), now=NOW) == lia
    assert find_or_register(replace(BEN, dependant="Lia Lopez"), now=NOW) != lia


def test_a_child_of_the_adults_own_name_is_not_the_adult():
    adult = find_or_register(ANA, now=NOW)
    child = find_or_register(replace(ANA, dependant="Ana Lopez"), now=NOW)
    assert child != adult
    assert child.responsible_adult == adult
    assert find_or_register(ANA, now=NOW) == adult
