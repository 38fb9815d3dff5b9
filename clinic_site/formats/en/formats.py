"""How Django itself writes times, as in admin's lists and histories: with weekday and zone."""

DATE_FORMAT = "l j F Y"
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = f"{DATE_FORMAT}, {TIME_FORMAT} T"
