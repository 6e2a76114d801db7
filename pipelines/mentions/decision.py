"""Decisions as they are cited: "Quyết định số 309/QĐ-BCT". Finds those with a number; a bare "Quyết định" later on is not followed."""

import re
from datetime import date

from archive.records import Decision, Mention
from pipelines.context import Context
from pipelines.mentions.names import pattern
from pipelines.mentions.words import Prepared, Words, fold

_CITED = pattern(r"""(?<!\w)(?:quyết định|qđ(?= số)) {1,3}(?P<so>số[ :.]{0,3})?
    (?P<number>\d{1,5}(?: ?/ ?\d{4})? ?/ ?qđ ?- ?[a-zđ&]{1,12}(?: ?- ?[a-zđ&]{1,12}){0,2}(?!\w)|(?(so)\d{1,5}(?![\w/]|[.,]\d)|(?!)))""")
_DATED = pattern(r"""[ ,(]{0,3}(?:ký |ban hành )?ngày (?:(?P<day>\d{1,2}) ?[/.-] ?(?P<month>\d{1,2}) ?[/.-] ?(?P<year>\d{4})
    |(?P<day_>\d{1,2}) tháng (?P<month_>\d{1,2}) năm (?P<year_>\d{4}))(?!\d)""")
_AT = "quyết định", "qđ số"


def find(prepared: Prepared, context: Context) -> tuple[Mention, ...]:
    return tuple(mention for words in prepared.fields if any(at in words.folded for at in _AT) for mention in _in(words, context))


def _in(words: Words, context: Context) -> list[Mention]:
    found_here = []
    for found in _CITED.finditer(words.folded):
        printed = _normal(words.printed[slice(*found.span("number"))])
        known, rule = _known(printed, _date_after(words, found.end()), context)
        found_here.append(
            Mention(
                field=words.field,
                start=found.start(),
                end=found.end(),
                quote=words.printed[found.start() : found.end()],
                kind="decision",
                rule=rule,
                number=printed,
                entity=known.id if known else None,
            )
        )
    return found_here


def _normal(printed: str) -> str:
    """Without spaces, with plain dashes and the letter Đ, else as printed: 309/QĐ-BCT, 19/2025/QĐ-TTg."""
    letters = re.sub(r"\s", "", printed)
    return "".join(letter if small == letter.lower() else small.upper() for letter, small in zip(letters, fold(letters), strict=True))


def _date_after(words: Words, offset: int) -> date | None:
    found = _DATED.match(words.folded, offset)
    if not found:
        return None
    day, month, year = (int(found[part] or found[f"{part}_"]) for part in ("day", "month", "year"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


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
