from booking.models.appointments import Appointment, Source, State
from booking.models.catalogue import Room, Service
from booking.models.events import AppointmentEvent, EventKind
from booking.models.hours import Closure, ExtraHours, WorkingHours
from booking.models.messages import Message
from booking.models.patients import Consent, Patient

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "Closure",
    "Consent",
    "EventKind",
    "ExtraHours",
    "Message",
    "Patient",
    "Room",
    "Service",
    "Source",
    "State",
    "WorkingHours",
]
