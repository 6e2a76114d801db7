"""`congthuong sites new`: a first site file from a look at the site."""

from pathlib import Path

import click

from archive.errors import RunFailed
from crawler.site_files import SITES
from crawler.survey.draft import Survey
from crawler.survey.look import survey
from crawler.survey.write import first_case, one_line, site_path, write_site

TESTS = SITES.parent.parent / "tests" / "sites"


@click.command("new")
@click.argument("url")
@click.option("--id", "site_id", help="The site's id, the name of its file; else its province's.")
@click.option("--province", metavar="ID", help="Whose site it is, where neither page nor host says it.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Where the site file goes, and a folder `tests` beside it; else into the project."
)
@click.option("--force", is_flag=True, help="Overwrite a site file that is there.")
@click.option("--allow-private", is_flag=True, help="The site may be at a private or loopback address; its file will say so.")
def command(url: str, site_id: str | None, province: str | None, out: Path | None, force: bool, allow_private: bool) -> None:
    """Look at the site at URL and write its first site file and test folder.

    Some dozen requests at most, as polite as a crawl: robots.txt, one at a time, 2 s apart, with your contact (CONGTHUONG_CONTACT) in the User-Agent.
    Says what it found, and what it could not find; that also stands in the file. Exit code 1 where no article could be read.

    The test of the new folder writes down what it reads and fails, until you have reviewed that. The page in it is the department's:
    put words of your own in place of its sentences before you share the folder.

    \b
    Examples:
      congthuong sites new https://sct.example.gov.vn/
      congthuong sites new https://sct.example.gov.vn/ --id lao-cai-moi --province lao-cai-2025 --out my-sites
    """
    folder = out or SITES
    if site_id:
        site_path(folder, site_id, force=force)
    seen = survey(url, site_id=site_id, province=province, allow_private=allow_private)
    path = site_path(folder, seen.site.id, force=force)
    write_site(seen, path)
    case = first_case(seen, out / "tests" if out else TESTS)
    click.echo("\n".join(map(one_line, _said(seen))))
    click.echo(f"written: {path}" + (f"\nwritten: {case}, to be reviewed" if case else ""))
    if not seen.articles:
        msg = f"{url}: no article could be read; {path} is only a beginning"
        raise RunFailed(msg)


def _said(seen: Survey) -> list[str]:
    return [
        f"{seen.site.id}: {seen.site.name}, {seen.site.home}",
        *(f"  found: {one}" for one in seen.found),
        *(f"  not found: {one}" for one in seen.missing),
        *(f"  not looked at: {one}, perhaps a section" for one in seen.not_looked_at),
    ]
