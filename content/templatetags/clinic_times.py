"""How times are written on every page and in every letter."""

from django import template

from clinic_site import local_time

register = template.Library()
register.filter("clock", local_time.clock)
register.filter("weekday_and_date", local_time.weekday_and_date)
register.filter("full_time", local_time.full_time)
register.filter("full_end", local_time.full_end)
