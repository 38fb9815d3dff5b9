"""The shape of what visitors type. Forms check input and never save."""

from booking.forms.details import DetailsForm
from booking.forms.foundation import one_line
from booking.forms.safety import SafetyForm, TreatmentInformationForm
from booking.forms.times import TimesFilter, parse_time_key
from booking.forms.waiting import JoinForm, WishForm

__all__ = [
    "DetailsForm",
    "JoinForm",
    "SafetyForm",
    "TimesFilter",
    "TreatmentInformationForm",
    "WishForm",
    "one_line",
    "parse_time_key",
]
