"""Enumerations of provinces and of their offices: "Sở Công Thương các tỉnh: Bắc Kạn, Lạng Sơn và TP. Cần Thơ". Who is named, and as whose."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.records import Mention
from pipelines.mentions.names import pattern
from pipelines.mentions.words import Prepared, Words

COUNT = r"(?:\d{1,2}|hai|ba|bốn|năm|sáu|bảy|bẩy|tám|chín|mười(?: [^\W\d_]+)?)"
# the office of a province: "Sở Tài nguyên và Môi trường", "Công an", "Hội LHPN", "Công đoàn ngành Công Thương"
OFFICE = r"""(?:(?<!cơ )sở [^\W\d_][\w&-]*(?:,? (?:và |& ?)?(?!(?:các|của|sở|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) |\d)[\w&-]+){0,5}?|sct|công an|ubnd
    |thanh tra|(?:tỉnh|thành) đoàn|ban [^\W\d_]+(?: (?!các )[^\W\d_]+){0,2}?|bộ chỉ huy quân sự|bộ đội biên phòng|trường chính trị
    |(?:cục )?thuế|cục [^\W\d_]+(?: (?!các )[^\W\d_]+){0,4}?|tòa án(?: nhân dân)?|tand
    |vksnd|viện (?:kiểm sát|ksnd)(?: nhân dân)?|lđlđ|liên đoàn lao động|liên minh (?:hợp tác xã|htx)|(?<!xã )hội [^\W\d_]+(?: (?!các )[^\W\d_]+){0,3}?
    |công đoàn(?: (?!các )[^\W\d_]+){0,5}?|quỹ [^\W\d_]+(?: (?!các )[^\W\d_]+){0,6}?|bảo hiểm xã hội|bhxh|kho bạc(?: nhà nước)?
    |ngân hàng (?:nhà nước|chính sách xã hội)(?: chi nhánh)?|(?:nhnn|nhcsxh)(?: chi nhánh)?)(?: \([^()]{1,12}\))?"""
_KIND = r"(?:tỉnh|thành phố|tp\.?)"
_PLACES = rf"(?:{_KIND}(?:(?:,? và|,) {_KIND})?|địa phương|đơn vị)"
_OWN = pattern(rf"(?<!\w)(?:(?P<office>{OFFICE}) (?:{_KIND} ?)?|{_KIND} ?)$")
# what stands before the names of several: "Sở Công Thương các tỉnh, thành phố: ", "các Sở Công Thương ", "6 Sở Công Thương: "
_SHARED = rf"(?:(?P<of>{OFFICE}) (?:(?:các|của|{COUNT}) ){{1,2}}{_PLACES}|(?:các|{COUNT}) (?P<each>{OFFICE})|(?:các|{COUNT}) {_PLACES})(?: ?: ?| )"
_HEAD = pattern(rf"(?<!\w){_SHARED}$")
_ROLE = r"(?: ?\([^()\n]{1,45}\)| ?[-–] ?(?:cụm trưởng|cụm phó|trưởng cụm|phó cụm|ủy viên)(?: năm \d{4})?)"
_JOINT = pattern(rf"""{_ROLE}?(?: ?[,;/] ?(?:và |cùng )?(?:\(?\d{{1,2}}[.)] )?|[,;.]?\n(?:[-+•*] ?|\d{{1,2}}[.)] ?)| -[ ]
    | (?:hiện |nay |đang )?(?:và|cùng|cùng với|với) )(?:{_SHARED})?""")
SHARED = re.sub(r"\?P<\w+>", "?:", _SHARED)  # the same for others' patterns
_OF_SEVERAL = pattern(rf"(?<!\w)(?:các|{COUNT}) (?:{_KIND}(?:,? và|,)? )?$")
_REACH = 80  # characters that a name may begin before its province
_DEPARTMENT = pattern(r"sở công thương|sct")


@dataclass(frozen=True, slots=True)
class Named:
    """One of an enumeration: where its name begins (its office included where that is its own), and its province."""

    start: int
    own: bool  # its office is its own, not shared
    office: str  # folded; empty where none is named
    province: Mention

    @property
    def end(self) -> int:
        return self.province.end

    @property
    def is_department(self) -> bool:
        """Is a Sở Công Thương named?"""
        return _DEPARTMENT.fullmatch(self.office) is not None


def runs(prepared: Prepared, words: Words) -> tuple[tuple[Named, ...], ...]:
    """All provinces of a field, those together that are enumerated; one alone is a run too. Made once."""
    if words.field not in prepared.runs:
        prepared.runs[words.field] = _runs(words, prepared.of_kind("province", words.field))
    return prepared.runs[words.field]


def _runs(words: Words, provinces: Sequence[Mention]) -> tuple[tuple[Named, ...], ...]:
    found: list[list[Named]] = []
    for one, joined in _each(words, provinces):
        if joined:
            found[-1].append(one)
        else:
            found.append([one])
    return tuple(map(tuple, found))


def _each(words: Words, provinces: Sequence[Mention]) -> Iterator[tuple[Named, bool]]:
    """Each with whether it goes on with the enumeration before it."""
    folded, last, office, commas, alone = words.folded, 0, "", False, False
    for number, province in enumerate(provinces):
        low = max(last, province.start - _REACH)
        own = _OWN.search(folded, low, province.start)
        if own and _OF_SEVERAL.search(folded, low, own.start()):
            own = None  # "các Sở Công Thương Bắc Kạn, Lạng Sơn", "các tỉnh, thành phố An Giang"
        start = own.start() if own else province.start
        joint = _JOINT.fullmatch(folded, last, start) if number else None
        if joint and ";" in joint.group() and commas:
            joint = None  # what a comma began a semicolon ends
        if joint and alone and (joint["of"] or joint["each"]):
            joint = None  # "tại TP Cần Thơ, Sở Công Thương các tỉnh …"
        commas = joint is not None and (commas or ";" not in joint.group())
        if joint:
            office = (own and own["office"]) or joint["of"] or joint["each"] or office
        else:
            head = _HEAD.search(folded, low, start)
            office = (own and own["office"]) or (head and (head["of"] or head["each"])) or ""
        alone = joint is None and not office
        yield Named(start, bool(own and own["office"]), office, province), joint is not None
        last = province.end
