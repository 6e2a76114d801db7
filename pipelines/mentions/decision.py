"""Decisions as they are cited: "Quyết định số 309/QĐ-BCT". Finds those with a number; a bare "Quyết định" later on is not followed."""

import re
from datetime import date

from archive.records import Decision, Mention
from pipelines.context import Context
from pipelines.mentions.names import pattern
from pipelines.mentions.words import Prepared, Words, fold

_CITED = pattern(r"""(?<!\w)(?:quyết định|qđ(?= số)) {1,3}(?P<so>số[ :.]{0,3})?
    (?P<number>\d{1,5}(?: ?/ ?\d{4})? ?/ ?qđ ?- ?[a-zđ&]{1,12}(?: ?- ?[a-zđ&]{1,12}){0,2}(?!\w)|(?(so)\d{1,5}(?![\w/]|[.,]\d)
    |\d{1,5}(?![\w/]|[.,]\d)))""")
_TOLD = pattern(r" ngày \d| của (?:bộ|thủ tướng|chính phủ|ubnd)(?!\w)")  # what makes a number without "số" and letters that of a decision
_DATE = r"""(?:(?P<day>\d{1,2}) ?[/.-] ?(?P<month>\d{1,2}) ?[/.-] ?(?P<year>\d{4})
    |(?P<day_>\d{1,2}) tháng (?P<month_>\d{1,2}) năm (?P<year_>\d{4}))(?!\d)"""
_ISSUER = r"""(?:bộ trưởng )?(?P<issuer>bộ (?:[^\W\d_]+ [^\W\d_]+(?: và [^\W\d_]+ [^\W\d_]+)?)|thủ tướng chính phủ|chính phủ
    |(?:chủ tịch )?(?:ubnd|ủy ban nhân dân)
    (?: (?:tỉnh|thành phố|tp\.?))?(?: \w+ \w+)?)"""
_DATED = pattern(rf"(?:[ ,(]{{0,3}}(?:(?:của )?{_ISSUER} )?(?:ký |ban hành )?(?:cùng )?ngày | \()(?:{_DATE})")
_DATED_BEFORE = pattern(rf"(?<!\w)ngày {_DATE},? (?:{_ISSUER} )?(?:đã )?(?:ban hành|ký|có|ra)(?: ban hành)? $")
_BY = pattern(rf"[ ,(]{{0,3}}(?:ngày [\d/.-]{{6,10}}|ngày \d{{1,2}} tháng \d{{1,2}} năm \d{{4}})?\)? ?(?:của|do) {_ISSUER}(?!\w)")
# who issues under these letters; others are known by their letters
ISSUERS = {
    "bct": "Bộ Công Thương",
    "ttg": "Thủ tướng Chính phủ",
    "cp": "Chính phủ",
    "ubnd": "UBND",
    "bnv": "Bộ Nội vụ",
    "sct": "Sở Công Thương",
}
_AT = "quyết định", "qđ số"


def find(prepared: Prepared, context: Context) -> tuple[Mention, ...]:
    return tuple(mention for words in prepared.fields if any(at in words.folded for at in _AT) for mention in _in(words, context))


def _in(words: Words, context: Context) -> list[Mention]:
    found_here: list[Mention] = []
    for found in _CITED.finditer(words.folded):
        printed = _normal(words.printed[slice(*found.span("number"))])
        if not (found["so"] or "/" in printed or _TOLD.match(words.folded, found.end()) or _is_known(words, found.start(), printed, found_here)):
            continue
        day = _date_beside(words, found.start(), found.end())
        known, rule = _known(printed, day, context)
        found_here.append(
            Mention(
                field=words.field,
                start=found.start(),
                end=found.end(),
                quote=words.printed[found.start() : found.end()],
                kind="decision",
                rule=rule,
                holder=_issuer(words, printed, found.end()),
                number=printed,
                entity=known.id if known else None,
                date=day.isoformat() if day else None,
            )
        )
    return found_here


def _is_known(words: Words, start: int, number: str, before: list[Mention]) -> bool:
    """Is "Quyết định 310" one that was cited in full before?"""
    return words.capital(start) and any(one.number and _first(one.number) == number for one in before)


def _normal(printed: str) -> str:
    """Without spaces, with plain dashes and the letter Đ, else as printed: 309/QĐ-BCT, 19/2025/QĐ-TTg."""
    letters = re.sub(r"\s", "", printed)
    return "".join(letter if small == letter.lower() else small.upper() for letter, small in zip(letters, fold(letters), strict=True))


def _date_beside(words: Words, start: int, end: int) -> date | None:
    found = _DATED.match(words.folded, end) or _DATED_BEFORE.search(words.folded, max(0, start - 90), start)
    if not found:
        return None
    day, month, year = (int(found[part] or found[f"{part}_"]) for part in ("day", "month", "year"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _issuer(words: Words, number: str, end: int) -> str | None:
    """Who the letters of the number stand for; without letters who is named beside it."""
    _, _, letters = number.partition("-")
    if letters:
        return ISSUERS.get(fold(letters), letters)
    found = _BY.match(words.folded, end)
    return words.printed[slice(*found.span("issuer"))] if found else None


def _known(number: str, day: date | None, context: Context) -> tuple[Decision | None, str]:
    """The decision of that number, unless the date beside it is another's. Where either lacks its suffix the date must agree."""
    for decision in context.reference.decisions.values():
        agrees = day is not None and day.isoformat() == decision.date
        if fold(decision.number) == fold(number) and "/" in number:
            if agrees:
                return decision, "number-and-date"
            if day is None:
                return decision, "number"
        elif agrees and _first(decision.number) == _first(number) and "/" not in min(decision.number, number, key=len):
            return decision, "number-and-date"
    return None, "number-and-date" if day else "number"


def _first(number: str) -> str:
    return number.split("/", 1)[0]
