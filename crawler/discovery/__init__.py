"""How a site's articles are found: one module per kind of signpost, each a function from a fetched page to what it points at."""

from dataclasses import dataclass, field
from typing import Any


class UnreadableSignpost(ValueError):
    """A feed or sitemap that is not what it should be."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """An address a signpost names. `sign` tells its freshness (a lastmod, an updated date), `hint` what was said of it."""

    url: str
    kind: str  # article, or sitemap for a part of a sitemap index
    sign: str | None = None
    hint: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signs:
    """What one signpost page says: what it points at, and the next page of the same walk."""

    pointers: tuple[Pointer, ...]
    next: str | None = None
