"""Provinces by name, in the generation of the article's day; not the towns, rivers, newspapers and people that bear the same name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from archive.records import Mention, Province, Reference
from pipelines.context import Context
from pipelines.mentions.names import pattern
from pipelines.mentions.words import Prepared, Words, fold, other_tones

_NEEDS_KIND = "hồ chí minh"  # alone it is nearly always the man, so the kind belongs to the name
_KIND_BEFORE = pattern(r"(?<!\w)(?:thành phố|tp\.?) {0,2}$")
_LISTED_KINDS = pattern(r"(?<!\w)(?:tỉnh|sở công thương)(?:,|/| và)? (?:thành phố|tp\.?) {0,2}$")  # "các tỉnh, thành phố Hà Giang, …"
# As in: các tỉnh, thành phố: Đồng Nai và Hồ Chí Minh.
_OF_BOTH_KINDS = pattern(r"(?<!\w)(?:các|\d{1,2}) tỉnh(?:,|/| và)? (?:và )?thành(?: phố)?(?!\w)[^.;\n]*$")
_HEADED = pattern(r"(?<!\w)(?:các|\d{1,2}) tỉnh(?:,|/| và)? (?:và )?thành(?: phố)? ?: ?$")  # … thành phố: Hồ Chí Minh, Đồng Nai
_ENUMERATED = frozenset({", ", " và ", "; ", ", và "})
_OTHER_UNIT = pattern(r"""(?<!\w)(?<!các )(?:thị xã|huyện|phường|xã|thị trấn|quận|phố|đường|xa lộ|quốc lộ|sông|hồ|núi|đèo|chợ|ga|sân bay|cửa khẩu|cảng
    |đại học|học viện|cao đẳng|bệnh viện(?: đa khoa| nhi| phụ sản| y học cổ truyền)?|(?:thủy|nhiệt|phong) điện|khách sạn|báo|tạp chí|đài
    |(?:phát thanh|pt)(?: và | ?- ?)(?:truyền hình|th)|bia|xi măng|gang thép) {1,2}$""")
_CAPITAL_ONLY = ("báo", "đài", "bia", "ga")  # in small letters these end other words: thông báo, lâu đài
_PERSON = pattern(r"""(?<!\w)(?:nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|ngô|dương|lý|nông|đinh|lương|triệu|hứa|trịnh|đào|tạ|lục|bế)
    (?: [^\W\d_]+){0,2} $""")
_GOES_ON = {"thái bình": " dương", "hà nam": " ninh", "nam định": " vũ", "điện biên": " phủ"}  # the ocean, a province of the past, a harbour, a town
_CITY = "thành phố"
_SPACE = "[ \u00a0\u2007\u2009\u202f\u2010-\u2015-]{1,3}"  # also the dash of Bà Rịa - Vũng Tàu
_LOOK_BACK, _FAR_BACK = 40, 200


@dataclass(frozen=True, slots=True)
class _Names:
    """All names as one pattern, and the rows that bear each."""

    pattern: re.Pattern[str]
    rows: dict[str, tuple[Province, ...]]


class _Same:
    """A reference as a key by identity: building the pattern costs more than reading an article, and mappings cannot be hashed."""

    __slots__ = ("reference",)

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def __hash__(self) -> int:
        return id(self.reference)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.reference is self.reference


def find(prepared: Prepared, context: Context) -> tuple[Mention, ...]:
    if not context.reference.provinces:
        return ()
    names = _names(_Same(context.reference))
    return tuple(mention for words in prepared.fields for mention in _in(words, names, prepared.day))


def _in(words: Words, names: _Names, day: date | None) -> Iterator[Mention]:
    last = 0
    for found in names.pattern.finditer(words.printed):
        start, end = found.span()
        if words.folded[start - 1 : start].isalnum():
            continue
        row = _row(names.rows[_key(words.folded[start:end])], day)
        begin = _begin(words, start, end, row, last)
        if begin is not None and row is not None:
            last = end
            quote = words.printed[begin:end]
            yield Mention(field=words.field, start=begin, end=end, quote=quote, kind="province", rule="name", entity=row.id)


def _begin(words: Words, start: int, end: int, row: Province | None, last: int) -> int | None:
    """Where the mention begins, or None where the name is another's; `last` is the end of the one before."""
    folded, name = words.folded, words.printed[start:end]
    if row is None or not all(syllable[0].isupper() for syllable in re.findall(r"[^\W\d_]+", name)):
        return None
    low = max(0, start - _LOOK_BACK)
    kind = _KIND_BEFORE.search(folded, low, start)
    if folded.startswith(_NEEDS_KIND, start):
        goes_on = folded[last:start] in _ENUMERATED and _OF_BOTH_KINDS.search(folded, max(0, start - _FAR_BACK), start)
        heads = _HEADED.search(folded, low, start)
        return kind.start() if kind else start if goes_on or heads else None
    if kind and not folded.startswith("tp", start):
        listed = folded[last : kind.start()] == " và " or _LISTED_KINDS.search(folded, low, start)  # "…, Quảng Trị và thành phố Huế"
        return start if row.level == _CITY or listed else None
    other = None if kind else _OTHER_UNIT.search(folded, low, start)  # the "phố" of "thành phố TP. Hồ Chí Minh" is no street
    if other and (words.capital(other.start()) or not other.group().startswith(_CAPITAL_ONLY)):
        return None
    if not name.isupper() and (person := _PERSON.search(folded, low, start)) and words.printed[person.start() : start].istitle():
        return None
    return None if folded.startswith(_GOES_ON.get(fold(name), "\0"), end) else start


def _row(rows: tuple[Province, ...], day: date | None) -> Province | None:
    """The row in force on the day; without a day, or where the province is no more, the older one. None for a name before its time."""
    for row in rows:
        after = day is not None and row.valid_until is not None and day.isoformat() > row.valid_until
        early = row.valid_from is not None and (day is None or day.isoformat() < row.valid_from)
        if not after and not early:
            return row
    return next((row for row in rows if row.valid_from is None), None)


@lru_cache(maxsize=4)
def _names(same: _Same) -> _Names:
    rows: dict[str, list[Province]] = {}
    spellings: set[str] = set()
    for province in same.reference.provinces.values():
        for name in map(fold, (province.name, *province.variants)):
            if name.startswith(_CITY):
                continue  # the kind is looked for before the name
            spelt = re.sub("[ -]+", " ", name)
            spellings |= {spelt, other_tones(spelt)}
            kept = rows.setdefault(_key(name), [])
            if province not in kept:
                kept.append(province)
    by_capital = "|".join(
        f"{first.upper()}(?i:{_alternatives(rests)})" for first, rests in _by_first(spellings)
    )  # a literal capital first: the search then runs from capital to capital
    return _Names(re.compile(f"(?:{by_capital})(?!\\w)"), {name: tuple(kept) for name, kept in rows.items()})


def _key(folded: str) -> str:
    """A folded name with one space wherever spellings differ by space, dash or full stop."""
    return re.sub(r"[ .-]+", " ", folded)


def _alternatives(spellings: Iterable[str]) -> str:
    """The spellings as a pattern that branches by character, so that a place costs no more than a name's length to try."""
    parts = []
    for first, rests in _by_first(spellings):
        step = _SPACE if first == " " else re.escape(first)
        parts.append(step + (f"(?:{_alternatives(rests)})" if any(rests) else ""))
    return "|".join(parts)


def _by_first(spellings: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Grouped by first character; the end of a name comes last, so that the longest name wins."""
    groups: dict[str, list[str]] = {}
    for spelling in sorted(spellings):
        groups.setdefault(spelling[:1], []).append(spelling[1:])
    return sorted(groups.items(), reverse=True)
