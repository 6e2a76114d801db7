"""By what a home page shows the family of its system. The signs are data, in the family files; touches no network."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from archive.records import Headers
from pipelines.layout import Pattern, Strict

ENOUGH = 2  # weight from which a family counts as recognised
SURE, HINT = 2, 1
SEVERAL = 3  # links in the form of the family's addresses


class Fingerprint(Strict):
    """The table `[fingerprint]` of a family file. What a system says of itself is enough alone; of the markup it takes two signs."""

    generator: Pattern | None = None  # searched in <meta name="generator">
    headers: dict[str, Pattern] = {}  # name, in small letters: searched in its value
    markup: list[Pattern] = []  # each searched in the page's source
    addresses: Pattern | None = None  # searched in path and query of the page's links to its own site; several must have it


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a page tells the system behind it."""

    headers: Headers
    source: str
    generators: tuple[str, ...]
    targets: tuple[str, ...]  # path and query of the links to the same site, each once


@dataclass(frozen=True, slots=True)
class Likeness:
    family: str
    weight: int
    signs: tuple[str, ...]  # in words

    @property
    def enough(self) -> bool:
        return self.weight >= ENOUGH


def likeness(family: str, fingerprint: Fingerprint, shown: Shown) -> Likeness:
    """How much a page looks like a family, and by what."""
    signs: list[tuple[int, str]] = []
    if fingerprint.generator:
        signs += [(SURE, f"generator {one!r}") for one in shown.generators if re.search(fingerprint.generator, one)][:1]
    for name, pattern in fingerprint.headers.items():
        signs += [(SURE, f"header {key}: {value}") for key, value in shown.headers if key.lower() == name and re.search(pattern, value)][:1]
    signs += [(HINT, f"markup {found.group()!r}") for pattern in fingerprint.markup if (found := re.search(pattern, shown.source))]
    if fingerprint.addresses and sum(re.search(fingerprint.addresses, one) is not None for one in shown.targets) >= SEVERAL:
        signs.append((SURE, "the form of its addresses"))
    return Likeness(family, sum(weight for weight, _ in signs), tuple(said for _, said in signs))


def recognise(fingerprints: Mapping[str, Fingerprint], shown: Shown) -> Likeness | None:
    """The family a page looks most like; None where no family is shown well enough, or two are equally."""
    likely = sorted((likeness(family, one, shown) for family, one in fingerprints.items()), key=lambda one: -one.weight)
    if not likely or not likely[0].enough or (len(likely) > 1 and likely[1].weight == likely[0].weight):
        return None
    return likely[0]
