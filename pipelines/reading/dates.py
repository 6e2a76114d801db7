"""The dates that pages print, by a grammar of our own: day first unless told, never completed from a clock. `12/21/2023 4:19:03 PM` is the form of
servers with US settings, month first whatever is told: who writes the day first writes 24 hours, SA and CH, or the time before the date.

Without day, month and four-digit year there is no date. What has no zone is Vietnam's; what has no time is midnight.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal, TypeAlias

from pipelines.reading.text import normal

Order: TypeAlias = Literal["dmy", "mdy"]

ORDERS: tuple[Order, Order] = ("dmy", "mdy")
VIETNAM = timezone(timedelta(hours=7))
FIRST_YEAR = 1997  # Vietnam's first connection to the internet: no department published online before
SLASHES = str.maketrans("\u2044\u2215\uff0f\uff1a", "///:")

MONTHS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9, "mười": 10,
    "mười một": 11, "mười hai": 12, "chạp": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
ENGLISH = "(?P<en>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
VIETNAMESE = r"tháng\s+(?P<vi>mười\s+một|mười\s+hai|một|giêng|hai|ba|tư|bốn|năm|sáu|bảy|bẩy|tám|chín|mười|chạp)(?!\w)"
NUMBERED = r"(?:tháng|thg|th)\.?\s*(?P<month>\d{1,2})"
YEAR = r"(?P<year>\d{4})(?!\d)"
YEARS = re.compile(r"\d{4}")  # no form is without
DAY = r"(?<![\d/])(?P<day>\d{1,2})(?:st|nd|rd|th)?"
BETWEEN = r"[\s,|()·•–-]*(?:(?:thứ\s+\w+|chủ\s+nhật|ngày|lúc|hôm|vào)[\s,|()·•–-]*)*"  # what may stand between a date and its time or label

ISO = r"(?<![\d/.-])(?P<year>\d{4})(?P<between>[-/.])(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})"  # 2015-03-24, 2024/03/12
ISO_CLOCK = r"(?:[T ](?P<clock>\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s?(?P<zone>Z|[+-]\d{2}:?\d{2})?(?!\s?(?:[AP]M|SA|CH)))?(?![\d/-])"
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        ISO + ISO_CLOCK,
        r"(?<![\d/.-])(?P<a>\d{1,2})\s?(?P<sep>[/.-])\s?(?P<b>\d{1,2})\s?(?P=sep)\s?(?P<year>\d{4})(?![\d/])",  # 6/10/2017, 28-04-2023
        rf"{DAY}(?:,?\s+|[/-]){NUMBERED}(?:[,/-]|\s|năm)+{YEAR}",  # ngày 12 tháng 01 năm 2024, 12 Th1 2024
        rf"{DAY},?\s+{VIETNAMESE}(?:,|\s|năm)+{YEAR}",  # 12 Tháng Một, 2024
        rf"{NUMBERED}\s+(?P<day>\d{{1,2}}),\s*{YEAR}",  # Th1 12, 2024
        rf"{VIETNAMESE}\s+(?P<day>\d{{1,2}}),\s*{YEAR}",  # Tháng Một 12, 2024
        rf"{DAY}(?:,?\s+|-){ENGLISH}(?:\.?,?\s+|-){YEAR}",  # 12 January 2024
        rf"(?<!\w){ENGLISH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{YEAR}",  # January 12, 2024
    )
)
CLOCK = re.compile(
    r"(?<![\d:+-])(?P<hour>\d{1,2})\s?(?::|h|g|giờ)\s?(?P<minute>\d{2})(?:\s?(?::|phút)\s?(?P<second>\d{2})|\s?phút|\s?['’′])?(?![\d:])"
    r"\s*(?P<half>SA|CH|AM|PM|sáng|chiều|tối)?(?!\w)",
    re.IGNORECASE,
)
MORNING, AFTERNOON = frozenset({"sa", "am", "sáng"}), frozenset({"ch", "pm", "chiều", "tối"})
BESIDE = re.compile(BETWEEN, re.IGNORECASE)
PUBLISHED = re.compile(
    rf"(?:ngày\s+(?:(?:đăng|đưa)(?:\s+(?:tin|bài))?|xuất\s+bản|viết|gửi|tạo)|thời\s+gian\s+đăng|đăng\s+(?:lúc|ngày|tải|vào)|xuất\s+bản|gửi\s+lúc"
    rf"|published|posted(?:\s+on)?)[\s:]*{BETWEEN}$",
    re.IGNORECASE,
)
UPDATED = re.compile(
    rf"(?:(?:lần\s+)?cập\s+nh[ậâ][tp](?:\s+(?:lúc|ngày|lần\s+cuối|cuối(?:\s+cùng)?))?|(?:chỉnh\s+)?sửa(?:\s+(?:lúc|ngày|đổi|lần\s+cuối))?|modified|updated)[\s:]*{BETWEEN}$",
    re.IGNORECASE,
)
BESIDE_DATES = re.compile(  # labels of dates, counters and tools
    r"gửi\s+(?:e-?mail|bài|tin|mail|cho\s+bạn(?:\s+bè)?)(?:\s+viết|\s+này)?|(?:bản\s+in|in\s+(?:bài|trang|tin))(?:\s+viết|\s+này)?"
    r"|(?:số\s+)?(?:lượt|lần)\s+(?:xem|đọc)|(?:đã|người)\s+(?:xem|đọc)|(?:đọc|nghe)\s+bài(?:\s+viết)?|cỡ\s+chữ(?:\s*:?\s*(?:nhỏ|vừa|lớn)(?!\w))*|chia\s+sẻ|facebook|zalo|twitter"
    r"|(?:người\s+đăng|đăng\s+bởi)\s*:?\s*\S+|(?:(?:ngày|thời\s+gian|giờ)\s+)?(?:(?:lần\s+)?cập\s+nh[ậâ][tp]|đăng|đưa|xuất\s+bản|gửi|tạo|viết)(?:\s+(?:lúc|ngày|lần\s+cuối|cuối|tải|tin|bài))?"
    r"|(?:chỉnh\s+)?sửa(?:\s+(?:đổi|lúc|ngày|lần\s+cuối))|posted\s+on|post\s+date|thứ\s+\w+|chủ\s+nhật|ngày|lúc|vào|gmt\s*[+-]?\d*",
    re.IGNORECASE,
)
OF_ELSE = re.compile(  # what a date is of that is none of an article
    r"(?<!\w)(?:(?:hạn|hiệu\s+lực|tổ\s+chức|sinh|chụp|bản\s+quyền|hôm\s+nay|ban\s+hành|ký|áp\s+dụng|giấy\s+phép)(?:\s+[^\W\d]+){0,4}|từ|trước|số\s+\S*\d\S*"
    r"|\d+/(?:\d{4}/)?[^\W\d_]{2,}-\S{2,})"
    r"[\s:,(]*(?:thứ\s+\w+,?\s+|chủ\s+nhật,?\s+)?(?:ngày\s+)?\d{1,2}\s?[/.-]",
    re.IGNORECASE,
)
LABEL_OF_ELSE = re.compile(
    r"(?:(?:ngày|thời\s+(?:gian|hạn|điểm)|hạn)\s+)?(?:ban\s+hành|ký|(?:có\s+)?hiệu\s+lực|hết\s+(?:hạn|hiệu\s+lực)|áp\s+dụng|khai\s+mạc|bế\s+mạc|tổ\s+chức"
    r"|diễn\s+ra|bắt\s+đầu|kết\s+thúc|(?:mở|đóng)\s+thầu|sinh|nộp(?:\s+hồ\s+sơ)?|đăng\s+ký)(?:\s+từ)?\s*:?",
    re.IGNORECASE,
)
SEGMENT, SPAN = re.compile(r"[|•·;,()–-]"), re.compile(r"\s*(?:-|–|đến)\s*")
LAST_HOUR = 23
MOST_DATES = 2  # of publication and of change
LABEL_REACH = 45  # characters before a date in which its label stands


@dataclass(frozen=True, slots=True)
class Found:
    at: datetime
    label: Literal["published", "updated"] | None


def published(text: str, order: Order = "dmy") -> datetime | None:
    """The date of publication a printed line gives: the one so labelled, else the first that is not said to be of an update, else that one."""
    dates = list(_dates(text, order))
    for label in ("published", None, "updated"):
        if found := next((one for one in dates if one.label == label), None):
            return found.at
    return None


def modified(text: str, order: Order = "dmy") -> datetime | None:
    """The date of change a printed line gives: the one labelled so, else the only one that stands there without a label."""
    dates = list(_dates(text, order))
    if found := next((one for one in dates if one.label == "updated"), None):
        return found.at
    return dates[0].at if len(dates) == 1 and dates[0].label is None else None


@lru_cache(maxsize=1024)  # asked of the same line for several reasons
def letters_beside(text: str) -> int | None:
    """How many letters of a printed line are no date, time or label of one; None where it has no date."""
    line = normal(text)
    if not 0 < max(len(list(_dates(line, order))) for order in ORDERS) <= MOST_DATES or OF_ELSE.search(line) or _is_of_else(line):
        return None
    return sum(map(str.isalpha, words_beside(line)))


def _is_of_else(line: str) -> bool:
    """Does a label right before a date say something that none of an article's says, or is it a span of days?"""
    plain = CLOCK.sub(" ", line.translate(SLASHES))
    found = [one.span() for form in FORMS for one in form.finditer(plain)]
    for start, _ in found:
        if _label(plain[max(0, start - LABEL_REACH) : start]):
            continue
        label, colon, between = SEGMENT.split(plain[:start])[-1].rpartition(":")
        if colon and BESIDE.fullmatch(between) and any(map(str.isalpha, BESIDE_DATES.sub(" ", label))):
            return True
    spans = sorted(found)
    return len(spans) > 1 and SPAN.fullmatch(plain[spans[0][1] : spans[1][0]]) is not None


def words_beside(text: str) -> str:
    """A printed line without its dates, times, labels of such, counters and tools."""
    line = text.translate(SLASHES)
    for form in (*FORMS, CLOCK, BESIDE_DATES):
        line = form.sub(" ", line)
    return line


def is_labelled(text: str) -> bool:
    """Does a printed line say of a date what it is the date of?"""
    return any(one.label for one in _dates(text, "dmy"))


def is_label_of_else(text: str) -> bool:
    """A line that says of what a date behind it is, where that is no article: Ngày ban hành."""
    return LABEL_OF_ELSE.fullmatch(text.strip()) is not None


def is_label(line: str) -> bool:
    """Is a printed line the label of a date and no more?"""
    return len(line) <= LABEL_REACH and (PUBLISHED.fullmatch(line) or UPDATED.fullmatch(line)) is not None


def is_update(text: str) -> bool:
    """Does a printed line give a date of change only?"""
    labels = [one.label for one in _dates(text, "dmy")]
    return bool(labels) and set(labels) == {"updated"}


def structured(value: str) -> datetime | None:
    """An ISO 8601 date of JSON-LD, meta or `<time datetime>`; other forms as if printed."""
    return published(value)


def doubt(printed: datetime, *, other: tuple[str, datetime] | None = None, fetched_at: datetime | None = None) -> str | None:
    """Why a date may be wrong: against another witness (its name and date), the time of the capture, and the age of the web."""
    reasons = []
    if other and abs(printed - other[1]) > timedelta(days=1):
        reasons.append(f"{other[0]} says {other[1].isoformat()}")
    if fetched_at and printed > fetched_at + timedelta(days=1):
        reasons.append(f"later than its capture of {fetched_at.isoformat()}")
    if printed.year < FIRST_YEAR:
        reasons.append(f"before {FIRST_YEAR}")
    return "; ".join(reasons) or None


def _dates(text: str, order: Order) -> Iterator[Found]:
    """Every date in the line, in order; what two forms match counts once."""
    line = normal(text)[:400]
    if not YEARS.search(line):
        return
    line = line.translate(SLASHES)
    taken: list[tuple[int, int]] = []
    matches = sorted((found for form in FORMS for found in form.finditer(line)), key=lambda found: (found.start(), -found.end()))
    for found in matches:
        if any(start < found.end() and found.start() < end for start, end in taken):
            continue
        taken.append(found.span())
        before = line[max(0, found.start() - LABEL_REACH) : found.start()]
        at = _at(found, order, _clock(line, found.span()))
        if at is not None:
            yield Found(at, _label(before))


def _label(before: str) -> Literal["published", "updated"] | None:
    words = CLOCK.sub(" ", before)
    if PUBLISHED.search(words):
        return "published"
    return "updated" if UPDATED.search(words) else None


def _clock(line: str, date: tuple[int, int]) -> re.Match[str] | None:
    """The time that stands beside the date, the nearer of two."""
    beside: list[tuple[int, re.Match[str]]] = []
    for found in CLOCK.finditer(line):
        gap = line[found.end() : date[0]] if found.end() <= date[0] else line[date[1] : found.start()]
        told = int(found["hour"]) <= LAST_HOUR and int(found["minute"]) < 60  # noqa: PLR2004 - minutes of an hour
        if told and (found.end() <= date[0] or date[1] <= found.start()) and BESIDE.fullmatch(gap):
            beside.append((len(gap), found))
    return min(beside, key=lambda one: one[0])[1] if beside else None


def _at(found: re.Match[str], order: Order, clock: re.Match[str] | None) -> datetime | None:
    parts = found.groupdict()
    american = clock is not None and clock.start() >= found.end() and clock["second"] and (clock["half"] or "").lower() in {"am", "pm"}
    day, month = _day_and_month(parts, "mdy" if american and parts.get("sep") == "/" else order)
    zone, hour, minute, second = VIETNAM, 0, 0, 0
    if parts.get("clock"):
        hour, minute, second = (int(one) for one in (parts["clock"] + ":00").split(":")[:3])
        zone = _zone(parts["zone"])
    elif clock:
        hour, minute, second = _hour(clock), int(clock["minute"]), int(clock["second"] or 0)
    try:
        return datetime(int(parts["year"]), month, day, hour, minute, second, tzinfo=zone).astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return None  # 31 February: no date is better than a wrong one


def _day_and_month(parts: dict[str, str | None], order: Order) -> tuple[int, int]:
    if parts.get("a"):
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        return (first, second) if order == "dmy" else (second, first)
    name = " ".join((parts.get("vi") or parts.get("en") or "").lower().split())
    return int(parts["day"] or 0), MONTHS[name] if name else int(parts["month"] or 0)


def _hour(clock: re.Match[str]) -> int:
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half in AFTERNOON and hour < 12:  # noqa: PLR2004 - noon
        return hour + 12
    return 0 if half in MORNING and hour == 12 else hour  # noqa: PLR2004 - midnight


def _zone(zone: str | None) -> timezone:
    if not zone:
        return VIETNAM
    if zone == "Z":
        return timezone.utc  # noqa: UP017 - a `timezone`, as the others
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if zone[0] == "-" else offset) if offset < timedelta(days=1) else VIETNAM
