"""`congthuong export`: the captures as WACZ or WARC, the tables as CSV or JSON lines."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime
from pathlib import Path

import click
import sqlite_utils
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn

from archive.data import DataFolder
from archive.errors import RunFailed, UnknownSite, UsageError
from archive.export import rows
from archive.export.datapackage import write_package
from archive.export.place import PACKAGE, in_place
from archive.export.selection import Selection, holds_captures, opened, parts
from archive.export.wacz import write_wacz
from archive.export.warcs import write_warcs
from archive.export.withholding import check_in_force, without
from archive.tables import open_archive
from archive.withheld import read_withheld
from congthuong.cli import data_option, on_terminal
from crawler import clock

CAPTURES = ("wacz", "warc")
TABLES = ("csv", "json")
STDOUT = Path("-")


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(CAPTURES + TABLES), required=True, help="What to write.")
@click.option("--site", "sites", multiple=True, help="Only this site; can be said again.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on: of capture (UTC), or of publication.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Only up to this day, itself included.")
@click.option("--table", help="csv, json: another table than `articles`, such as mentions, claims or captures.")
@click.option("--excel", is_flag=True, help="csv: so that Excel opens it rightly; texts are cut at what its cells hold.")
@click.option("--force", is_flag=True, help="Replace OUT.")
@data_option
def command(
    out: Path,
    form: str,
    sites: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    table: str | None,
    excel: bool,
    force: bool,
    data: Path,
) -> None:
    """Write what the archive holds to OUT, for other programs. OUT is put in its place when it is whole; a crawl may go on meanwhile.

    \b
    wacz  one file with the captures, to be looked at in ReplayWeb.page or pywb
    warc  a folder with the WARC files, for all tools of web archives
    csv   a folder with all tables and a datapackage.json that describes them, for statistics programs;
          where OUT has an ending, as articles.csv, or is -, the articles alone (or another --table)
    json  the same, one JSON object a line, with the articles' markup; OUT may be -

    With --from or --until an article without a date is left out, and a capture comes with the one whose body it refers to.

    \b
    Examples:
      congthuong export bac-kan.wacz --format wacz --site bac-kan
      congthuong export warcs/ --format warc
      congthuong export tables/ --format csv
      congthuong export articles.csv --format csv --from 2024-01-01 --until 2024-12-31
      congthuong export - --format json --table mentions | jq .quote
    """
    days = (since.date() if since else None, until.date() if until else None)
    _check_options(out, form, table, excel=excel, days=days)
    folder, withheld = DataFolder.named(data), read_withheld(data)
    with closing(open_archive(folder.archive_db, readonly=True)) as db:
        check_in_force(db, withheld)
        if form == "csv" and not out.suffix and out != STDOUT:
            _package(folder, db, out, sites, force=force)
        elif form in TABLES:
            _tables(folder, db, out, form, rows.Query(table or "articles", sites, *days), excel=excel, force=force)
        else:
            _captures(folder, db, out, form, sites, lambda site: without(withheld, db, site, Selection(*days)), force=force)


def _check_options(out: Path, form: str, table: str | None, *, excel: bool, days: tuple[date | None, date | None]) -> None:
    wrong = {
        "--table is for csv and json: captures have no tables": table is not None and form in CAPTURES,
        "--excel is for csv": excel and form != "csv",
        f"{out}: a WACZ has a name that ends in .wacz": form == "wacz" and out.suffix != ".wacz",
        "a folder gets all tables of all days; for --table, --from, --until or --excel give OUT an ending, as articles.csv": (
            form == "csv" and not out.suffix and out != STDOUT and (table is not None or excel or days != (None, None))
        ),
        "- for stdout is for csv and json": form in CAPTURES and out == STDOUT,
        "--from is later than --until": days[0] is not None and days[1] is not None and days[0] > days[1],
    }
    if said := [words for words, is_so in wrong.items() if is_so]:
        raise UsageError("; ".join(said))


def _captures(
    folder: DataFolder,
    db: sqlite_utils.Database,
    out: Path,
    form: str,
    names: tuple[str, ...],
    selection: Callable[[str], Selection],
    *,
    force: bool,
) -> None:
    _known(names, folder.sites(), folder.path)
    with ExitStack() as held:
        chosen = sorted(set(names)) or [name for name in folder.sites() if holds_captures(folder.site(name))]
        found = [part for name in chosen for part in parts(held.enter_context(opened(folder.site(name), name)), selection(name))]
        if not found:
            raise _nothing(folder)
        size, unreadable = sum(part.size for part in found), 0
        with in_place(out, force=force) as new, _progress(out, size, DownloadColumn()) as bar:
            if form == "warc":
                write_warcs(new, found, progress=bar)
                said = f"{len(found)} WARC files"
            else:
                written = write_wacz(new, found, db, clock.now(), progress=bar)
                said, unreadable = f"{written.captures} captures, {written.pages} pages of articles", written.unreadable
    click.echo(f"{out}: {said}, {size / 1e6:.1f} MB of WARC")
    if unreadable:
        msg = f"{unreadable} captures cannot be read; they are in the WARC files of {out} but cannot be replayed. `congthuong verify` names them"
        raise RunFailed(msg)


def _package(folder: DataFolder, db: sqlite_utils.Database, out: Path, sites: tuple[str, ...], *, force: bool) -> None:
    _known(sites, _sites(db), folder.path)
    tables = [name for name in rows.tables(db) if rows.is_of_sites(db, name)]
    total = sum(rows.count(db, rows.Query(name, sites)) for name in tables)
    if not total:
        raise _nothing(folder)
    with in_place(out, force=force) as new, _progress(out, total, MofNCompleteColumn()) as bar:
        written = write_package(new, db, sites, clock.now(), progress=bar)
    click.echo(f"{out}: {sum(written.values())} rows in {len(written)} tables, described in {PACKAGE}")


def _sites(db: sqlite_utils.Database) -> tuple[str, ...]:
    return tuple(name for (name,) in db.conn.execute("SELECT id FROM sites ORDER BY id"))


def _tables(folder: DataFolder, db: sqlite_utils.Database, out: Path, form: str, query: rows.Query, *, excel: bool, force: bool) -> None:
    _known(query.sites, _sites(db), folder.path)
    if not (total := rows.count(db, query)):
        raise _nothing(folder)
    with ExitStack() as held:
        new = None if out == STDOUT else held.enter_context(in_place(out, force=force))
        stream = held.enter_context(new.open("xb")) if new else sys.stdout.buffer
        bar = held.enter_context(_progress(out, total, MofNCompleteColumn()))
        if form == "csv":
            rows.write_csv(stream, db, query, excel=excel, progress=bar)
        else:
            rows.write_json(stream, db, query, progress=bar)
    click.echo(f"{out}: {total} rows of {query.table}", err=out == STDOUT)


def _known(names: tuple[str, ...], held: tuple[str, ...], data: Path) -> None:
    if unknown := sorted(set(names) - set(held)):
        msg = f"{data} holds no site {', '.join(unknown)}; it holds {', '.join(held) or 'none'}"
        raise UnknownSite(msg)


def _nothing(folder: DataFolder) -> UsageError:
    return UsageError(f"{folder.path} holds nothing of that, so there is nothing to export; is it the right folder (--data), are the days right?")


@contextmanager
def _progress(out: Path, total: int, done: ProgressColumn) -> Iterator[Callable[[int], object]]:
    """A line on a terminal; what is yielded takes each step."""
    columns = (TextColumn("{task.description}"), BarColumn(), done, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not on_terminal(), transient=True) as progress:
        task = progress.add_task(out.name, total=total)
        yield lambda step: progress.advance(task, step)
