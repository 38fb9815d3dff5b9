from booking.views.details import check, details, done, extend_hold, release_hold
from booking.views.times import services, times

__all__ = ["check", "details", "done", "extend_hold", "release_hold", "services", "times"]
