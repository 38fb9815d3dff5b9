"""Whether a time is still kept for a visitor."""

from django import template
from django.utils import timezone

from booking.models import Appointment

register = template.Library()


@register.filter
def ran_out(hold: Appointment) -> bool:
    """From then on somebody else may take the time; until they do, its visitor can go on."""
    return hold.hold_expires_at is not None and hold.hold_expires_at <= timezone.now()
