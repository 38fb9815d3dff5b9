"""The database has the last word: each constraint is violated on purpose, in plain SQL, and every
way to write the diary besides `booking.scheduling` is tried."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from booking import visit_links
from booking.models import (
    Appointment,
    AppointmentEvent,
    Closure,
    Consent,
    Course,
    ExtraHours,
    HouseRules,
    Message,
    Patient,
    Room,
    ScreeningAnswers,
    Service,
    SlotOffer,
    VisitLink,
    WaitingEntry,
    WorkingHours,
)
from booking.models.desk import PatientMerge, Rearrangement
from booking.models.single_writer import NotThroughScheduling
from content.models import Clinic
from tests.booking.steps import BENS_BROWSER, desk_visit, hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_cast
from tests.factories import local

pytestmark = pytest.mark.django_db


def insert_copy(model: type[models.Model], **changes: Any) -> int:
    """A copy of the model's first row with `changes`, past Django's checks; its id."""
    meta = model._meta
    fields = [
        field for field in meta.concrete_fields if not field.primary_key or field.name in changes
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join("%s" if field.name in changes else f'"{field.column}"' for field in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({columns}) SELECT {values}'
            f' FROM "{meta.db_table}" ORDER BY id LIMIT 1 RETURNING id',
            [changes[field.name] for field in fields if field.name in changes],
        )
        return int(cursor.fetchone()[0])


def update(model: type[models.Model], **changes: Any) -> None:
    """Change the model's first row, past Django's checks."""
    meta = model._meta
    assignments = ", ".join(f'"{meta.get_field(name).column}" = %s' for name in changes)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{meta.db_table}" SET {assignments}'
            f' WHERE id = (SELECT id FROM "{meta.db_table}" ORDER BY id LIMIT 1)',
            list(changes.values()),
        )


def make_everything() -> Cast:
    """Ana's visit on Tuesday at ten, its letter, event and consent, and one row of all else."""
    cast = make_cast()
    visit(cast, "10:00")
    hour = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)}
    Closure.objects.create(**hour)
    ExtraHours.objects.create(practitioner=cast.priya, location=cast.hilltop, **hour)
    make_what_happens_around_a_visit(cast)
    return cast


def make_what_happens_around_a_visit(cast: Cast) -> None:
    """An open offer for Ana's wish to come earlier, a proposed course, answers and a link."""
    ana, patient = Appointment.objects.get(), Patient.objects.get()
    later = NOW + timedelta(hours=1)
    who_and_where = {"practitioner": cast.priya, "location": cast.riverside}
    entry = WaitingEntry.objects.create(
        patient=patient,
        service=cast.first_visit,
        appointment=ana,
        earliest="9:00",
        latest="12:00",
        until=TUESDAY,
        created_at=NOW,
    )
    SlotOffer.objects.create(
        entry=entry, starts_at=later, offered_at=NOW, expires_at=later, **who_and_where
    )
    Course.objects.create(
        patient=patient,
        service=cast.first_visit,
        sessions=3,
        proposed_by=cast.dina,
        proposed_at=NOW,
        answer_by=later,
        **who_and_where,
    )
    answers = ScreeningAnswers(patient=patient, version="1", outcome="clear", given_at=NOW)
    answers.seal({"blood-thinner": "no"})
    answers.save()
    visit_links.issue(ana, expires_at=later, now=NOW)
    HouseRules.current().save()
    Rearrangement.objects.create(
        closure=Closure.objects.get(),
        appointment=ana,
        way="phone",
        by=cast.dina,
        at=NOW,
    )


def elsewhere(cast: Cast) -> dict[str, object]:
    """Another practitioner, room and reference at the same time."""
    return {
        "reference": "ELSEWHERE",
        "practitioner": cast.tomas.pk,
        "room": cast.hilltop.rooms.get().pk,
    }


def as_a_hold(cast: Cast) -> dict[str, object]:
    """A hold at no time that matters."""
    return {
        **elsewhere(cast),
        "state": "held",
        "held_by": BENS_BROWSER,
        "patient": None,
        "hold_expires_at": NOW,
    }


def shifted(hours: int) -> dict[str, object]:
    """Ten to eleven with its buffer, moved by whole hours."""
    by = timedelta(hours=hours)
    ten, eleven, after = (local(TUESDAY, wall) + by for wall in ("10:00", "11:00", "11:10"))
    return {
        "starts_at": ten,
        "ends_at": eleven,
        "blocks": f"[{ten.isoformat()},{after.isoformat()})",
    }


def two_dependants(_cast: Cast) -> None:
    adult = Patient.objects.get().pk
    child = {"responsible_adult": adult, "email": "", "phone": ""}
    insert_copy(Patient, name="Lia Lopez", **child)
    insert_copy(Patient, name="LIA LOPEZ", **child)


def two_holds(cast: Cast) -> None:
    insert_copy(Appointment, **as_a_hold(cast))
    insert_copy(Appointment, **as_a_hold(cast) | shifted(3) | {"reference": "AGAIN"})


def a_service_of(**changes: Any) -> Callable[[Cast], None]:
    return lambda _cast: update(Service, **changes)


VIOLATIONS: dict[str, list[Callable[[Cast], object]]] = {
    "practitioner_is_in_one_place": [
        lambda cast: insert_copy(
            Appointment,
            **elsewhere(cast) | {"practitioner": cast.priya.pk},
            patient=insert_copy(Patient, name="Ben"),
        ),
        lambda cast: insert_copy(Appointment, **as_a_hold(cast) | {"practitioner": cast.priya.pk}),
    ],
    "room_is_used_once": [
        lambda cast: insert_copy(
            Appointment,
            reference="TOMAS",
            practitioner=cast.tomas.pk,
            patient=insert_copy(Patient, name="Ben"),
        ),
    ],
    "patient_is_in_one_place": [lambda cast: insert_copy(Appointment, **elsewhere(cast))],
    "appointment_starts_before_it_ends": [
        lambda _cast: update(Appointment, ends_at=local(TUESDAY, "10:00")),
        lambda _cast: update(Appointment, ends_at=local(TUESDAY, "9:00")),
    ],
    "appointment_blocks_at_least_itself": [
        lambda _cast: update(Appointment, blocks=shifted(1)["blocks"]),
        lambda _cast: update(Appointment, ends_at=local(TUESDAY, "11:11")),
        lambda _cast: update(Appointment, blocks="empty"),
    ],
    "hold_has_an_end_and_visit_has_a_patient": [
        lambda _cast: update(Appointment, patient=None),
        lambda _cast: update(Appointment, hold_expires_at=NOW),
        lambda _cast: update(Appointment, state="held"),
        lambda cast: insert_copy(Appointment, **as_a_hold(cast) | {"hold_expires_at": None}),
        lambda cast: insert_copy(
            Appointment, **as_a_hold(cast) | {"patient": Patient.objects.get().pk} | shifted(3)
        ),
    ],
    "overbooking_has_a_reason": [lambda _cast: update(Appointment, overbooked=True)],
    "one_hold_per_visitor": [two_holds],
    "staff_events_have_their_user": [
        lambda _cast: update(AppointmentEvent, author="staff"),
        lambda cast: update(AppointmentEvent, user=cast.dina.pk),
        lambda cast: update(AppointmentEvent, author="clock", user=cast.dina.pk),
    ],
    "message_sent_at_says_when_it_was_sent": [
        lambda _cast: update(Message, state="sent"),
        lambda _cast: update(Message, sent_at=NOW),
    ],
    "message_is_about_something": [
        lambda _cast: update(Message, appointment=None),
        lambda _cast: update(Message, appointment=None, kind="reminder"),
    ],
    "visit_link_opens_one_thing": [
        lambda _cast: update(VisitLink, appointment=None),
        lambda _cast: update(VisitLink, course=Course.objects.get().pk),
        lambda _cast: update(VisitLink, offer=SlotOffer.objects.get().pk),
        lambda _cast: update(VisitLink, waiting_entry=WaitingEntry.objects.get().pk),
    ],
    "one_waiting_entry_per_appointment": [lambda _cast: insert_copy(WaitingEntry)],
    "waiting_entry_earliest_before_latest": [
        lambda _cast: update(WaitingEntry, latest="9:00"),
        lambda _cast: update(WaitingEntry, earliest="12:01"),
    ],
    "one_open_offer_per_entry": [lambda _cast: insert_copy(SlotOffer)],
    "slot_offer_says_when_it_was_answered": [
        lambda _cast: update(SlotOffer, answer="accepted"),
        lambda _cast: update(SlotOffer, answered_at=NOW),
    ],
    "course_says_when_it_was_answered": [
        lambda _cast: update(Course, answer="lapsed"),
        lambda _cast: update(Course, answered_at=NOW),
    ],
    "decision_on_answers_has_author_and_time": [
        lambda _cast: update(ScreeningAnswers, decision="approved"),
        lambda cast: update(ScreeningAnswers, decided_by=cast.dina.pk, decided_at=NOW),
        lambda cast: insert_copy(
            ScreeningAnswers, id=uuid.uuid4(), decision="declined", decided_by=cast.dina.pk
        ),
    ],
    "consent_to_treatment_is_recorded_by_staff": [
        lambda _cast: update(Consent, text="treatment"),
        lambda cast: update(Consent, recorded_by=cast.dina.pk),
    ],
    "one_rearrangement_per_visit_and_closure": [lambda _cast: insert_copy(Rearrangement)],
    "rearrangement_by_offer_has_its_offer": [
        lambda _cast: update(Rearrangement, way="offer"),
        lambda _cast: update(Rearrangement, offer=SlotOffer.objects.get().pk),
    ],
    "merge_is_of_two_patients": [
        lambda cast: PatientMerge.objects.create(
            kept=Patient.objects.get(),
            duplicate=Patient.objects.get(),
            moved={},
            by=cast.dina,
            at=NOW,
        ),
    ],
    "there_is_one_row_of_house_rules": [lambda _cast: insert_copy(HouseRules, id=2)],
    "one_patient_per_name_and_email": [
        lambda _cast: insert_copy(Patient),
        lambda _cast: insert_copy(Patient, name="ANA LOPEZ", email="Ana@Example.com"),
    ],
    "one_dependant_of_a_name_per_adult": [two_dependants],
    "dependants_are_reached_through_their_adult": [
        lambda _cast: insert_copy(
            Patient, name="Lia", responsible_adult=Patient.objects.get().pk, phone=""
        ),
        lambda _cast: insert_copy(
            Patient, name="Lia", responsible_adult=Patient.objects.get().pk, email=""
        ),
    ],
    "nobody_is_their_own_responsible_adult": [
        lambda _cast: update(
            Patient, responsible_adult=Patient.objects.get().pk, email="", phone=""
        ),
    ],
    "one_consent_per_text_and_appointment": [lambda _cast: insert_copy(Consent)],
    "room_name_is_unique_at_its_location": [lambda _cast: insert_copy(Room)],
    "service_lasts_five_minutes_or_more": [a_service_of(length_minutes=4)],
    "service_starts_lie_apart": [a_service_of(start_every_minutes=0)],
    "service_price_is_not_negative": [a_service_of(price="-0.01")],
    "working_hours_start_before_they_end": [
        lambda _cast: update(WorkingHours, ends_at="9:00"),
        lambda _cast: update(WorkingHours, starts_at="18:00"),
    ],
    "working_hours_valid_from_before_to": [
        lambda _cast: update(WorkingHours, valid_from="2026-11-25", valid_to="2026-11-24")
    ],
    "working_hours_on_a_day_of_the_week": [lambda _cast: update(WorkingHours, weekday=7)],
    "closure_starts_before_it_ends": [lambda _cast: update(Closure, ends_at=NOW)],
    "closure_is_of_a_practitioner_or_a_location": [
        lambda cast: update(Closure, practitioner=cast.priya.pk, location=cast.riverside.pk)
    ],
    "extra_hours_start_before_they_end": [lambda _cast: update(ExtraHours, ends_at=NOW)],
    "there_is_one_clinic": [lambda _cast: insert_copy(Clinic, id=2)],
}


@pytest.mark.parametrize(
    ("constraint", "violate"),
    [(name, violate) for name, ways in VIOLATIONS.items() for violate in ways],
    ids=[f"{name}-{number}" for name, ways in VIOLATIONS.items() for number in range(len(ways))],
)
def test_the_database_refuses_by_name(constraint, violate):
    cast = make_everything()
    with pytest.raises(IntegrityError) as refused:
        violate(cast)
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_every_constraint_of_the_diary_is_violated_here():
    declared = {
        constraint.name
        for model in apps.get_app_config("booking").get_models()
        for constraint in model._meta.constraints
    }
    assert declared == set(VIOLATIONS) - {"there_is_one_clinic"}


def test_the_database_has_every_constraint_that_the_models_declare():
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        there = {name for (name,) in cursor.fetchall()}
    assert set(VIOLATIONS) - there == set()


@pytest.mark.parametrize(
    "changes",
    [
        shifted(-2) | {"reference": "EARLIER"},
        {"reference": "CANCELLED", "state": "cancelled"},
        {"reference": "MISSED", "state": "no_show"},
        {"reference": "LEFT", "state": "left_unseen"},
        {"reference": "DECLINED", "state": "declined"},
        {"reference": "SQUEEZED", "overbooked": True, "overbooking_reason": "In great pain"},
    ],
    ids=lambda changes: str(changes["reference"]),
)
def test_what_does_not_block_may_stand_where_a_visit_does(changes):
    make_everything()
    assert insert_copy(Appointment, **changes)


@pytest.mark.parametrize("state", ["needs_review", "booked", "arrived", "completed"])
def test_whatever_its_state_a_visit_that_blocks_blocks(state):
    cast = make_everything()
    update(Appointment, state=state)
    with pytest.raises(IntegrityError):
        insert_copy(Appointment, **as_a_hold(cast) | {"practitioner": cast.priya.pk})


def test_visits_whose_blocks_only_touch_are_accepted_and_one_second_of_overlap_is_not():
    make_everything()
    start, end = local(TUESDAY, "11:10"), local(TUESDAY, "12:10")
    touching = {"starts_at": start, "ends_at": end, "blocks": f"[{start},{end})"}
    early = start - timedelta(seconds=1)
    with pytest.raises(IntegrityError):
        insert_copy(Appointment, **touching | {"reference": "A", "blocks": f"[{early},{end})"})
    assert insert_copy(Appointment, **touching, reference="B")


Writes = dict[str, Callable[[Cast, Appointment], object]]

AROUND: Writes = {
    "save": lambda _cast, ana: ana.save(),
    "save some fields": lambda _cast, ana: ana.save(update_fields=["state"]),
    "save a copy": lambda _cast, ana: Appointment(starts_at=ana.starts_at).save(),
    "asave": lambda _cast, ana: asyncio.run(ana.asave()),
    "delete": lambda _cast, ana: ana.delete(),
    "adelete": lambda _cast, ana: asyncio.run(ana.adelete()),
    "create": lambda _cast, _ana: Appointment.objects.create(),
    "acreate": lambda _cast, _ana: asyncio.run(Appointment.objects.acreate()),
    "get_or_create": lambda _cast, ana: Appointment.objects.get_or_create(pk=ana.pk),
    "aget_or_create": lambda _c, ana: asyncio.run(Appointment.objects.aget_or_create(pk=ana.pk)),
    "update_or_create": lambda _cast, ana: Appointment.objects.update_or_create(pk=ana.pk),
    "aupdate_or_create": lambda _cast, ana: asyncio.run(
        Appointment.objects.aupdate_or_create(pk=ana.pk)
    ),
    "update": lambda _cast, _ana: Appointment.objects.update(state="booked"),
    "aupdate": lambda _cast, _ana: asyncio.run(Appointment.objects.aupdate(state="booked")),
    "update of some": lambda _c, ana: Appointment.objects.filter(pk=ana.pk).update(state="booked"),
    "delete of all": lambda _cast, _ana: Appointment.objects.all().delete(),
    "delete of some": lambda _cast, ana: Appointment.objects.filter(pk=ana.pk).delete(),
    "adelete of some": lambda _cast, _ana: asyncio.run(Appointment.objects.all().adelete()),
    "bulk_create": lambda _cast, ana: Appointment.objects.bulk_create([ana]),
    "abulk_create": lambda _cast, ana: asyncio.run(Appointment.objects.abulk_create([ana])),
    "bulk_update": lambda _cast, ana: Appointment.objects.bulk_update([ana], ["state"]),
    "abulk_update": lambda _c, ana: asyncio.run(Appointment.objects.abulk_update([ana], ["state"])),
    "through the patient": lambda _cast, ana: ana.patient.appointments.create(),
    "all of a room": lambda _cast, ana: ana.room.appointments.update(state="cancelled"),
    "given to another patient": lambda _cast, ana: bens_row().appointments.add(ana),
    "set of another patient": lambda _cast, ana: bens_row().appointments.set([ana]),
    "taken from the patient": lambda _cast, ana: ana.patient.appointments.remove(ana),
    "cleared of visits": lambda _cast, ana: ana.patient.appointments.clear(),
    "another practitioner's": lambda cast, ana: cast.tomas.appointments.add(ana),
    "save of an event": lambda _cast, ana: ana.events.get(kind="booked").save(),
    "delete of an event": lambda _cast, ana: ana.events.get(kind="booked").delete(),
    "new event": lambda _cast, _ana: AppointmentEvent.objects.create(),
    "update of events": lambda _cast, ana: ana.events.update(reason="never"),
    "delete of events": lambda _cast, _ana: AppointmentEvent.objects.all().delete(),
    "bulk_create of events": lambda _c, ana: AppointmentEvent.objects.bulk_create(ana.events.all()),
    "event given to another": lambda _cast, ana: bens_visit().events.add(
        ana.events.get(kind="booked")
    ),
}


def bens_row() -> Patient:
    return Patient.objects.get(name=BEN.name)


def bens_visit() -> Appointment:
    return bens_row().appointments.get()


def snapshot() -> list[object]:
    """Every appointment and event, column by column."""
    return [
        *Appointment.objects.order_by("pk").values_list(),
        *AppointmentEvent.objects.order_by("pk").values_list(),
    ]


@pytest.mark.parametrize("way", AROUND)
def test_no_way_leads_around_scheduling(way):
    cast = make_cast()
    ana = visit(cast, "10:00")
    desk_visit(cast, "13:00", person=BEN)
    before = snapshot()
    refusal = pytest.raises(NotThroughScheduling, match=r"Only booking\.scheduling writes")
    with refusal, transaction.atomic():
        AROUND[way](cast, ana)
    assert snapshot() == before


def test_a_patient_practitioner_room_or_service_with_visits_cannot_be_deleted():
    cast = make_cast()
    booked = visit(cast, "10:00")
    held = hold(cast, "13:00", visitor=BENS_BROWSER)
    for row in (booked.patient, cast.priya, booked.room, cast.first_visit, cast.riverside):
        with pytest.raises(models.ProtectedError):
            row.delete()
    assert set(Appointment.objects.all()) == {booked, held}


def test_the_desk_that_is_in_the_history_cannot_be_deleted():
    cast = make_cast()
    desk_visit(cast, "10:00")
    with pytest.raises(models.ProtectedError):
        cast.dina.delete()
