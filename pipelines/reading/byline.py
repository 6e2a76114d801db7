"""Who signed an article: a printed line taken apart, and the end of a body searched for one. No author is better than a wrong one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from typing import TypeAlias

from archive.records import Author, AuthorRole, Source
from pipelines.reading.fragment import Paragraph
from pipelines.reading.names import ADDITION, COMPILED, is_full_name, is_initials, is_person, is_same, kind_of
from pipelines.reading.text import is_furniture, normal

Lookups: TypeAlias = Mapping[str, str]

TEXT = (
    r"tác giả(?: bài viết)?|người viết|viết bài|bài viết|tin bài|tin,? bài|bài|tin|thực hiện|người đăng"
    r"|pv|phóng viên|ctv|cộng tác viên|biên tập viên|btv|by"
)
PHOTO = r"(?:hình )?ảnh(?: minh họa)?|photo"
BOTH = r"(?:tin,? bài|tin|bài(?: viết)?)\s*(?:,|-|–|&|và|\+|/)\s*(?:hình )?ảnh|tin,? bài và ảnh|bài viết và hình ảnh"
COMPILER = r"t/h|tổng hợp|biên soạn|biên tập|sưu tầm|lược dịch|người biên tập|st"
SOURCE = r"nguồn(?: tin)?(?: bài)?|theo|trích nguồn|source"
ROLES: tuple[tuple[str, AuthorRole], ...] = ((BOTH, "text"), (TEXT, "text"), (PHOTO, "photo"), (COMPILER, "compiled"), (SOURCE, "source"))
LABELLED = tuple((re.compile(rf"(?:{label})\s*:\s*(?P<value>\S.*)", re.IGNORECASE), role) for label, role in ROLES)
PARTS = re.compile(rf"\s*[,;.–-]?\s+(?=(?:{BOTH}|{TEXT}|{PHOTO}|{COMPILER})\s*:)|\s*[,;]\s*(?=ảnh\s)", re.IGNORECASE)
BARE: tuple[tuple[re.Pattern[str], AuthorRole], ...] = (
    (re.compile(r"(?P<label>ảnh)\s+(?P<value>\S.*)", re.IGNORECASE), "photo"),
    (re.compile(r"(?P<label>theo|nguồn)\s+(?P<value>\S.*)", re.IGNORECASE), "source"),
)
RANK = re.compile(r"(?:pv|ctv|btv|phóng viên|cộng tác viên)\s+(?=[^\W\d_])", re.IGNORECASE)
JOINTS = re.compile(r"\s*(?:,|;|/|&|\+|\s[-–—]\s|\svà\s|\|)\s*")
BESIDE = re.compile(rf"{JOINTS.pattern}|\s*[()]\s*")
DASH = re.compile(r"\s[-–—]\s")  # between a name and an office
TIGHT_JOINT = re.compile(r"\s*[-–—]\s*")
TAKEN_FROM = re.compile(r"\(\s*(?:theo|nguồn)(?:\s*:\s*|\s)(?P<value>[^()]+)\)\s*$", re.IGNORECASE)
URL = re.compile(r"https?://\S+")
LINK = re.compile(r'<a href="([^"]+)"')
END = re.compile(r"\.\s?/\s?\.?\s*$")  # ./. closes official news
END_INSIDE = re.compile(r"^(?P<body>.*\./\.)\s*(?P<name>\S.{1,60})$", re.DOTALL)
SHORTENED = re.compile(r"(?<!\w)(?:TP|TX|TT|ĐC|TS|ThS|PGS|GS|BS|KS|Mr|Mrs|Ms|Q|P|Đ|số)\.$", re.IGNORECASE)  # no sentence ends there
SENTENCE_INSIDE = re.compile(r"[.!?…][\"'”’»)\]]*\s*(?=[^\W\d_])")
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$|[)\]]$")
FOOTNOTE = re.compile(r"\[\d{1,2}\]\s|\(\d{1,2}\)\s|\*{1,3}\s")
OFFICIAL = re.compile(
    r"(?:kt|tl|tm|tuq|q)\.\s?.*|\(?\s*đã ký\s*\)?|nơi nhận.*|người ký.*"
    r"|(?:quyền\s|phó\s)?(?:giám đốc|chủ tịch|cục trưởng|chánh văn phòng|trưởng phòng|trưởng ban|bộ trưởng|thứ trưởng)(?:\s.*)?",
    re.IGNORECASE,
)
TITLE = 50  # characters at most of an official's title above his name
PHOTO_IN_BRACKETS = re.compile(r"[(\[]\s*(?:hình\s)?ảnh\b.*", re.IGNORECASE)
LONGEST = 120  # characters of a line that may be a byline
REACH = 4  # lines from the end in which it may stand


@dataclass(frozen=True, slots=True)
class Signed:
    """What a line says: authors, a source that is no author, and the method for the evidence."""

    raw: str
    method: str
    authors: tuple[Author, ...] = ()
    source: Source | None = None

    def __bool__(self) -> bool:
        return bool(self.authors or self.source)


@dataclass(frozen=True, slots=True)
class Naming:
    """What must not be taken for an author here, and what known dirty values mean."""

    site_name: str = ""
    lookups: Lookups | None = None
    is_place: Callable[[str], bool] = lambda _: False

    def meant(self, name: str) -> str:
        table = self.lookups or {}
        return table.get(name, next((meant for printed, meant in table.items() if printed.casefold() == name.casefold()), name))


def parse(line: str, naming: Naming, *, labelled: bool = False) -> Signed | None:
    """A byline taken apart. `labelled`: the layout says that this is one, so a bare foreign name or an office counts. None: it names nobody."""
    raw = normal(line)
    words = _unbracketed(raw)
    if not words or len(words) > LONGEST or is_furniture(words):
        return None
    method, authors, source = "", list[Author](), None
    for label, role, value in _parts(words):
        if not label and method == "" and authors == [] and value != words and not _authors(value, "text", naming, labelled=labelled):
            return None  # a sentence before "Ảnh: …": a caption
        if role == "source" and _is_source(value, naming):
            source = source or _source(value)
        else:
            authors += _authors(value, role or "text", naming, labelled=labelled or bool(label))
            if authors and (beside := TAKEN_FROM.search(value)):  # "H.N. (Theo Báo …)"
                source = source or _source(beside["value"])
            if role == "source" and (paper := next((one for one in BESIDE.split(value) if kind_of(one) == "agency"), None)):  # "Theo H.N./Báo …"
                source = source or _source(paper)
        method = method or label
    signed = Signed(raw, f"label:{method}" if method else "", tuple(dict.fromkeys(authors)), source)
    return signed or None


def at_end(paragraphs: Sequence[Paragraph], naming: Naming) -> tuple[Signed | None, list[Paragraph]]:
    """The byline in the last lines of a body, and the body without it. Several lines (name, then source) count together."""
    left, found = list(paragraphs), list[Signed]()
    for _ in range(REACH):
        place = next((i for i in range(len(left) - 1, -1, -1) if left[i].lines and not FOOTNOTE.match(left[i].text)), None)
        if place is None or left[place].kind not in {"p", "h3", "h4"}:
            break
        signed, rest = _last_line(left, place, naming)
        if signed is None:
            break
        found.insert(0, signed)
        left[place : place + 1] = [rest] if rest else []
    return (merged(found) if found else None), left


def _last_line(paragraphs: Sequence[Paragraph], place: int, naming: Naming) -> tuple[Signed | None, Paragraph | None]:
    paragraph = _with_office(paragraphs[place])
    line = paragraph.lines[-1]
    before = [one.text for p in paragraphs[:place] if p.kind != "caption" for one in p.lines] + [one.text for one in paragraph.lines[:-1]]
    signed = parse(line.text, naming)
    if not before or (line.linked and not (signed and signed.method and signed.source)):
        return None, None
    if inside := _inside(line.text, naming):
        return replace(inside[0], method=inside[0].method or "after-end"), _ending(paragraph, inside[1])
    official = any(OFFICIAL.fullmatch(one) and len(one) <= TITLE for one in [*before[-REACH:], line.text])
    if PHOTO_IN_BRACKETS.match(line.text) or (official and not (signed and signed.method)):
        return None, None
    if signed is None or not (signed.method or _stands_as_byline(paragraph, before[-1], signed)):
        return None, None
    if signed.source and not signed.source.url and (link := LINK.search(line.html)):
        signed = replace(signed, source=replace(signed.source, url=unescape(link[1])))
    return replace(signed, method=signed.method or "last-paragraph"), _ending(paragraph, None)


def _with_office(paragraph: Paragraph) -> Paragraph:
    """A name and, on a line of its own under it, his office in brackets, as one line."""
    found = ADDITION.fullmatch(paragraph.lines[-1].text)
    if found is None or not paragraph.lines[1:] or kind_of(found["words"]) not in {"unit", "agency"}:
        return paragraph
    *others, name, office = paragraph.lines
    return replace(paragraph, lines=(*others, replace(name, text=f"{name.text} {office.text}", html=f"{name.html} {office.html}")))


def _inside(line: str, naming: Naming) -> tuple[Signed, str] | None:
    """A name after the last sentence, on its very line: behind `./.` any byline, behind another end a label or a full name."""
    if (found := END_INSIDE.match(line)) and (signed := parse(found["name"], naming)):
        return signed, found["body"]
    for end in SENTENCE_INSIDE.finditer(line[-LONGEST:]):
        name = line[-LONGEST:][end.end() :]
        if SHORTENED.search(line[-LONGEST:][: end.end()].rstrip()):
            continue
        signed = parse(name, naming)
        if signed and any(one.role != "photo" for one in signed.authors) and (signed.method or is_full_name(name.strip())):
            return signed, line[: len(line) - len(name)].rstrip()
    return None


def _stands_as_byline(paragraph: Paragraph, before: str, signed: Signed) -> bool:
    """A line without a label is a byline where it is set apart, or where the sentence before it has ended; an office or initials ask for more."""
    line = paragraph.lines[-1]
    if paragraph.style.align == "right" or END.search(before):
        return True
    ended, apart = SENTENCE_END.search(before) is not None, line.strong or line.italic
    if all(author.kind == "person" for author in signed.authors):
        return ended or (apart and len(before) > LONGEST)
    return ended and (apart or signed.authors[0].kind == "unit" or "." in line.text)


def _ending(paragraph: Paragraph, text: str | None) -> Paragraph | None:
    """The paragraph with its last line replaced or, with None, gone."""
    lines = paragraph.lines[:-1]
    if text is not None:
        lines = (*lines, replace(paragraph.lines[-1], text=text, html=escape(text, quote=False)))
    return replace(paragraph, lines=lines) if lines else None


def merged(found: Sequence[Signed]) -> Signed:
    """Several lines as one byline."""
    authors = tuple(dict.fromkeys(author for one in found for author in one.authors))
    source = next((one.source for one in found if one.source), None)
    naming = [one for one in found if one.authors] or list(found)
    return Signed(" ".join(one.raw for one in naming), naming[0].method, authors, source)


def _unbracketed(line: str) -> str:
    words = line.strip(' -–—*•_"“”')
    if words[:1] in {"(", "["} and words[-1:] in {")", "]"} and not re.search(r"[()\[\]]", words[1:-1]):
        words = words[1:-1].strip()
    return END.sub("", words)


def _parts(words: str) -> Iterator[tuple[str, AuthorRole | None, str]]:
    """(label, role, value) of each labelled part of a line; without a label ("", None, the words)."""
    label, role, value = _label(words)
    own, *others = PARTS.split(value)
    yield label, role, own
    for other in others:
        yield _label(other)


def _label(part: str) -> tuple[str, AuthorRole | None, str]:
    for form, role in LABELLED:
        if found := form.fullmatch(part):
            return part[: found.start("value")].rstrip(" :"), role, found["value"].strip()
    for bare, role in BARE:
        if (found := bare.fullmatch(part)) and (_names(_trimmed(found["value"])) or URL.search(part)):
            return found["label"], role, _trimmed(found["value"])
    return "", None, part.strip()


def _names(value: str) -> bool:
    return kind_of(value) is not None or all(kind_of(_trimmed(one)) for one in JOINTS.split(value))


def _is_source(value: str, naming: Naming) -> bool:
    """What follows `Nguồn:` or `Theo:` is a source unless it is a person or initials."""
    named = _authors(value, "source", naming, labelled=False)
    return not named or any(one.kind not in {"person", "initials"} for one in named) or URL.search(value) is not None


def _source(value: str) -> Source:
    url = URL.search(value)
    name = URL.sub("", value).strip(" :-–,()") if url else value.rstrip(" .")
    return Source(name or value, url.group().rstrip(").,") if url else None)


def _authors(value: str, role: AuthorRole, naming: Naming, *, labelled: bool) -> list[Author]:
    """Everyone named, in order; nobody if one part is no name. What a name is joined to ("– Văn phòng Sở") is his office, not another author."""
    value = naming.meant(value)
    if (addition := ADDITION.search(value)) and not kind_of(value):
        role = "compiled" if COMPILED.fullmatch(addition["words"].strip()) else role
        value = value[: addition.start()]
    tight = TIGHT_JOINT.split(value)
    ways = [tight] if len(tight) > 1 and all(is_person(one) for one in tight) else []
    if (joined := DASH.split(value, maxsplit=1))[1:] and kind_of(joined[1].strip()) in {"unit", "agency"} and is_person(joined[0].strip()):
        ways.append(joined[:1])
    for parts in (*ways, [value], JOINTS.split(value)):
        names = [(name, kind_of(name, labelled=labelled)) for name in (naming.meant(_trimmed(part)) for part in parts) if name]
        if names and all(kind for _, kind in names):
            break
    else:
        return []
    persons = [one for one in names if one[1] in {"person", "initials"}]
    return [Author(name, kind, role) for name, kind in persons or names if kind and _may_sign(name, kind, naming, labelled=labelled)]


def _trimmed(part: str) -> str:
    """Without rank and full stop; initials keep theirs."""
    words = RANK.sub("", part.strip(" :"))
    return words if is_initials(words) else words.rstrip(" .")


def _may_sign(name: str, kind: str, naming: Naming, *, labelled: bool) -> bool:
    if naming.site_name and is_same(name, naming.site_name):
        return False
    return labelled or not (kind == "agency" or naming.is_place(name))
