"""Whether a site still is what its file says: robots.txt, home, family, and its newest articles read by the layout. Changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.records import Failure, Reading
from crawler.fingerprint import likeness, recognise
from crawler.probe import Answer, NotFetched, Probe
from crawler.site import Site
from crawler.site_files import fingerprints
from crawler.survey.cases import read_answer
from crawler.survey.look import ARTICLES, GENERIC
from crawler.survey.page import page_of, shown, target
from crawler.survey.signposts import newest


@dataclass(frozen=True, slots=True)
class Check:
    site: str
    check: str  # robots, home, family, articles, layout
    ok: bool
    detail: str


def check(site: Site) -> Iterator[Check]:
    """One after another; what cannot be had ends it, as nothing after it can be judged."""
    with Probe.of(site) as probe:
        try:
            robots = probe.robots(site.home)
        except NotFetched as error:
            yield Check(site.id, "robots", ok=False, detail=str(error))
            return
        yield Check(site.id, "robots", ok=True, detail="none" if robots.absent else "read")
        try:
            home = probe.get(site.home)
        except NotFetched as error:
            yield Check(site.id, "home", ok=False, detail=str(error))
            return
        yield Check(site.id, "home", ok=home.ok, detail=f"HTTP {home.status}" + (f" at {home.url}" if home.url != site.home else ""))
        if not home.ok:
            return
        yield _family(site, home)
        urls = newest(probe, site, ARTICLES)
        yield Check(site.id, "articles", ok=bool(urls), detail=f"{len(urls)} found by what the site file names")
        yield from _layout(site, [_read(probe, site, url) for url in urls])


def _family(site: Site, home: Answer) -> Check:
    """Is the home page still of the site's family? Of a family that no page shows, another must not be shown either."""
    prints, told = fingerprints(), shown(home, page_of(home, site.netlocs))
    likely = recognise(prints, told)
    own = likeness(site.family, prints[site.family], told) if site.family in prints else None
    if own and own.enough and (likely is None or likely.family == site.family):
        return Check(site.id, "family", ok=True, detail=f"{site.family}: {', '.join(own.signs)}")
    if likely:
        return Check(site.id, "family", ok=False, detail=f"looks like {likely.family} now, not {site.family}: {', '.join(likely.signs)}")
    if own and site.family != GENERIC:
        return Check(site.id, "family", ok=False, detail=f"nothing of {site.family} is seen on the home page")
    return Check(site.id, "family", ok=True, detail=f"{site.family}, which has no marks of its own; no other is seen")


def _read(probe: Probe, site: Site, url: str) -> tuple[str, Reading | Failure]:
    try:
        return target(url), read_answer(site, probe.get(url))
    except NotFetched as error:
        return target(url), Failure(error.reason, error.detail)


def _layout(site: Site, readings: Sequence[tuple[str, Reading | Failure]]) -> Iterator[Check]:
    """Title and text must be found in each by the layout of today, a date in at least one: departments leave it out of some notices."""
    dated = any(isinstance(one, Reading) and one.article.published_at for _, one in readings)
    for where, reading in readings:
        if isinstance(reading, Failure):
            yield Check(site.id, "layout", ok=False, detail=f"{where}: {reading.reason}: {reading.detail}")
            continue
        article = reading.article
        doubt = next((one.doubt for one in article.evidence if one.field == "title" and one.doubt), None) if site.layout[-1].body else None
        day = f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date"
        said = f"{where}: {article.title!r}, {day}" + (f"; {doubt}" if doubt else "")
        yield Check(site.id, "layout", ok=dated and not doubt, detail=said if dated else f"{said}, as in all that were read")
