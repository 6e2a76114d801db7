"""Crawls some sites in one process: what `congthuong crawl` and the demo call. A site that fails stops no other."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor
from twisted.python.failure import Failure as TwistedFailure

from archive.errors import ArchiveError, Locked
from crawler.result import Result
from crawler.site import Site
from crawler.spider import SiteSpider


def crawl(
    sites: Sequence[Site],
    data: Path,
    *,
    limit: int = 0,
    longest: timedelta | None = None,
    look_again: bool = False,
    log_level: str = "WARNING",
    on_article: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """Crawl the sites and wait for all of them; a result for each, in their order. Once in a process: Twisted's reactor does not start twice.

    `limit`: articles asked for per site, 0 for all. `longest`: after that time the runs end in good order, and the rest waits.
    `on_article` is called with the site's id at each article read.
    Raises UsageError, before anything is asked for, if no contact is set.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    ours = {"CONGTHUONG_DATA": str(data), "CONGTHUONG_LIMIT": limit, "CONGTHUONG_LOOK_AGAIN": look_again, "LOG_LEVEL": log_level}
    settings.update(ours | {"CLOSESPIDER_TIMEOUT": longest.total_seconds() if longest else 0}, priority="cmdline")
    install_reactor(settings["TWISTED_REACTOR"])  # Scrapy leaves it to the first crawl, and where that one fails all others would
    process = CrawlerProcess(settings)
    crawlers = {site.id: process.create_crawler(SiteSpider.of(site)) for site in sites}
    errors: dict[str, BaseException] = {}
    for site in sites:
        crawler = crawlers[site.id]
        crawler.signals.connect(_caller(on_article, site.id), signal=signals.item_scraped, weak=False)
        process.crawl(crawler).addErrback(_keeper(errors, site.id))
    process.start(install_signal_handlers=True)
    return [_result(site.id, crawlers[site.id], errors.get(site.id)) for site in sites]


def _caller(on_article: Callable[[str], None], site: str) -> Callable[..., None]:
    def called(**_: Any) -> None:
        on_article(site)

    return called


def _keeper(errors: dict[str, BaseException], site: str) -> Callable[[TwistedFailure], None]:
    def keep(failure: TwistedFailure) -> None:
        errors[site] = failure.value or RuntimeError(failure.getErrorMessage())

    return keep


def _result(site: str, crawler: Crawler, error: BaseException | None) -> Result:
    spider = crawler.spider
    if error is None and isinstance(spider, SiteSpider) and spider.result is not None:
        return spider.result
    if isinstance(error, Locked):
        return Result(site, "locked", message=str(error))
    if error is not None and not isinstance(error, ArchiveError):
        logging.getLogger(__name__).error("%s: %r", site, error, exc_info=error)
    return Result(site, "broken", message=str(error) if error else "the run ended without a result; the log says more")
