"""`congthuong sites`: what the project knows how to crawl. `new` and `check`, which go out to look, stand in files of their own."""

import importlib
import json
import sys

import click
from rich.console import Console
from rich.table import Table

from archive.errors import UsageError
from archive.reference import load_reference
from congthuong.cli import json_option
from crawler.site import Site
from crawler.site_files import families, load_site, site_ids

STATUSES = ("seen", "guess", "gone")  # in the order of the list: what is worth a crawl first
WIDE = 200  # columns where nobody says how many there are, in a pipe: one line a site
KEYS = {"id", "name", "province", "home", "family", "status"}


class Looking(click.Group):
    """Loads `new` and `check` when they are asked for, so that the list is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return ["check", "new"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(f"congthuong.commands.sites_{cmd_name}").command
        return found


@click.group("sites", cls=Looking, invoke_without_command=True)
@click.option("--status", type=click.Choice(STATUSES), help="Only those of this status.")
@click.option("--family", type=click.Choice(families()), metavar="NAME", help="Only those of this family of systems (crawler/families/).")
@json_option
@click.pass_context
def command(ctx: click.Context, status: str | None, family: str | None, as_json: bool) -> None:
    """List the sites there are files for: what is known best first, then by name.

    \b
    seen   address and form of its URLs are known from stored pages
    guess  an address by naming habit, never looked at: crawled only when named
    gone   closed; kept for its captures

    Beside each stands the province it speaks for, and since 1 July 2025 that province's successor.

    \b
    Examples:
      congthuong sites
      congthuong sites --status seen
      congthuong sites --family generic --status seen
      congthuong sites --json | jq -r '.[] | select(.status == "seen") | .id'
      congthuong sites new https://sct.example.gov.vn/
      congthuong sites check bac-kan
    """
    if ctx.invoked_subcommand:
        if status or family or as_json:
            msg = f"options before `{ctx.invoked_subcommand}` are the list's; see `congthuong sites {ctx.invoked_subcommand} --help`"
            raise UsageError(msg)
        return
    every = [load_site(name) for name in site_ids()]
    sites = [site for site in every if status in {None, site.status} and family in {None, site.family}]
    sites.sort(key=lambda site: STATUSES.index(site.status))
    if as_json:
        click.echo(json.dumps([site.model_dump(mode="json", include=KEYS, by_alias=True) for site in sites], ensure_ascii=False, indent=2))
        return
    table = Table("site", "province", "home", "family", "status", box=None, header_style="bold", pad_edge=False)
    for site in sites:
        table.add_row(site.id, _provinces(site), site.home, site.family, site.status)
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)
    counts = ", ".join(f"{count} {name}" for name in STATUSES if (count := sum(site.status == name for site in sites)))
    click.echo(f"{len(sites)} of {len(every)} sites{': ' if counts else ''}{counts}", err=True)


def _provinces(site: Site) -> str:
    """`Bắc Kạn → Thái Nguyên`; a province that goes on under its name stands once."""
    known, names = load_reference().provinces, dict[str, str]()
    for one in site.province:
        names.setdefault(one.id.removesuffix("-2025"), known[one.id].name)
    return " → ".join(names.values())
