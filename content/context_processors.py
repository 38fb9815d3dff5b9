from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinic_site.local_time import zone_name
from content.models import Clinic


def clinic(request: HttpRequest) -> dict[str, object]:
    """`clinic`, read only on pages that show it, and the name of its time zone."""
    return {"clinic": SimpleLazyObject(Clinic.objects.get), "zone_name": zone_name()}
