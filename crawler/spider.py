"""The one spider: signposts in, articles out. It says what a page leads to; fetching, keeping and reading stand elsewhere."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Self, TypeAlias
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from archive.captures import SiteFolder
from archive.data import DataFolder, lock
from archive.errors import ArchiveError, UsageError
from archive.records import Capture, Failure, Reading, Reason
from crawler.bounds import Bounds
from crawler.discovery import Step, UnreadableSignpost
from crawler.discovery.rest import first_page
from crawler.discovery.signposts import read_signpost
from crawler.frontier import Frontier, Row, read_log
from crawler.intake import Intake
from crawler.result import FACTS, LISTS, Result, detail_of, reason_of, sum_up
from crawler.settings import slot_delay
from crawler.site import Site
from crawler.site_files import save_site
from pipelines.derive import derive, record_log
from pipelines.item_pipeline import ReadPage
from pipelines.load import Loader, Tally, judge, open_for_writing
from pipelines.read import read, refused

LEASE, KIND, CAPTURE = "lease", "kind", "capture"  # keys of Request.meta: the frontier's row, why it is fetched, what was kept of it
WALK = "walk"  # the pages of this listing seen so far in this walk

NOT_FOUND, GONE = 404, 410
LONGEST_BATCH = 120.0  # seconds to wait for another run's write to the archive

Callback: TypeAlias = Callable[[Response], Iterator[Any] | None]

logger = logging.getLogger(__name__)


class SiteSpider(Spider):
    """Crawls the one site of its class; `of` makes that class."""

    site: Site
    folder: SiteFolder
    frontier: Frontier
    loader: Loader
    result: Result | None = None  # set when the run has ended
    fatal: ArchiveError | None = None  # why it could not go on

    @classmethod
    def of(cls, site: Site) -> "type[SiteSpider]":
        return type("SiteSpider", (cls,), {"name": site.id, "site": site})

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._open(DataFolder.named(crawler.settings["CONGTHUONG_DATA"]).make())
        crawler.signals.connect(spider.on_defect, signal=signals.spider_error)
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
        self.requests = self.articles = self.shortcomings = 0  # the last: failures that are no mere facts of the site
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
            self.loader = Loader(archive, self.folder, self.context, lock=held)
            self.loader.catch_up()  # what a killed run had kept but not yet loaded
            self.loader.tally = Tally()
            self.frontier = Frontier(folder / "frontier.db", kept=self.folder.sync)
            self.intake = Intake(self.site, self.frontier)
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
                self.intake.add(kind, urljoin(self.site.home, path), again=True)

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
        log = read_log(self.frontier.path)
        with self.loader.lock():
            record_log(self.loader.db, self.site.id, runs=log.runs, failures=log.failures, found=log.found, totals=log.totals)
            derive(self.loader.db)

    def _end_run(self, result: Result) -> None:
        self.frontier.end_run(result.outcome, requests=self.requests, articles=self.articles, message=result.message)

    def request_for(self, row: Row) -> Request:
        """The request of a leased row."""
        callback: Callback = {"article": self.on_article, "attachment": self.on_file}.get(row.kind, self.on_signpost)
        meta = {LEASE: row, KIND: row.kind, WALK: (Step(row.url),)}
        if row.kind == "attachment":
            meta["download_maxsize"] = 50 * 1024 * 1024
        return Request(
            row.url,
            method=row.method,
            body=row.body,
            callback=self._careful(callback),
            errback=self.on_error,
            meta=meta,
            dont_filter=True,
        )

    def _careful(self, callback: Callback) -> Callback:
        """The callback, but for trouble with our own disk, which ends the run instead of being logged page after page."""

        def called(response: Response) -> Iterator[Any]:
            if self.fatal:
                raise CloseSpider("storage")
            try:
                yield from callback(response) or ()
            except ArchiveError as error:
                raise self.give_up(error) from error

        return called

    def give_up(self, error: ArchiveError) -> CloseSpider:
        """Remember why this run cannot go on; the caller raises what comes back."""
        self.fatal = self.fatal or error
        return CloseSpider("storage")

    # -- pages

    def on_signpost(self, response: Response) -> Iterator[Request]:
        """A page of a sitemap, feed, REST list or listing: what it points at goes in the frontier, and the walk goes on to its next page."""
        row: Row = response.meta[LEASE]
        walked: tuple[Step, ...] = response.meta[WALK]
        # A page past the last may be missing, or lead back to a page seen before: both end the walk.
        past_last = response.status in {NOT_FOUND, GONE} or (not walked[-1].body and Step(response.url) in walked[:-1])
        if len(walked) > 1 and past_last:
            self.frontier.finish(row.id)
            return
        if self._failed(response):
            return
        try:
            signs = read_signpost(row.kind, response, self.site, row.hint)
        except UnreadableSignpost as error:
            self._trouble(response.meta[CAPTURE], row, Reason.FIELD_MISSING, str(error))
            self.frontier.fail(row.id, Reason.FIELD_MISSING, str(error), captured=True)
            return
        before, addresses = response.meta.get("before"), tuple(pointer.url for pointer in signs.pointers if pointer.kind == "article")
        if row.kind == "listing" and not signs.pointers and len(walked) == 1 and not row.hint.get("depth"):
            self._trouble(response.meta[CAPTURE], row, Reason.FIELD_MISSING, f"no article link on the first page of the listing {row.url}")
        new, left_out = self.intake.take(signs, row)
        for why in left_out:
            self._trouble(response.meta[CAPTURE], row, Reason.TOO_LARGE, why)
        if signs.total is not None:
            self.frontier.claim(row.url, signs.total)
        overlap = row.walked and not new  # everything here was known already, and so is what is older
        if signs.next is None or not addresses or addresses == before or signs.next in walked or overlap:
            self.frontier.finish(row.id)
        elif len(walked) >= self.site.discovery.max_pages:
            self._trouble(response.meta[CAPTURE], row, Reason.TOO_LARGE, f"{row.url} has more than {len(walked)} pages (max_pages)")
            self.frontier.finish(row.id)
        else:
            step = signs.next
            meta = {LEASE: row, KIND: row.kind, WALK: (*walked, step), "before": addresses, "via": response.url}
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if step.body else None
            callback = self._careful(self.on_signpost)
            yield Request(
                step.url, method=step.method, body=step.body, headers=headers, callback=callback, errback=self.on_error, meta=meta, dont_filter=True
            )

    def on_article(self, response: Response) -> Iterator[ReadPage]:
        row: Row = response.meta[LEASE]
        capture: Capture = response.meta[CAPTURE]
        if self._failed(response):
            return
        reading = read([capture], self.context)
        if isinstance(reading, Reading):
            self.articles += 1
            for file in reading.article.attachments:
                self.intake.add("attachment", file.url, via=response.url)
        else:
            self._count(reading.reason, row)
        yield ReadPage(capture, reading)
        self.frontier.finish(row.id, None if isinstance(reading, Reading) else reading.reason)

    def on_file(self, response: Response) -> None:
        if not self._failed(response):
            self.frontier.finish(response.meta[LEASE].id)

    # -- what goes wrong

    def _failed(self, response: Response) -> bool:
        """An answer that is no page: its row fails, with the reason that its status says."""
        failure = refused(response.meta[CAPTURE])
        if failure is not None:
            self._fail(response.meta[LEASE], failure.reason, failure.detail, captured=True)
        return failure is not None

    def on_error(self, failure: TwistedFailure) -> None:
        """No response at all: refused by the guard or robots.txt, or the network."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        error = failure.value
        if self.fatal:
            raise CloseSpider("storage")
        capture: Capture | None = request.meta.get(CAPTURE)
        answered = capture if capture is not None and capture.url == request.url else None
        if answered and isinstance(broken := judge(answered, self.context), Failure):
            self._fail(request.meta[LEASE], broken.reason, broken.detail, captured=True)  # kept, but unreadable; loading finds the same
            return
        reason = reason_of(error, answered=answered is not None)
        self._fail(request.meta[LEASE], reason, detail_of(error), captured=False)
        if reason is Reason.ROBOTS_UNREACHABLE:
            raise CloseSpider(str(reason))

    def on_defect(self, failure: TwistedFailure, response: Response | TwistedFailure) -> None:
        """A callback of ours raised, or an errback, which had a failure instead of a response: the page's row fails, and the run says so."""
        request: Request = response.request  # type: ignore[assignment,union-attr]  # set by Scrapy, on failures too
        self._fail(request.meta[LEASE], Reason.READER_ERROR, repr(failure.value), captured=False)

    def is_spent(self) -> bool:
        """Has this run taken of the site as much as it may? Reported once."""
        if not self._spent and (detail := self.bounds.spent):
            self._spent = True
            self.trouble[str(Reason.TOO_LARGE)] += 1
            self.shortcomings += 1
            self.frontier.note_failure(self.site.home, Reason.TOO_LARGE, detail)
            logger.warning("%s: %s", self.site.id, detail)
        return self._spent

    def _fail(self, row: Row, reason: Reason, detail: str, *, captured: bool) -> None:
        self._count(reason, row)
        self.frontier.fail(row.id, reason, detail, captured=captured)

    def _trouble(self, capture: Capture, row: Row, reason: Reason, detail: str) -> None:
        self._count(reason, row)
        self.frontier.note_failure(capture.url, reason, detail)
        logger.warning("%s: %s", reason, detail)

    def _count(self, reason: Reason, row: Row) -> None:
        self.trouble[str(reason)] += 1
        self.shortcomings += reason not in FACTS or row.kind in LISTS
