"""Who came first, second or third in a cluster, and who got or is proposed for a flag (Cờ thi đua) of the government or the ministry."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from archive.records import Claim
from pipelines.mentions.claims.page import Page
from pipelines.mentions.lists import Named
from pipelines.mentions.names import pattern
from pipelines.mentions.words import occurrences
from pipelines.mentions.years import years

_RANK = pattern(
    r"""(?:(?:thứ|hạng|giải|vị trí|vị trí thứ) )(?P<rank>nhất|nhì|hai|ba)(?!\w)|(?:xếp|đứng) (?P<ranked>nhất|nhì|ba)(?!\w)
    |(?<!thống )(?<!hợp )(?:đơn vị )?(?:đứng )?(?P<first>nhất|nhì|ba) cụm(?!\w)(?! (?:trưởng|phó)(?!\w))
    |(?P<leads>dẫn đầu) (?:toàn )?cụm(?= ?[,.;\n]|$)"""
)
_FLAG = pattern(
    r"""cờ thi đua(?: xuất sắc)?(?:(?: năm \d{4})?(?: của)? (?:(?P<government>(?:thủ tướng )?chính phủ)|(?P<ministry>bộ(?: trưởng)?)|
    (?P<none>(?:tỉnh|ubnd|thành phố|ngành|khối|cụm|huyện|tổng|liên đoàn|trung ương|hội|công đoàn))))?(?!\w)"""
)
_STEMS = ("thứ ", "hạng ", "giải ", "vị trí ", "xếp ", "đứng ", "nhất cụm", "nhì cụm", "ba cụm", "dẫn đầu ", "cờ thi đua")
RANKS = {"nhất": "first", "dẫn đầu": "first", "nhì": "second", "hai": "second", "ba": "third"}
_SPORTS = pattern(
    r"""(?<!\w)(?:bóng|cầu lông|hội thao|đội|đồng đội|giao lưu|giải đấu|chung kết|nội dung|môn|toàn đoàn|thi đấu|văn nghệ|thể thao|sản phẩm|hội thi
    |cuộc thi)(?!\w)"""
)
_GIVEN = pattern(r"(?<!\w)(?:tặng|trao|đề nghị|nhận|suy tôn|xét|vinh dự|đạt|trình)(?!\w)")
_TO = pattern(r"[^.;\n]{0,60}?(?<!\w)cho (?:các |hai |ba )?(?:(?:đơn vị|tập thể)(?: [^,;.\n]{1,30} là)?[ :]{1,2})?")
_BEHIND = pattern(r"(?:[^.;,\n]{0,40}?)?(?: là| thuộc về| gọi tên| cho|:) (?:đơn vị )?")
# between a holder and what it got, and nothing else told between
_BETWEEN = pattern(r"""(?: ?\([^()]{1,30}\))?[ ,:-]*(?:(?:cùng|đồng|được|đã|cũng|là|và|đứng|xếp|đạt|dẫn|giành|suy tôn|đề nghị|thống nhất|nhất trí
    |bộ trưởng|bộ công thương|chính phủ
    |thủ tướng|bộ|xét|tặng|trao|khen|thưởng|đơn vị|vinh dự|đón|nhận|danh hiệu|trình|tiếp tục|hội nghị|cụm|ở|vị trí|công nhận|xem|bình xét|tập thể
    |các|toàn
    |dẫn đầu|bình chọn|lực lượng|công an|nhân dân|tỉnh|ubnd|do|thủ đô|khu vực|trực thuộc|năm|\d{4}|thứ|hạng|giải|nhất|nhì|ba|với|tổng|cao|điểm
    |lần lượt|thi đua|số|[ivx]+|\d{1,3}(?:,\d+)?|của|cờ|trong|phong trào|ngành|công thương|có)(?!\w)[ ,]*)*""")
_RANK_BEHIND = pattern(r" (?:là |- )?(?P<rank>nhất|nhì|ba)(?=[,;.\n]|$)")
_RANK_BEFORE = pattern(r"(?<!\w)(?P<rank>nhất|nhì|ba)(?: -|:) $")
_ALL = pattern(r"(?<!\w)(?:cùng|đều|hai đơn vị|cả hai|các đơn vị(?: này)?)(?: cùng| đều)? (?:được|đề nghị)(?!\w)")
_RESULTS = pattern(r"(?<!\w)(?:kết quả|bình xét|xếp hạng|vị trí|chấm điểm|xếp loại)(?!\w)")
_GIVER = pattern(
    r"(?<!\w)(?:(?P<government>(?:thủ tướng )?chính phủ)|(?:bộ trưởng )?bộ(?: [^\W\d_]+){0,3}?)(?: xem)?(?: xét)?,? (?:tặng|trao) (?:thưởng )?$"
)
_OF_A_ROLE = pattern(r"(?<!\w)(?:cụm (?:trưởng|phó)|(?:trưởng|phó) cụm) (?:năm )?$")  # "và bầu Sở B làm Cụm trưởng năm 2026"
_REACH = 200  # characters between a holder and what it got
_BEHIND_IT = 45  # characters between that and its year


def find(page: Page) -> Iterator[Claim]:
    yield from _phrased(page)
    yield from _tabled(page)


def _phrased(page: Page) -> Iterator[Claim]:
    """Told in so many words."""
    end, ranked = 0, list[tuple[int, Named]]()
    for at in occurrences(page.words, _STEMS):
        if at < end:
            continue
        low, high = page.sentence(at)
        found = _RANK.match(page.folded, at) or _FLAG.match(page.folded, at)
        if found is None or _SPORTS.search(page.folded, low, min(high, found.end() + 30)):
            continue
        what = _what(found)
        if what == "flag":
            what = _by_whom(page.folded, low, found.start())
        cluster = page.spoken_of(low, high, at)
        if what == "ministry-flag" and cluster and cluster.scheme == "other":
            continue  # another ministry's
        if what is None or cluster is None or (what.endswith("flag") and not _GIVEN.search(page.folded, low, high)):
            continue
        end = found.end()
        year = _year(page, found, low, high)
        holders = _holders(page, found, low, high)
        if what.endswith("flag") and _ALL.search(page.folded, max(low, found.start() - 70), found.start()):
            holders = tuple(one for start, one in ranked if start >= low) or holders
        for one in holders:
            ranked += [] if what.endswith("flag") else [(at, one)]
            span = (min(one.start, found.start()), max(one.end, found.end()))
            yield page.claim("award", page.cluster_beside(one) or cluster, one, span, what=what, year=year)


def _tabled(page: Page) -> Iterator[Claim]:
    """Told as results are: "Sở … nhất, Sở … nhì", "nhất - Sở …"."""
    for run in page.runs:
        one = run[-1]
        rank = _RANK_BEHIND.match(page.folded, one.end) or _RANK_BEFORE.search(page.folded, max(0, one.start - 8), one.start)
        if rank is None:
            continue
        low, high = page.sentence(one.start)
        cluster = page.spoken_of(low, high, one.start)
        if cluster and _RESULTS.search(page.folded, low, high) and not _SPORTS.search(page.folded, low, high):
            year = next((year.value for year in years(page.words, low, high)), cluster.year)
            yield page.claim("award", cluster, one, (min(one.start, rank.start()), max(one.end, rank.end())), what=RANKS[rank["rank"]], year=year)


def dated(claims: Iterable[Claim]) -> Iterator[Claim]:
    """An award told without its year is of that of the award told just before."""
    year = None
    for one in claims:
        if one.kind != "award":
            yield one
            continue
        year = one.year or year
        yield one if one.year == year else replace(one, year=year)


def _by_whom(folded: str, low: int, at: int) -> str:
    """Whose a flag is that is named without its giver: "đề nghị Bộ Công Thương tặng Cờ thi đua"."""
    giver = _GIVER.search(folded, max(low, at - 50), at)
    return "flag" if giver is None else "government-flag" if giver["government"] else "ministry-flag"


def _what(found: re.Match[str]) -> str | None:
    said = found.groupdict()
    if rank := said.get("rank") or said.get("ranked") or said.get("first") or said.get("leads"):
        return RANKS[rank]
    if said.get("none"):
        return None
    return "government-flag" if said.get("government") else "ministry-flag" if said.get("ministry") else "flag"


def _holders(page: Page, found: re.Match[str], low: int, high: int) -> tuple[Named, ...]:
    """Those behind "cho" or "là", else those before with nothing else told between."""
    flag = found.group().startswith("cờ")
    opens = (_TO if flag else _BEHIND).match(page.folded, found.end(), high)
    if opens:
        run = page.run_at(opens.end(), high) or page.run_at(page.folded.rfind("cho ", found.end(), opens.end()) + len("cho "), high)
        if run:
            return run
    if not flag and page.folded[found.end() : found.end() + 1] == " " and (run := page.run_at(found.end() + 1, high)):
        return run  # "hạng nhất Sở A, hạng nhì Sở B"
    run = page.run_before(found.start(), low)
    if run and found.start() - run[-1].end <= _REACH and _BETWEEN.fullmatch(_without_clusters(page, run[-1].end, found.start())):
        return run
    return ()


def _without_clusters(page: Page, start: int, end: int) -> str:
    """The folded words of a stretch, but for the names of clusters and blocks."""
    kept, at = [], start
    while (one := page.next_cluster(at)) and one.end <= end:
        kept.append(page.folded[at : one.start])
        at = one.end
    return "".join(kept) + page.folded[at:end]


def _year(page: Page, found: re.Match[str], low: int, high: int) -> int | None:
    """The year right behind it, else the first of the sentence; None where there is none, and then it is that of the award before."""
    named = [one for one in years(page.words, low, high) if not _OF_A_ROLE.search(page.folded, max(low, one.start - 20), one.start)]
    behind = next(
        (one for one in named if 0 <= one.start - found.end() <= _BEHIND_IT and not set(";,") & set(page.folded[found.end() : one.start])), None
    )
    first = behind or next(iter(named), None)
    return first.value if first else None
