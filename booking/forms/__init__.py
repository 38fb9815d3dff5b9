"""The shape of what visitors type. Forms check input and never save."""

from booking.forms.details import DetailsForm
from booking.forms.foundation import PlainHelper, one_line
from booking.forms.times import TimesFilter, parse_time_key

__all__ = ["DetailsForm", "PlainHelper", "TimesFilter", "one_line", "parse_time_key"]
