"""A patient who was merged into another keeps name and address, beside the one that was kept."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0006_roles_of_the_clinic'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='patient',
            name='one_patient_per_name_and_email',
        ),
        migrations.RemoveConstraint(
            model_name='patient',
            name='one_dependant_of_a_name_per_adult',
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), django.db.models.functions.text.Lower('email'), condition=models.Q(('merged_into__isnull', True), ('responsible_adult__isnull', True), models.Q(('email', ''), _negated=True)), name='one_patient_per_name_and_email', violation_error_message='A patient of this name and e-mail address exists.'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), models.F('responsible_adult'), condition=models.Q(('merged_into__isnull', True), ('responsible_adult__isnull', False)), name='one_dependant_of_a_name_per_adult', violation_error_message='This adult already has a dependant of this name.'),
        ),
    ]
