"""Which year's contest is spoken of: "Cụm thi đua số III năm 2023", "ký kết giao ước năm 2024". Not the year of a date or a decision. Days too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.mentions.names import pattern
from pipelines.mentions.words import Words

# what the contest is spoken of with; "Cụm thi đua" alone is not it
_CONTEST = pattern(r"""(?<!\w)(?:(?<!cụm )(?<!khối )thi đua|khen thưởng|tổng kết|sơ kết|giao ước|cụm (?:trưởng|phó)|(?:trưởng|phó) cụm
    |khối (?:trưởng|phó)
    |bình xét|chấm điểm|suy tôn|xếp (?:thứ|hạng|loại)|(?:thứ|hạng|giải) (?:nhất|nhì|ba)|(?:nhất|nhì) cụm|bảng điểm|danh hiệu)(?!\w)""")
_DAY_OR_QUARTER = pattern(r"(?<!\w)(?:tháng (?:\d{1,2}|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười(?: một| hai)?|giêng|chạp)|quý [\w/]+),? $")
_NO_CONTEST = pattern(r"""(?<!\w)(?:quyết định|nghị quyết|nghị định|luật|kế hoạch|giai đoạn|so với|cùng kỳ|kể từ|từ|trước|đến|hết)
    (?: (?!thi đua|tổng kết|sơ kết)[\w/-]+){0,6} (?:đầu |cuối )?$""")
# right behind a mention: "… (Bộ Công Thương) năm 2023", "… ngành Công Thương 6 tháng đầu năm 2024"
_BEHIND = pattern(r"""(?: ?\([^()\n]{1,40}\))?(?:[ ,-]{1,3}(?:của |thuộc )?(?:bộ|ngành) [^\W\d_]+ [^\W\d_]+)?
    (?: \d{1,2} tháng (?:đầu|cuối))?,? năm (?P<year>(?:19|20)\d\d)(?![\w/])""")
_SENTENCE = 600  # characters of a sentence that are looked at on either side


@dataclass(frozen=True, slots=True)
class Year:
    """A contest year as printed: `start` is that of "năm"."""

    start: int
    end: int
    value: int


def years(words: Words, low: int, high: int) -> Iterator[Year]:
    """The contest years named in a stretch, in order; all of them only where the stretch speaks of a contest."""
    at = words.folded.find("năm ", low, high)
    if at < 0 or not _CONTEST.search(words.folded, low, high):
        return
    while at >= 0:
        digits = words.folded[at + 4 : at + 8]
        ends = at + 8 >= len(words.folded) or not words.folded[at + 8].isalnum()
        if digits.isdecimal() and ends and not words.folded[at - 1 : at].isalnum() and digits[:2] in {"19", "20"}:
            before = max(low, at - 60)
            if not _DAY_OR_QUARTER.search(words.folded, before, at) and not _NO_CONTEST.search(words.folded, before, at):
                yield Year(at, at + 8, int(digits))
        at = words.folded.find("năm ", at + 4, high)


def year_of(words: Words, start: int, end: int) -> int | None:
    """Of the mention at these offsets: the year right behind it, else the first of its sentence."""
    low, high = words.sentences.around(start)
    if behind := year_behind(words, end, high):
        return behind
    first = next(years(words, max(low, start - _SENTENCE), min(high, end + _SENTENCE)), None)
    return first.value if first else None


def year_behind(words: Words, end: int, high: int) -> int | None:
    """The year printed right behind a mention that ends at `end`, before `high`."""
    behind = _BEHIND.match(words.folded, end, high)
    return int(behind["year"]) if behind else None


# "ngày 12/01/2024", "ngày 28-2", "12 tháng 01 năm 2024", "sáng 15/01"
_DAY = pattern(r"""(?<![\w/.-])(?P<day>\d{1,2})(?: ?[/.-] ?(?P<month>\d{1,2})(?: ?[/.-] ?(?P<year>\d{4}))?
    | tháng (?P<month_>\d{1,2})(?: năm (?P<year_>\d{4}))?)(?![\w/]|[.-]\d)""")
_BEFORE_DAY = pattern(r"(?<!\w)(?:ngày|sáng|chiều|tối|trưa|vào|hôm)(?: ngày)?(?: hôm nay)? ?\(? ?$")
_OF_A_PAPER = pattern(
    r"(?<!\w)(?:quyết định|công văn|nghị quyết|(?:kế hoạch|thông báo|tờ trình) số|qđ)(?: (?!ngày)[\w/-]+){0,8},? (?:ký |ban hành )?(?:ngày )?$"
)


def days(words: Words, low: int, high: int, published: date | None) -> Iterator[date]:
    """The days named in a stretch, but those of papers. Where the year is left out, the one nearest to `published`; without that none."""
    for found in _DAY.finditer(words.folded, low, high):
        if not _BEFORE_DAY.search(words.folded, max(low, found.start() - 16), found.start()):
            continue
        if _OF_A_PAPER.search(words.folded, max(low, found.start() - 90), found.start()):
            continue
        if day := _day(found.groupdict(), published):
            yield day


def _day(parts: dict[str, str | None], published: date | None) -> date | None:
    day, month, year = (int(parts[name] or parts.get(f"{name}_") or "0") for name in ("day", "month", "year"))
    if year:
        return _date(year, month, day)
    near = (_date(published.year + step, month, day) for step in (-1, 0, 1)) if published else ()
    known = [one for one in near if one]
    return min(known, key=lambda one: abs((one - published).days)) if known and published else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
