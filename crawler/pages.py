"""What a fetched page leads to: signposts fill the frontier, articles are read, and what went wrong gets its name. One object a run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from twisted.python.failure import Failure as TwistedFailure

from archive.encoding import content
from archive.errors import ArchiveError, BrokenEncoding
from archive.records import Article, Capture, Failure, Reading, Reason
from crawler.discovery import Signs, Step, UnreadableSignpost
from crawler.discovery.signposts import read_signpost
from crawler.frontier_form import Row
from crawler.intake import EVERY_RUN
from crawler.meta import CAPTURE, HEAD, KIND, LEASE, VIA, WALK
from crawler.result import detail_of, reason_of
from crawler.settings import VERSION
from crawler.urls import key_of
from crawler.visits import Answer, Leads, answer_of
from crawler.walk import Walk
from pipelines.item_pipeline import ReadPage
from pipelines.judge import Result, judge, missing, unasked
from pipelines.read import challenge, refused

if TYPE_CHECKING:
    from crawler.spider import SiteSpider

ATTACHMENT_LIMIT = 50 * 1024 * 1024  # bytes
WALKED = ("listing", "rest")  # signposts of many pages
NOT_MODIFIED = 304
LED_ASTRAY = frozenset({Reason.NOT_AN_ARTICLE, Reason.FIELD_MISSING})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Callback: TypeAlias = Callable[[Response], Iterator[Any] | None]


class Pages:
    """The callbacks of one run."""

    def __init__(self, spider: SiteSpider) -> None:
        self._spider, self._site, self._frontier = spider, spider.site, spider.frontier

    def request_for(self, row: Row) -> Request:
        """The request of a leased row."""
        special: dict[str, Callback] = {"article": self.on_article, "attachment": self.on_file, "home": self.on_file}
        meta: dict[str, Any] = {"download_maxsize": ATTACHMENT_LIMIT} if row.kind == "attachment" else {}
        step = Step(row.url, row.body)
        return self._request(row, step, special.get(row.kind, self.on_signpost), meta | {WALK: Walk.of(row)}, row.conditions)

    def _request(self, row: Row, step: Step, callback: Callback, meta: dict[str, Any], headers: dict[str, str] | None = None) -> Request:
        return Request(
            step.url,
            method=step.method,
            body=step.body,
            headers=headers or (FORM if step.body else None),
            callback=self._careful(callback),
            errback=self.on_error,
            meta={LEASE: row, KIND: row.kind} | meta,
            dont_filter=True,
        )

    def _careful(self, callback: Callback) -> Callback:
        """The callback, but for trouble with our own disk, which ends the run instead of being logged page after page."""

        def called(response: Response) -> Iterator[Any]:
            if self._spider.fatal:
                raise CloseSpider("storage")
            try:
                yield from callback(response) or ()
            except ArchiveError as error:
                raise self._spider.give_up(error) from error

        return called

    # -- pages

    def on_signpost(self, response: Response) -> Iterator[Request]:
        """A page of a sitemap, feed, REST list or listing: what it points at goes in the frontier, and the walk goes on to its next page."""
        row: Row = response.meta[LEASE]
        walk: Walk = response.meta[WALK]
        if walk.is_past_last(response.status, response.url):
            self._frontier.finish(row.id)
            return
        if self._failed(response) or (signs := self._signs(response, row)) is None:
            return
        if row.kind in WALKED:
            self._frontier.reach(row.id, walk.here)
        new, left_out = self._spider.intake.take(signs, row, first=walk.met)
        for why in left_out:
            self._spider.warn(response.url, row.kind, Reason.TOO_LARGE, why)
        if signs.total is not None:
            self._frontier.claim(row.url, signs.total)
        onward = walk.onward(signs, news=new > 0, known=row.walked)
        if onward is None:
            self._frontier.finish(
                row.id, answer=self._answer(response.meta[CAPTURE], repr(signs.pointers)) if row.kind in {"sitemap", "feed"} else None
            )
        elif onward.pages > self._site.discovery.max_pages:
            self._spider.warn(response.url, row.kind, Reason.TOO_LARGE, f"{row.url} has more than {walk.pages} pages (max_pages)")
            self._frontier.finish(row.id, Reason.TOO_LARGE, cut=True)
        else:
            yield self._request(row, onward.steps[-1], self.on_signpost, {WALK: onward, VIA: response.url})

    def _signs(self, response: Response, row: Row) -> Signs | None:
        """What the page says; None where it cannot be read, which is noted."""
        try:
            response = self._unpacked(response)
            signs = read_signpost(row.kind, response, self._site, row.hint)
        except (UnreadableSignpost, BrokenEncoding) as error:
            self._spider.warn(response.url, row.kind, Reason.FIELD_MISSING, str(error))
            self._frontier.fail(row.id, Reason.FIELD_MISSING, str(error), captured=True)
            return None
        if row.kind != "listing" or signs.pointers:
            return signs
        if (asked := challenge(response.body)) is not None:
            self._spider.warn(response.url, row.kind, asked.reason, asked.detail)
            self._frontier.fail(row.id, asked.reason, asked.detail, captured=True)
            return None
        if response.meta[WALK].pages == 1 and not row.hint.get("depth"):
            self._spider.warn(response.url, row.kind, Reason.FIELD_MISSING, f"no article link on the first page of the listing {row.url}")
        return signs

    def _unpacked(self, response: Response) -> Response:
        """The page that a 304 stands for, from the record that holds it; any other answer as it is. Raises BrokenEncoding."""
        if response.status != NOT_MODIFIED:
            return response
        capture: Capture = response.meta[CAPTURE]
        body = content(capture, ATTACHMENT_LIMIT)
        made = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return made(response.url, status=200, headers=response.headers, body=body, request=response.request)

    def on_article(self, response: Response) -> Iterator[Any]:
        if not self._failed(response):
            yield from self._gather(response.meta[LEASE], [response.meta[CAPTURE]])

    def on_further_page(self, response: Response) -> Iterator[Any]:
        """A further page of an article; one that cannot be had leaves a gap in it, which is said."""
        yield from self._gather(response.meta[LEASE], self._spider.folder.pages(response.meta[HEAD]))

    def _gather(self, row: Row, pages: Sequence[Capture]) -> Iterator[Any]:
        """Ask for the article's next page, or read it where this is all of it."""
        reading = judge(pages, self._spider.context)
        if reading is None and (left := unasked(pages, self._spider.context)):
            meta = {HEAD: pages[0].id, KIND: "page", VIA: pages[-1].url}
            yield self._request(row, Step(left[0]), self.on_further_page, meta)
            return
        if isinstance(reading, Reading | Failure):
            yield ReadPage(pages[-1], reading)
        if isinstance(reading, Reading):
            self._spider.articles += 1
            for file in reading.article.attachments:
                self._spider.intake.add("attachment", file.url, via=pages[0].url)
        self._settle(row, pages, reading)

    def _settle(self, row: Row, pages: Sequence[Capture], reading: Result) -> None:
        """The article's row is done, or tried again where something is missing."""
        if gaps := missing(pages):
            self._spider.fail(row, gaps[0].reason, gaps[0].detail, captured=True)
            return
        reason = reading.reason if isinstance(reading, Failure) else None
        leads = self._leads(row, pages[0].url, reason)
        missed = leads is Leads.ASTRAY and self._miss(row)
        if reason:  # what was held and leads to a page that is none is gone, as with 404
            self._spider.count(Reason.GONE if missed and reason in LED_ASTRAY else reason, row.kind)
        answer = self._answer(pages[0], fingerprint(reading.article)) if isinstance(reading, Reading) else None
        self._frontier.finish(row.id, reason, answer=answer, leads=leads)

    def _leads(self, row: Row, url: str, reason: Reason | None) -> Leads:
        """Where the article's address has led: to the article, to the article under an address that is visited by itself, or elsewhere."""
        asked, came = (key_of(one, "article", self._site) for one in (row.url, url))
        if asked == came:
            return Leads.ASTRAY if reason is Reason.GONE else Leads.THERE
        if reason is not None:
            return Leads.ASTRAY
        if not self._frontier.knows("article", came):
            return Leads.THERE
        held = self._spider.article_at(asked)
        return Leads.AWAY if held is not None and held == self._spider.article_at(came) else Leads.ASTRAY

    def on_file(self, response: Response) -> None:
        if not self._failed(response):
            self._frontier.finish(response.meta[LEASE].id)

    def _answer(self, capture: Capture, read: str) -> Answer | None:
        """What the next visit may go by, where this one brought the page itself."""
        if capture.status == NOT_MODIFIED:
            return None
        headers = {name.lower(): value for name, value in capture.headers}
        return answer_of(headers, capture.fetched_at, hashlib.sha256(f"{VERSION} {read}".encode("utf-8", "replace")).hexdigest()[:16])

    # -- what goes wrong

    def _failed(self, response: Response) -> bool:
        """An answer that is no page: its row fails, with the reason that its status says."""
        row: Row = response.meta[LEASE]
        failure = refused(response.meta[CAPTURE])
        if failure is None:
            return False
        self._spider.fail(row, failure.reason, failure.detail, captured=True)
        if failure.reason is Reason.GONE and row.kind == "article":
            self._miss(row)
        return True

    def _miss(self, row: Row) -> bool:
        """An article is not where it was, if it was ever held: is the site otherwise well? Its home page is the witness, once in a run."""
        if self._spider.article_at(key_of(row.url, "article", self._site)) is None:
            return False
        self._spider.missing += 1
        self._spider.intake.add("home", self._site.home, again=EVERY_RUN)
        return True

    def on_error(self, failure: TwistedFailure) -> None:
        """No response at all: refused by the guard or robots.txt, or the network."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        error = failure.value
        if self._spider.fatal:
            raise CloseSpider("storage")
        capture: Capture | None = request.meta.get(CAPTURE)
        answered = capture if capture is not None and capture.url == request.url else None
        if answered and isinstance(broken := judge([answered], self._spider.context), Failure):
            self._spider.fail(request.meta[LEASE], broken.reason, broken.detail, captured=True)  # kept, but unreadable; loading finds the same
            return
        reason = reason_of(error, answered=answered is not None)
        self._spider.fail(request.meta[LEASE], reason, detail_of(error), captured=False)
        if reason is Reason.ROBOTS_UNREACHABLE:
            raise CloseSpider(str(reason))

    def on_defect(self, failure: TwistedFailure, response: Response | TwistedFailure) -> None:
        """A callback of ours raised, or an errback, which had a failure instead of a response: the page's row fails, and the run says so."""
        request: Request = response.request  # type: ignore[assignment,union-attr]  # set by Scrapy, on failures too
        self._spider.fail(request.meta[LEASE], Reason.READER_ERROR, repr(failure.value), captured=False)


def fingerprint(article: Article) -> str:
    """All that was read of an article, but for how."""
    return repr(replace(article, evidence=()))
