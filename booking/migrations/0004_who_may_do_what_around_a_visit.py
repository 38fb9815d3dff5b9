"""What each kind of staff may do with answers, lists, courses and links."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

SEE = ("view",)
EDIT = ("view", "add", "change")
SPECIAL = {"read_answers", "decide_on_answers"}

GROUPS = {
    # The outcome of the questions is enough for the desk; the answers are the clinicians'.
    "Front desk": {
        "waitingentry": EDIT,
        "slotoffer": SEE,
        "course": EDIT,
        "houserules": ("view", "change"),
        "calendarfeed": EDIT,
    },
    "Practitioner": {
        "screeninganswers": (*SEE, "read_answers", "decide_on_answers"),
        "consent": ("view", "add", "change"),
        "waitingentry": SEE,
        "slotoffer": SEE,
        "course": EDIT,
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
    for name, models in GROUPS.items():
        group = apps.get_model("auth", "Group").objects.get(name=name)
        for model, verbs in models.items():
            group.permissions.add(*permissions_of(Permission, model, verbs))


def take_back(apps, schema_editor):
    Permission = apps.get_model("auth", "Permission")
    for name, models in GROUPS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            for model, verbs in models.items():
                group.permissions.remove(*permissions_of(Permission, model, verbs))


class Migration(migrations.Migration):
    dependencies = [("booking", "0003_from_booking_to_the_day_after")]

    operations = [migrations.RunPython(give, take_back)]
