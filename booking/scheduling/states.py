"""Which mark may be set on a visit in which state: for the commands, and for who offers them."""

from booking.models import STANDING_STATES, EventKind, State

# What `undo` takes back, and to where.
UNDONE = {State.NO_SHOW: State.ARRIVED, State.ARRIVED: State.BOOKED}

ALLOWED_FROM: dict[EventKind, tuple[State, ...]] = {
    EventKind.ARRIVED: (State.BOOKED,),
    EventKind.COMPLETED: (State.ARRIVED,),
    EventKind.NO_SHOW: (State.BOOKED,),
    EventKind.LEFT_UNSEEN: (State.ARRIVED,),
    EventKind.UNDONE: tuple(UNDONE),
    EventKind.CANCELLED: STANDING_STATES,
}
