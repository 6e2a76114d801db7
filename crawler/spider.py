"""The one spider: a run over one site, from opening its folder to saying how it went. What a page leads to stands in `pages`."""

import logging
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import partial
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from archive.captures import SiteFolder
from archive.data import DataFolder, lock
from archive.errors import ArchiveError, UsageError
from archive.records import Reason
from archive.withheld import read_withheld
from crawler.bounds import Bounds
from crawler.discovery.rest import first_page
from crawler.frontier import Frontier, read_log
from crawler.frontier_form import Row
from crawler.intake import EVERY_RUN, Intake
from crawler.pages import Pages
from crawler.result import FACTS, LISTS, Result, sum_up
from crawler.settings import slot_delay
from crawler.site import Site
from crawler.site_files import save_site
from pipelines.derive import derive, record_log
from pipelines.load import Tally, open_for_writing
from pipelines.withholding import WithholdingLoader

LONGEST_BATCH = 120.0  # seconds to wait for another run's write to the archive

logger = logging.getLogger(__name__)


class SiteSpider(Spider):
    """Crawls the one site of its class; `of` makes that class."""

    site: Site
    folder: SiteFolder
    frontier: Frontier
    loader: WithholdingLoader
    result: Result | None = None  # set when the run has ended
    fatal: ArchiveError | None = None  # why it could not go on

    @classmethod
    def of(cls, site: Site) -> "type[SiteSpider]":
        return type("SiteSpider", (cls,), {"name": site.id, "site": site})

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._open(DataFolder.named(crawler.settings["CONGTHUONG_DATA"]).make())
        crawler.signals.connect(spider.pages.on_defect, signal=signals.spider_error)
        return spider

    @classmethod
    def update_settings(cls, settings: Any) -> None:
        super().update_settings(settings)
        if not (cls.site.allow_private or settings["CONGTHUONG_CONTACT"]):
            msg = f"{cls.site.id}: whom can its webmaster write to? Set CONGTHUONG_CONTACT to an address or a page; it goes into the User-Agent"
            raise UsageError(msg)
        settings.set("DOWNLOAD_DELAY", slot_delay(cls.site.pace), priority="spider")
        settings.set("DOWNLOAD_TIMEOUT", cls.site.timeout, priority="spider")
        settings.set("DOWNLOAD_VERIFY_CERTIFICATES", cls.site.verify_tls, priority="spider")

    def _open(self, data: DataFolder) -> None:
        self.requests = self.articles = 0
        self.missing = 0  # articles that were held and are not there any more
        self.shortcomings = 0  # failures that are no mere facts of the site
        self.trouble: Counter[str] = Counter()  # reason -> how often in this run
        self.bounds = Bounds(self.site)
        self._spent = False
        self.context = self.site.context()
        folder = data.site(self.site.id)
        with ExitStack() as opened:
            self.folder = SiteFolder.open(folder, self.site.id, write=True, info=self._about())
            opened.callback(self.folder.close)
            save_site(self.site, folder)
            held = partial(lock, data.archive_lock, wait=LONGEST_BATCH)
            with held():
                archive = open_for_writing(data.archive_db)
            opened.callback(archive.close)
            self.loader = WithholdingLoader(archive, self.folder, self.context, read_withheld(data.path), lock=held)
            self.loader.catch_up()  # what a killed run had kept but not yet loaded
            self.loader.tally = Tally()
            self.frontier = Frontier(folder / "frontier.db", kept=self.folder.sync)
            self.intake = Intake(self.site, self.frontier)
            self.pages = Pages(self)
            self._begin()
            opened.pop_all()

    def _begin(self) -> None:
        """Put the site's signposts in the frontier; the scheduler takes it from there."""
        self.frontier.begin_run()
        if self.settings.getbool("CONGTHUONG_LOOK_AGAIN"):
            self.frontier.look_again()
        discovery = self.site.discovery
        signposts = {"rest": map(first_page, discovery.rest), "sitemap": discovery.sitemaps, "feed": discovery.feeds, "listing": discovery.listings}
        for kind, paths in signposts.items():
            for path in paths:
                self.intake.add(kind, urljoin(self.site.home, path), again=EVERY_RUN)

    def _about(self) -> dict[str, str]:
        """What the WARC files say of who made them."""
        agent, contact = self.settings["USER_AGENT"], self.settings["CONGTHUONG_CONTACT"]
        return {"operator": contact, "http-header-user-agent": agent, "robots": "obey", "isPartOf": self.site.id, "description": self.site.name}

    def closed(self, reason: str) -> None:
        """Say how the run went, bring what is derived in line, and let go of everything."""
        try:
            self._wind_up(reason)
        except ArchiveError as error:
            self.result = Result(self.site.id, "broken", requests=self.requests, message=str(self.fatal or error))
            with suppress(ArchiveError):  # it may be the disk that is broken
                self._end_run(self.result)
        finally:
            self.loader.db.close()
            for kept in (self.frontier, self.folder):
                with suppress(ArchiveError):  # said already
                    kept.close()

    def _wind_up(self, reason: str) -> None:
        if self.fatal:
            raise self.fatal
        self.frontier.commit()
        self.loader.catch_up()
        self.result = sum_up(self, reason)
        self._end_run(self.result)
        log = self.loader.public(asdict(read_log(self.frontier.path)))
        with self.loader.lock():
            record_log(self.loader.db, self.site.id, **log)
            derive(self.loader.db)

    def _end_run(self, result: Result) -> None:
        self.frontier.end_run(result.outcome, requests=self.requests, articles=self.articles, message=result.message)

    def give_up(self, error: ArchiveError) -> CloseSpider:
        """Remember why this run cannot go on; the caller raises what comes back."""
        self.fatal = self.fatal or error
        return CloseSpider("storage")

    def article_at(self, key: str) -> str | None:
        """The id of the article that the archive holds under this address key."""
        held = self.loader.db.execute("SELECT article_id FROM addresses WHERE site_id = ? AND key = ?", [self.site.id, key]).fetchone()
        return str(held[0]) if held else None

    def count(self, reason: Reason, kind: str) -> None:
        """One more failure of this run, of an address of that kind."""
        self.trouble[str(reason)] += 1
        self.shortcomings += reason not in FACTS or kind in LISTS

    def fail(self, row: Row, reason: Reason, detail: str, *, captured: bool) -> None:
        """The row could not be fetched."""
        self.count(reason, row.kind)
        self.frontier.fail(row.id, reason, detail, captured=captured)

    def warn(self, url: str, kind: str, reason: Reason, detail: str) -> None:
        """Something is wrong with what was found, though it was fetched."""
        self.count(reason, kind)
        self.frontier.note_failure(url, reason, detail)
        logger.warning("%s: %s", reason, detail)

    def is_spent(self) -> bool:
        """Has this run taken of the site as much as it may? Reported once."""
        if not self._spent and (detail := self.bounds.spent):
            self._spent = True
            self.warn(self.site.home, "home", Reason.TOO_LARGE, detail)
        return self._spent
