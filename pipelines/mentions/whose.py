"""Whose cluster or block a mention means: the ministry's, another sector's, a province's own. Weighs the words around it, nearest first.

The first of these that says something decides, and its name is kept as the mention's `rule`:

    name           the name inside the mention: "Cụm thi đua LĐLĐ các tỉnh …", "Khối thi đua các sở, ngành kinh tế"
    attached       a holder right after or before it: "… số 5 Bộ Công an", "Công an các tỉnh thuộc …"
    sentence       the nearest ministry, sector, decision or group of departments in the sentence
    governments    a cluster of a region, and the government of a province (UBND) in the sentence
    same-number    another mention of that number in the article for which one of these decided
    same-region    another mention of that region's cluster for which one of these decided
    departments    departments of different kinds in the sentence: colleagues inside one province
    paragraph      the nearest ministry, sector … in the paragraph
    member         a single department or body in the sentence
    article        all ministries, sectors … of the article are of one scheme
    site           nothing is said against it, and it stands on the site of a Sở Công Thương
    none           nothing says anything: the scheme is unknown

A short reference takes the scheme of what it stands for; its rule is "reference".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.records import Scheme
from pipelines.mentions.cues import Cue, Cues, find_cues
from pipelines.mentions.names import OF_ONE_PROVINCE, REGION, pattern
from pipelines.mentions.words import Words

_REACH = 90  # characters over which a holder may be attached
_GLUE = pattern(rf"""(?:[ ,:("“-]|{REGION}|(?:của|thuộc|trực thuộc|khối|do|các|tỉnh|thành phố|khu vực|vùng|miền
    |hệ thống|lực lượng|bao gồm|gồm|năm \d{{4}}|\d{{1,2}})(?!\w))*""")
_LINK = pattern(r"""[^,;:.]*(?:(?<!\w)(?:thuộc|trong|của|thành viên|đơn vị|cụm trưởng|cụm phó|trưởng cụm|phó cụm|làm|là) |\()| """)

_LOCAL = pattern(
    r",?(?: của| thuộc)? (?:(?:tỉnh|thành phố|tp\.?|huyện|quận|thị xã|phường|xã) |tp\.?)(?P<name>[^\W\d_])"
)  # "Cụm thi đua số 1 tỉnh Lâm Đồng"
_GUEST = pattern(
    r"(?<!\w)(?:hội nghị|lễ|dự|tham dự|phục vụ|chúc mừng|chứng kiến|mời|đón|hội thao|giải)(?!\w)"
)  # a department at the cluster's meeting


_YOUTH = pattern(r"(?<!\w)(?:tỉnh|thành) đoàn(?!\w)")


@dataclass(frozen=True, slots=True)
class Verdict:
    scheme: Scheme
    rule: str
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What is judged: a stretch of a field."""

    start: int
    end: int
    block: bool  # departments sit in clusters of the ministry, but in blocks of their province
    general: bool = False  # of several, or of none in particular
    regional: bool = False  # of the provinces of a region, so not of one province


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One field with its cues, made once for all its mentions."""

    words: Words
    cues: Cues


def surroundings(words: Words) -> Surroundings:
    return Surroundings(words, find_cues(words))


def near(place: Place, where: Surroundings) -> Verdict | None:
    """By the mention itself, what is attached to it, or its sentence."""
    low, high = where.words.sentences.around(place.start)
    return _by_name(place, where) or attached(place, where) or _by(_nearest(place, where, low, high), "sentence", where)


def attached(place: Place, where: Surroundings) -> Verdict | None:
    """By a holder right after or before it, nothing but glue between."""
    low, high = where.words.sentences.around(place.start)
    folded = where.words.folded
    cue = next(where.cues.after(place.end, min(high, place.end + _REACH)), None)
    if cue and _counts(cue, place) and _GLUE.fullmatch(folded, place.end, cue.start):
        listed = not cue.strong and "," in folded[place.end : cue.start]
        if not listed and not _colleagues(place, where, low, high):
            return _by(cue, "attached", where)
    if not place.regional and (local := _LOCAL.match(folded, place.end)) and where.words.capital(local.start("name")):
        return Verdict("province", "attached")
    cue = next(where.cues.before(place.start, max(low, place.start - _REACH)), None)
    if cue and cue.kind == "provincial":  # "UBND tỉnh … của Cụm" is anyone's
        return _by(cue, "attached", where) if not place.regional and folded.endswith((" thuộc ", " trực thuộc "), cue.end, place.start) else None
    if cue and _counts(cue, place) and cue.kind != "company" and _LINK.fullmatch(folded, cue.end, place.start):
        return None if not cue.strong and _GUEST.search(folded, cue.end, place.start) else _by(cue, "attached", where)
    return None


def farther(place: Place, where: Surroundings) -> Verdict | None:
    """By colleagues in the sentence, the paragraph, or a single member."""
    low, high = where.words.sentences.around(place.start)
    if _colleagues(place, where, low, high):
        return Verdict("province", "departments")
    wide = where.words.paragraphs.around(place.start)
    if verdict := _by(_nearest(place, where, *wide), "paragraph", where):
        return verdict
    weak = [cue for cue in _around(place, where, low, high) if cue.kind != "company" and _counts(cue, place)]
    weak = [cue for cue in weak if place.block or place.general or cue.kind != "provincial"]
    if place.regional:  # any department may be a guest of its region's clusters
        weak = [cue for cue in weak if cue.kind == "body"]
    return _by(weak[0] if weak else None, "member", where)


def governments(place: Place, where: Surroundings) -> Verdict | None:
    """By a province's government in the sentence: a region's cluster is then the governments' own."""
    low, high = where.words.sentences.around(place.start)
    return (
        Verdict("other", "governments", "UBND")
        if any(cue.kind == "provincial" and where.words.folded.startswith("ubnd", cue.start) for cue in _around(place, where, low, high))
        else None
    )


def by_article(fields: tuple[Surroundings, ...], *, departmental: bool, place: Place) -> Verdict:
    """By the whole article, else by the site, else unknown."""
    if place.regional and (held := _by_governments(fields)):
        return held
    strong = [(cue, where) for where in fields for cue in where.cues.all if cue.scheme in {"moit", "other"} and (cue.strong or _in_title(cue, where))]
    schemes = {cue.scheme for cue, _ in strong}
    if len(schemes) == 1 and not (
        place.block and not place.general and "moit" in schemes
    ):  # a department's block is its province's, whatever the rest is about
        verdict = _by(strong[0][0], "article", strong[0][1])
        if verdict:
            return verdict
    if departmental and not schemes and not place.block:
        return Verdict("moit", "site")
    return Verdict("unknown", "none")


def _by_governments(fields: tuple[Surroundings, ...]) -> Verdict | None:
    """Does the article speak of provinces' governments, and more than of our departments? Then a region's cluster is theirs."""
    cues = [(cue, where.words.folded[cue.start : cue.end]) for where in fields for cue in where.cues.all]
    governments = sum(text.startswith("ubnd") for _, text in cues)
    ours = sum(cue.scheme == "moit" for cue, _ in cues)
    return Verdict("other", "governments", "UBND") if governments > max(1, ours) else None


def _in_title(cue: Cue, where: Surroundings) -> bool:
    """A sector that the title names is what the article is about."""
    return where.words.field == "title" and cue.kind == "sector"


def _counts(cue: Cue, place: Place) -> bool:
    """A single Sở Công Thương says nothing of a block, and a provincial office nothing unless it is attached."""
    return cue.strong or not (place.block and cue.scheme == "moit")


def _by_name(place: Place, where: Surroundings) -> Verdict | None:
    inside = next(where.cues.after(place.start, place.end), None)
    if inside and inside.kind != "provincial":
        return _by(inside, "name", where)
    if _YOUTH.search(where.words.folded, place.start, place.end):
        return Verdict("other", "name")
    return Verdict("province", "name") if OF_ONE_PROVINCE.search(where.words.folded, place.start, place.end) else None


def _around(place: Place, where: Surroundings, low: int, high: int) -> Iterator[Cue]:
    """The cues of a stretch around the place, nearest first."""
    both = [*where.cues.before(place.start, low), *where.cues.after(place.end, high)]
    return iter(sorted(both, key=lambda cue: max(place.start - cue.end, cue.start - place.end)))


def _nearest(place: Place, where: Surroundings, low: int, high: int) -> Cue | None:
    return next((cue for cue in _around(place, where, low, high) if cue.strong), None)


def _colleagues(place: Place, where: Surroundings, low: int, high: int) -> bool:
    """Are departments of different kinds named together?"""
    kinds = {where.words.folded[cue.start : cue.end] for cue in _around(place, where, low, high) if cue.kind == "department" and not cue.strong}
    return len(kinds) > (1 if place.block else 2)


def _by(cue: Cue | None, rule: str, where: Surroundings) -> Verdict | None:
    if cue is None:
        return None
    unnamed = cue.scheme == "moit" or cue.kind in {"decision", "provincial"}
    return Verdict(cue.scheme, rule, None if unnamed else where.words.printed[cue.start : cue.end])
