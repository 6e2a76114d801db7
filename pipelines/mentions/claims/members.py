"""Members of a cluster, where an article enumerates them: "gồm Sở Công Thương các tỉnh: …", "có 5 thành viên là …", "(Sở …, Sở …)"."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.records import Claim, Mention
from pipelines.mentions.claims.page import Page
from pipelines.mentions.lists import COUNT, OFFICE, Named
from pipelines.mentions.names import REGION, pattern
from pipelines.mentions.years import year_behind

# What may stand between the word that opens a list and its first name: "6 đơn vị thành viên là Sở Công Thương các tỉnh, thành phố:".
_HEAD = rf"""(?:(?:{OFFICE}|{REGION}|các|của|thuộc|{COUNT}|đơn vị|thành viên|tỉnh|thành phố|thành|tp|địa phương|cơ quan|sở|là|gồm|có|khu vực|vùng
    |miền|tham gia|cụ thể|như sau|sau đây
    |\(?\d{{1,2}}[.)])(?!\w)[ ,:(-]{{0,3}})*"""
_OPENS = pattern(rf"""(?:(?:bao )?gồm|quy tụ|tập hợp|(?:nay |hiện |chỉ )?còn(?: lại)?|(?:hiện|nay)(?: đang)? có|(?:có|với)(?= (?:{COUNT}|các) )
    |(?:các )?thành viên(?= (?:là|gồm)))(?!\w)[ :]{{0,2}}{_HEAD}$""")
_STEMS = ("gồm", "thành viên", "có ", "với ", "còn ", "quy tụ", "tập hợp", "nay ", "hiện ")
# around a cluster whose members are named right behind it: "Sáu thành viên của … là", "Bốn đơn vị thành viên của … (", "Tham gia … có"
_MEMBERS_OF = pattern(rf"(?<!\w)(?:(?:{COUNT} |các )?(?:đơn vị )?(?:thành viên|đơn vị|sở)(?: của| trong| thuộc)?|tham gia|thuộc) $")
_NAMED = pattern(rf"(?:,? (?:của|thuộc|ngành|bộ) [^,;.()\n]{{2,40}}?)?[ (]{{0,2}}(?P<opens>là|gồm|có|bao gồm|:|-|(?<=\())[ :]{{0,2}}{_HEAD}$")
_IN_BRACKETS = pattern(rf"(?:,? [^,;.()\n]{{3,60}})? \({_HEAD}$")
# between a list and the cluster it makes up
_MAKE_UP = pattern(rf""" (?:đã |sẽ |cùng ){{0,2}}(?:hợp thành|tạo thành|lập thành|nằm trong|cùng thuộc|được xếp vào
    |là (?:các |{COUNT} )?thành viên(?: của)?) $""")
_BEGINS = pattern(rf"(?:{COUNT} |các )?(?:đơn vị )?thành viên(?: của cụm)? (?:là|gồm|bao gồm)[ :]{{1,2}}{_HEAD}")  # a sentence that goes on
# around a cluster in the middle of a list
_BELONGS = pattern(r" (?:hiện |nay |đã |được )*(?:là (?:một )?(?:đơn vị )?thành viên|thuộc|nằm trong|xếp vào|tham gia)(?: của)? $")
_TOGETHER = pattern(rf"[^;.\n]{{0,70}}?,? cùng (?:với )?{_HEAD}")
_NO_LIST = pattern(r"""(?<!\w)(?:đại biểu|dự|thành phần|(?<!công )đoàn|nội dung|(?<!sự )tham gia(?! là|,? gồm)|chương trình|tiêu chí|đội|tiết mục
    |gian hàng|sản phẩm
    |tác giả|giải
    |khách mời|cho biết|đề xuất|phát biểu|lãnh đạo|nhấn mạnh|giai đoạn|dự án|cụm công nghiệp|(?:thành viên|đơn vị) còn lại)(?!\w)""")
_FAR = 200  # characters between a cluster and its list
_NEAR = 120  # characters that may stand between what opens a list and its first name


@dataclass(frozen=True, slots=True)
class _List:
    """Members of a cluster as enumerated, and what says it: from what opens the list to its end."""

    cluster: Mention
    members: tuple[Named, ...]
    start: int
    end: int


def find(page: Page) -> Iterator[Claim]:
    for run in page.runs:
        low, high = page.sentence(run[0].start)
        several = len(run) > 1
        listed = (several and (_opened(page, run, low) or _made_up(page, run, high))) or _joined(page, run, low)
        if listed:
            cluster = listed.cluster
            year = year_behind(page.words, cluster.end, high)
            for one in listed.members:
                yield page.claim("member", cluster, one, (listed.start, max(one.end, listed.end)), year=year)


def _opened(page: Page, run: tuple[Named, ...], low: int) -> _List | None:
    """A list that something opens behind the cluster, or at the beginning of the sentence after it."""
    start = run[0].start
    cluster = page.last_cluster(start)
    if cluster is None or cluster.field != page.words.field or start - cluster.end > _FAR:
        return None
    if page.folded[low - 2 : low] == ":\n":  # one to a line, behind a colon
        low, _ = page.sentence(low - 2)
    if cluster.start < low:
        goes_on = _BEGINS.fullmatch(page.folded, low, start) and page.folded[low - 1 : low] != "\n"
        return _List(cluster, run, low, low) if goes_on else None
    members = run
    begin = _begin(page, cluster, start, low)
    if begin is not None and (before := page.runs_between(cluster.end, start)):
        # roles stand among the names, as in: gồm 5 đơn vị, Sở A là Cụm trưởng, các thành viên là Sở B và Sở C
        members = tuple(one for some in (*before, run) for one in some)
        begin = _begin(page, cluster, before[0][0].start, low)
    return None if begin is None else _List(cluster, members, begin, begin)


def _begin(page: Page, cluster: Mention, start: int, low: int) -> int | None:
    """Where what opens a list begins, whose first name stands at `start` in the cluster's sentence; None where it is no list of members."""
    between = page.folded[cluster.end : start]
    if _NO_LIST.search(between):
        return None
    if _IN_BRACKETS.fullmatch(between):
        return cluster.end + between.rindex("(", 0, len(between.rstrip("( 0123456789)")) + 2) + 1
    named = _NAMED.fullmatch(between)
    if named and _MEMBERS_OF.search(page.folded, max(low, cluster.start - 40), cluster.start):
        return cluster.end + named.start("opens")
    places = _stems(page.folded, max(cluster.end, start - _NEAR), start)
    return next((at for at in places if _OPENS.match(page.folded, at, start)), None)


def _made_up(page: Page, run: tuple[Named, ...], high: int) -> _List | None:
    """A list whose provinces make up the cluster right behind it."""
    cluster = page.next_cluster(run[-1].end)
    if cluster is None or cluster.start >= high:
        return None
    together = " cùng " in page.folded[run[0].end : run[1].start] and page.folded[run[-1].end : cluster.start] == " thuộc "
    if not together and not _MAKE_UP.fullmatch(page.folded, run[-1].end, cluster.start):
        return None
    return _List(cluster, run, run[0].start, cluster.end)


def _joined(page: Page, run: tuple[Named, ...], low: int) -> _List | None:
    """A list that goes on behind the cluster: "Sở A là thành viên Cụm X, cùng với Sở B và Sở C"."""
    cluster = page.last_cluster(run[0].start)
    if cluster is None or cluster.field != page.words.field or cluster.start < low or not _TOGETHER.fullmatch(page.folded, cluster.end, run[0].start):
        return None
    first = page.run_before(cluster.start, low)
    if first is None or not _BELONGS.fullmatch(page.folded, first[-1].end, cluster.start):
        return None
    return _List(cluster, (*first, *run), first[0].start, run[-1].end)


def _stems(folded: str, low: int, high: int) -> list[int]:
    """Where a list may be opened, the first first."""
    found = []
    for stem in _STEMS:
        at = folded.find(stem, low, high)
        while at >= 0:
            if not folded[at - 1 : at].isalnum():
                found.append(at)
            at = folded.find(stem, at + 1, high)
    return sorted(found)
