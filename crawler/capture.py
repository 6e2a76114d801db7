"""Keeps every exchange with a site in its WARC, at the place nearest the network: robots.txt, redirects and errors too."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response

from archive.captures import Exchange
from archive.errors import ArchiveError
from archive.records import Capture
from crawler import clock
from crawler.meta import CAPTURE, HEAD, KIND, VIA
from crawler.spider import SiteSpider

STARTED = "capture_started"


class CaptureMiddleware:
    """Downloader middleware. Sets `meta["capture"]` of the request to the capture of its response."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        request.meta[STARTED] = clock.now()
        if isinstance(self._crawler.spider, SiteSpider):
            self._crawler.spider.bounds.ask()

    async def process_response(self, request: Request, response: Response) -> Response:
        spider = self._crawler.spider
        if not isinstance(spider, SiteSpider):
            return response
        request.meta[CAPTURE] = self._keep(
            spider,
            Exchange(
                url=request.url,
                fetched_at=request.meta[STARTED],
                method=request.method,
                status=response.status,
                reason="",
                headers=_pairs(response.headers),
                body=response.body,
                request_headers=_pairs(request.headers),
                kind=request.meta.get(KIND, "robots"),
                run=spider.frontier.run,
                ip=str(response.ip_address) if response.ip_address else None,
                request_body=request.body,
                via=request.meta.get(VIA),
                part_of=request.meta.get(HEAD),
                tls=None if spider.site.verify_tls or not request.url.startswith("https:") else "unverified",
            ),
        )
        spider.requests += 1
        spider.bounds.receive(len(response.body))
        return response

    def _keep(self, spider: SiteSpider, exchange: Exchange) -> Capture:
        """What cannot be kept is not read either, and ends the run."""
        try:
            return spider.folder.write(exchange)
        except ArchiveError as error:
            spider.give_up(error)
            raise IgnoreRequest(str(error)) from error


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values)
