"""The Scrapy item pipeline: what was read goes into `archive.db`, in batches. The one module of `pipelines` that knows Scrapy."""

from dataclasses import dataclass
from typing import Any, Self

from scrapy.crawler import Crawler

from archive.errors import ArchiveError
from archive.records import Capture, Failure, Reading

BATCH = 100  # articles between two writes to the archive
BATCH_LETTERS = 2_000_000  # or so many characters of them: they are in memory all at once, with their mentions


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The item: the capture that makes an article whole, and what reading made of it."""

    capture: Capture
    reading: Reading | Failure


class ArchivePipeline:
    """Collects readings and hands them to the loader, which takes in every capture kept so far, in order."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._readings: dict[str, Reading | Failure] = {}
        self._letters = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        self._spider: Any = self._crawler.spider  # a SiteSpider, which this package may not import

    def process_item(self, item: ReadPage) -> ReadPage:
        self._readings[item.capture.id] = item.reading
        self._letters += len(item.reading.article.html) if isinstance(item.reading, Reading) else 0
        if len(self._readings) >= BATCH or self._letters >= BATCH_LETTERS:
            self._flush()
        return item

    def close_spider(self) -> None:
        if not self._spider.fatal:
            self._flush()

    def _flush(self) -> None:
        """Captures first, so that all that was read is there to be loaded. Trouble with the disk ends the run at its next page."""
        try:
            self._spider.folder.sync()
            self._spider.loader.catch_up(self._readings)
        except ArchiveError as error:
            self._spider.give_up(error)
        self._readings, self._letters = {}, 0
