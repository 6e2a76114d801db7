"""Members of a cluster, where an article enumerates them: "gồm Sở Công Thương các tỉnh: …", "có 5 thành viên là …", "(Sở …, Sở …)"."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.records import Claim, Mention
from pipelines.mentions.claims.page import Page
from pipelines.mentions.lists import COUNT, OFFICE, Named
from pipelines.mentions.names import REGION, pattern
from pipelines.mentions.numbers import as_number
from pipelines.mentions.years import year_behind

# What may stand between the word that opens a list and its first name: "6 đơn vị thành viên là Sở Công Thương các tỉnh, thành phố:".
_HEAD = rf"""(?:(?:{OFFICE}|{REGION}|các|của|thuộc|{COUNT}|đơn vị|thành viên|tỉnh|thành phố|thành|tp|địa phương|cơ quan|sở|là|gồm|có|khu vực|vùng
    |miền|chi nhánh|tham gia|đó|cụ thể|như sau|sau đây|lần lượt|theo thứ tự|tính từ bắc vào nam|từ bắc vào nam
    |\(?\d{{1,2}}[.)])(?!\w)[ ,:(\n+•*-]{{0,4}})*"""
_GAP = r"[ :\n+•*-]{0,5}"
_OPENS = pattern(rf"""(?:(?:bao )?gồm|quy tụ|tập hợp|(?:nay |hiện |chỉ )?còn(?: lại)?|(?:hiện|nay)(?: đang)? có|(?:có|với)(?= (?:{COUNT}|các) )
    |giữ nguyên|(?:các )?thành viên(?= (?:là|gồm|cụ thể|như sau))|thành viên [^,.;:\n]{{0,50}}như sau)(?!\w){_GAP}{_HEAD}$""")
# "Cụm X có Sở A, Sở B và Sở C.": with nothing behind that the list would do, or "là thành viên"
_HAS = pattern(rf" (?:(?:hiện|nay|đang|còn|cũng) ){{0,3}}có {_HEAD}$")
_ENDS = pattern(r" ?(?:\([^()\n]{1,45}\))?(?:[.;]|\n|$| (?:là|làm) (?:các )?(?:đơn vị )?thành viên)")
_ENDS_THERE = pattern(r"(?:,? (?:bộ|ngành) [^\W\d_]+ [^\W\d_]+)?(?:[.;]|\n|$)")
_BESIDES = pattern(r"(?:^|[ .\n])ngoài (?:ra )?(?:đơn vị )?$")
_STEMS = ("gồm", "giữ nguyên", "thành viên", "có ", "với ", "còn ", "quy tụ", "tập hợp", "nay ", "hiện ")
# around a cluster whose members are named right behind it: "Sáu thành viên của … là", "Bốn đơn vị thành viên của … (", "Tham gia … có"
_MEMBERS_OF = pattern(rf"""(?<!\w)(?:(?:{COUNT} |các )?(?:đơn vị )?(?:thành viên|đơn vị|{OFFICE})(?: các tỉnh(?:, thành phố)?)?
    (?: và [^,.;:\n]{{2,40}}?(?= của))?
    (?:(?: (?:cùng|hiện|nay|đang)){{0,2}}(?: nằm| sinh hoạt)?(?: của| trong| thuộc| hợp thành
    | tạo thành| lập thành))?|tham gia|thuộc|thành phần|sinh hoạt trong) $""")
_NAMED = pattern(
    rf"(?:,? (?:của|thuộc|ngành|bộ|theo|và) [^,;.()\n]{{2,80}}?)?[ (,]{{0,2}}(?P<opens>là|gồm|có|bao gồm|như sau|cụ thể|:|-|(?<=\()){_GAP}{_HEAD}$"
)
_IN_BRACKETS = pattern(rf"(?:,? [^,;.()\n]{{3,60}})? \({_HEAD}$")
# between a list and the cluster it makes up
_MAKE_UP = pattern(rf"""\)?(?:(?:,| -) {OFFICE}(?: của)?(?: cả)?(?: {COUNT}| các)? (?:tỉnh|địa phương|đơn vị)(?: này| trên)?)?
    (?: (?:đã|sẽ|cùng|cùng nhau|đều|hiện|nay|đang)){{0,3}} (?:hợp thành|tạo thành|lập thành|nằm trong|sinh hoạt (?:trong|tại)|cùng thuộc|được xếp vào
    |là (?:các |những |{COUNT} )?(?:(?:tỉnh|địa phương|đơn vị) (?:có {OFFICE} )?(?:là )?)?(?:(?:đơn vị )?thành viên(?: của)?
    |sinh hoạt (?:trong|tại)|nằm trong|thuộc)),? $""")
_WITH = pattern(rf"(?<!\w)với {COUNT} (?:đơn vị )?thành viên(?: là)?[ :]{{1,2}}{_HEAD}$")  # "Với 6 thành viên A, B …, Cụm …"
_COUNTED = pattern(rf"(?<!\w)(?:{COUNT}|các) (?:{OFFICE}|tỉnh|đơn vị|địa phương)[^().\n]{{0,15}} \($")
_BEGINS = pattern(rf"(?:{COUNT} |các )?(?:đơn vị )?thành viên(?: của cụm)? (?:là|gồm|bao gồm)[ :]{{1,2}}{_HEAD}")  # a sentence that goes on
_HOW_MANY = pattern(rf"(?<!\w)(?:có|gồm|với) ({COUNT}) (?:đơn vị|thành viên|{OFFICE})(?!\w)")
# right before a list: "5 đơn vị: ", "trên cơ sở 5 Sở Công Thương là: "
_SO_MANY_NAMED = pattern(
    rf"(?<!\w)({COUNT}) (?:đơn vị|thành viên|đơn vị thành viên|tỉnh|địa phương|{OFFICE})(?: các tỉnh(?:, thành phố)?)?(?: thành viên)?(?: là)?"
    r"(?: ?[:(]|(?<= là)) ?$"
)
_COUNTED_BEFORE = pattern(rf"(?<!\w)({COUNT}) (?:tỉnh|địa phương|đơn vị|{OFFICE})[ :]{{1,2}}$")  # "Tòa án nhân dân 5 tỉnh A … trong Cụm"
# "Cụm X, Sở Công Thương các tỉnh A, B và C, tổ chức": the list stands beside the cluster's name
_BESIDE = pattern(rf"(?:,| -) (?:{OFFICE}) (?:các|{COUNT}) (?:tỉnh|thành phố)(?:(?:,? và|,) (?:tỉnh|thành phố))?[ :]{{1,2}}$")
_DASHED = pattern(rf" - (?:{OFFICE}) (?:các|{COUNT}) (?:tỉnh|thành phố)(?:(?:,? và|,) (?:tỉnh|thành phố))?[ :]{{1,2}}$")
_CLOSED = pattern(r"(?:,(?! \w+ ?,)| -)(?! (?:và|cùng))")
_ARE_MEMBERS = pattern(rf"(?<!\w)({COUNT}) (?:đơn vị )?thành viên(?: (?:là|gồm))?[ :]{{1,2}}{_HEAD}$")
_IN_IT = pattern(r"(?:^|\W)trong $")  # "Trong Cụm, Sở A là Cụm trưởng, các thành viên là Sở B …"
_BY = pattern(r" (?:do|với|có) ")  # "Cụm X do Sở A làm Cụm trưởng, Sở B làm Cụm phó, cùng các thành viên là Sở C …"
_THESE_ARE = pattern(rf"(?:đó|lần lượt|cụ thể) là[ :]{{1,2}}{_HEAD}")  # and one that goes on behind "có bảy đơn vị."
_SO_MANY = pattern(rf"(?<!\w)(?:có|gồm|với|là) {COUNT} (?:đơn vị|thành viên|đơn vị thành viên|{OFFICE})[.:]? ?\n?$")
# around a cluster in the middle of a list
_BELONGS = pattern(r" (?:hiện |nay |đã |được )*(?:là (?:một )?(?:đơn vị )?thành viên|thuộc|nằm trong|xếp vào|tham gia)(?: của)? $")
_TOGETHER = pattern(rf"[^;.\n]{{0,70}}?,? cùng (?:với )?{_HEAD}")
_THE_REST = pattern(rf"(?<!\w)({COUNT}) (?:đơn vị )?(?:thành viên|đơn vị) còn lại (?:là|gồm)[ :]{{1,2}}{_HEAD}$")
_TAKES_PART = pattern(rf" (?:có|với) sự tham gia của {_HEAD}$")  # said of a meeting it is who came, of a cluster who is in it
_IS = pattern(r"(?<!\w)là (?:một )?$")
_IS_OF = pattern(rf" (?:của|giữa) {_HEAD}$")  # "Đây là cụm thi đua của …"
_BRACKET_CLOSES = pattern(r"[^()\n]{0,40}\)")
_DO = pattern(r"(?: (?:ngành|bộ) [^\W\d_]+ [^\W\d_]+)? (?!(?:tham )?dự |tham gia )[^\W\d_]")  # what all of a cluster do, and not only who came
_NO_LIST = pattern(r"""(?<!\w)(?:đại biểu|dự|thành phần|(?<!công )đoàn|nội dung|(?<!sự )tham gia(?! là|,? gồm)|chương trình|tiêu chí
    |đội(?! hình)|tiết mục
    |gian hàng|sản phẩm
    |tác giả|giải
    |khách mời|cho biết|đề xuất|phát biểu|lãnh đạo|nhấn mạnh|giai đoạn|dự án|cụm công nghiệp|(?:thành viên|đơn vị) còn lại)(?!\w)""")
_LINES = pattern(r":\n(?:\d{1,2}[.)] ?|[-+•*] ?)?$")  # one to a line, behind a colon
_MARK = rf"\n(?:[-+•*] ?|\d{{1,2}}[.)] ?)(?:{OFFICE} (?:tỉnh |thành phố |tp\.? ?)?|tỉnh |thành phố |tp\.? ?)?"
_AT_MARK, _NEXT_LINE = pattern(rf"{_MARK}$"), pattern(rf"[^\n]{{0,120}}{_MARK}")
_OTHERWISE = pattern(
    r"(?<!\w)(?:khen|thưởng|cờ|bằng|xếp|nhất|nhì|đạt|tặng|tuyên dương|vắng|tham luận|báo cáo|thăm|kiểm tra|đứng đầu|xuất sắc|tiêu biểu)(?!\w)"
)
TWO, THREE = 2, 3  # provinces may be together for much else
_FAR, _FARTHEST = 200, 600  # characters between a cluster and its list; where it is said that so many are members
_NEAR = 120  # characters that may stand between what opens a list and its first name


@dataclass(frozen=True, slots=True)
class _List:
    """Members of a cluster as enumerated, and what says it: from what opens the list to its end."""

    cluster: Mention
    members: tuple[Named, ...]
    start: int
    end: int


def find(page: Page) -> Iterator[Claim]:
    for number, run in enumerate(page.runs):
        run = _by_lines(page, number)  # noqa: PLW2901
        low, high = page.sentence(run[0].start)
        several = len(run) > 1
        listed = (several and (_opened(page, run, low) or _made_up(page, run, high))) or _joined(page, run, low)
        if listed:
            cluster = listed.cluster
            year = year_behind(page.words, cluster.end, high)
            for one in listed.members:
                yield page.claim("member", cluster, one, (listed.start, max(one.end, listed.end)), year=year)


def _by_lines(page: Page, number: int) -> tuple[Named, ...]:
    """An enumeration; where it is the first of lines that tell more of each ("1. Sở A: ông …"), with the names that begin the others."""
    run = page.runs[number]
    if not _AT_MARK.search(page.folded, max(0, run[0].province.start - _NEAR), run[0].province.start):
        return run
    for other in page.runs[number + 1 :]:
        if not _NEXT_LINE.fullmatch(page.folded, run[-1].end, other[0].province.start):
            break
        run += other
    return run


def _opened(page: Page, run: tuple[Named, ...], low: int) -> _List | None:
    """A list that something opens behind the cluster, or at the beginning of the sentence after it."""
    start = run[0].start
    cluster = page.last_cluster(start)
    if cluster is None or cluster.field != page.words.field or start - cluster.end > _FARTHEST:
        return None
    if start - cluster.end > _FAR and not _counted_members(page, run, low):
        return None
    if lines := _LINES.search(page.folded, max(0, low - 6), low):
        low, _ = page.sentence(lines.start())
    if cluster.start < low:
        goes_on = _BEGINS.fullmatch(page.folded, low, start) and page.folded[low - 1 : low] != "\n"
        counted = _counted_members(page, run, low)
        these = _THESE_ARE.fullmatch(page.folded, low, start) and _SO_MANY.search(page.folded, max(cluster.end, low - 40), low)
        return _List(cluster, run, low, low) if goes_on or these or counted else None
    if _HAS.fullmatch(page.folded, cluster.end, start) and _ENDS.match(page.folded, run[-1].end):
        first = page.run_before(cluster.start, low)  # "Ngoài Sở A, Cụm còn có …"
        besides = first if first and _BESIDES.search(page.folded, low - 1, first[0].start) else ()
        return _List(cluster, (*besides, *run), (*besides, *run)[0].start, run[-1].end)
    if _stands_beside(page, cluster, run, low):
        return _List(cluster, run, start, run[-1].end)
    members, begin = run, _begin(page, cluster, start, low)
    before = page.runs_between(cluster.end, start)
    if before and not (begin is not None and _told_again(before, run)):
        # roles stand among the names, as in: gồm 5 đơn vị, Sở A là Cụm trưởng, các thành viên là Sở B và Sở C
        members, at = tuple(one for some in (*before, run) for one in some), before[0][0].start
        if begin is None:
            rest = _THE_REST.search(page.folded, max(cluster.end, start - _NEAR), start)
            whole = rest and as_number(rest[1]) == len(run) and _BY.fullmatch(page.folded, cluster.end, at)
            begin = cluster.end if whole else _counted(page, cluster, at, len(members))
        else:
            inside = page.folded[cluster.end : at] == ", " and _IN_IT.search(page.folded, max(0, cluster.start - 7), cluster.start)
            begin = cluster.end if inside or _BY.fullmatch(page.folded, cluster.end, at) else _begin(page, cluster, at, low)
    elif begin is None:
        begin = _so_many(page, cluster, run)
    return None if begin is None else _List(cluster, members, begin, begin)


def _counted_members(page: Page, run: tuple[Named, ...], low: int) -> bool:
    """Is it said right before them that so many are members?"""
    told = _ARE_MEMBERS.search(page.folded, max(low, run[0].start - _NEAR), run[0].start)
    return told is not None and as_number(told[1]) == len(run)


def _stands_beside(page: Page, cluster: Mention, run: tuple[Named, ...], low: int) -> bool:
    """Do they stand beside a cluster's name to say who it is?"""
    folded, start, end = page.folded, run[0].start, run[-1].end
    if _BESIDE.fullmatch(folded, cluster.end, start) and _CLOSED.match(folded, end):
        return True
    if not _ENDS.match(folded, end):
        return False
    is_of = _IS.search(folded, max(low, cluster.start - 10), cluster.start) and _IS_OF.fullmatch(folded, cluster.end, start)
    takes_part = cluster.start == low and _TAKES_PART.fullmatch(folded, cluster.end, start)
    return bool(is_of or takes_part or _DASHED.fullmatch(folded, cluster.end, start))


def _told_again(before: tuple[tuple[Named, ...], ...], run: tuple[Named, ...]) -> bool:
    """Does the list have all that were named before it, as in: trong đó có Sở A; các thành viên cụ thể như sau: Sở A, Sở B …?"""
    return {one.province.entity for some in before for one in some} <= {one.province.entity for one in run}


def _so_many(page: Page, cluster: Mention, run: tuple[Named, ...]) -> int | None:
    """Where it is said how many follow, if they do and nothing else is told of them."""
    start = run[0].start
    counted = _SO_MANY_NAMED.search(page.folded, cluster.end, start)
    right = counted and as_number(counted[1]) == len(run) and not _NO_LIST.search(page.folded, cluster.end, start)
    return counted.start() if counted and right and not _OTHERWISE.search(page.folded, cluster.end, start) else None


def _counted(page: Page, cluster: Mention, start: int, members: int) -> int | None:
    """Where it is said how many are in it, if as many are named: "gồm 7 đơn vị, trong đó Sở A …, các thành viên còn lại là …"."""
    counted = _HOW_MANY.search(page.folded, cluster.end, start)
    right = counted and as_number(counted[1]) == members and not _NO_LIST.search(page.folded, cluster.end, start)
    return counted.start() if counted and right else None


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
    made_up = _MAKE_UP.fullmatch(page.folded, run[-1].end, cluster.start) or _belong(page, run, cluster) or _are_all(page, run, cluster)
    return _List(cluster, run, run[0].start, cluster.end) if made_up else None


def _belong(page: Page, run: tuple[Named, ...], cluster: Mention) -> bool:
    """As in: A, B, C và D thuộc Cụm X. Where nothing more is told of them, or what all of a cluster do."""
    if page.folded[run[-1].end : cluster.start] != " thuộc ":
        return False
    together = " cùng " in page.folded[run[0].end : run[1].start]
    ends = len(run) > TWO and _ENDS_THERE.match(page.folded, cluster.end) is not None
    acts = len(run) > THREE and not run[0].own and _DO.match(page.folded, cluster.end)
    return together or ends or bool(acts and not _NO_LIST.search(page.folded, page.sentence(run[0].start)[0], run[0].start))


def _are_all(page: Page, run: tuple[Named, ...], cluster: Mention) -> bool:
    """By what stands before them, or by brackets: "Với 6 thành viên A, B …, Cụm X", "5 tỉnh (A, B …) của Cụm X", "các Sở: A, B … (Cụm X)"."""
    folded, start, between = page.folded, run[0].start, page.folded[run[-1].end : cluster.start]
    low = max(0, start - 60)
    if between in {") thuộc ", ") trong ", ") của "} and _COUNTED.search(folded, low, start):
        return True
    if between == ", " and _WITH.search(folded, low, start):
        return True
    if between == " (" and len(run) > TWO and page.next_cluster(run[0].end) is cluster and _BRACKET_CLOSES.match(folded, cluster.end):
        return not any(one.own for one in run)
    counted = _COUNTED_BEFORE.search(folded, low, start) if between in {" trong ", " thuộc "} else None
    return counted is not None and as_number(counted[1]) == len(run)


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
