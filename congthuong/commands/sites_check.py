"""`congthuong sites check`: do the site files still fit?"""

import json
from dataclasses import asdict
from pathlib import Path

import click

from congthuong.cli import json_option
from crawler.site_files import load_site, read_site_file, site_ids
from crawler.survey.check import Check, check
from crawler.survey.write import one_line


@click.command("check")
@click.argument("names", metavar="[SITE]...", nargs=-1)
@click.option("--site-file", "files", type=click.Path(dir_okay=False, path_type=Path), multiple=True, help="A site file from outside the project.")
@json_option
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], files: tuple[Path, ...], as_json: bool) -> None:
    """Look whether sites still are what their files say: without a name, all that were seen before.

    \b
    robots    robots.txt can be had
    home      the home page can be reached, on the site's own host
    family    it still shows the marks of the family of its system
    articles  what the file names (feed, listings, sitemap) leads to articles
    layout    of the three newest, title and text of each and the date of at least one are found

    A site whose address is a guess is looked at only when named. Exit code 0 if all is well, 1 if something is not.

    \b
    Examples:
      congthuong sites check bac-kan
      congthuong sites check --json | jq -r '.[] | select(.ok | not) | .site' | uniq
    """
    sites = [*(load_site(name) for name in names), *(read_site_file(path) for path in files)]
    sites = sites or [site for site in map(load_site, site_ids()) if site.status == "seen"]
    done: list[Check] = []
    for site in sites:
        for one in check(site):
            done.append(one)
            if not as_json:
                click.echo(f"{one.site:<16} {one.check:<8} {'ok ' if one.ok else 'NOT'} {one_line(one.detail)}")
    if as_json:
        click.echo(json.dumps([asdict(one) for one in done], ensure_ascii=False, indent=2))
    ctx.exit(0 if all(one.ok for one in done) else 1)
