"""The moment and the business day; the only place that reads the machine's clock for the trade."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from subsidy.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment in UTC, as the database keeps it."""
    return datetime.now(UTC)


def calendar_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai in which `moment` lies."""
    return moment.astimezone(SHANGHAI).date()


def business_day(settings: Settings, *, at: datetime | None = None) -> date:
    """Return the day that rules: the demo's business date if one is set, else the one of Shanghai.

    `at` is the moment at which a request came, so that its day and its time never disagree.
    """
    return settings.business_date or calendar_day(at or now())
