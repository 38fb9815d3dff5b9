from booking.models.appointments import (
    MOVABLE_STATES,
    PASSING_STATES,
    STANDING_STATES,
    Appointment,
    Source,
    State,
)
from booking.models.catalogue import Room, Service
from booking.models.courses import Course
from booking.models.desk import PatientMerge, Rearrangement
from booking.models.events import AppointmentEvent, EventKind
from booking.models.hours import Closure, ExtraHours, WorkingHours
from booking.models.house_rules import HouseRules
from booking.models.links import CalendarFeed, VisitLink
from booking.models.messages import Message
from booking.models.patients import Consent, Patient
from booking.models.screening import ScreeningAnswers, ScreeningReading
from booking.models.waiting import FreedTime, SlotOffer, WaitingEntry

__all__ = [
    "MOVABLE_STATES",
    "PASSING_STATES",
    "STANDING_STATES",
    "Appointment",
    "AppointmentEvent",
    "CalendarFeed",
    "Closure",
    "Consent",
    "Course",
    "EventKind",
    "ExtraHours",
    "FreedTime",
    "HouseRules",
    "Message",
    "Patient",
    "PatientMerge",
    "Rearrangement",
    "Room",
    "ScreeningAnswers",
    "ScreeningReading",
    "Service",
    "SlotOffer",
    "Source",
    "State",
    "VisitLink",
    "WaitingEntry",
    "WorkingHours",
]
