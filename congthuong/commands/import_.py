"""`congthuong import`: take what others captured of a site into its folder, and read the site again."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn

from archive.captures_import import ImportFolder, Report
from archive.data import DataFolder
from archive.errors import UsageError
from archive.tables import open_archive
from congthuong.cli import data_option, json_option, on_terminal
from crawler import clock
from crawler.frontier import Frontier, read_log
from crawler.imported import SiteSorter
from crawler.site import Site
from crawler.site_files import load_site, read_site_file, save_site, site_of_folder
from pipelines.load import Tally
from pipelines.rebuild import Source, rebuild

NAMED = 5  # hosts, broken records and addresses that the words for people name
PARTLY = "SELECT url FROM captures WHERE site_id = ? AND kind = 'article' AND outcome = 'page' AND status = 200 ORDER BY sequence"


@dataclass(slots=True)
class Outcome:
    """What an import came to."""

    site: str
    run: str
    files: list[Report]
    orphans: list[str]  # addresses of revisits whose original the site folder does not hold
    partly: list[str]  # addresses of articles of which a further page is not held, so that they cannot be read
    articles: int  # of the site, now
    tally: Tally  # of reading all captures of the site again

    @property
    def is_whole(self) -> bool:
        return not (self.orphans or self.partly) and all(one.is_whole for one in self.files)


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", "name", metavar="SITE", help="The site whose captures they are.")
@click.option("--site-file", type=click.Path(dir_okay=False, path_type=Path), help="The same, by a site file from outside the project.")
@data_option
@json_option
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...], name: str | None, site_file: Path | None, data: Path, as_json: bool) -> None:
    """Take what others captured of a site, as WARC (packed or not) or WACZ, into the archive.

    Records are kept byte for byte and with their dates, and read among the captures of their time. What belongs to other sites, is held already or
    broken is left out and said. The same import again adds nothing; one that was killed goes on. Exit code 1 where something could not be taken.

    \b
    Examples:
      congthuong import crawl-2024.wacz --site bac-kan
      congthuong import *.warc.gz --site-file my-site.toml --data /srv/congthuong
    """
    if (name is None) == (site_file is None):
        msg = "say whose captures they are, by --site or --site-file"
        raise UsageError(msg)
    site = load_site(name) if name else read_site_file(site_file or Path())
    outcome = take(site, files, DataFolder.named(data).make())
    said = asdict(outcome) | {"whole": outcome.is_whole}
    click.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else "\n".join(in_words(outcome)))
    ctx.exit(0 if outcome.is_whole else 1)


def take(site: Site, files: Sequence[Path], data: DataFolder) -> Outcome:
    """Import the files one after the other, note the run, and read the site again. Locked where another run holds the site."""
    home = data.site(site.id)
    with ImportFolder.open(home, site.id, write=True) as folder:
        save_site(site, home)
        with closing(Frontier(home / "frontier.db", kept=folder.sync)) as frontier:
            run = frontier.begin_run()
            reports = _take_all(folder, site, files, run)
            folder.sync()
            orphans = [one.url for one in folder.orphans()]
            taken, articles = sum(one.taken for one in reports), sum(one.kinds.get("article", 0) for one in reports)
            message = f"{taken} captures from {len(files)} files" + ("" if all(one.is_whole for one in reports) else "; not all could be taken")
            frontier.end_run("import", requests=0, articles=articles, message=message)
        tallies = rebuild(data, lambda: [_source(data.site(one)) for one in data.sites()], sites={site.id})
    with closing(open_archive(data.archive_db, readonly=True)) as db:
        partly = [url for (url,) in db.execute(PARTLY, [site.id])]
        [held] = db.execute("SELECT count(*) FROM articles WHERE site_id = ?", [site.id]).fetchone()
    return Outcome(site.id, run, reports, orphans, partly, held, tallies[site.id])


def _take_all(folder: ImportFolder, site: Site, files: Sequence[Path], run: str) -> list[Report]:
    sorter, columns = SiteSorter(site), (TextColumn("{task.description}"), TextColumn("{task.completed} records"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not on_terminal(), transient=True) as progress:
        reports = []
        for path in files:
            show = partial(_show, progress, progress.add_task(path.name, total=None))
            reports.append(folder.take_file(path, sorter, run=run, moment=clock.now(), progress=show))
    return reports


def _show(progress: Progress, task: TaskID, report: Report) -> None:
    progress.update(task, completed=report.records)


def _source(folder: Path) -> Source:
    return Source(site_of_folder(folder).context(), lambda: asdict(read_log(folder / "frontier.db")))


def in_words(outcome: Outcome) -> list[str]:
    """A line for each file and each kind of trouble, for people."""
    lines = [line for one in outcome.files for line in _of_file(one)]
    for urls, what in (
        (outcome.orphans, "revisits stand for records that are not held (OrphanRevisit); import the file that has them too"),
        (outcome.partly, "articles cannot be read, as further pages of them are not held"),
    ):
        if urls:
            lines.append(f"{len(urls)} {what}: {_first(urls)}")
    failed = ", ".join(f"{count} {reason}" for reason, count in sorted(outcome.tally.failures.items()))
    return [*lines, f"{outcome.site}: {outcome.articles} articles in the archive" + (f"; captures that are none: {failed}" if failed else "")]


def _of_file(one: Report) -> list[str]:
    if one.refused:
        return [f"{one.file}: refused: {one.refused}"]
    said = [f"{one.records} records", f"{one.taken} captures taken", f"{one.held} held already"]
    said += [f"{sum(one.foreign.values())} of other hosts ({_first([*one.foreign])})"] if one.foreign else []
    said += [f"{sum(one.others.values())} that are no web answers ({', '.join(f'{n} {name}' for name, n in sorted(one.others.items()))})"]
    lines = [f"{one.file}: {', '.join(said if one.others else said[:-1])}"]
    if one.lost:
        lines.append(f"  {one.lost} resource or continuation records of the site hold no whole answer and were not taken")
    if not (one.taken or one.held or one.broken):
        lines.append("  nothing in it belongs to the site; hosts that do are named under `hosts` in its site file")
    if one.broken:
        lines.append(f"  {one.broken} broken:")
        lines += [f"    {' '.join(filter(None, (brk.part, f'at {brk.offset}')))}: {brk.reason}" for brk in one.breaks[:NAMED]]
    return lines


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
