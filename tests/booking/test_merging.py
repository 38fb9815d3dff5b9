"""Two rows that are one person become one, whatever hangs on them, and can become two again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from booking import scheduling, visit_links
from booking.models import Consent, Message, Patient, PatientMerge, State
from booking.registration import Person, find_or_register
from tests.booking.steps import desk_visit, letters, visit
from tests.cast import ANA, BEN, NOW, Cast
from tests.factories import local

pytestmark = pytest.mark.django_db

# How a colleague wrote Ana down over the phone.
ANNA = Person(name="Anna Lopes", email="", phone="+17805550150")
LEO = replace(ANA, dependant="Leo Lopez")


def patient(person: Person) -> Patient:
    return find_or_register(person, now=NOW)


def merge(kept: Patient, duplicate: Patient, cast: Cast) -> PatientMerge:
    return scheduling.merge(kept=kept, duplicate=duplicate, by=cast.dina, now=NOW)


def names_of_visits(person: Patient) -> list[str]:
    return sorted(person.appointments.values_list("reference", flat=True))


def test_everything_of_the_duplicate_is_ana_s_afterwards(cast: Cast):
    anas, annas = visit(cast, "9:00"), visit(cast, "12:00", person=BEN)
    ana, ben = patient(ANA), patient(BEN)
    merge(ana, ben, cast)
    assert names_of_visits(ana) == sorted([anas.reference, annas.reference])
    assert names_of_visits(ben) == []
    assert Consent.objects.filter(patient=ana).count() == 2
    ben.refresh_from_db()
    assert ben.merged_into == ana


def test_what_changes_hands_is_told_before(cast: Cast):
    visit(cast, "9:00")
    visit(cast, "12:00", person=BEN)
    plan = scheduling.plan_merge(patient(ANA), patient(BEN))
    assert plan.rows == [("appointments", 1), ("consents", 1)]
    assert plan.filled_in == []


def test_the_kept_row_is_filled_in_where_it_says_nothing(cast: Cast):
    anna, ana = patient(ANNA), patient(ANA)
    Patient.objects.filter(pk=ana.pk).update(born_on=date(1980, 5, 4))
    ana.refresh_from_db()
    assert scheduling.plan_merge(anna, ana).filled_in == ["email", "date of birth"]
    merge(anna, ana, cast)
    anna.refresh_from_db()
    assert (anna.email, anna.born_on, anna.phone) == (ANA.email, date(1980, 5, 4), ANA.phone)


def test_whoever_books_under_the_duplicate_s_name_books_for_the_kept_one(cast: Cast):
    ana, ben = patient(ANA), patient(BEN)
    merge(ana, ben, cast)
    assert find_or_register(BEN, now=NOW) == ana


def test_children_follow_and_a_child_of_the_same_name_is_merged_first(cast: Cast):
    ana, ben, leo = patient(ANA), patient(BEN), patient(LEO)
    bens_leo = patient(replace(BEN, dependant="leo lopez"))
    with pytest.raises(scheduling.CannotMerge, match="Both care for a leo lopez"):
        merge(ana, ben, cast)
    merge(leo, bens_leo, cast)
    bens_leo.refresh_from_db()
    assert bens_leo.merged_into == leo
    assert find_or_register(replace(BEN, dependant="Leo Lopez"), now=NOW) == leo


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        (ANA, ANA, "one row already"),
        (ANA, LEO, "cares for the other"),
        (LEO, ANA, "cares for the other"),
        (LEO, BEN, "reached through a responsible adult"),
    ],
)
def test_two_rows_that_cannot_be_one_person_are_refused(
    cast: Cast, one: Person, other: Person, because: str
):
    with pytest.raises(scheduling.CannotMerge, match=because):
        merge(patient(one), patient(other), cast)
    assert not PatientMerge.objects.exists()


def test_nobody_is_in_two_places_by_being_merged(cast: Cast):
    visit(cast, "9:00")
    visit(cast, "9:30", person=BEN, practitioner=cast.tomas)
    with pytest.raises(scheduling.CannotMerge, match="visits at the same time"):
        merge(patient(ANA), patient(BEN), cast)


def test_a_cancelled_visit_takes_nobody_s_time(cast: Cast):
    visit(cast, "9:00")
    off = visit(cast, "9:30", person=BEN, practitioner=cast.tomas)
    scheduling.cancel(appointment=off, by=cast.dina, now=NOW)
    merge(patient(ANA), patient(BEN), cast)
    assert patient(ANA).appointments.filter(state=State.CANCELLED).count() == 1


def test_who_was_merged_is_not_merged_again(cast: Cast):
    ana, ben, anna = patient(ANA), patient(BEN), patient(ANNA)
    merge(ana, ben, cast)
    ben.refresh_from_db()
    with pytest.raises(scheduling.CannotMerge, match="merged into another patient before"):
        merge(anna, ben, cast)


def test_within_a_day_two_can_be_made_of_one_again(cast: Cast):
    visit(cast, "9:00")
    bens = visit(cast, "12:00", person=BEN)
    anna, ben = patient(ANNA), patient(BEN)
    done = merge(anna, ben, cast)
    later = visit(cast, "15:00", person=BEN)
    scheduling.undo_merge(merge=done, now=NOW + timedelta(days=1))
    anna.refresh_from_db()
    ben.refresh_from_db()
    assert names_of_visits(ben) == [bens.reference]
    assert names_of_visits(anna) == [later.reference]
    assert (ben.merged_into, anna.email, anna.phone) == (None, "", ANNA.phone)
    done.refresh_from_db()
    assert done.undone_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("days", [1.001, 0.5])
def test_after_a_day_or_a_second_time_it_is_refused(cast: Cast, days: float):
    done = merge(patient(ANA), patient(BEN), cast)
    if days < 1:
        scheduling.undo_merge(merge=done, now=NOW)
    with pytest.raises(scheduling.CannotUndoMerge):
        scheduling.undo_merge(merge=done, now=NOW + timedelta(days=days))


def test_a_visit_far_ahead_counts_too(cast: Cast):
    visit(cast, "9:00")
    visit(cast, "9:00", person=BEN, practitioner=cast.tomas, start=local("2026-12-01", "9:00"))
    merge(patient(ANA), patient(BEN), cast)


def letters_to(address: str) -> list[tuple[str, str]]:
    found = Message.objects.filter(to=address).order_by("pk")
    return [(letter.kind, letter.state) for letter in found]


def test_visits_that_come_to_another_address_are_written_about_there(cast: Cast):
    anas, bens = visit(cast, "9:00"), visit(cast, "12:00", person=BEN)
    link = visit_links.issue(bens, expires_at=bens.ends_at, now=NOW)
    hers = visit_links.issue(anas, expires_at=anas.ends_at, now=NOW)
    done = merge(patient(ANA), patient(BEN), cast)
    assert letters_to(BEN.email) == [("confirmation", "superseded")]
    assert letters_to(ANA.email) == [("confirmation", "queued")] * 2
    assert (visit_links.find(link, now=NOW), bool(visit_links.find(hers, now=NOW))) == (None, True)
    scheduling.undo_merge(merge=done, now=NOW)
    assert letters_to(ANA.email) == [("confirmation", "queued"), ("confirmation", "superseded")]
    assert letters_to(BEN.email) == [("confirmation", "superseded"), ("confirmation", "queued")]


def test_who_gets_an_address_by_being_merged_is_written_to(cast: Cast):
    annas = desk_visit(cast, "9:00", person=ANNA)
    anas = visit(cast, "12:00")
    assert annas.patient
    merge(annas.patient, patient(ANA), cast)
    assert letters(annas) == letters(anas) == [("confirmation", "queued")]


def test_one_address_in_both_rows_is_not_written_to_again(cast: Cast):
    visit(cast, "9:00")
    visit(cast, "12:00", person=replace(ANA, name="Ana María Lopez"))
    done = merge(patient(ANA), patient(replace(ANA, name="Ana María Lopez")), cast)
    scheduling.undo_merge(merge=done, now=NOW)
    assert letters_to(ANA.email) == [("confirmation", "queued")] * 2


def test_children_of_other_names_follow_their_parent(cast: Cast):
    ana, ben = patient(ANA), patient(BEN)
    patient(LEO)
    mia = patient(replace(BEN, dependant="Mia Carter"))
    merge(ana, ben, cast)
    mia.refresh_from_db()
    assert mia.responsible_adult == ana


def test_a_proof_or_an_agreement_does_not_pass_to_another_address_or_number(cast: Cast):
    ana, ben = patient(ANA), patient(BEN)
    Patient.objects.filter(pk=ben.pk).update(texts_agreed_at=NOW, email_proved_at=NOW)
    merge(ana, ben, cast)
    ana.refresh_from_db()
    assert (ana.texts_agreed_at, ana.email_proved_at) == (None, None)


def test_two_of_one_name_become_one_that_has_the_address_too(cast: Cast):
    by_phone = patient(replace(ANA, email="", phone="+17805550199"))
    done = merge(by_phone, patient(ANA), cast)
    by_phone.refresh_from_db()
    assert by_phone.email == ANA.email
    assert patient(ANA) == by_phone
    scheduling.undo_merge(merge=done, now=NOW)
    assert patient(ANA) == done.duplicate


def test_after_two_mergers_every_name_finds_the_one_that_was_kept(cast: Cast):
    ana, ben, anna = patient(ANA), patient(BEN), patient(ANNA)
    first = merge(ana, ben, cast)
    merge(anna, ana, cast)
    assert patient(BEN) == anna
    with pytest.raises(scheduling.CannotUndoMerge):
        scheduling.undo_merge(merge=first, now=NOW)


def test_once_their_children_are_one_so_can_the_parents_be(cast: Cast):
    ana, ben, leo = patient(ANA), patient(BEN), patient(LEO)
    bens_leo = patient(replace(BEN, dependant=LEO.dependant))
    merge(leo, bens_leo, cast)
    merge(ana, ben, cast)
    assert patient(replace(BEN, dependant=LEO.dependant)) == leo
    assert list(ana.dependants.filter(merged_into=None)) == [leo]


def test_what_the_desk_corrected_after_the_merger_stays_when_it_is_undone(cast: Cast):
    anna, ana = patient(ANNA), patient(ANA)
    done = merge(anna, ana, cast)
    Patient.objects.filter(pk=anna.pk).update(email="anna@example.com")
    scheduling.undo_merge(merge=done, now=NOW)
    anna.refresh_from_db()
    assert anna.email == "anna@example.com"
