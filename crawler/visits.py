"""Coming back to an address: when, and whether asking "changed since?" would be answered honestly. Pure; the frontier remembers.

Many sites lie in their validators: `Last-Modified: now`, an ETag of the template, 304 for whatever is asked. So an address is asked conditionally
only after two looks that brought the whole page have shown the same validators with the same content, and never twice in a row. A site that
was once caught with other content under the same validators is not asked conditionally any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, IntEnum, auto

# How long an address that failed is left alone, after the first time and after the second; later it goes by `LOOKS`. A day and more in all,
# so that what was removed is found missing on two days.
AGAIN = (timedelta(hours=2), timedelta(hours=22))
# Days after the first visit on which an article is looked at again: edits and removals come mostly soon.
LOOKS = (1, 3, 7, 30, 90)
EARLY = timedelta(hours=1)  # a run that begins so much before a look has it: a nightly timer starts some seconds early as often as late
NOW = timedelta(minutes=1)  # a Last-Modified as close to the answer as this is the clock, not the page


def next_look(first: datetime, today: datetime) -> datetime | None:
    """When to look at an article again that was first seen then; None when it is old enough to be left alone."""
    return next((first + timedelta(days=days) for days in LOOKS if first + timedelta(days=days) > today + EARLY), None)


def next_try(attempts: int, first: datetime, today: datetime) -> datetime | None:
    """When to try again what failed `attempts` times in a row; None when it is left for good."""
    return today + AGAIN[attempts - 1] if 0 < attempts <= len(AGAIN) else next_look(first, today)


class Leads(Enum):
    """Where an article's address has led."""

    THERE = auto()  # to its article
    AWAY = auto()  # to its article, which has another address that is visited by itself
    ASTRAY = auto()  # to something else


class Trust(IntEnum):
    """What the validators of an address have shown themselves to be worth."""

    LIED = -1  # the same for other content
    UNKNOWN = 0
    PROVED = 1  # the same for the same content, on the last two looks


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer leaves to go by the next time: its validators, and a fingerprint of what was read on it."""

    etag: str | None
    modified: str | None
    read: str

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for the page only if it changed."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in said.items() if value}


def answer_of(headers: Mapping[str, str], at: datetime, read: str) -> Answer | None:
    """The answer of these headers (names in small letters), received at `at`; None where no validator is worth keeping."""
    modified = headers.get("last-modified")
    changed, served = _moment(modified), _moment(headers.get("date")) or at
    if changed is None or abs(served - changed) < NOW or changed > served:
        modified = None
    etag = headers.get("etag") or None
    return Answer(etag, modified, read) if etag or modified else None


def trust(before: Answer | None, now: Answer | None) -> Trust:
    """What the validators are worth after another whole answer."""
    if before is None or now is None or (before.etag, before.modified) != (now.etag, now.modified):
        return Trust.UNKNOWN
    return Trust.PROVED if before.read == now.read else Trust.LIED


def _moment(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return found if found is None or found.tzinfo else None
