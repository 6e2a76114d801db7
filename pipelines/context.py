"""All that reading may know beside the captures. A value: no clock, no files, no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from archive.records import Reference
from pipelines.layout import Layout


@dataclass(frozen=True, slots=True)
class ProvincePeriod:
    """The province a site speaks for, from a day on (None: from the beginning)."""

    id: str
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """What a feed or listing said of an article. Doubt and comparison only: the page itself is what is read."""

    title: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Context:
    site: str = ""
    site_name: str = ""  # "Sở Công Thương tỉnh Bắc Kạn"; never an author
    home: str = ""
    family: str = "generic"
    status: str = "seen"
    layouts: tuple[Layout, ...] = ()  # oldest first; the last has no `valid_until`
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # field -> {as printed: as meant}
    languages: tuple[str, ...] = ()  # of the articles that are kept; none named: any
    provinces: tuple[ProvincePeriod, ...] = ()  # in order of valid_from
    hints: Mapping[str, Hint] = field(default_factory=dict)  # by URL
    reference: Reference = field(default_factory=Reference)

    def layouts_on(self, day: date) -> tuple[Layout, ...]:
        """The layout valid on a day first, then its neighbours, nearest first."""
        valid = next((i for i, one in enumerate(self.layouts) if one.valid_until is None or day <= one.valid_until), len(self.layouts) - 1)
        return tuple(sorted(self.layouts, key=lambda one: abs(self.layouts.index(one) - valid)))

    def province_on(self, day: date | None) -> str | None:
        """The province this site spoke for on a day; without a day only where there never was another."""
        if day is None:
            return self.provinces[0].id if len(self.provinces) == 1 else None
        valid = [one for one in self.provinces if one.valid_from is None or one.valid_from <= day]
        return valid[-1].id if valid else None
