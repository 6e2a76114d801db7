"""What an article says of a cluster: who is a member, who leads. Enumerations and plain role phrases only; where unsure, no claim."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from archive.records import Claim, Mention
from pipelines.mentions.names import pattern
from pipelines.mentions.words import Prepared, Words, fold, occurrences

# What opens a list: "gồm", "gồm có 4 đơn vị:", "gồm bốn thành viên là".
_COUNT = r"(?:\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
_OPENS = pattern(rf"gồm(?: có)?(?!\w)[ :]{{0,2}}(?:{_COUNT} (?:đơn vị|thành viên|tỉnh|sở)(?: thành viên)?(?: là)?[ ,:]{{0,2}})?")
# what stands before the names of a list: "Sở Công Thương các tỉnh, thành phố: "
_SHARED = pattern(r"""(?:sở [^,;:.\n]{2,40}? |công an |ubnd )?(?:các|\d{1,2}) (?:tỉnh,? (?:và )?thành phố|tỉnh|thành phố|địa phương)[ :]{1,2}
    |các sở công thương[ :]{1,2}""")
_OWN = pattern(r"(?P<bare>(?:sở [^\W\d_]+ [^\W\d_]+|công an|ubnd) )?(?:(?:tỉnh|thành phố|tp\.?) )?")
_OWN_BEFORE = pattern(r"(?<!\w)(?:(?:sở [^\W\d_]+ [^\W\d_]+|công an|ubnd) (?:(?:tỉnh|thành phố|tp\.?) )?|tỉnh )$")
_SEPARATOR = pattern(r" ?[,;] (?:và |cùng )?| (?:và|cùng|với) (?:với )?")

_ROLE = pattern(r"(?P<leader>cụm trưởng|trưởng cụm)(?!\w)|(?:cụm phó|phó (?:cụm trưởng|(?:trưởng )?cụm))(?!\w)")
_ROLE_STEMS = ("cụm trưởng", "trưởng cụm", "cụm phó", "phó cụm", "phó trưởng cụm")
# between a province and its role: " – ", ", ", " là đơn vị ", " giữ vai trò ", " được bầu làm ", " được giao nhiệm vụ "
_HOLDS = pattern(r"""(?: ?[-,(] ?| (?:(?:tiếp tục|sẽ|đã|đang|được|tín nhiệm|bầu|giao|cử|phân công|nhất trí|công nhận|giữ
    |đảm nhiệm|đảm nhận|làm|là) ){1,6})
    (?:(?:nhiệm vụ|vai trò|chức danh|chức vụ|chức|với tư cách|là|đơn vị) ){0,3}""")
# between a role and its province: " năm 2024 là ", " cho ", " được bàn giao cho ", ": "
_HELD = pattern(r"""(?: (?:của )?cụm(?: thi đua)?(?: số)?(?: \w{1,5})?)?(?: năm \d{4})?
    (?: (?:là|cho) | ?: | - | (?:được |sẽ ){0,2}(?:bàn giao|chuyển giao|giao|chuyển) (?:lại )?cho )""")
_NO_LIST = pattern(r"(?<!\w)(?:đại biểu|dự|thành phần|đoàn|nội dung|tham gia|chương trình|tiêu chí)(?!\w)")  # what is listed is not the cluster
_REACH = 80  # characters between a province and its role
_FAR = 200  # characters between a cluster and its list
_MOST_MEMBERS = 63


@dataclass(frozen=True, slots=True)
class _Page:
    """One field with the provinces and the clusters in particular that were found in it."""

    words: Words
    provinces: dict[int, Mention]  # by start
    in_order: tuple[Mention, ...]  # the same
    ends: tuple[int, ...]  # of the same
    clusters: tuple[Mention, ...]
    cluster_starts: tuple[int, ...]
    before: Mention | None  # the last cluster of the field before this one

    def last_cluster(self, offset: int) -> Mention | None:
        """The last one that begins before `offset`, in this field or the one before."""
        index = bisect_left(self.cluster_starts, offset)
        return self.clusters[index - 1] if index else self.before

    def next_cluster(self, offset: int) -> Mention | None:
        index = bisect_left(self.cluster_starts, offset)
        return self.clusters[index] if index < len(self.clusters) else None

    def province_after(self, offset: int) -> Mention | None:
        """The province named at `offset`, "Sở Công Thương tỉnh" or the like before it allowed."""
        own = _OWN.match(self.words.folded, offset)
        ends = (offset, own.end("bare"), own.end()) if own else (offset,)
        return next((self.provinces[end] for end in ends if end in self.provinces), None)


def find(prepared: Prepared, mentions: tuple[Mention, ...]) -> tuple[Claim, ...]:
    """The claims of an article, in order; `mentions` are all that was found in it."""
    claims: list[Claim] = []
    before: Mention | None = None
    for words in prepared.fields:
        page = _page(words, mentions, before)
        if page.clusters or before:
            claims += sorted([*_members(page), *_roles(page)], key=lambda claim: (claim.start, claim.end))
        before = page.clusters[-1] if page.clusters else before
    return tuple(claims)


def _page(words: Words, mentions: tuple[Mention, ...], before: Mention | None) -> _Page:
    here = [mention for mention in mentions if mention.field == words.field]
    provinces = tuple(mention for mention in here if mention.kind == "province")
    clusters = tuple(mention for mention in here if mention.kind == "cluster" and _in_particular(mention))
    return _Page(
        words=words,
        provinces={mention.start: mention for mention in provinces},
        in_order=provinces,
        ends=tuple(mention.end for mention in provinces),
        clusters=clusters,
        cluster_starts=tuple(mention.start for mention in clusters),
        before=before,
    )


def _in_particular(mention: Mention) -> bool:
    """One cluster, not clusters in general ("11 Cụm thi đua")."""
    return bool(mention.number or mention.refers_to) or not fold(mention.quote).endswith("thi đua")


def _members(page: _Page) -> Iterator[Claim]:
    for at in occurrences(page.words, ("gồm",)):
        opens = _OPENS.match(page.words.folded, at)
        if not opens:
            continue
        low, high = page.words.sentences.around(opens.start())
        cluster = page.last_cluster(opens.start())
        if cluster is None or cluster.field != page.words.field or cluster.start < low or opens.start() - cluster.end > _FAR:
            continue
        if _NO_LIST.search(page.words.folded, cluster.end, opens.start()):
            continue
        listed = list(_listed(page, opens.end(), high))
        if len(listed) > 1:
            for start, province in listed:
                yield _claim("member", page, cluster, (start, province), (opens.start(), province.end))


def _listed(page: _Page, at: int, high: int) -> Iterator[tuple[int, Mention]]:
    """Where each member's name begins and its province, as long as names follow one another."""
    for _ in range(_MOST_MEMBERS):
        shared = _SHARED.match(page.words.folded, at, high)
        start = shared.end() if shared else at
        province = page.province_after(start)
        if province is None:
            return
        yield start, province
        separator = _SEPARATOR.match(page.words.folded, province.end, high)
        if not separator:
            return
        at = separator.end()


def _roles(page: _Page) -> Iterator[Claim]:
    end = 0
    for at in occurrences(page.words, _ROLE_STEMS):
        role = _ROLE.match(page.words.folded, at)
        cluster = _cluster_of(page, role) if role and at >= end else None
        if role is None or cluster is None:
            continue
        end = role.end()
        kind = "leader" if role["leader"] else "deputy"
        if (held := _HELD.match(page.words.folded, role.end())) and (province := page.province_after(held.end())):
            yield _claim(kind, page, cluster, (held.end(), province), (role.start(), province.end))
        elif holder := _holder_before(page, role.start()):
            yield _claim(kind, page, cluster, holder, (holder[0], role.end()))


def _cluster_of(page: _Page, role: re.Match[str]) -> Mention | None:
    """The cluster right after the role ("Cụm trưởng Cụm thi đua số III"), else the last one spoken of."""
    following = page.next_cluster(role.end())
    if following and page.words.folded[role.end() : following.start].strip() in {"", "của"}:
        return following
    _, high = page.words.sentences.around(role.start())
    last = page.last_cluster(role.start())
    return following if last is None and following and following.start < high else last


def _holder_before(page: _Page, at: int) -> tuple[int, Mention] | None:
    """The province right before a role, and where the name of its department begins."""
    index = bisect_right(page.ends, at)
    if not index:
        return None
    province = page.in_order[index - 1]
    if at - province.end > _REACH or not _HOLDS.fullmatch(page.words.folded, province.end, at):
        return None
    own = _OWN_BEFORE.search(page.words.folded, max(0, province.start - 40), province.start)
    if "," in page.words.folded[province.end : at] and (own is None or page.words.folded.endswith("tại ", 0, own.start())):
        return None  # "Tại Hà Giang, Cụm trưởng đề nghị …"
    return (own.start() if own else province.start), province


def _claim(kind: str, page: _Page, cluster: Mention, holder: tuple[int, Mention], span: tuple[int, int]) -> Claim:
    start, province = holder
    printed = page.words.printed
    return Claim(
        kind=kind,
        entity=cluster.entity,
        subject=printed[start : province.end],
        subject_entity=province.entity,
        field=page.words.field,
        start=span[0],
        end=span[1],
        quote=printed[span[0] : span[1]],
        mention=(cluster.field, cluster.start),
    )
