"""What the clinic offers because of an absence stands beside the patient's own wish."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0008_closures_keep_who_was_asked'),
        ('content', '0006_question_names_and_unused_index'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='waitingentry',
            name='one_waiting_entry_per_appointment',
        ),
        migrations.AddField(
            model_name='waitingentry',
            name='by_clinic',
            field=models.BooleanField(default=False, verbose_name='made for an absence'),
        ),
        migrations.AddConstraint(
            model_name='waitingentry',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('appointment', 'by_clinic'), name='one_waiting_entry_per_appointment'),
        ),
    ]
