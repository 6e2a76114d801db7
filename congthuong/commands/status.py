"""`congthuong status`: how the last runs went, what befell the sites, what failed and why, what the sites name that is not held."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from archive.data import DataFolder
from archive.tables import open_archive
from congthuong.cli import data_option, json_option

LAST_RUNS = """
SELECT s.id AS site, r.started_at, r.outcome, r.requests, r.articles, r.waiting, r.message,
  (SELECT count(*) FROM articles a WHERE a.site_id = s.id) AS held,
  (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.vanished_at IS NOT NULL) AS vanished
FROM sites s LEFT JOIN runs r ON r.id = (SELECT id FROM runs WHERE site_id = s.id ORDER BY started_at DESC LIMIT 1) ORDER BY s.id"""
FAILURES = """
SELECT f.site_id AS site, f.reason, count(*) AS times, max(f.at) AS last FROM failures f
WHERE f.at >= (SELECT max(started_at) FROM runs r WHERE r.site_id = f.site_id) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2"""
EVENTS = """
SELECT e.site_id AS site, e.kind, e.day, e.last_day, e.detail, e.articles FROM site_events e
WHERE e.last_day >= (SELECT substr(max(started_at), 1, 10) FROM runs r WHERE r.site_id = e.site_id)
  OR e.last_day >= (SELECT substr(max(fetched_at), 1, 10) FROM captures c WHERE c.site_id = e.site_id) ORDER BY 1, 3, 2"""
GAPS = "SELECT site_id AS site, section, claimed, held, missing FROM coverage WHERE held < claimed ORDER BY 1, 2"

QUERIES = {"runs": LAST_RUNS, "events": EVENTS, "failures": FAILURES, "gaps": GAPS}


@click.command("status")
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """Say how the last run of each site went: outcome, what befell the site as a whole since it began or still does, failures by reason, and what the
    site's own listings name that is not held.

    \b
    Examples:
      congthuong status
      congthuong status --json | jq '.runs[] | select(.outcome == "short")'
    """
    db = open_archive(DataFolder.named(data).archive_db, readonly=True)
    try:
        said = {name: list(db.query(sql)) for name, sql in QUERIES.items()}
    finally:
        db.close()
    for gap in said["gaps"]:
        gap["missing"] = json.loads(gap["missing"])
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        show(said)


def show(said: dict[str, list[dict[str, Any]]]) -> None:
    """Four tables for people; empty ones are left out."""
    console = Console()
    columns = ("site", "last run (UTC)", "outcome", "asked", "held", "gone", "waiting")
    runs = Table(*(Column(name, no_wrap=True) for name in columns), title="Last runs", box=None, title_justify="left")
    for run in said["runs"]:
        when = (run["started_at"] or "never")[:16].replace("T", " ")
        numbers = (str(run[name] if run[name] is not None else "") for name in ("requests", "held", "vanished", "waiting"))
        runs.add_row(run["site"], when, run["outcome"] or "", *numbers)
    console.print(runs)
    for run in said["runs"]:
        if run["message"]:
            console.print(f"{run['site']}: {run['message']}", highlight=False, markup=False)
    if said["events"]:
        events = Table("site", "event", "from", "until", "what exactly", title="\nWhat befell the sites", box=None, title_justify="left")
        for event in said["events"]:
            events.add_row(event["site"], event["kind"], event["day"], event["last_day"], Text(event["detail"]))
        console.print(events)
    if said["failures"]:
        failures = Table("site", "reason", "times", "last (UTC)", title="\nFailures since the last run began", box=None, title_justify="left")
        for one in said["failures"]:
            failures.add_row(one["site"], one["reason"], str(one["times"]), one["last"][:16].replace("T", " "))
        console.print(failures)
    if said["gaps"]:
        gaps = Table(
            "site", "section", "named", "held", "the first missing", title="\nNamed by the site but not held", box=None, title_justify="left"
        )
        for gap in said["gaps"]:
            gaps.add_row(gap["site"], gap["section"], str(gap["claimed"]), str(gap["held"]), gap["missing"][0] if gap["missing"] else "")
        console.print(gaps)
