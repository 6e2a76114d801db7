"""Who leads a cluster and who deputises: Cụm trưởng, Trưởng cụm, Cụm phó, Phó cụm. The holder is the province named with the role."""

import re
from collections.abc import Iterator

from archive.records import Claim, Mention
from pipelines.mentions.claims.page import Page
from pipelines.mentions.lists import COUNT, Named
from pipelines.mentions.names import pattern
from pipelines.mentions.words import occurrences
from pipelines.mentions.years import Year, years

_ROLE = pattern(r"(?P<leader>cụm trưởng|trưởng cụm)(?!\w)|(?:cụm phó|phó (?:cụm trưởng|trưởng cụm|cụm))(?!\w)")
_STEMS = ("cụm trưởng", "trưởng cụm", "cụm phó", "phó cụm", "phó trưởng cụm")
# between a holder and its role: " – ", ", đơn vị ", " giữ vai trò ", " được bầu làm ", " Phan Hoài Nam, " (its director)
_HOLDS = pattern(r"""(?:(?: [^\W\d_]+){2,4}(?=,))?[ ,:(-]{1,3}(?:(?:tiếp tục|tiếp|sẽ|đã|đang|cũng|hiện|còn|được|(?:bộ|cục|tổng cục
    |hội đồng) [^\W\d_]+(?: [^\W\d_]+){0,2}?|(?:các )?thành viên
    |hội nghị|tín nhiệm|giới thiệu|cụm|chọn|bầu|giao|cử|phân công
    |nhất trí|thống nhất|công nhận|giữ|đảm nhiệm|đảm nhận|đảm đương|nhận|tiếp nhận|bàn giao|đảm trách|làm|là|nhiệm vụ|vai trò|trọng trách
    |chức danh|chức vụ
    |chức|cương vị|trách nhiệm|tốt
    |tham dự|với tư cách|với vai trò|thay mặt|đơn vị)(?!\w)[ ,]{0,2}){0,10}""")
# between a role and its holder: " năm 2024 là ", " cho ", " được bàn giao cho ", ": ", " Cụm thi đua số V của Bộ Công Thương, "
_OFFICERS = r"(?:(?:đồng chí |ông |bà )?(?:phó )?(?:giám đốc|chủ tịch|trưởng ban) )?"
_OF_CLUSTER = r"(?: (?:của )?cụm(?: thi đua)?(?: số)?(?: \w{1,5})?(?:,? (?:của )?(?:ngành|bộ)(?: [^\W\d_]+){2,4}?)?)?"
_HELD = pattern(rf"""{_OF_CLUSTER}(?: năm \d{{4}})?{_OF_CLUSTER}
    (?: (?:là|cho|do) | ?: | - |, (?=(?:đồng chí |ông |bà )?(?:phó )?(?:giám đốc|chủ tịch) )| (?:được |sẽ |đã ){{0,2}}(?:bàn giao|chuyển giao|giao
    |chuyển) (?:lại )?cho ){_OFFICERS}""")
_AS_ROLE = pattern(r"(?:là|thay mặt|với (?:vai trò|tư cách|trách nhiệm)(?: là)?)(?: đơn vị)? ")  # "Là Cụm trưởng Cụm thi đua số V, Sở …"
_THEN = pattern(rf"{_OF_CLUSTER}(?: năm \d{{4}})?, (?:(?:lãnh đạo|đại diện) )?")
_NOT_FOR_YEAR = pattern(
    r"(?<!\w)(?:tổ chức|chủ trì|khai mạc|phát biểu|cho biết|đề nghị|bàn giao|báo cáo|tổng kết|sơ kết|ký|giao ước|chấm điểm|họp|nhấn mạnh|mời)(?!\w)"
)
_SEVERAL = pattern(rf"(?<!\w)(?:các|{COUNT}) $")  # "hai Cụm phó là Sở … và Sở …"
_REACH = 90  # characters between a holder and its role
_YEAR = 110  # characters between a role and a year behind it


def find(page: Page) -> Iterator[Claim]:
    end = 0
    for at in occurrences(page.words, _STEMS):
        role = _ROLE.match(page.folded, at)
        if role is None or at < end:
            continue
        end = role.end()
        low, high = page.sentence(at)
        cluster = _cluster_of(page, role, low, high)
        if cluster is None or cluster.kind != "cluster":
            continue
        year = _year(page, role, low, high)
        for one in _held(page, role, low, high) or _holder_before(page, role.start(), low):
            span = (min(one.start, role.start()), max(one.end, role.end()))
            yield page.claim("leader" if role["leader"] else "deputy", page.cluster_beside(one) or cluster, one, span, year=year)


def _cluster_of(page: Page, role: re.Match[str], low: int, high: int) -> Mention | None:
    """The cluster right after the role ("Cụm trưởng Cụm thi đua số III"), else one of its sentence, else the last one spoken of."""
    following = page.next_cluster(role.end())
    if following and following.kind == "cluster" and page.folded[role.end() : following.start].strip() in {"", "của"}:
        return following
    return page.spoken_of(low, high, role.start())


def _held(page: Page, role: re.Match[str], low: int, high: int) -> tuple[Named, ...]:
    """Those named behind a role as its holders."""
    held = _HELD.match(page.folded, role.end(), high)
    if held is None and _AS_ROLE.fullmatch(page.folded, low, role.start()):
        held = _THEN.match(page.folded, role.end(), high)
    run = page.run_at(held.end(), high) if held else None
    if not run:
        return ()
    several = _SEVERAL.search(page.folded, low, role.start()) or page.cluster_beside(run[0])
    return run if several else run[:1]


def _holder_before(page: Page, at: int, low: int) -> tuple[Named, ...]:
    """The one right before a role."""
    run = page.run_before(at, low)
    if run is None or at - run[-1].end > _REACH or not _HOLDS.fullmatch(page.folded, run[-1].end, at):
        return ()
    last = run[-1]
    aside = "," in page.folded[last.end : at]
    if aside and (not last.office or page.folded.endswith("tại ", low, last.start)):
        return ()  # "Tại Hà Giang, Cụm trưởng đề nghị …"
    return (last,)


def _year(page: Page, role: re.Match[str], low: int, high: int) -> int | None:
    """The year behind the role, if nothing else is told between; else the last before it."""
    found = list(years(page.words, low, high))
    behind: Year | None = next((one for one in found if role.end() <= one.start <= role.end() + _YEAR), None)
    if behind and ";" not in page.folded[role.end() : behind.start] and not _NOT_FOR_YEAR.search(page.folded, role.end(), behind.start):
        return behind.value
    before = [one for one in found if one.end <= role.start()]
    return before[-1].value if before and not _NOT_FOR_YEAR.search(page.folded, before[-1].end, role.start()) else None
