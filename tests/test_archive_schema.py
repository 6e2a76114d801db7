"""The form of `archive.db`: made from nothing, applied once, and as strict as it says. And all databases from their first form up."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from sqlite_utils import Migrations

from archive.capture_index import Index
from archive.errors import StorageError
from archive.markup import unpack
from archive.records import Place
from archive.schema import FACETS_OF, FTS, INDEXES, first_form, migrate, migrations
from archive.tables import open_archive, transaction, upsert
from crawler.frontier import Frontier, read_log

# What DESIGN names, by hand.
TABLES = {
    "provinces", "sites", "captures", "articles", "addresses", "versions", "authors", "article_authors", "evidence", "clusters", "cluster_members",
    "decisions", "mentions", "claims", "attachments", "runs", "failures", "coverage", "articles_fts", "articles_exact", "counts", "site_provinces", "site_events",
    "files", "files_fts", "cluster_leaders", "facets",
}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite_utils.Database]:
    with open_archive(tmp_path / "archive.db") as opened:
        yield opened


def put(db: sqlite_utils.Database, number: int, title: str, text: str, author: str | None = None) -> None:
    site = {"id": "s", "name": "Sở", "home": "https://example.vn/", "family": "x", "status": "seen"}
    capture = {
        "id": f"c{number}",
        "site_id": "s",
        "url": "u",
        "kind": "article",
        "method": "GET",
        "fetched_at": "2026",
        "status": 200,
        "outcome": "x",
    }
    capture |= {"file": "f", "offset": 0, "length": 1, "payload_digest": "p", "content_digest": "c", "sequence": number, "size": 1}
    article = {"id": f"a{number}", "site_id": "s", "url": "u", "title": title, "text": text, "html": "", "language": "vi", "version_id": "v"}
    with transaction(db):
        upsert(db, "sites", [site])
        upsert(db, "captures", [capture])
        upsert(db, "articles", [article | {"author": author, "capture_id": f"c{number}", "first_seen": "2026", "last_seen": "2026"}])


def found(db: sqlite_utils.Database, table: str, words: str) -> list[str]:
    sql = f"SELECT articles.id FROM {table} JOIN articles ON articles.rowid = {table}.rowid WHERE {table} MATCH ? ORDER BY 1"
    return [one for (one,) in db.execute(sql, [words])]


def test_the_tables_of_the_design_are_there(db: sqlite_utils.Database) -> None:
    assert set(db.table_names()) >= TABLES


def test_migrating_again_does_nothing(db: sqlite_utils.Database) -> None:
    before, schema = db.conn.total_changes, db.schema
    migrate(db)
    assert (db.conn.total_changes, db.schema) == (before, schema)
    assert not migrations.pending(db)


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE coverage (x)")  # in the way
    db.close()
    with pytest.raises(sqlite3.OperationalError, match="coverage already exists"):
        open_archive(path)
    with sqlite_utils.Database(path) as left:
        assert set(left.table_names()) - {"_sqlite_migrations"} == {"coverage"}


def test_every_table_has_a_key_and_every_pointer_a_table(db: sqlite_utils.Database) -> None:
    for name in TABLES - set(INDEXES):
        assert db.execute("SELECT count(*) FROM pragma_table_info(?) WHERE pk > 0", [name]).fetchone()[0], name
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in db.tables:
        for key in table.foreign_keys:
            assert key.other_table in TABLES, (table.name, key)


def test_pointers_are_enforced(db: sqlite_utils.Database) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        upsert(db, "site_provinces", [{"site_id": "nowhere", "province_id": "nowhere"}])


def test_a_sequence_number_is_given_once_in_a_site(db: sqlite_utils.Database) -> None:
    put(db, 1, "một", "một")
    capture = next(db.query("SELECT * FROM captures"))
    with pytest.raises(sqlite3.IntegrityError, match=r"captures\.sequence"):
        upsert(db, "captures", [capture | {"id": "other"}])


def test_search_follows_what_is_inserted_changed_and_deleted(db: sqlite_utils.Database) -> None:
    put(db, 1, "Phong trào thi đua", "Bắc Kạn dẫn đầu Cụm", "Nông Thảo")
    put(db, 2, "Hội nghị", "tỉnh Lạng Sơn")
    assert found(db, "articles_fts", "phong trao") == found(db, "articles_fts", "nong thao") == ["a1"]
    assert found(db, "articles_exact", "phong trao") == []
    assert found(db, "articles_exact", '"phong trào"') == ["a1"]

    put(db, 1, "Phong trào khác", "Bắc Kạn dẫn đầu Cụm", None)
    assert found(db, "articles_exact", "khác") == ["a1"]
    for gone in ("thao", "đua"):
        assert found(db, "articles_fts", gone) == found(db, "articles_exact", gone) == []

    db.execute("DELETE FROM articles WHERE id = 'a1'")
    assert found(db, "articles_fts", "cum") == []
    assert found(db, "articles_fts", "lang son") == ["a2"]
    for table in FTS:
        db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


def test_search_still_fits_after_a_vacuum(db: sqlite_utils.Database) -> None:
    """The indexes know articles by row number."""
    for number in range(1, 6):
        put(db, number, f"Bài số {number}", "nội dung")
    db.execute("DELETE FROM articles WHERE id IN ('a1', 'a3')")
    db.execute("VACUUM")
    for table in FTS:
        db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    assert found(db, "articles_fts", "bai so 4") == ["a4"]


# -- from the first form up: `fixtures/*_first_form.sql` are the databases as they were first released, with a row in every table


def first(name: str, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((Path(__file__).parent / "fixtures" / f"{name}_first_form.sql").read_text(encoding="utf-8"))
    return path


def opened_archive(path: Path) -> None:
    open_archive(path).close()


def opened_index(path: Path) -> None:
    Index(path, write=True).close()


def opened_frontier(path: Path) -> None:
    Frontier(path, kept=lambda: None).close()


def form(path: Path) -> dict[str, str]:
    """Every table, index and trigger, but for what SQLite makes of itself for full-text tables."""
    with closing(sqlite3.connect(path)) as db:
        shadows = {name for name, kind in db.execute("SELECT name, type FROM pragma_table_list") if kind == "shadow"}
        return {name: sql for name, sql in db.execute("SELECT name, sql FROM sqlite_master") if name not in shadows}


def rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        names = [
            name for (name,) in db.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE '%sqlite\\_%' ESCAPE '\\'")
        ]
        return {name: [_unpacked(dict(row)) for row in db.execute(f"SELECT * FROM {name}")] for name in names}


def _unpacked(row: dict[str, Any]) -> dict[str, Any]:
    """With its HTML as it was before it was packed."""
    return row | {"html": unpack(row["html"], row["text"])} if isinstance(row.get("html"), bytes) else row


@pytest.mark.parametrize(
    ("name", "open_it"),
    (("archive", opened_archive), ("captures", opened_index), ("frontier", opened_frontier)),
    ids=("archive", "captures", "frontier"),
)
def test_a_database_of_the_first_form_becomes_one_of_the_newest(name: str, open_it: Callable[[Path], None], tmp_path: Path) -> None:
    path = first(name, tmp_path / "old")
    before = rows(path)
    assert all(before.values()), "a table without a row proves little"
    assert set(before) >= {"articles", "captures", "mentions"} or name != "archive"
    open_it(path)
    open_it(tmp_path / "fresh.db")
    assert form(path) == form(tmp_path / "fresh.db")
    after = rows(path)
    for table, held in before.items():
        assert [{column: row[column] for column in held[0]} for row in after[table]] == held, table
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_the_first_form_held_is_found_and_can_be_changed(tmp_path: Path) -> None:
    with open_archive(first("archive", tmp_path)) as db:
        assert found(db, "articles_fts", "hop ban") == found(db, "articles_exact", '"họp bàn"') == ["a1"]
        db.execute("UPDATE articles SET title = 'Lễ ký giao ước'")
        assert found(db, "articles_fts", "hop ban") == []
        for table in FTS:
            db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


def test_the_captures_of_the_first_form_are_read(tmp_path: Path) -> None:
    with closing(Index(first("captures", tmp_path), write=True)) as index:
        one, again, page = index.after(0)
        assert (one.fetched_at, one.revisit, one.original) == (datetime(2025, 3, 1, 1, 0, tzinfo=UTC), False, None)
        assert (again.revisit, again.refers_to, again.original) == (True, "c1", Place("mau-20250301010000-00001.warc.gz", 0, 100))
        assert [entry.id for entry in index.parts("c1")] == [page.id] == ["c3"]
        assert index.files() == {"mau-20250301010000-00001.warc.gz": 200}


def test_the_frontier_of_the_first_form_goes_on(tmp_path: Path) -> None:
    path = first("frontier", tmp_path)
    frontier = Frontier(path, kept=lambda: None)
    frontier.begin_run()
    leased = [row.url for row in (frontier.lease(), frontier.lease(), frontier.lease()) if row]
    assert leased == ["http://site.example/tin-2.html", "http://site.example/mat.html"]  # what waited, then what had failed and is due
    frontier.close()
    assert {run["id"]: run["outcome"] for run in read_log(path).runs} == {"r1": "complete", frontier.run: "running"}


def test_a_later_form_is_refused_to_readers_until_a_writer_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a release with a new migration meets: readers are told, the next writer brings it up, and not a row is lost."""
    later = Migrations("archive")
    later()(first_form)

    @later()
    def second_form(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE articles ADD COLUMN digest TEXT")

    monkeypatch.setattr("archive.schema.migrations", later)
    monkeypatch.setattr("archive.tables.migrations", later)
    path = first("archive", tmp_path)
    with pytest.raises(StorageError, match="its form is older"):
        open_archive(path, readonly=True)
    with open_archive(path) as db:
        assert next(db.query("SELECT id, digest FROM articles")) == {"id": "a1", "digest": None}
        assert [name for (name,) in db.execute("SELECT name FROM _sqlite_migrations ORDER BY id")] == ["first_form", "second_form"]
    open_archive(path, readonly=True).close()


def test_the_narrow_row_of_an_article_is_made_from_its_own_mentions_alone(tmp_path: Path) -> None:
    """Also where SQLite knows nothing of how the tables are filled: by another index every article would go through all clusters' mentions."""
    db = sqlite_utils.Database(tmp_path / "archive.db")
    migrate(db)
    for condition in ("", " WHERE a.id = 'x'"):
        plan = [row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {FACETS_OF}{condition}")]
        assert sum("mentions_by_article (article_id=?)" in step for step in plan) == 3
    db.close()
