"""Filters of the templates: how a value from a page or a column is shown. What they return is escaped by Jinja like any text."""

import hashlib
import json
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive import search
from archive.web.machines import in_script

BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown(value: object) -> str:
    """Text as text: what would turn the writing around or is no character is named instead."""
    text = _text(value)
    if text.isprintable():  # nearly all is; what turns the writing around is not
        return text
    return "".join(f"⟨U+{ord(one):04X}⟩" if one in BIDI or (unicodedata.category(one) == "Cc" and one not in "\n\t") else one for one in text)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def web(value: object) -> str | None:
    """The address if it is one that may be a link: http or https with a host, else none."""
    try:
        parts = urlsplit(_text(value).strip())
        return _text(value).strip() if parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:
        return None


def day(value: object) -> str:
    """2023-03-14T09:30:00+07:00 as 14/03/2023 09:30, as Vietnam writes it; midnight without the hour; what is no date as it is."""
    try:
        at = datetime.fromisoformat(_text(value))
    except ValueError:
        return _text(value)
    return at.strftime("%d/%m/%Y") if (at.hour, at.minute, at.second) == (0, 0, 0) else at.strftime("%d/%m/%Y %H:%M")


def excerpt(text: object, query: object) -> search.Marked:
    return search.excerpt(_text(text), search.parse(_text(query)))


def highlight(text: object, query: object) -> search.Marked:
    return search.highlight(_text(text), search.parse(_text(query)))


def accented(query: object) -> bool:
    return search.parse(_text(query)).accented


def date(value: object) -> str:
    """The day of a moment, without the hour."""
    return day(_text(value)[:10])


def number(value: object) -> str:
    return f"{int(_text(value) or 0):,}"


def listed(value: object) -> list[Any]:
    """A column that holds a JSON array; what is none is empty."""
    try:
        loaded = json.loads(_text(value))
    except ValueError:
        return []
    return loaded if isinstance(loaded, list) else []


def below(address: object, home: object) -> str:
    """The address without that of the site, where it begins with it: the part that tells two of its pages apart."""
    return "/" + _text(address).removeprefix(_text(home)).lstrip("/") if _text(address).startswith(_text(home)) else _text(address)


@cache
def style_version() -> str:
    """Changes when the style does, so that browsers ask for it again."""
    styles = sorted((Path(__file__).parent / "static").glob("*.css"))
    return hashlib.sha256(b"".join(style.read_bytes() for style in styles)).hexdigest()[:8]


FILTERS: dict[str, Callable[..., Any]] = {
    one.__name__: one for one in (shown, web, day, excerpt, highlight, number, listed, below, accented, date, in_script)
}
