"""How rows get into `archive.db`: opened, written in transactions, only what changed, and swapped for a rebuilt one. Knows no article."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import sqlite_utils

from archive.data import querying
from archive.errors import StorageError
from archive.records import Reference
from archive.reference_rows import reference_rows
from archive.schema import migrate, migrations

Row: TypeAlias = Mapping[str, Any]

INTERNAL = "_sqlite_migrations"  # when a migration was applied is no content
BUSY = 30.0  # seconds to wait for another writer
CACHE = 64  # MiB of pages a writer keeps: with SQLite's own 2 each new row reads the indexes' pages again

_keys_of: WeakKeyDictionary[sqlite_utils.Database, dict[str, tuple[str, ...]]] = WeakKeyDictionary()  # primary keys by table


def open_archive(path: Path, *, readonly: bool = False, scratch: bool = False) -> sqlite_utils.Database:
    """The archive, made or brought up to the newest form unless `readonly`. StorageError where there is none, or it is no database.

    `scratch`: one that nobody else reads, and that is made anew where a crash damages it. It is written once, not into a journal first.
    """
    if readonly and not path.exists():
        msg = f"{path}: there is no archive yet. Crawl or rebuild first"
        raise StorageError(msg)
    with querying(path):
        connection = _connect(path, readonly=readonly)
        try:
            return _prepared(connection, path, readonly=readonly, scratch=scratch)
        except BaseException:
            connection.close()
            raise


def _connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    source = path.absolute().as_uri() + ("?mode=ro" if readonly else "")
    return sqlite3.connect(source, uri=True, timeout=BUSY, isolation_level=None)


def _prepared(connection: sqlite3.Connection, path: Path, *, readonly: bool, scratch: bool) -> sqlite_utils.Database:
    db = sqlite_utils.Database(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    if readonly:
        if migrations.pending(db):
            msg = f"{path}: its form is older than this program, or it is no archive. Crawl or rebuild brings it up to date"
            raise StorageError(msg)
        return db
    if scratch:
        connection.execute("PRAGMA journal_mode = MEMORY")
    else:
        db.enable_wal()
    connection.execute(f"PRAGMA synchronous = {'OFF' if scratch else 'NORMAL'}")
    connection.execute(f"PRAGMA cache_size = -{CACHE * 1024}")
    connection.execute("PRAGMA secure_delete = ON")  # what is withheld stays in no free page of the file
    if migrations.pending(db):
        with transaction(db):
            migrate(db)
    return db


def in_memory() -> sqlite_utils.Database:
    """An empty archive that nobody else sees; what it points at need not be there."""
    db = sqlite_utils.Database(sqlite3.connect(":memory:", isolation_level=None))
    migrate(db)
    return db


@contextmanager
def transaction(db: sqlite_utils.Database) -> Iterator[None]:
    """Everything inside or nothing. Foreign keys are checked at the end, so rows may come in any order; inside another one it is a savepoint of it.

    BEGIN IMMEDIATE: a deferred one that turns into a writer later fails at once when another writes, however long the timeout is.
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    connection = db.conn
    with querying(_path(db)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it already
                connection.execute("ROLLBACK")
            raise


def _path(db: sqlite_utils.Database) -> Path:
    return Path(db.conn.execute("PRAGMA database_list").fetchone()[2] or ":memory:")


def upsert(db: sqlite_utils.Database, table: str, rows: Iterable[Row], *, only_new: bool = False) -> int:
    """Insert or update rows by primary key; a row that is equal already is not touched, so no trigger fires. The number of rows written.

    All rows have the same columns, the primary key among them; columns they do not name stay as they are. `only_new`: what is there stays as it is.
    """
    every = list(rows)
    if not every:
        return 0
    columns = tuple(every[0])
    named = every[0].keys()
    if odd := next((row for row in every if row.keys() != named), None):
        msg = f"rows for {table} differ in their columns: {list(columns)} and {list(odd)}"
        raise ValueError(msg)
    sql = _upsert_sql(table, columns, _key(db, table), only_new=only_new)
    values = itemgetter(*columns, columns[0])  # the first once more, since of one column it would give no tuple
    return db.conn.executemany(sql, [values(row)[:-1] for row in every]).rowcount


@lru_cache(maxsize=256)
def _upsert_sql(table: str, columns: tuple[str, ...], key: tuple[str, ...], *, only_new: bool) -> str:
    names, marks = ", ".join(map(_quoted, columns)), ", ".join("?" * len(columns))
    others = [] if only_new else [_quoted(column) for column in columns if column not in key]
    sets = ", ".join(f"{column} = excluded.{column}" for column in others)
    differ = " OR ".join(f"{_quoted(table)}.{column} IS NOT excluded.{column}" for column in others)
    action = f"UPDATE SET {sets} WHERE {differ}" if others else "NOTHING"
    conflict = ", ".join(map(_quoted, key))
    return f"INSERT INTO {_quoted(table)} ({names}) VALUES ({marks}) ON CONFLICT ({conflict}) DO {action}"  # noqa: S608 - names are quoted


def replace_children(db: sqlite_utils.Database, table: str, parent_column: str, parent_id: str, rows: Iterable[Row]) -> int:
    """Make the rows of `table` whose `parent_column` is `parent_id` equal to `rows`; as `replace_all`."""
    return replace_all(db, table, rows, where={parent_column: parent_id})


def replace_all(db: sqlite_utils.Database, table: str, rows: Iterable[Row], *, where: Row | None = None) -> int:
    """Make the rows of `table` equal to `rows`, or of those only that have the values of `where`. Touches only differences.

    Returns the number of rows written or removed. A column that the rows do not name counts as NULL for `where`, and stays as it is.
    """
    every, where = list(rows), where or {}
    if odd := next((row for row in every for column, value in where.items() if row.get(column) != value), None):
        msg = f"a row for {table} is none of those with {dict(where)}: {dict(odd)}"
        raise ValueError(msg)
    key = _key(db, table)
    gone = _keys(db, table, key, where) - {tuple(row[column] for column in key) for row in every}
    return _delete(db, table, key, gone) + upsert(db, table, every)


def _keys(db: sqlite_utils.Database, table: str, key: Sequence[str], where: Row) -> set[tuple[Any, ...]]:
    conditions = " AND ".join(f"{_quoted(column)} IS ?" for column in where) or "1"
    return set(db.conn.execute(f"SELECT {', '.join(map(_quoted, key))} FROM {_quoted(table)} WHERE {conditions}", tuple(where.values())))  # noqa: S608


def store_reference(db: sqlite_utils.Database, reference: Reference) -> None:
    """Make the tables of the reference data equal to it. What it no longer has goes, unless rows still name it."""
    with transaction(db):
        tables = reference_rows(reference)
        for table, rows in tables.items():
            upsert(db, table, rows)
        for table, rows in reversed(tables.items()):  # children first
            _delete_unnamed(db, table, rows)


def _delete_unnamed(db: sqlite_utils.Database, table: str, rows: Iterable[Row]) -> None:
    """Delete what is not in `rows`, but for what a foreign key points at; again, as long as a row that goes lets go of another."""
    key = _key(db, table)
    kept = {tuple(row[column] for column in key) for row in rows}
    while gone := {held for held in _keys(db, table, key, {}) - kept if not _named(db, table, held)}:
        _delete(db, table, key, gone)


def _named(db: sqlite_utils.Database, table: str, key: tuple[Any, ...]) -> bool:
    """Does any row point at this one with a foreign key? Only tables with a key of one column are pointed at."""
    if len(key) != 1:
        return False
    pointers = [(other.name, fk.column) for other in db.tables for fk in other.foreign_keys if fk.other_table == table and fk.column]
    return any(
        db.conn.execute(f"SELECT 1 FROM {_quoted(other)} WHERE {_quoted(column)} = ? LIMIT 1", key).fetchone()  # noqa: S608
        for other, column in pointers
    )


def _delete(db: sqlite_utils.Database, table: str, key: Sequence[str], values: Iterable[tuple[Any, ...]]) -> int:
    where = " AND ".join(f"{_quoted(column)} = ?" for column in key)
    found = sorted(values, key=repr)
    return db.conn.executemany(f"DELETE FROM {_quoted(table)} WHERE {where}", found).rowcount if found else 0  # noqa: S608


def _key(db: sqlite_utils.Database, table: str) -> tuple[str, ...]:
    """The columns of the primary key, in its order; asked for once, since it is needed for every row and no migration changes it."""
    known = _keys_of.setdefault(db, {})
    if not known.get(table):
        known[table] = tuple(name for (name,) in db.conn.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,)))
    if not known[table]:
        msg = f"{table} has no primary key, or is no table"
        raise ValueError(msg)
    return known[table]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def dump(db: sqlite_utils.Database) -> dict[str, list[dict[str, Any]]]:
    """The content of every table, its rows sorted, for comparing whole databases. Full-text tables come as what they index."""
    shadows = {name for name, kind in db.conn.execute("SELECT name, type FROM pragma_table_list") if kind == "shadow"}
    names = sorted(name for name in db.table_names() if name not in shadows and name != INTERNAL and not name.startswith("sqlite_"))
    return {name: _content(db.conn, name) for name in names}


def _content(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    rows = _quoted(table)
    if table == "facets":  # by the id of the article: row numbers are by the order of writing
        rows = "(SELECT a.id AS article_id, f.* FROM facets f JOIN articles a ON a.rowid = f.article)"
    found = connection.execute(f"SELECT * FROM {rows}")  # noqa: S608
    columns = [column for column, *_ in found.description]
    named = (dict(zip(columns, row, strict=True)) for row in sorted(found, key=repr))
    return [{name: value for name, value in row.items() if (table, name) != ("facets", "article")} for row in named]


def copy_of(path: Path, copy: Path) -> None:
    """Make `copy` hold what the archive at `path` holds now."""
    open_archive(path).close()
    with querying(path), closing(_connect(path, readonly=True)) as source, closing(_connect(copy)) as target:
        source.backup(target)


@contextmanager
def snapshot(path: Path) -> Iterator[sqlite_utils.Database]:
    """The archive as it is at this moment, whoever writes to it meanwhile."""
    with closing(open_archive(path, readonly=True)) as db:
        db.conn.execute("BEGIN")
        db.conn.execute("SELECT count(*) FROM sites").fetchone()  # only reading makes it begin
        yield db


def swap_in(rebuilt: Path, live: Path) -> None:
    """Make `live` hold what `rebuilt` holds, through SQLite's backup. Call it under the archive lock.

    Never a rename: the `-wal` of the old file would be written over the new one. Open readers keep what they see until they ask again.
    """
    open_archive(rebuilt, readonly=True).close()
    open_archive(live).close()
    with querying(live), closing(_connect(rebuilt)) as source, closing(_connect(live)) as target:
        source.backup(target)
        target.execute("PRAGMA wal_checkpoint(PASSIVE)")
