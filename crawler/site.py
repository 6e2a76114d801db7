"""What a site file may say, strictly. `site_files` reads and merges the files; nothing here touches disk or network."""

import re
from datetime import date, timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from archive.reference import load_reference
from pipelines.context import Context, ProvincePeriod
from pipelines.layout import Layout, Pattern, Selector, Strict

FASTEST = 2.0  # seconds between two requests to one host, unless the site is ours (`allow_private`)


UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """A stretch of time as people write it: 90m, 6h, 2d. ValueError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,3})([mhd])", text.strip())
    if not found:
        msg = f"{text!r} is no stretch of time: say 90m, 6h or 2d"
        raise ValueError(msg)
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _duration(text: str) -> str:
    duration(text)
    return text


class Discovery(Strict):
    """How a site's articles are found. Paths are relative to `home`."""

    article: Pattern  # searched in path and query of a URL: is it an article?
    exclude: Pattern | None = None  # of those, which are not
    rest: list[str] = []  # WordPress: wp-json/wp/v2/posts or ?rest_route=/wp/v2/posts
    sitemaps: list[str] = []
    feeds: list[str] = []
    listings: list[str] = []  # first pages of the sections
    items: list[Selector] = []  # article links on a listing page; without it every link that `article` matches
    next: list[Selector] = []  # the link to the next page of a listing, where the pagers known everywhere do not do
    sections: Pattern | None = None  # searched in path and query of links on a listing: is it a further listing? For systems nobody described
    max_sections: int = Field(default=100, gt=0)  # of those; reaching it is reported
    max_pages: int = Field(default=1000, gt=0)  # of one listing, and parts of all sitemap indexes; reaching it is reported
    max_variants: int = Field(default=5000, gt=0)  # addresses of one path, where only parameters name the article; reaching it is reported


class SiteProvince(Strict):
    id: str
    from_: date | None = Field(default=None, alias="from")


class Expect(Strict):
    """What a healthy site gives, measured after every run: a site that gives clearly less is `short` and says so. A redesign shows first here."""

    articles_per_month: float | None = Field(default=None, ge=0)  # published in the last 90 days; half of it is still well
    with_author: float | None = Field(default=None, ge=0, le=1)  # share of the newest 100 articles; 10 points less is still well
    with_date: float | None = Field(default=None, ge=0, le=1)


class Site(Strict):
    """One website, its family's defaults merged in."""

    id: str
    name: str
    province: list[SiteProvince] = Field(min_length=1)
    home: str
    hosts: list[str] = []  # further hosts of the same site
    family: str
    status: Literal["seen", "guess", "gone"]
    checked: date | None = None  # when last seen live
    discovery: Discovery
    layout: list[Layout] = Field(min_length=1)
    lookups: dict[str, dict[str, str]] = {}
    languages: list[str] = Field(default=["vi"], min_length=1)  # of the articles that are kept; those of another edition are named OtherLanguage
    expect: Expect = Expect()
    every: Annotated[str, AfterValidator(_duration)] | None = None  # how often `crawl --due` visits it: "6h"; None: only when it is named
    pace: float = Field(default=FASTEST, gt=0)  # seconds between two requests
    allow_private: bool = False  # may reach private and loopback addresses
    verify_tls: bool = True  # false for a certificate that cannot be checked: said with every capture
    proxy: str | None = None  # http://host:port to go through
    timeout: float = Field(default=30, gt=0, le=600)  # seconds that one answer may take, body and all
    max_requests: int = Field(default=50_000, gt=0)  # of one run: more than a day at the fastest pace; reaching it is reported
    max_megabytes: int = Field(default=20_000, gt=0)  # of bodies kept in one run; reaching it is reported

    @field_validator("home", "proxy")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        parts = urlsplit(address or "")
        if address is not None and (parts.scheme not in {"http", "https"} or not parts.hostname):
            msg = f"{address!r} is no http(s) address"
            raise ValueError(msg)
        if "@" in parts.netloc:
            msg = f"an address with a user name or password cannot stand in a site file: {parts.hostname}"
            raise ValueError(msg)
        return address

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.pace < FASTEST and not self.allow_private:
            msg = f"pace {self.pace} is faster than {FASTEST:g} s, which only a site with allow_private = true may be"
            raise ValueError(msg)
        if self.layout[-1].valid_until is not None:
            msg = "the last layout must have no valid_until: it is the one of today"
            raise ValueError(msg)
        if any(one.valid_until is None for one in self.layout[:-1]):
            msg = "only the last layout may lack valid_until"
            raise ValueError(msg)
        known = load_reference().provinces
        if unknown := [one.id for one in self.province if one.id not in known]:
            msg = f"no province {', '.join(unknown)} in archive/reference/provinces.toml"
            raise ValueError(msg)
        return self

    @property
    def netlocs(self) -> frozenset[str]:
        """Host, with the port where the address names one, of everything that belongs to the site."""
        return frozenset({urlsplit(self.home).netloc.lower(), *(host.lower() for host in self.hosts)})

    def context(self) -> Context:
        """What reading may know of this site."""
        return Context(
            site=self.id,
            site_name=self.name,
            home=self.home,
            family=self.family,
            status=self.status,
            layouts=tuple(self.layout),
            lookups=self.lookups,
            languages=tuple(self.languages),
            provinces=tuple(ProvincePeriod(one.id, one.from_) for one in self.province),
            reference=load_reference(),
        )
