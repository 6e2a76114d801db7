"""The clock of a crawl: the one place that asks what time it is, for captures, visits and schedules alike."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
