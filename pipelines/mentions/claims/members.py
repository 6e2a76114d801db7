"""Members of a cluster, where an article enumerates them: "gồm Sở Công Thương các tỉnh: …", "có 5 thành viên là …", "(Sở …, Sở …)"."""

from collections.abc import Iterator

from archive.records import Claim, Mention
from pipelines.mentions.claims.page import Page
from pipelines.mentions.lists import COUNT, OFFICE, Named
from pipelines.mentions.names import REGION, pattern
from pipelines.mentions.years import year_behind

# What may stand between the word that opens a list and its first name: "6 đơn vị thành viên là Sở Công Thương các tỉnh, thành phố:".
_HEAD = rf"""(?:(?:{OFFICE}|{REGION}|các|của|thuộc|{COUNT}|đơn vị|thành viên|tỉnh|thành phố|thành|tp|địa phương|cơ quan|sở|là|gồm|có|khu vực|vùng
    |miền|cụ thể|như sau|sau đây
    |\d{{1,2}}[.)])(?!\w)[ ,:(-]{{0,3}})*"""
_OPENS = pattern(rf"""(?:(?:bao )?gồm|quy tụ|tập hợp|(?:nay |hiện |chỉ )?còn(?: lại)?|(?:hiện|nay)(?: đang)? có|có(?= {COUNT} )
    |(?:các )?thành viên(?= (?:là|gồm)))(?!\w)[ :]{{0,2}}{_HEAD}$""")
_STEMS = ("gồm", "thành viên", "có ", "còn ", "quy tụ", "tập hợp", "nay ", "hiện ")
# around a cluster whose members are named right behind it: "Sáu thành viên của … là", "Bốn đơn vị thành viên của … (", "Tham gia … có"
_MEMBERS_OF = pattern(rf"(?<!\w)(?:(?:{COUNT} |các )?(?:đơn vị )?(?:thành viên|đơn vị|sở)(?: của| trong| thuộc)?|tham gia) $")
_NAMED = pattern(rf"(?:,? (?:của|thuộc|ngành|bộ) [^,;.()\n]{{2,40}}?)?[ (]{{0,2}}(?P<opens>là|gồm|có|bao gồm|:|-|(?<=\())[ :]{{0,2}}{_HEAD}$")
_IN_BRACKETS = pattern(rf"(?:,? [^,;.()\n]{{3,60}})? \({_HEAD}$")
# between a list and the cluster it makes up
_MAKE_UP = pattern(r" (?:đã |sẽ |cùng ){0,2}(?:hợp thành|tạo thành|lập thành|nằm trong|cùng thuộc|là (?:các )?thành viên(?: của)?) $")
_NO_LIST = pattern(r"""(?<!\w)(?:đại biểu|dự|thành phần|(?<!công )đoàn|nội dung|tham gia|chương trình|tiêu chí|đội|tiết mục|gian hàng|sản phẩm
    |tác giả|giải
    |khách mời)(?!\w)""")
_FAR = 200  # characters between a cluster and its list
_NEAR = 120  # characters that may stand between what opens a list and its first name


def find(page: Page) -> Iterator[Claim]:
    for run in page.runs:
        if len(run) < 2:  # noqa: PLR2004 - one is no list
            continue
        low, high = page.sentence(run[0].start)
        opened = _opened(page, run, low) or _made_up(page, run, high)
        if opened:
            cluster, (start, end) = opened
            for one in run:
                yield page.claim("member", cluster, one, (start, max(one.end, end)), year=year_behind(page.words, cluster.end, high))


def _opened(page: Page, run: tuple[Named, ...], low: int) -> tuple[Mention, tuple[int, int]] | None:
    """The cluster before a run that enumerates its members, and where the list begins; None where it is another list."""
    start = run[0].start
    cluster = page.last_cluster(start)
    if cluster is None or cluster.field != page.words.field or cluster.start < low or start - cluster.end > _FAR:
        return None
    between = page.folded[cluster.end : start]
    if _NO_LIST.search(between):
        return None
    if _IN_BRACKETS.fullmatch(between):
        begin = cluster.end + between.rindex("(") + 1
        return cluster, (begin, begin)
    named = _NAMED.fullmatch(between)
    if named and _MEMBERS_OF.search(page.folded, max(low, cluster.start - 40), cluster.start):
        return cluster, (cluster.end + named.start("opens"),) * 2
    places = _stems(page.folded, max(cluster.end, start - _NEAR), start)
    begin = next((at for at in places if _OPENS.match(page.folded, at, start)), -1)
    return (cluster, (begin, begin)) if begin >= 0 else None


def _made_up(page: Page, run: tuple[Named, ...], high: int) -> tuple[Mention, tuple[int, int]] | None:
    """The cluster right behind a run whose provinces make it up."""
    cluster = page.next_cluster(run[-1].end)
    if cluster is None or cluster.start >= high or not _MAKE_UP.fullmatch(page.folded, run[-1].end, cluster.start):
        return None
    return cluster, (run[0].start, cluster.end)


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
