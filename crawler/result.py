"""How a run went, in one word and one sentence, and why a request came to nothing. The word decides the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError
from twisted.internet.error import TimeoutError as TcpTimeout

from archive.errors import Locked
from archive.records import Reason

if TYPE_CHECKING:
    from crawler.spider import SiteSpider

# Reasons that are facts of the site, not shortcomings of the run; but for a list, without which nobody knows what there is.
FACTS = frozenset({Reason.GONE, Reason.ROBOTS_DENIED, Reason.OFF_SITE, Reason.OTHER_LANGUAGE})
LONGEST_DETAIL = 500  # characters
LISTS = ("listing", "rest")
GOOD_ENDS = frozenset({"finished", "shutdown", "closespider_timeout"})  # Scrapy's words: all done, SIGTERM or Ctrl-C, the time is up
EXIT_CODES = {"short": 1, "broken": 1, "locked": Locked.exit_code}


@dataclass(frozen=True, slots=True)
class Result:
    """`outcome`: complete; partial (more waits, as asked); short (something claimed is not held); broken (the site gave nothing, or the run could
    not go on); locked (another run holds the site: nothing was done).
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
    """The result of a run that has just ended for Scrapy's `reason`."""
    tally, waiting = spider.loader.tally, spider.frontier.waiting()
    held = {key for (key,) in spider.loader.db.execute("SELECT key FROM addresses WHERE site_id = ?", [spider.site.id])}
    lost = spider.frontier.unexplained(held, FACTS)
    if reason not in GOOD_ENDS:
        outcome, message = "broken", f"stopped: {reason}"
    elif not (spider.requests or waiting):
        outcome, message = "broken", "the site gave no page"
    elif not (held or waiting):
        outcome, message = "broken", "the site gave no article"
    elif lost:
        outcome, message = "short", f"{len(lost)} articles that its listings name are not held, the first: {lost[0]}"
    elif not waiting and (short := spider.frontier.short_sections()):
        outcome, message = "short", f"{short[0][0]} says that it has {short[0][1]} articles, {short[0][2]} were found"
    elif spider.shortcomings:
        outcome, message = "short", ", ".join(f"{count} × {name}" for name, count in sorted(spider.trouble.items()))
    elif waiting:
        outcome, message = "partial", f"{waiting} addresses wait for the next run"
    else:
        outcome, message = "complete", None
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
