"""`congthuong rebuild`: make the archive anew from its captures, or say what that would change."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from archive.data import DataFolder
from archive.errors import UnknownSite, UsageError
from congthuong.cli import data_option, json_option
from crawler.frontier import read_log
from crawler.site_files import site_of_folder
from pipelines.differences import Difference, Differences, Example
from pipelines.rebuild import Source, compare, rebuild

SHOWN = 60  # characters of a value in the table
BEFORE = 15  # of them before the first that differs


@click.command("rebuild")
@data_option
@click.option(
    "--site", "sites", multiple=True, metavar="SITE", help="Read only this site again, and take the rows of the others over; may be repeated."
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Read in so many processes.")
@click.option("--diff", is_flag=True, help="Say what reading now sees differently, and leave the archive as it is.")
@click.option("--apply", is_flag=True, help="With --diff: replace the archive, after saying what that changes.")
@json_option
def command(data: Path, sites: tuple[str, ...], jobs: int, diff: bool, apply: bool, as_json: bool) -> None:
    """Read every capture again and replace the archive by what comes out.

    Readers keep what they see until their next query; what a crawl captures meanwhile is taken in too. Stopped at any moment before its end, it
    leaves the archive as it was. This also puts `withheld.toml` in force.

    \b
    Examples:
      congthuong rebuild --data /srv/congthuong --jobs 4
      congthuong rebuild --site bac-kan --diff
    """
    folder = DataFolder.named(data)
    known = folder.sites()
    if not known:
        msg = f"{data} holds no site folders, so there is nothing to read again; name the right folder with --data"
        raise UsageError(msg)
    if unknown := sorted(set(sites) - set(known)):
        msg = f"{data} holds no site folder {unknown[0]!r}; there is {', '.join(known)}"
        raise UnknownSite(msg)
    if apply and not diff:
        msg = "--apply goes with --diff; without it the archive is always replaced"
        raise UsageError(msg)
    console = Console(stderr=True)

    def sources() -> list[Source]:
        return [_source(folder.site(name)) for name in folder.sites()]

    def show(found: Differences) -> bool:
        _say(found, as_json=as_json)
        return apply

    named = sites or known
    if diff:
        compare(folder, sources, sites=sites, jobs=jobs, apply=show, progress=lambda site, _: console.print(site) if site in named else None)
        console.print(f"{folder.archive_db} is {'replaced' if apply else 'as it was; --apply replaces it'}", highlight=False)
        return
    tallies = rebuild(
        folder,
        sources,
        sites=sites,
        jobs=jobs,
        progress=lambda site, tally: console.print(f"{site}: {tally.new} articles, {tally.changed} later versions") if site in named else None,
    )
    tallies = {site: tally for site, tally in tallies.items() if site in named}
    if as_json:
        click.echo(json.dumps({site: asdict(tally) for site, tally in tallies.items()}, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{sum(tally.new for tally in tallies.values())} articles of {len(tallies)} sites in {folder.archive_db}")


def _source(folder: Path) -> Source:
    return Source(site_of_folder(folder).context(), lambda: asdict(read_log(folder / "frontier.db")))


def _say(found: Differences, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("Reading now sees what the archive says.")
        return
    columns = (Column("site", no_wrap=True), Column("what", no_wrap=True), Column("rows", justify="right"), "old → new, of the first")
    table = Table(*columns, box=None, title="What reading now sees differently", title_justify="left")
    for one in found:
        table.add_row(one.site, _what(one), str(one.count), Text("\n").join(_shown(one.examples[:2])))
    Console().print(table)


def _what(one: Difference) -> str:
    return f"{one.table} {one.field}"


def _shown(examples: Iterable[Example]) -> Iterable[Text]:
    for one in examples:
        old, new = _short(one.old, one.new)
        yield Text(f"{old} → {new}\n  {one.url}")


def _short(*values: Any) -> list[str]:
    """Values cut to where they begin to differ."""
    said = ["–" if value is None else " ".join(str(value).split()) for value in values]
    same = next((place for place, letters in enumerate(zip(*said, strict=False)) if len(set(letters)) > 1), min(map(len, said)))
    start = max(0, same - BEFORE) if max(map(len, said)) > SHOWN else 0
    return [("…" if start else "") + one[start : start + SHOWN] + ("…" if len(one) > start + SHOWN else "") for one in said]
