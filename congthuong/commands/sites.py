"""`congthuong sites`: what the project knows how to crawl."""

import json

import click
from rich.console import Console
from rich.table import Table

from congthuong.cli import json_option
from crawler.site_files import load_site, site_ids


@click.command("sites")
@json_option
def command(as_json: bool) -> None:
    """List the sites there are files for, with their status.

    \b
    seen   address and form of its URLs are known from stored pages
    guess  an address by naming habit, never looked at: crawled only when named
    gone   closed; kept for its captures

    \b
    Examples:
      congthuong sites
      congthuong sites --json | jq -r '.[] | select(.status == "seen") | .id'
    """
    sites = [load_site(name) for name in site_ids()]
    if as_json:
        keys = ("id", "name", "home", "family", "status")
        click.echo(json.dumps([site.model_dump(mode="json", include=set(keys)) for site in sites], ensure_ascii=False, indent=2))
        return
    table = Table("site", "name", "home", "family", "status", box=None, header_style="bold")
    for site in sites:
        table.add_row(site.id, site.name, site.home, site.family, site.status)
    Console().print(table)
