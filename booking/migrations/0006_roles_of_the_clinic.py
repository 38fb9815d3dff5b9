"""The five kinds of staff: a lead practitioner and a manager beside those of 0002 and 0004."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

SEE = ("view",)
EDIT = ("view", "add", "change")
EDIT_AND_DELETE = (*EDIT, "delete")

# Named for themselves; every other verb is followed by its model's name.
SPECIAL = {
    "run_the_day",
    "overbook",
    "export_visits",
    "see_reports",
    "read_answers",
    "read_all_answers",
    "decide_on_answers",
}

GROUPS = {
    "Front desk": {
        "rearrangement": EDIT,
        "patientmerge": EDIT,
        "appointment": ("export_visits",),
    },
    # Whatever a practitioner may, and every patient's answers.
    "Lead practitioner": {
        "appointment": (*SEE, "run_the_day", "overbook", "see_reports"),
        "appointmentevent": SEE,
        "message": SEE,
        "patient": SEE,
        "closure": EDIT_AND_DELETE,
        "extrahours": EDIT_AND_DELETE,
        "workinghours": EDIT_AND_DELETE,
        "service": SEE,
        "room": SEE,
        "screeninganswers": (*SEE, "read_answers", "read_all_answers", "decide_on_answers"),
        "consent": EDIT,
        "waitingentry": SEE,
        "slotoffer": SEE,
        "course": EDIT,
        "calendarfeed": EDIT,
    },
    # Runs the business: figures, catalogue and rules, and no health data.
    "Manager": {
        "appointment": (*SEE, "see_reports", "export_visits"),
        "appointmentevent": SEE,
        "message": SEE,
        "patient": SEE,
        "closure": EDIT_AND_DELETE,
        "extrahours": EDIT_AND_DELETE,
        "workinghours": EDIT_AND_DELETE,
        "service": EDIT_AND_DELETE,
        "room": EDIT_AND_DELETE,
        "houserules": ("view", "add", "change"),
        "waitingentry": SEE,
        "slotoffer": SEE,
        "course": SEE,
        "calendarfeed": EDIT,
        "rearrangement": SEE,
    },
}


def permissions_of(Permission, model, verbs):
    names = [verb if verb in SPECIAL else f"{verb}_{model}" for verb in verbs]
    return Permission.objects.filter(content_type__app_label="booking", codename__in=names)


def give(apps, schema_editor):
    # Django makes permissions only after all migrations, too late for this one.
    config = apps.get_app_config("booking")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name, models in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for model, verbs in models.items():
            group.permissions.add(*permissions_of(Permission, model, verbs))
    # In texts and library, a lead practitioner does what every practitioner does.
    practitioner = Group.objects.get(name="Practitioner")
    lead = Group.objects.get(name="Lead practitioner")
    lead.permissions.add(*practitioner.permissions.filter(content_type__app_label="content"))


def take_back(apps, schema_editor):
    Permission = apps.get_model("auth", "Permission")
    for name, models in GROUPS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            for model, verbs in models.items():
                group.permissions.remove(*permissions_of(Permission, model, verbs))


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0005_rearrangements_and_merges"),
        ("content", "0005_safety_reviewer_and_treatment_information"),
    ]

    operations = [migrations.RunPython(give, take_back)]
