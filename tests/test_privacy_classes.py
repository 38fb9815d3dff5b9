"""Every column of the database is known to be about a person, or known not to be."""

from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import models

from booking.models import Appointment, Patient
from clinic_site.privacy import HISTORY, THIRD_PARTY, Privacy

OURS = {"content", "booking", "clinic_site"}


def fields_of(model: type[models.Model]) -> set[str]:
    """The names of what a row of the model holds: its columns and its many-to-many relations."""
    meta = model._meta
    return {field.name for field in (*meta.concrete_fields, *meta.many_to_many)}


def problems(fields: set[str], privacy: Privacy | type | None) -> dict[str, set[str]]:
    """What is wrong with a classification, by the kind of mistake; empty when nothing is."""
    if privacy is None:
        return {"of a model without classification": fields}
    personal, not_personal = set(privacy.personal), set(privacy.not_personal)
    found = {
        "unclassified": fields - personal - not_personal,
        "classified twice": personal & not_personal,
        "classified but not there": (personal | not_personal) - fields,
    }
    return {mistake: names for mistake, names in found.items() if names}


def classification_of(model: type[models.Model]) -> Privacy | type | None:
    if tracked := getattr(model, "instance_type", None):
        return with_history(tracked.__dict__["Privacy"], fields_of(model))
    if model._meta.app_label in OURS:
        return model.__dict__.get("Privacy")
    return THIRD_PARTY.get(model._meta.label)


def with_history(tracked: Any, columns: set[str]) -> Privacy:
    """Of a table of earlier versions: as the model itself, of which it has no many-to-many."""
    return Privacy(
        personal=(tracked.personal & columns) | HISTORY.personal,
        not_personal=(tracked.not_personal & columns) | HISTORY.not_personal,
    )


def test_every_field_of_every_model_is_classified_once():
    wrong = {
        model._meta.label: found
        for model in apps.get_models()
        if (found := problems(fields_of(model), classification_of(model)))
    }
    assert wrong == {}


def test_no_model_is_classified_that_is_not_installed():
    installed = {model._meta.label for model in apps.get_models()}
    assert set(THIRD_PARTY) - installed == set()


def test_what_identifies_a_patient_is_personal():
    assert {"name", "email", "phone"} <= Patient.Privacy.personal
    assert {"patient", "starts_at", "service", "about", "contact_phone"} <= (
        Appointment.Privacy.personal
    )
    assert {"username", "email", "password"} <= THIRD_PARTY["auth.User"].personal


def test_a_new_field_a_twice_classified_one_and_one_that_left_are_all_found():
    fields = fields_of(User)
    right = THIRD_PARTY["auth.User"]
    assert problems(fields, right) == {}
    assert problems(fields | {"shoe_size"}, right) == {"unclassified": {"shoe_size"}}
    assert problems(fields - {"email"}, right) == {"classified but not there": {"email"}}
    both = Privacy(right.personal, right.not_personal | {"email"})
    assert problems(fields, both) == {"classified twice": {"email"}}
    assert problems(fields, None) == {"of a model without classification": fields}


def test_a_model_does_not_inherit_the_classification_of_another():
    class Anonymous(Patient):
        class Meta:
            app_label = "booking"
            proxy = True

    try:
        assert classification_of(Anonymous) is None
    finally:
        del apps.all_models["booking"]["anonymous"]
        apps.clear_cache()


def test_relations_to_many_are_fields_too():
    assert {"groups", "user_permissions"} <= fields_of(User)
