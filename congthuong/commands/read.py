"""`congthuong read`: what reading makes of one saved page."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from archive.errors import RunFailed, UsageError
from archive.records import Failure
from crawler.probe import Answer
from crawler.site import Site
from crawler.site_files import load_site, read_site_file
from crawler.survey.cases import check_case, write_case
from pipelines.read import read_html


@click.command("read")
@click.argument("file", type=click.File("rb"))
@click.option("--url", required=True, help="The address the page was saved from.")
@click.option("--site", help="Read by the layout of this site.")
@click.option("--site-file", type=click.Path(dir_okay=False, path_type=Path), help="Read by the layout of a site file from outside the project.")
@click.option("--fetched-at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="When it was saved (UTC): chooses the layout of that day.")
@click.option("--save-case", type=click.Path(path_type=Path), help="Keep the page as a test case in this new folder, tests/sites/SITE/NAME.")
def command(file: BinaryIO, url: str, site: str | None, site_file: Path | None, fetched_at: datetime | None, save_case: Path | None) -> None:
    """Read FILE, a saved page (- for stdin), and print article, mentions and claims as JSON.

    Without a site the generic reader is used. Exit code 1 where the page is no article; stderr says why.
    A case holds the page as it is and, to be reviewed by hand, what was read.

    \b
    Examples:
      congthuong read page.html --url https://socongthuong.backan.gov.vn/tin/ --site bac-kan
      curl -s URL | congthuong read - --url URL | jq .article.title
      congthuong read page.html --url URL --site bac-kan --fetched-at 2024-03-12 --save-case tests/sites/bac-kan/phien-cho
    """
    if site and site_file:
        msg = "give --site or --site-file, not both"
        raise UsageError(msg)
    chosen = load_site(site) if site else read_site_file(site_file) if site_file else None
    body = file.read()
    if save_case:
        _keep(save_case, chosen, body, url, fetched_at)
    reading = read_html(body, url, context=chosen.context() if chosen else None, fetched_at=fetched_at)
    if isinstance(reading, Failure):
        msg = f"{url}: {reading.reason}: {reading.detail}"
        raise RunFailed(msg)
    click.echo(json.dumps(asdict(reading), ensure_ascii=False, indent=2, default=str))


def _keep(folder: Path, site: Site | None, body: bytes, url: str, fetched_at: datetime | None) -> None:
    if site is None:
        msg = "--save-case keeps a page of a site: name it with --site or --site-file"
        raise UsageError(msg)
    if folder.exists():
        msg = f"{folder} is there already: give --save-case the name of a new folder"
        raise UsageError(msg)
    at = (fetched_at or datetime.now(UTC)).replace(tzinfo=UTC, microsecond=0)
    write_case(folder, site.id, Answer(url, 200, (), body, at))
    click.echo(check_case(folder, site), err=True)
