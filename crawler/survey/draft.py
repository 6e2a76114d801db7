"""What a survey has seen so far, and what the site file would say by it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.records import Reading
from crawler.probe import Answer, Probe
from crawler.site import Site
from crawler.site_files import site_of
from crawler.survey.page import Page, target


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen of a site. `own` is what its file says, `site` that file with its family merged in."""

    site: Site
    own: dict[str, Any]
    found: tuple[str, ...]
    missing: tuple[str, ...]
    not_looked_at: tuple[str, ...]  # links that may lead to sections
    articles: tuple[tuple[Answer, Reading], ...]


@dataclass
class Draft:
    """A survey while it goes on."""

    probe: Probe
    site: Site
    own: dict[str, Any]
    home: Page
    found: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    not_looked_at: list[str] = field(default_factory=list)

    @property
    def discovery(self) -> dict[str, Any]:
        return self.own.setdefault("discovery", {})  # type: ignore[no-any-return]

    def settle(self) -> None:
        """Bring `site` in line with what the file says by now."""
        self.site = site_of(self.own, Path(f"{self.site.id}.toml"))

    def path(self, url: str) -> str:
        """As a site file has it."""
        return target(url) if urlsplit(url).netloc == urlsplit(self.site.home).netloc else url
