"""The form of `archive.db`: made from nothing, applied once, and as strict as it says."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils

from archive.schema import FTS, migrate, migrations
from archive.tables import open_archive, transaction, upsert

# What DESIGN names, by hand.
TABLES = {
    "provinces", "sites", "captures", "articles", "addresses", "versions", "authors", "article_authors", "evidence", "clusters", "cluster_members",
    "decisions", "mentions", "claims", "attachments", "runs", "failures", "coverage", "articles_fts", "articles_exact", "counts", "site_provinces", "site_events",
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
    for name in TABLES - set(FTS):
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
