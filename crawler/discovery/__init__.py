"""How a site's articles are found: one module per kind of signpost, each a function from a fetched page to what it points at."""

from dataclasses import dataclass, field
from typing import Any

MOST = 50_000  # addresses that one page of a signpost may name: what sitemaps.org allows one sitemap


class UnreadableSignpost(ValueError):
    """A feed or sitemap that is not what it should be."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """An address a signpost names. `sign` tells its freshness (a lastmod, an updated date), `hint` what was said of it."""

    url: str
    kind: str  # article; sitemap for a part of a sitemap index, listing for a section
    sign: str | None = None
    hint: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The next page of a walk: its address, and the form to post where it is no link."""

    url: str
    body: bytes = b""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


@dataclass(frozen=True, slots=True)
class Signs:
    """What one page of a signpost says: what it points at, the next page of the same walk, and how many there are in all where it says so."""

    pointers: tuple[Pointer, ...]
    next: Step | None = None
    total: int | None = None
    cut: bool = False  # it names more than `MOST` addresses; those past them are left out
