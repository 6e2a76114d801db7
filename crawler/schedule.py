"""Whose turn it is: the sites that say how often they are visited and were not visited for so long. Reads frontiers; visits nothing."""

from collections.abc import Iterable
from datetime import datetime

from archive.data import DataFolder
from crawler.frontier import read_log
from crawler.site import Site, duration


def due(sites: Iterable[Site], data: DataFolder, at: datetime) -> list[Site]:
    """Of these sites the ones whose last run began at least their `every` before `at`, the longest waiting first. Never guesses and closed sites."""
    waiting = []
    for site in sites:
        if site.every is None or site.status != "seen":
            continue
        began = [datetime.fromisoformat(run["started_at"]) for run in read_log(data.site(site.id) / "frontier.db").runs if run["outcome"] != "import"]
        if not began or max(began) + duration(site.every) <= at:
            waiting.append(((began and max(began).isoformat()) or "", site.id, site))
    return [site for *_, site in sorted(waiting, key=lambda one: one[:2])]
