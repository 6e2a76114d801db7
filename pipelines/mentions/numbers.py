"""Numbers of clusters and blocks as they are printed, in one normal form: arabic, without zeros. Reads what follows a name, no more."""

import re

from pipelines.mentions.names import pattern
from pipelines.mentions.words import Words, move_tones

_UNITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
ROMAN = {tens * "x" + units: 10 * tens + value for tens in range(4) for value, units in enumerate(_UNITS) if tens or value}
_ONE_TO_NINE = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}
WORDS = _ONE_TO_NINE | {"mười": 10} | {f"mười {word}": 10 + value for word, value in (_ONE_TO_NINE | {"lăm": 5}).items()}
_SIGNS = "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ"  # Roman numerals that are one character each

_ENDS = r"(?!\w)(?![.,]\d)"
# "số" makes any number one; the word năm (five) is also "year", so not before a digit
_WITH_SO = pattern(
    rf""" {{0,3}}số[ .:]{{0,3}}
    (?:(?P<arabic>\d{{1,3}})|(?P<roman>[ivx]{{1,8}})|(?P<sign>[{_SIGNS}])|(?P<word>{"|".join(sorted(WORDS, key=len, reverse=True))})(?! \d)){_ENDS}"""
)
# without "số" a digit may count what follows in small letters ("Cụm thi đua 5 thành phố", "6 tháng"), not "17 Thành phố Hồ Chí Minh"
_COUNTED = pattern(
    r""" (?:tỉnh|thành|tp|đơn vị|huyện|quận|sở|tháng|năm|ngày|quý|cơ quan|doanh nghiệp|công ty|trường|xã|phường|hội|địa phương|công trình
    |sáng kiến|phần việc|nội dung
    |tiêu chí|chỉ tiêu|mô hình|đợt|cuộc|hoạt động|nhóm|đồng chí|tập thể|cá nhân|thành viên|giải|suất|người|lần|buổi)(?!\w)| ?%"""
)
_WITHOUT_SO = pattern(rf" {{1,3}}(?:(?P<arabic>\d{{1,2}}){_ENDS}(?!/)|(?P<roman>[ivx]{{1,8}}){_ENDS}|(?P<sign>[{_SIGNS}]))")


def number_at(words: Words, offset: int) -> tuple[str, int] | None:
    """The number printed from `offset` on and where it ends: ("3", end) for " số III", " số 03", " 3", " số ba". None if there is none."""
    found = _WITH_SO.match(words.folded, offset)
    if not found:
        found = _WITHOUT_SO.match(words.folded, offset)
        if found and found["roman"] and not words.printed[slice(*found.span("roman"))].isupper():
            return None
        if found and found["arabic"] and _COUNTED.match(words.folded, found.end()) and not words.capital(found.end() + 1):
            return None
    value = _value(found) if found else None
    return (str(value), found.end()) if found and value is not None else None


def as_number(count: str) -> int | None:
    """Of digits, or of a number in folded words."""
    return int(count) if count.isdecimal() else _SPOKEN.get(count)


def _value(found: re.Match[str]) -> int | None:
    parts = found.groupdict()
    if parts["arabic"]:
        return int(parts["arabic"]) or None
    if parts["roman"]:
        return ROMAN.get(parts["roman"])
    if parts["sign"]:
        return _SIGNS.index(parts["sign"]) + 1
    return _SPOKEN[parts["word"]]


_SPOKEN = {move_tones(word): value for word, value in WORDS.items()}
