"""Until when patients move or cancel a visit themselves, in a sentence."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from booking.policy import patient_may_change
from clinic_site.local_time import full_time

register = template.Library()


@register.simple_tag
def change_online(starts_at: datetime, cutoff_hours: int) -> str:
    """By the cut-off of this visit, which need not be what the clinic says of most."""
    cutoff = timedelta(hours=cutoff_hours)
    if patient_may_change(starts_at, cutoff=cutoff, now=timezone.now()):
        return f"You can move or cancel online until {full_time(starts_at - cutoff)}."
    return "This is too soon to move or cancel online: please call us if you need to."
