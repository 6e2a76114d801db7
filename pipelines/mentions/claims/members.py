"""Members of a cluster, where an article enumerates them: "gồm Sở Công Thương các tỉnh: …", "có 5 thành viên là …", "(Sở … , Sở … )"."""

from collections.abc import Iterator

from archive.records import Claim, Mention
from pipelines.mentions.claims.page import Page
from pipelines.mentions.lists import COUNT, OFFICE, Named
from pipelines.mentions.names import pattern

# What opens a list, right before its first name: "gồm", "bao gồm 6 đơn vị:", "có 5 thành viên là Sở Công Thương các tỉnh".
_UNITS = rf"(?:đơn vị thành viên|thành viên|đơn vị|tỉnh,? thành(?: phố)?|tỉnh|địa phương|cơ quan|{OFFICE})"
_COUNTED = rf"(?:{COUNT} |các )?{_UNITS}"
_SHARED = rf"""(?:(?:các |{COUNT} )?{OFFICE} |(?:các|{COUNT}) )?(?:(?:của |thuộc )?(?:các |{COUNT} ))?(?:(?:tỉnh|thành phố|tp\.?|sở
    |địa phương)(?:(?:,? và|,) (?:tỉnh|thành phố))? ?)?:? ?"""
_OPENS = pattern(rf"""(?:
    (?P<gom>(?:bao )?gồm(?: có)?(?!\w)[ :]{{0,2}}(?:{_COUNTED}(?: thành viên)?(?: là| gồm)?[ ,:(]{{0,3}})?)
    |(?:(?:hiện |nay |còn )?(?:có|còn|còn lại|quy tụ|tập hợp) {COUNT} {_UNITS}(?: thành viên)?(?: là| gồm|:| \(|,)[ :]{{0,2}}(?:gồm )?)
    |(?:(?:các )?thành viên (?:là|gồm)[ :]{{0,2}})
    |(?:quy tụ|tập hợp|(?:nay |hiện |chỉ ){{0,2}}còn lại(?: là)?)[ :]{{1,2}})
    (?:{_SHARED})$""")
_STEMS = ("gồm", "thành viên", "có ", "còn ", "quy tụ", "tập hợp", "nay ", "hiện ")
# what stands before a cluster whose members are named right behind it: "Sáu thành viên của", "Bốn đơn vị thành viên của"
_MEMBERS_OF = pattern(rf"(?<!\w)(?:{COUNT} |các )?(?:đơn vị )?(?:thành viên|đơn vị|sở)(?: của| trong| thuộc)? $")
_AFTER_MEMBERS_OF = pattern(
    rf"(?:,? (?:của|ngành|bộ) [^,;.()\n]{{3,40}}?)?[ (]{{0,2}}(?P<opens>là|gồm|:|-|bao gồm|(?=[^\W\d_]))[ :]{{0,2}}(?:gồm )?{_SHARED}$"
)
_IN_BRACKETS = pattern(rf"(?:,? [^,;.()\n]{{3,60}})? \((?:gồm[ :]{{1,2}})?(?:{_COUNTED}[ :]{{1,2}})?{_SHARED}$")
_NO_LIST = pattern(
    r"""(?<!\w)(?:đại biểu|dự|thành phần|(?<!công )đoàn|nội dung|tham gia|chương trình|tiêu chí|đội|tiết mục|gian hàng|sản phẩm|tác giả|giải
    |khách mời)(?!\w)"""
)
_FAR = 200  # characters between a cluster and its list
_HEAD = 120  # characters that may stand between what opens a list and its first name


def find(page: Page) -> Iterator[Claim]:
    for run in page.runs:
        if len(run) < 2:  # noqa: PLR2004 - one is no list
            continue
        low, _ = page.sentence(run[0].start)
        opened = _opened(page, run, low)
        if opened:
            cluster, start = opened
            for one in run:
                yield page.claim("member", cluster, one, (start, one.end))


def _opened(page: Page, run: tuple[Named, ...], low: int) -> tuple[Mention, int] | None:
    """The cluster whose members a run enumerates, and where the list begins; None where it is another list."""
    start = run[0].start
    cluster = page.last_cluster(start)
    if cluster is None or cluster.field != page.words.field or cluster.start < low or start - cluster.end > _FAR:
        return None
    between = page.folded[cluster.end : start]
    if _NO_LIST.search(between):
        return None
    if _IN_BRACKETS.fullmatch(between):
        return cluster, cluster.end + between.rindex("(") + 1
    after = _AFTER_MEMBERS_OF.fullmatch(between)
    if after and _MEMBERS_OF.search(page.folded, max(low, cluster.start - 40), cluster.start):
        return cluster, cluster.end + after.start("opens")
    opens = next(
        (found for at in _stems(page.folded, max(cluster.end, start - _HEAD), start) if (found := _OPENS.match(page.folded, at, start))), None
    )
    return (cluster, opens.start()) if opens else None


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
