"""Verifies databases by themselves: pages, foreign keys, full-text indexes. Reads only, from one snapshot, and holds up no writer."""

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.schema import FTS, INDEXES, SearchIndex
from archive.verify.findings import REBUILD, REMAKE, Findings

LONGEST = 40  # characters of a phrase that is searched for: the longer, the slower
SHADOWS = ("data", "idx", "docsize", "config")
INTEGRITY = {False: "PRAGMA integrity_check(20)", True: "PRAGMA quick_check(20)"}  # the quick one leaves out whether indexes and tables agree


def is_sound(connection: sqlite3.Connection, place: str, findings: Findings, *, quick: bool, way_out: str = REMAKE) -> bool:
    """Does SQLite find nothing wrong in the whole file? What it says of full-text indexes is left to `check_search`, which sees more."""
    findings.count("databases")
    try:
        said = [line for (line,) in connection.execute(INTEGRITY[quick])]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    wrong = [line for line in said if line != "ok" and "FTS5 table" not in line]
    if wrong:
        findings.broken("database", place, f"is damaged: {wrong[0]}" + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""), way_out)
    return not wrong


def check_file(path: Path, place: str, findings: Findings, *, quick: bool, way_out: str) -> bool:
    """`is_sound` for a database nobody has open here. A journal that a killed run left is rolled back, so it may write."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)) as connection:
            return is_sound(connection, place, findings, quick=quick, way_out=way_out)
    except sqlite3.DatabaseError as error:
        findings.broken("database", place, f"is damaged: {error}", way_out)
        return False


def check_keys(connection: sqlite3.Connection, place: str, findings: Findings) -> None:
    """Every row that is pointed at is there."""
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        findings.broken("foreign key", f"{place}: {table}, rowid {row}", f"points at a row of {parent} that is not there", REBUILD)
    findings.count("foreign keys", sum(len(connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()) for table in _tables(connection)))


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]


def check_search(connection: sqlite3.Connection, place: str, findings: Findings) -> None:
    """Both full-text indexes against the texts, word by word.

    FTS5's own check is an INSERT, which would keep all writers waiting. So it runs on copies of the indexes in SQLite's temporary database, over a
    view of the texts; those are not copied.
    """
    for table, index in INDEXES.items():
        findings.count("search indexes")
        try:
            _check_index(connection, table, index)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:  # such as a full disk
                raise
            findings.broken("search", f"{place}: {table}", f"does not say what the {index.table} say ({error})", REBUILD)
        finally:
            connection.execute("DROP TABLE IF EXISTS temp.checked")
            connection.execute("DROP VIEW IF EXISTS temp.texts")


def _check_index(connection: sqlite3.Connection, table: str, index: SearchIndex) -> None:
    columns = ", ".join(index.columns)
    connection.execute(f"CREATE TEMP VIEW texts AS SELECT rowid AS number, {columns} FROM main.{index.table}")  # noqa: S608 - our own names
    options = f'content="texts", content_rowid="number", tokenize="{index.tokenize}"'
    connection.execute(f"CREATE VIRTUAL TABLE temp.checked USING fts5({columns}, {options})")
    for shadow in SHADOWS:
        connection.execute(f"DELETE FROM temp.checked_{shadow}")  # noqa: S608 - our own names
        connection.execute(f"INSERT INTO temp.checked_{shadow} SELECT * FROM main.{table}_{shadow}")  # noqa: S608 - our own names
    connection.execute("INSERT INTO temp.checked (checked, rank) VALUES ('integrity-check', 1)")


def check_found(connection: sqlite3.Connection, place: str, article_id: str, findings: Findings) -> None:
    """Do both full-text indexes find an article by how its title and its text begin?"""
    rowid, title, text = connection.execute("SELECT rowid, title, text FROM articles WHERE id = ?", [article_id]).fetchone()
    for table in FTS:
        for column, words in (("title", title), ("text", text)):
            phrase = words if len(words) < LONGEST else words[:LONGEST].rpartition(" ")[0]
            if not any(map(str.isalnum, phrase)):
                continue
            asked = '{} : "{}"'.format(column, phrase.replace('"', '""'))
            sql = f"SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?"  # noqa: S608 - our own names
            if connection.execute(sql, (asked, rowid)).fetchone() is None:
                findings.broken("search", f"{place}: {table}", f"does not find the article {article_id} by its {column}", REBUILD)
