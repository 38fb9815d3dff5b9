"""What became of the wishes on the waiting list, and of the times that were offered."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count

from booking.models import SlotOffer, WaitingEntry
from booking.reports.stretch import Stretch

OPEN = {WaitingEntry.State.WAITING.value}


@dataclass(frozen=True)
class WaitingList:
    """Entries by state, of those made in these days; offers by answer, of those sent in them.

    What the clinic offered because of an absence is not of the list.
    """

    entries: dict[str, int] = field(default_factory=dict)
    offers: dict[str, int] = field(default_factory=dict)

    @property
    def ended(self) -> int:
        return sum(count for state, count in self.entries.items() if state not in OPEN)

    @property
    def fulfilled(self) -> int:
        return self.entries.get(WaitingEntry.State.FULFILLED, 0)


def waiting(stretch: Stretch) -> WaitingList:
    """Two queries."""
    entries = WaitingEntry.objects.filter(
        stretch.during("created_at"), stretch.of_whom(), by_clinic=False
    )
    offers = SlotOffer.objects.filter(
        stretch.during("offered_at"), stretch.of_whom(), rearrangement=None
    )
    return WaitingList(
        dict(entries.values_list("state").annotate(count=Count("pk")).order_by()),
        dict(offers.values_list("answer").annotate(count=Count("pk")).order_by()),
    )
