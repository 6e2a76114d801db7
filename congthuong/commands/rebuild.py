"""`congthuong rebuild`: make the archive anew from its captures."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from archive.data import DataFolder
from archive.errors import UsageError
from congthuong.cli import data_option, json_option
from crawler.frontier import read_log
from crawler.site_files import site_of_folder
from pipelines.rebuild import Source, rebuild


@click.command("rebuild")
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """Read every capture again and replace the archive by what comes out.

    Readers keep what they see until their next query; what a crawl captures meanwhile is taken in too.

    \b
    Example:
      congthuong rebuild --data /srv/congthuong
    """
    folder = DataFolder.named(data)
    if not folder.sites():
        msg = f"{data} holds no site folders, so there is nothing to read again; name the right folder with --data"
        raise UsageError(msg)
    console = Console(stderr=True)
    tallies = rebuild(
        folder,
        lambda: [_source(folder.site(name)) for name in folder.sites()],
        progress=lambda site, tally: console.print(f"{site}: {tally.new} articles, {tally.changed} later versions"),
    )
    if as_json:
        click.echo(json.dumps({site: asdict(tally) for site, tally in tallies.items()}, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{sum(tally.new for tally in tallies.values())} articles of {len(tallies)} sites in {folder.archive_db}")


def _source(folder: Path) -> Source:
    return Source(site_of_folder(folder).context(), lambda: asdict(read_log(folder / "frontier.db")))
