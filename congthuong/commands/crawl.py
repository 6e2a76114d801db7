"""`congthuong crawl`: visit sites, keep what they show, read it into the archive."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from archive.data import DataFolder
from archive.errors import UsageError
from congthuong.cli import data_option, json_option, on_terminal
from crawler import clock
from crawler.result import Result
from crawler.run import crawl
from crawler.schedule import due as whose_turn
from crawler.site import Site, duration
from crawler.site_files import load_site, read_site_file, site_ids


@click.command("crawl")
@click.argument("names", metavar="[SITE]...", nargs=-1)
@click.option("--site-file", "files", type=click.Path(dir_okay=False, path_type=Path), multiple=True, help="A site file from outside the project.")
@data_option
@click.option("--limit", type=click.IntRange(min=1), help="Ask for at most so many articles of each site; the next run goes on.")
@click.option(
    "--for", "longest", callback=lambda _ctx, _param, value: stretch(value), metavar="TIME", help="Stop in good order after so long: 90m, 2h, 1d."
)
@click.option("--due", is_flag=True, help="Crawl every site whose `every` says that it is its turn; named ones are only chosen from.")
@click.option("--look-again", is_flag=True, help="Ask again for every article known, whatever its schedule says.")
@click.option("--verbose", "-v", is_flag=True, help="Log what happens, not only what goes wrong.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    files: tuple[Path, ...],
    data: Path,
    limit: int | None,
    longest: timedelta | None,
    due: bool,
    look_again: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Crawl the named sites, and those of --site-file.

    Each page is kept in the site's folder before anything else happens to it. Killed at any moment, the next run goes on where this one was.

    \b
    Examples:
      congthuong crawl bac-kan
      congthuong crawl bac-kan hai-duong --limit 200
      congthuong crawl --site-file my-site.toml --data /srv/congthuong
      congthuong crawl --due --for 5h
    """
    sites = chosen(names, files, due=due)
    if due:
        sites = whose_turn(sites, DataFolder.named(data), clock.now())
        if not sites:
            click.echo("[]" if as_json else "no site is due")
            return
    results = crawl_and_watch(sites, data, limit=limit or 0, longest=longest, look_again=look_again, verbose=verbose)
    click.echo(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=2) if as_json else "\n".join(map(in_words, results)))
    for result in results:
        if result.outcome == "locked":
            click.echo(f"congthuong: {result.message}", err=True)
    ctx.exit(max(result.exit_code for result in results))


def stretch(value: str | None) -> timedelta | None:
    try:
        return duration(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def chosen(names: Sequence[str], files: Sequence[Path], *, due: bool) -> list[Site]:
    """The sites that the command line names; with --due and no name every site of the project."""
    if due and not names and not files:
        names = site_ids()
    sites = [*(load_site(name) for name in names), *(read_site_file(path) for path in files)]
    if not sites:
        msg = "name at least one site (`congthuong sites` lists them), give a --site-file, or say --due"
        raise UsageError(msg)
    if len({site.id for site in sites}) < len(sites):
        msg = "a site is named twice"
        raise UsageError(msg)
    return sites


def crawl_and_watch(
    sites: Sequence[Site], data: Path, *, limit: int = 0, longest: timedelta | None = None, look_again: bool = False, verbose: bool = False
) -> list[Result]:
    """Crawl with a line of progress per site on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} articles"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not on_terminal() or verbose, transient=True) as progress:
        tasks = {site.id: progress.add_task(site.id, total=limit or None) for site in sites}
        return crawl(
            sites,
            data,
            limit=limit,
            longest=longest,
            look_again=look_again,
            log_level="INFO" if verbose else "WARNING",
            on_article=lambda site: progress.advance(tasks[site]),
        )


def in_words(result: Result) -> str:
    """One line for people."""
    line = f"{result.site}: {result.outcome}. {result.new} new, {result.changed} changed, {result.unchanged} unchanged; {result.requests} requests"
    if result.failures:
        line += "; failures: " + ", ".join(f"{count} {reason}" for reason, count in sorted(result.failures.items()))
    return f"{line}. {result.message}" if result.message else line
