"""`congthuong crawl`: visit sites, keep what they show, read it into the archive."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from archive.errors import UsageError
from congthuong.cli import data_option, json_option, on_terminal
from crawler.result import Result
from crawler.run import crawl
from crawler.site import Site
from crawler.site_files import load_site, read_site_file


@click.command("crawl")
@click.argument("names", metavar="[SITE]...", nargs=-1)
@click.option("--site-file", "files", type=click.Path(dir_okay=False, path_type=Path), multiple=True, help="A site file from outside the project.")
@data_option
@click.option("--limit", type=click.IntRange(min=1), help="Ask for at most so many articles of each site; the next run goes on.")
@click.option("--look-again", is_flag=True, help="Ask again for every article known, whatever its schedule says.")
@click.option("--verbose", "-v", is_flag=True, help="Log what happens, not only what goes wrong.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], files: tuple[Path, ...], data: Path, limit: int | None, look_again: bool, verbose: bool, as_json: bool
) -> None:
    """Crawl the named sites, and those of --site-file.

    Each page is kept in the site's folder before anything else happens to it. Killed at any moment, the next run goes on where this one was.

    \b
    Examples:
      congthuong crawl bac-kan
      congthuong crawl bac-kan hai-duong --limit 200
      congthuong crawl --site-file my-site.toml --data /srv/congthuong
    """
    sites = [*(load_site(name) for name in names), *(read_site_file(path) for path in files)]
    if not sites:
        msg = "name at least one site (`congthuong sites` lists them) or give a --site-file"
        raise UsageError(msg)
    if len({site.id for site in sites}) < len(sites):
        msg = "a site is named twice"
        raise UsageError(msg)
    results = crawl_and_watch(sites, data, limit=limit or 0, look_again=look_again, verbose=verbose)
    click.echo(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=2) if as_json else "\n".join(map(in_words, results)))
    ctx.exit(1 if any(result.fell_short for result in results) else 0)


def crawl_and_watch(sites: Sequence[Site], data: Path, *, limit: int = 0, look_again: bool = False, verbose: bool = False) -> list[Result]:
    """Crawl with a line of progress per site on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} articles"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not on_terminal() or verbose, transient=True) as progress:
        tasks = {site.id: progress.add_task(site.id, total=limit or None) for site in sites}
        return crawl(
            sites,
            data,
            limit=limit,
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
