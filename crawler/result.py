"""How a run went, in one word and one sentence, and why a request came to nothing. The word decides the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError
from twisted.internet.error import TimeoutError as TcpTimeout

from archive.errors import Locked
from archive.records import Reason
from crawler import clock
from crawler.expect import shortfalls
from pipelines.vanished import FEWEST, SHARE

if TYPE_CHECKING:
    from crawler.spider import SiteSpider

# Reasons that are facts of the site, not shortcomings of the run; but for home and lists, without which nobody knows what there is.
FACTS = frozenset({Reason.GONE, Reason.ROBOTS_DENIED, Reason.OFF_SITE, Reason.PROTECTED, Reason.OTHER_LANGUAGE})
LONGEST_DETAIL = 500  # characters
LISTS = ("home", "listing", "rest")  # kinds of address
GOOD_ENDS = frozenset({"finished", "shutdown", "closespider_timeout"})  # Scrapy's words: all done, SIGTERM or Ctrl-C, the time is up
EXIT_CODES = {"short": 1, "broken": 1, "locked": Locked.exit_code}


@dataclass(frozen=True, slots=True)
class Result:
    """`outcome`: complete; partial (more waits, as asked); short (something claimed is not held, or the site gives less than its
    file expects); broken (the site gave nothing, or the run could not go on); locked (another run holds the site: nothing was done).
    """

    site: str
    outcome: str
    requests: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failures: dict[str, int] = field(default_factory=dict)  # reason -> count
    waiting: int = 0
    message: str | None = None

    @property
    def exit_code(self) -> int:
        return EXIT_CODES.get(self.outcome, 0)


def sum_up(spider: SiteSpider, reason: str) -> Result:
    """The result of a run that has just ended for Scrapy's `reason`. What the site gives less of than its file expects is noted as a failure."""
    tally, waiting = spider.loader.tally, spider.frontier.waiting()
    held = {key for (key,) in spider.loader.db.execute("SELECT key FROM addresses WHERE site_id = ?", [spider.site.id])} | spider.loader.keys()
    if message := _broken(spider, reason, anything=bool(held or waiting)):
        outcome = "broken"
    elif message := _short(spider, held, waiting):
        outcome = "short"
    elif waiting:
        outcome, message = "partial", f"{waiting} addresses wait for the next run"
    else:
        outcome = "complete"
    return Result(
        site=spider.site.id,
        outcome=outcome,
        requests=spider.requests,
        new=tally.new,
        changed=tally.changed,
        unchanged=tally.unchanged,
        failures=dict(spider.trouble),
        waiting=waiting,
        message=message,
    )


def _broken(spider: SiteSpider, reason: str, *, anything: bool) -> str | None:
    """Why the run came to nothing, if it did. `anything`: an article is held or waits."""
    if reason not in GOOD_ENDS:
        return f"stopped: {reason}"
    if not (spider.requests or spider.frontier.waiting()):
        return "the site gave no page"
    return None if anything else "the site gave no article"


def _short(spider: SiteSpider, held: set[str], waiting: int) -> str | None:
    """What is missing, if anything is; the message says the most exact of it, the failures all."""
    below = shortfalls(spider.loader.db, spider.site, clock.now(), backfilled=not waiting)
    for detail in below:
        spider.warn(spider.site.home, "home", Reason.BELOW_EXPECTATION, detail)
    if lost := spider.frontier.unexplained(held, FACTS):
        return f"{len(lost)} articles that its listings name are not held, the first: {lost[0]}"
    if not waiting and (short := spider.frontier.short_sections()):
        return f"{short[0][0]} says that it has {short[0][1]} articles, {short[0][2]} were found"
    if spider.missing >= FEWEST and spider.missing * SHARE > (articles := _articles(spider)):
        return f"{spider.missing} articles were missing at once, {articles} are held"
    if below:
        return "; ".join(below)
    return ", ".join(f"{count} × {name}" for name, count in sorted(spider.trouble.items())) if spider.shortcomings else None


def _articles(spider: SiteSpider) -> int:
    return int(spider.loader.db.execute("SELECT count(*) FROM articles WHERE site_id = ?", [spider.site.id]).fetchone()[0])


def detail_of(error: BaseException | None) -> str:
    """What an error says of itself, of bounded length; its name and its cause where it says nothing."""
    said = str(getattr(error, "detail", error)) or f"{type(error).__name__} {getattr(error, '__cause__', None) or ''}".strip()
    return said[:LONGEST_DETAIL]


def reason_of(error: BaseException | None, *, answered: bool) -> Reason:
    """What a request came to nothing for. Where it was answered the answer is a redirect that leads nowhere, or round and round."""
    if isinstance(reason := getattr(error, "reason", None), Reason):
        return reason
    if isinstance(error, TcpTimeout) or "Timeout" in type(error).__name__:
        return Reason.TIMEOUT
    if isinstance(error, DownloadCancelledError) or ("max" in str(error).lower() and "size" in str(error).lower()):
        return Reason.TOO_LARGE  # Scrapy cancels a download for its size only, before its body or in the middle of it
    return Reason.NOT_AN_ARTICLE if answered else Reason.UNREACHABLE
