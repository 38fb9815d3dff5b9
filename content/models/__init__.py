from content.models.clinic import Clinic, Location
from content.models.people import Practitioner

__all__ = ["Clinic", "Location", "Practitioner"]
