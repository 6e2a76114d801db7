"""Gives Scrapy its requests from the frontier.

What goes on from a request under way (redirect, retry, next listing page) stays in memory with its row.
"""

import logging
from collections import deque
from typing import Self

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from archive.errors import ArchiveError, RunFailed
from crawler.meta import LEASE
from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)


class FrontierScheduler(BaseScheduler):
    def __init__(self, limit: int | None) -> None:
        self._limit = limit  # articles this run may still ask for; None: all
        self._going_on: deque[Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        limit = crawler.settings.getint("CONGTHUONG_LIMIT")
        return cls(limit or None)

    def open(self, spider: Spider) -> None:
        if not isinstance(spider, SiteSpider):
            msg = "the frontier serves site spiders only"
            raise TypeError(msg)
        self._spider = spider

    def has_pending_requests(self) -> bool:
        if self._spider.fatal or self._spider.is_spent():
            return False
        return bool(self._going_on) or self._spider.frontier.has_waiting(articles=self._limit != 0)

    def enqueue_request(self, request: Request) -> bool:
        if LEASE not in request.meta:
            return False
        self._going_on.append(request)
        return True

    def next_request(self) -> Request | None:
        """Scrapy asks again for ever when this raises, so an error ends the run instead."""
        try:
            return self._next()
        except ArchiveError as error:
            self._spider.give_up(error)
        except Exception as error:
            logger.exception("the frontier failed")
            self._spider.give_up(RunFailed(f"the frontier failed: {error!r}"))
        return None

    def _next(self) -> Request | None:
        if self._spider.fatal or self._spider.is_spent():
            return None
        if self._going_on:
            return self._going_on.popleft()
        row = self._spider.frontier.lease(articles=self._limit != 0)
        if row is None:
            return None
        if row.kind == "article" and self._limit is not None:
            self._limit -= 1
        return self._spider.pages.request_for(row)
