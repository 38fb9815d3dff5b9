import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# English stems without accents, and words as they are without accents.
CONFIGURATIONS = """
CREATE TEXT SEARCH CONFIGURATION clinic_english (COPY = english);
ALTER TEXT SEARCH CONFIGURATION clinic_english
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
CREATE TEXT SEARCH CONFIGURATION clinic_words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION clinic_words
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
"""
NO_CONFIGURATIONS = """
DROP TEXT SEARCH CONFIGURATION clinic_english;
DROP TEXT SEARCH CONFIGURATION clinic_words;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0002_what_the_clinic_publishes"),
    ]

    operations = [
        migrations.RunSQL(CONFIGURATIONS, NO_CONFIGURATIONS),
        # Entries are made from the texts: `manage.py rebuild_search` makes them again.
        migrations.RunSQL("DELETE FROM content_searchentry", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="searchentry",
            name="source",
            field=models.CharField(
                help_text="The row it was made from.", max_length=60, unique=True
            ),
        ),
        migrations.AddField(
            model_name="searchentry",
            name="findable_from",
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name="searchentry",
            name="keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                help_text="The title, then the names, in the form `words` gives them.",
            ),
        ),
        migrations.AlterField(
            model_name="searchentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("condition", "Condition"),
                    ("article", "Article"),
                    ("question", "Question"),
                    ("page", "Page"),
                    ("person", "Team"),
                    ("location", "Location"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="searchentry",
            name="names",
            field=models.TextField(help_text="Other names and search terms, one per line."),
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=40, unique=True)),
                (
                    "entries",
                    models.PositiveIntegerField(help_text="How many entries have it."),
                ),
                ("findable_from", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("word", "gin_trgm_ops"),
                        name="search_words_by_letters",
                    )
                ],
            },
        ),
    ]
