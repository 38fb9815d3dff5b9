"""What each kind of staff may do with the texts, beside what booking's 0002 gave them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

SEE = ("view",)
EDIT = ("view", "add", "change")
EDIT_AND_DELETE = (*EDIT, "delete")

TEXTS = ("article", "condition", "evidencesummary", "faq", "page", "safetyrule")
LIBRARY = ("topic", "reference", "picture", "disputedphrase", "synonymgroup")

GROUPS = {
    # A draft may be deleted; what is public is kept from it by the admin pages.
    "Editor": {
        **dict.fromkeys((*TEXTS, *LIBRARY), EDIT_AND_DELETE),
        "phraseexception": SEE,
    },
    # Clinicians review: they change texts, and say why a disputed phrase may stand.
    "Practitioner": {
        **dict.fromkeys(TEXTS, ("view", "change")),
        **dict.fromkeys(LIBRARY, SEE),
        "reference": EDIT,
        "practitioner": SEE,
        "phraseexception": (*SEE, "allow_phrase"),
    },
    "Front desk": {"readerquestion": ("view", "change")},
}


def permissions_of(Permission, model, verbs):
    names = [verb if verb == "allow_phrase" else f"{verb}_{model}" for verb in verbs]
    return Permission.objects.filter(content_type__app_label="content", codename__in=names)


def give(apps, schema_editor):
    # Django makes permissions only after all migrations, too late for this one.
    config = apps.get_app_config("content")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    for name, models in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for model, verbs in models.items():
            group.permissions.add(*permissions_of(Permission, model, verbs))


def take_back(apps, schema_editor):
    Permission = apps.get_model("auth", "Permission")
    for name, models in GROUPS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            for model, verbs in models.items():
                group.permissions.remove(*permissions_of(Permission, model, verbs))


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0003_search_words_and_names"),
        ("booking", "0002_staff_groups"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="phraseexception",
            options={"permissions": [("allow_phrase", "Can let a disputed phrase stand")]},
        ),
        migrations.RunPython(give, take_back),
    ]
