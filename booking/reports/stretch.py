"""Which days a report is about, and whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from booking.diary import ANYONE, Who
from booking.intervals import Interval
from clinic_site.local_time import clinic_zone, local_midnight


@dataclass(frozen=True)
class Stretch:
    """The days from `first` to `last`, both of them too, of everybody or of whom `who` names."""

    first: date
    last: date
    who: Who = ANYONE

    @property
    def within(self) -> Interval:
        zone = clinic_zone()
        return Interval(
            local_midnight(self.first, zone), local_midnight(self.last + timedelta(days=1), zone)
        )

    def during(self, field: str) -> Q:
        """That the moment in `field` lies within."""
        return Q((f"{field}__gte", self.within.start), (f"{field}__lt", self.within.end))

    def of_whom(self, path: str = "") -> Q:
        """That the practitioner and location at `path` are those asked for."""
        asked = Q()
        if self.who.practitioner:
            asked &= Q((f"{path}practitioner", self.who.practitioner))
        if self.who.location:
            asked &= Q((f"{path}location", self.who.location))
        return asked
