"""A closure is kept with those who were asked because of it: it can be shortened, not deleted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0007_merged_patients_keep_their_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='rearrangement',
            name='closure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rearrangements', to='booking.closure'),
        ),
    ]
