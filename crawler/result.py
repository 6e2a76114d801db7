"""How a run went, in one word and one sentence. The word decides the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive.records import Reason

if TYPE_CHECKING:
    from crawler.spider import SiteSpider

# Reasons that are facts of the site, not shortcomings of the run.
EXPECTED = frozenset({Reason.GONE, Reason.ROBOTS_DENIED, Reason.OTHER_LANGUAGE})


@dataclass(frozen=True, slots=True)
class Result:
    """`outcome`: complete; partial (more waits, as asked); short (something claimed is not held); broken (the site gave nothing)."""

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
    def fell_short(self) -> bool:
        return self.outcome in {"short", "broken"}


def sum_up(spider: SiteSpider, reason: str) -> Result:
    """The result of a run that has just ended for Scrapy's `reason`."""
    tally, waiting = spider.loader.tally, spider.frontier.waiting()
    held = {key for (key,) in spider.loader.db.execute("SELECT key FROM addresses WHERE site_id = ?", [spider.site.id])}
    lost = spider.frontier.unexplained(held)
    troubles = sum(count for name, count in spider.trouble.items() if name not in EXPECTED)
    if reason not in {"finished", "shutdown"}:
        outcome, message = "broken", f"stopped: {reason}"
    elif not spider.requests or (troubles and not held):
        outcome, message = "broken", "the site gave no page"
    elif lost:
        outcome, message = "short", f"{len(lost)} articles that its listings name are not held, the first: {lost[0]}"
    elif troubles:
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
