"""Whose site it is: the province, by what a home page calls itself and by its host. No guess where neither says it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from archive.records import Province
from archive.reference import load_reference
from archive.search import fold
from crawler.survey.page import Page

NAMED = "//title/text() | //meta[@property='og:site_name' or @property='og:title' or @name='description']/@content | //h1//text() | //header//text()"
LEVELS = ("", "tinh ", "thanh pho ", "tp ", "tp. ")
TODAY = "-2025"  # ids of the generation since 1 July 2025 end in it


def province_of(url: str, page: Page) -> Province | None:
    """The province whose department the page names, else the one in its host; of the old generation where that has one of the name."""
    said = fold(" · ".join(" ".join(str(one).split()) for one in page.tree.xpath(NAMED)))
    for name, province in _by_name():
        if any(f"so cong thuong {level}{name}" in said for level in LEVELS):
            return province
    labels = (urlsplit(url).hostname or "").split(".")
    return next((province for name, province in _by_name() if any(label.endswith(name.replace(" ", "")) for label in labels)), None)


def _by_name() -> Iterator[tuple[str, Province]]:
    """Names without accents, the longest first; of two provinces of one name the older."""
    known = load_reference().provinces.values()
    names = {fold(name).replace("-", " "): one for one in reversed([*known]) for name in (one.name, *one.variants)}
    yield from sorted(names.items(), key=lambda item: -len(item[0]))


def periods(province: Province) -> list[dict[str, Any]]:
    """As `province` stands in a site file: the one named, and from the merger on the one it became."""
    known: Mapping[str, Province] = load_reference().provinces
    before = [one for one in known.values() if one.successor == province.id]
    old = before[0] if len(before) == 1 else province
    if not old.successor:
        return [{"id": old.id}]
    return [{"id": old.id}, {"id": old.successor, "from": date.fromisoformat(known[old.successor].valid_from or "")}]


def department(province: Province) -> str:
    """`Sở Công Thương tỉnh Bắc Kạn`."""
    return f"Sở Công Thương {province.full_name[:1].lower()}{province.full_name[1:]}"


def plain_id(province: Province) -> str:
    return province.id.removesuffix(TODAY)
