"""`withheld.toml` in the data folder: which articles and captures nobody is to be shown, since when and why. Reads the file; the loader acts on it.

What it names is never written to `archive.db`: not its text, not its address. The WARC records stay.
"""

import sqlite3
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from archive.data import storing
from archive.errors import UsageError

FILE = "withheld.toml"
OUTCOME = "withheld"  # of the row that is left of such a capture
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Entry(BaseModel):
    """One `[[withheld]]`: an article with all its versions and addresses, or one capture and whatever reads as it does."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    article: Id | None = None
    capture: Id | None = None
    date: date  # since when
    reason: Reason  # for all to see

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.article is None) == (self.capture is None):
            msg = "names either an article or a capture, by its id"
            raise ValueError(msg)
        return self

    @property
    def kind(self) -> str:
        return "article" if self.article else "capture"

    @property
    def id(self) -> str:
        return self.article or self.capture or ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    withheld: list[Entry] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Withheld:
    """What the file says; nothing where there is none."""

    path: Path
    entries: tuple[Entry, ...] = ()

    @property
    def articles(self) -> frozenset[str]:
        return frozenset(one.article for one in self.entries if one.article)

    @property
    def captures(self) -> frozenset[str]:
        return frozenset(one.capture for one in self.entries if one.capture)

    def check(self, found: Iterable[str]) -> None:
        """UsageError, naming the key, where an entry's id is not among those `found` in the site folders."""
        known = set(found)
        for number, one in enumerate(self.entries):
            if one.id not in known:
                msg = (
                    f"{self.path}: withheld.{number}.{one.kind}: no site folder holds the {one.kind} {one.id!r}. Correct the id, or remove the entry"
                )
                raise UsageError(msg)


def read_withheld(data: Path) -> Withheld:
    """What the data folder's file says. Raises UsageError naming file and key; keys count the entries from 0."""
    path = data / FILE
    with storing(path):
        if not path.exists():
            return Withheld(path)
        written = path.read_bytes()
    try:
        said = _File.model_validate(tomllib.loads(written.decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{path}: is no TOML: {error}"
        raise UsageError(msg) from error
    except ValidationError as error:
        raise UsageError("\n".join(f"{path}: {_where(one['loc'])}: {_what(one['type'], one['msg'])}" for one in error.errors())) from error
    twice = [name for name, times in Counter(one.id for one in said.withheld).items() if times > 1]
    if twice:
        msg = f"{path}: withheld: {twice[0]!r} is named twice"
        raise UsageError(msg)
    return Withheld(path, tuple(said.withheld))


def _where(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place)) or "(whole file)"


def _what(kind: str, message: str) -> str:
    return "unknown key; there is article, capture, date and reason" if kind == "extra_forbidden" else message.removeprefix("Value error, ")


# A row is there of what the file names, and is no blank one.
SHOWN = {
    "article": "SELECT 1 FROM articles WHERE id = :id",
    "capture": "SELECT 1 FROM captures WHERE id = :id AND outcome <> :outcome",
}


def is_shown(conn: sqlite3.Connection, entry: Entry) -> bool:
    """Does `archive.db` still show what an entry names? Then the file is younger than the archive."""
    return conn.execute(SHOWN[entry.kind], {"id": entry.id, "outcome": OUTCOME}).fetchone() is not None


def hidden(conn: sqlite3.Connection, site: str) -> list[str]:
    """The ids of a site's captures of which `archive.db` holds nothing but that they are there, in the order of their numbers."""
    sql = "SELECT id FROM captures WHERE outcome = ? AND site_id = ? ORDER BY sequence"
    return [capture for (capture,) in conn.execute(sql, (OUTCOME, site))]
