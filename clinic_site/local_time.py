"""The clinic's wall clock: from local dates to instants, and how times are written for people."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

# As `date.weekday()` counts them.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def clinic_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


@lru_cache(maxsize=10_000)
def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the clocks of `zone` show `wall` on `day`.

    Where the clock is put back and shows it twice, the first; where it is put forward and never
    shows it, the moment of the jump.
    """
    local = datetime.combine(day, wall)
    before_jump, after_jump = (
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    shown = before_jump.astimezone(zone).replace(tzinfo=None)
    if shown == local:
        return before_jump
    moment = after_jump
    while moment.astimezone(zone).replace(tzinfo=None) < local:
        moment += timedelta(minutes=1)
    return moment


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of `day` in `zone`, in UTC."""
    return instant(day, time(), zone)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def clock(moment: datetime) -> str:
    """9:00 am, 12 noon, 4:30 pm: the clinic's wall clock."""
    return wall_clock(moment.astimezone(clinic_zone()).time())


def wall_clock(wall: time) -> str:
    """As `clock`, of a time of day."""
    if (wall.hour, wall.minute) == (12, 0):
        return "12 noon"
    return f"{wall.hour % 12 or 12}:{wall.minute:02} {'am' if wall.hour < 12 else 'pm'}"


def weekday_and_date(moment: datetime) -> str:
    """Tuesday 24 November 2026."""
    local = moment.astimezone(clinic_zone())
    return f"{local:%A} {local.day} {local:%B %Y}"


def full_end(moment: datetime) -> str:
    """As `full_time`, of the end of a stretch: the end of Tuesday 24 November 2026, and not the
    first minute of Wednesday."""
    local = moment.astimezone(clinic_zone())
    if local.time() == time.min:
        return f"the end of {weekday_and_date(moment - timedelta(minutes=1))}"
    return full_time(moment)


def zone_name() -> str:
    """Edmonton time."""
    return f"{settings.TIME_ZONE.rpartition('/')[2].replace('_', ' ')} time"


def full_time(moment: datetime) -> str:
    """Tuesday 24 November 2026, 9:00 am (Edmonton time): how a visit's time is always given."""
    return f"{weekday_and_date(moment)}, {clock(moment)} ({zone_name()})"
