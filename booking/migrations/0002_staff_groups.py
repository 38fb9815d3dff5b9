"""The three kinds of staff, with the permissions that their work needs and no more."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

SEE = ("view",)
EDIT = ("view", "add", "change")
EDIT_AND_DELETE = (*EDIT, "delete")

GROUPS = {
    "Front desk": {
        "booking": {
            "appointment": (*SEE, "run_the_day", "overbook"),
            "appointmentevent": SEE,
            "message": SEE,
            "patient": EDIT,
            "consent": SEE,
            "closure": EDIT_AND_DELETE,
            "extrahours": EDIT_AND_DELETE,
            "workinghours": EDIT_AND_DELETE,
            "service": EDIT,
            "room": EDIT,
        },
        "content": {"practitioner": SEE, "location": SEE},
    },
    "Practitioner": {
        "booking": {
            "appointment": (*SEE, "run_the_day"),
            "appointmentevent": SEE,
            "message": SEE,
            "patient": SEE,
            "closure": SEE,
            "extrahours": SEE,
            "workinghours": SEE,
        },
    },
    "Editor": {
        "content": {"clinic": ("view", "change"), "practitioner": EDIT, "location": EDIT},
        "booking": {"service": EDIT},
    },
}


def create_groups(apps, schema_editor):
    # Django makes permissions only after all migrations, too late for this one.
    for label in ("booking", "content"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, by_app in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for app, models in by_app.items():
            for model, verbs in models.items():
                codenames = [
                    verb if verb in {"run_the_day", "overbook"} else f"{verb}_{model}"
                    for verb in verbs
                ]
                group.permissions.add(
                    *Permission.objects.filter(
                        content_type__app_label=app, codename__in=codenames
                    )
                )


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0001_initial"),
        ("content", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
