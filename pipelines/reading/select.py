"""Finding elements of a page by the selectors of a layout, compiled once and tried cheaply. Changes no page."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import urljoin

from lxml.etree import XPath

from pipelines.layout import compiled, split
from pipelines.reading.structured import Structured
from pipelines.reading.text import normal
from pipelines.reading.tree import Element, has_words, inner_text

NEEDED = re.compile(r"([.#])((?:[\w-]|[^\x00-\x7f])+)")
CONDITIONS = re.compile(r"\[[^\]]*\]|:[\w-]+(?:\([^()]*\))?")
NESTED = re.compile(r"""(?P<head>[^\s>+~,()\[\]"']+)(?P<axis>\s*[>~]\s*|\s+)(?P<rest>[^\s>+~,][^,]*)""")
AXES = {"": "descendant::", ">": "child::", "~": "following-sibling::"}
BASES = XPath("//base/@href", smart_strings=False)
CLASSES, WITH_ID = XPath("//@class", smart_strings=False), XPath("id($name)")  # the parser keeps a table of ids: asking it takes a microsecond
COMBINED = re.compile(r"\S[\s>+~]+\S")


@dataclass(frozen=True)
class Page:
    """One parsed page, and what it was parsed from."""

    root: Element
    source: bytes
    url: str
    seen: dict[str, list[Element]] = field(default_factory=dict)  # by selector: fields and body ask for the same

    @cached_property
    def structured(self) -> Structured:
        return Structured(self.root, self.source)

    @cached_property
    def base(self) -> str:
        """What addresses on the page are relative to."""
        for said in BASES(self.root):
            with suppress(ValueError):  # what cannot be joined is no base
                return urljoin(self.url, str(said).strip())
        return self.url

    @cached_property
    def classes(self) -> frozenset[str]:
        """Every one in the page: one that is nowhere in it need not be looked for."""
        return frozenset(" ".join({*CLASSES(self.root)}).split())

    def may_have(self, css: str) -> bool:
        """False where the selector names a class or an id that the page does not have."""
        classes, ids = needed(css)
        return self.classes.issuperset(classes) and all(WITH_ID(self.root, name=one) for one in ids)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a selector found: the element, the attribute's value where it asks for one, and the selector for the evidence."""

    element: Element
    attribute: str | None
    selector: str

    @property
    def text(self) -> str:
        """Words split by inline tags are joined, a `<br>` is a blank."""
        return normal(self.attribute if self.attribute is not None else inner_text(self.element))

    @property
    def has_words(self) -> bool:
        return bool(self.text) if self.attribute is not None else has_words(self.element)


@lru_cache(maxsize=4096)
def needed(css: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Classes and ids without which a selector cannot match; none where alternatives or escapes make that unsure."""
    plain = CONDITIONS.sub("", css)
    names = [] if set(plain) & set(",\\()[]") else NEEDED.findall(plain)
    return tuple(name for sign, name in names if sign == "."), tuple(name for sign, name in names if sign == "#")


def hits(page: Page, selectors: Sequence[str]) -> Iterator[list[Hit]]:
    """For each selector in turn what it finds, where it finds something."""
    for selector in selectors:
        css, name = split(selector)
        found = [Hit(element, element.get(name) if name else None, selector) for element in elements(page, css)]
        if found := [hit for hit in found if name is None or hit.attribute]:
            yield found


def first(page: Page, selectors: Sequence[str]) -> Hit | None:
    """The first hit that has words."""
    return next((hit for found in hits(page, selectors) for hit in found if hit.has_words), None)


def elements(page: Page, css: str, within: Element | None = None) -> list[Element]:
    """All elements a selector finds, in the page or inside an element; a selector with ancestors sees those outside it too."""
    if not page.may_have(css):
        return []
    if within is None:
        return _everywhere(page, css)
    if COMBINED.search(css):
        return [element for element in _everywhere(page, css) if within in element.iterancestors()]
    return [element for element in _found(css, within) if element is not within]


def _everywhere(page: Page, css: str) -> list[Element]:
    """Once for each selector; selectors under the same ancestor (`.entry-header time`, `.entry-header .cat-links a`) look for that one only once."""
    if css not in page.seen:
        if nested := NESTED.fullmatch(css):
            heads = _everywhere(page, nested["head"])
            page.seen[css] = list(dict.fromkeys(one for head in heads for one in _found(nested["rest"], head, AXES[nested["axis"].strip()])))
        else:
            page.seen[css] = _found(css, page.root)
    return page.seen[css]


def _found(css: str, root: Element, prefix: str = "descendant-or-self::") -> list[Element]:
    found = compiled(css, prefix)(root)
    return [one for one in found if isinstance(one, Element)] if isinstance(found, list) else []
