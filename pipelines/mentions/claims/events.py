"""Meetings of a cluster: summaries (tổng kết), midterm reviews (sơ kết), signings of the covenant (ký kết giao ước); when and where."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from archive.records import Claim, Mention
from pipelines.mentions.claims.page import NEAR, Page
from pipelines.mentions.names import pattern
from pipelines.mentions.words import occurrences
from pipelines.mentions.years import days, year_of, years

_EVENT = pattern(
    r"(?P<summary>tổng kết)(?!\w)|(?P<midterm>sơ kết)(?!\w)|(?P<signing>ký(?: (?:kết|kế|vào|tay|số|bản|các|vào bản)){0,3} giao ước)(?!\w)"
)
_STEMS = ("tổng kết", "sơ kết", "ký ")
# not a meeting, or one of another time
_BEFORE = pattern(r"""(?<!\w)(?:báo cáo|sau(?: khi)?|kết quả|mùa|trước(?: khi)?|để|chuẩn bị|hướng dẫn|các|những|văn bản|dự thảo|phục vụ|số liệu
    |từ lúc|kể từ khi
    |việc|công tác|chờ)(?: hội nghị)? $""")
# what is summed up is something else
_OF_OTHERS = pattern(r"""(?:(?: việc)?(?: thực hiện)? (?:chương trình|đề án|dự án|nghị quyết|chỉ thị|cuộc vận động|vụ|mùa|phối hợp|hợp đồng|luật
    |kế hoạch|đợt)(?!\w)
    | [^,;.\n]{0,12}(?<!\w)(?:của|giữa) (?:các ngành|sở|phòng|doanh nghiệp)(?!\w))""")
_MEETING = pattern(
    r"""(?<!\w)(?:hội nghị|lễ|tổ chức|diễn ra|họp|đã|vừa|sáng|chiều|tối|ngày|buổi|chủ trì|đăng cai|khai mạc|tham dự|dự|mời|tiến hành)(?!\w)"""
)
_AT = pattern(r"(?<!\w)(?:tại|ở) ")
_STOP = pattern(r"[,;:()\n]| (?:vào|đã|tổ chức|diễn ra|với|do|nhằm|để|sáng|chiều|ngày|theo|trong|của|dưới|và|trước|khi|sẽ|nơi|có)(?!\w)|\.?\s*$|\. ")
_MORE = pattern(r", (?:tỉnh|thành phố|huyện|tp\.?) ")
_SMALL = pattern(r"(?:phường|xã|thị trấn|huyện|quận|khách sạn|hội trường|trung tâm|nhà)(?!\w)")
_NO_PLACE = pattern(
    r"""(?:hội nghị|quyết định|buổi|lễ|văn bản|kế hoạch|công văn|thông báo|cuộc|phiên|điểm|đây|các|những|nhiều|mỗi|cụm|báo cáo|phần|địa phương
    |ngành)(?!\w)"""
)

_NAMED_MEETING = pattern(r"(?<!\w)(?:hội nghị|lễ) $")
_GOES_ON = pattern(r"(?:hội nghị|lễ ký(?: kết)?|buổi lễ) (?:được tổ chức|đã diễn ra|diễn ra)(?!\w)")
_WHEN = pattern(r"(?:[-+*•] ?|\d[.)] ?)?thời gian ?:")
_ACTS = 50  # characters between a cluster and what it does


def find(page: Page) -> Iterator[Claim]:
    events = [found for at in occurrences(page.words, _STEMS) if (found := _EVENT.match(page.folded, at))]
    for number, event in enumerate(events):
        at = event.start()
        low, high = page.sentence(at)
        if _BEFORE.search(page.folded, max(0, at - 30), at) and not _GOES_ON.match(page.folded, high):
            continue
        cluster = page.cluster_in(low, high, at)
        if cluster is None and _NAMED_MEETING.search(page.folded, max(low, at - 12), at):
            cluster = page.last_cluster(at)
        if cluster is None or _OF_OTHERS.match(page.folded, event.end(), high):
            continue
        acts = 0 <= at - cluster.end <= _ACTS  # "Cụm thi đua số 1, Bộ Công an tổng kết …"
        if page.words.field != "title" and not acts and not _MEETING.search(page.folded, low, high):
            continue
        until = min(high, events[number + 1].start()) if number + 1 < len(events) else high
        day, place = _when_and_where(page, low, high)
        if page.words.field == "text" and not (day and place):
            other = _when_and_where(page, *(_meeting_behind(page, high) or (None if day or place else _meeting_before(page, low)) or (low, low)))
            day, place = day or other[0], place or other[1]
        yield page.claim(
            "event",
            cluster,
            event.span(),
            event.span(),
            what=str(event.lastgroup),
            year=_year(page, event, (low, until, high)),
            day=day.isoformat() if day else None,
            place=page.words.printed[slice(*place)] if place else None,
        )


def _when_and_where(page: Page, low: int, high: int) -> tuple[date | None, tuple[int, int] | None]:
    return next(days(page.words, low, high, page.day), None), _place(page, low, high)


def _meeting_before(page: Page, low: int) -> tuple[int, int] | None:
    """The sentence before, if it is of the same paragraph and tells of a meeting that is no other cluster's."""
    if low == 0 or page.folded[low - 1] == "\n":
        return None
    start, _ = page.sentence(low - 1)
    told = "hội nghị" in page.folded[start:low] and not any(
        _EVENT.match(page.folded, at) for at in occurrences(page.words, _STEMS) if start <= at < low
    )
    return (start, low) if told and page.cluster_in(start, low, low) is None else None


def _meeting_behind(page: Page, high: int) -> tuple[int, int] | None:
    """The sentence behind, if it goes on to tell of the meeting: "Hội nghị diễn ra ngày …"; or the paragraph that begins with "Thời gian: "."""
    if high < len(page.folded) and _GOES_ON.match(page.folded, high):
        return page.sentence(high)
    end = page.words.paragraphs.around(max(0, high - 1))[1]
    return (end, min(page.words.paragraphs.around(end)[1], end + NEAR)) if _WHEN.match(page.folded, end) else None


def _year(page: Page, event: re.Match[str], stretch: tuple[int, int, int]) -> int | None:
    """The first year behind the event and before the next one; else that of the sentence. `stretch`: its begin, the next event, its end."""
    low, until, high = stretch
    behind = next((one.value for one in years(page.words, low, high) if event.end() <= one.start < until), None)
    return behind or year_of(page.words, event.start(), event.end()) or _year_before(page, event, low)


def _year_before(page: Page, event: re.Match[str], low: int) -> int | None:
    """Of the same told in the sentence before, in the same paragraph: "Tổng kết … năm 2025, Cụm … ghi nhận …. Hội nghị tổng kết …"."""
    if low == 0 or page.folded[low - 1] == "\n":
        return None
    start, _ = page.sentence(low - 1)
    if page.folded.find(event.group(), start, low) < 0:
        return None
    return next((one.value for one in years(page.words, start, low)), None)


def _place(page: Page, low: int, high: int) -> tuple[int, int] | None:
    for found in _AT.finditer(page.folded, low, high):
        start = found.end()
        end = _end_of_place(page, start, high)
        if end == start or _NO_PLACE.match(page.folded, start, end):
            continue
        more = _MORE.match(page.folded, end, high) if _SMALL.match(page.folded, start, end) else None
        return start, _end_of_place(page, more.end(), high) if more else end
    return None


def _end_of_place(page: Page, start: int, high: int) -> int:
    for stop in _STOP.finditer(page.folded, start, high):
        joins = stop.group() == " và" and page.words.capital(stop.end() + 1)  # "Sở Kế hoạch và Đầu tư"
        abbreviates = stop.group() == ". " and page.folded.endswith("tp", start, stop.start())
        if not joins and not abbreviates:
            return stop.start()
    return high


def completed(claims: Sequence[Claim], mentions: Iterable[Mention], text: Page) -> Iterator[Claim]:
    """An event told without its year is the one of that kind and cluster told with one, if only one is; one of no year, day or place is none.

    The text may begin with when and where that was which the title tells.
    """
    clusters = {(one.field, one.start): (one.scheme, one.number) for one in mentions if one.kind in {"cluster", "block"}}
    told: dict[object, set[int]] = {}
    for one in claims:
        if one.kind == "event" and one.year and one.mention:
            told.setdefault((one.what, clusters[one.mention]), set()).add(one.year)
    for one in claims:
        known = told.get((one.what, clusters[one.mention]), set()) if one.kind == "event" and one.year is None and one.mention else set()
        whole = replace(one, year=next(iter(known))) if len(known) == 1 else one
        if whole.kind == "event" and whole.field == "title" and _GOES_ON.match(text.folded):
            day, place = _when_and_where(text, *text.sentence(0))
            whole = replace(whole, day=day.isoformat() if day else None, place=text.words.printed[slice(*place)] if place else None)
        if whole.kind != "event" or whole.year or whole.day or whole.place:
            yield whole
