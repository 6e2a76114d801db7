"""Rows into `archive.db`: only what changed, all or nothing, and a rebuilt database in the place of the live one."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import Locked, StorageError
from archive.records import Cluster, Decision, Province, Reference
from archive.tables import dump, open_archive, replace_all, replace_children, store_reference, swap_in, transaction, upsert

NORTH = {"id": "bac-kan", "name": "Bắc Kạn", "full_name": "Tỉnh Bắc Kạn", "code": "06", "level": "tỉnh"}
SOUTH = {"id": "ca-mau", "name": "Cà Mau", "full_name": "Tỉnh Cà Mau", "code": "96", "level": "tỉnh"}
SITE = {"id": "bac-kan", "name": "Sở Công Thương", "home": "https://example.vn/", "family": "wordpress", "status": "seen"}


def province(name: str, successor: str | None = None) -> Province:
    return Province(name, name, name, "01", None, "2025-06-30" if successor else None, successor, "tỉnh", None, (name.upper(),))


DECISION = Decision("qd-309-bct-2023", "309/QĐ-BCT", "2023-02-17", "Bộ Công Thương", "Cụm thi đua", "by hand")
CLUSTER = Cluster(
    "moit-309-2023-iii", "moit", "3", "III", DECISION.id, "2023-02-17", "2025-06-30", ("Việt Bắc",), 9, ("bac-kan", "lang-son"), "by hand"
)
REFERENCE = Reference(
    provinces={one.id: one for one in (province("bac-kan", "thai-nguyen-2025"), province("lang-son"), province("thai-nguyen-2025"))},
    decisions={DECISION.id: DECISION},
    clusters={CLUSTER.id: CLUSTER},
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite_utils.Database]:
    with open_archive(tmp_path / "archive.db") as opened:
        yield opened


def writes(db: sqlite_utils.Database) -> int:
    return db.conn.total_changes


def rows(db: sqlite_utils.Database, table: str) -> list[dict[str, Any]]:
    return list(db.query(f"SELECT * FROM {table} ORDER BY 1, 2"))


def article(db: sqlite_utils.Database, number: int = 1) -> str:
    """A whole article in the archive, with what it stands on."""
    with transaction(db):
        upsert(db, "sites", [SITE])
        capture = {"id": f"c{number}", "site_id": "bac-kan", "url": "https://example.vn/1", "kind": "article", "method": "GET", "status": 200}
        capture |= {"fetched_at": "2026-01-01T00:00:00+00:00", "outcome": "article", "file": "x", "offset": 0, "length": 1, "sequence": number}
        upsert(db, "captures", [capture | {"payload_digest": "p", "content_digest": "c", "size": 1}])
        text = {"title": "Thi đua", "text": "Đồng Tháp", "html": "", "language": "vi", "author": "Nông Thảo"}
        seen = {"version_id": "v", "capture_id": f"c{number}", "first_seen": "2026", "last_seen": "2026"}
        upsert(db, "articles", [{"id": f"a{number}", "site_id": "bac-kan", "url": "https://example.vn/1", **text, **seen}])
    return f"a{number}"


# -- opening


def test_an_archive_is_made_with_what_it_needs(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive.db") as db:
        pragma = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
        assert pragma == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30_000}
        assert "articles_fts" in db.table_names()
    with open_archive(tmp_path / "archive.db") as again:
        assert writes(again) == 0


def test_opening_to_read(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with pytest.raises(StorageError, match="no archive yet"):
        open_archive(path, readonly=True)
    assert not path.exists()
    open_archive(path).close()
    with open_archive(path, readonly=True) as db, pytest.raises(StorageError, match=r"archive\.db: cannot be written to"), transaction(db):
        upsert(db, "provinces", [NORTH])


def test_a_database_of_another_kind_or_time_is_not_read(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(StorageError, match="older than this program, or it is no archive"):
        open_archive(tmp_path / "empty.db", readonly=True)


def test_no_database(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_text("some notes " * 1000)
    with pytest.raises(StorageError, match=r"archive\.db: is no database"):
        open_archive(tmp_path / "archive.db")
    with pytest.raises(StorageError, match="cannot be opened"):
        open_archive(tmp_path / "missing" / "archive.db")


OPEN = "import sys; from pathlib import Path; from archive.tables import open_archive; open_archive(Path(sys.argv[1])).close()"


def test_two_that_make_it_at_the_same_time(tmp_path: Path) -> None:
    others = [subprocess.Popen([sys.executable, "-c", OPEN, str(tmp_path / "archive.db")]) for _ in range(3)]
    assert [one.wait() for one in others] == [0, 0, 0]


# -- transactions


def test_all_or_nothing(db: sqlite_utils.Database) -> None:
    class Stop(Exception):
        pass

    def stopped() -> None:
        with transaction(db):
            upsert(db, "provinces", [NORTH])
            raise Stop

    with pytest.raises(Stop):
        stopped()
    assert rows(db, "provinces") == []
    with transaction(db):
        upsert(db, "provinces", [NORTH])
    assert not db.conn.in_transaction
    assert [one["id"] for one in rows(db, "provinces")] == ["bac-kan"]


def test_rows_may_come_before_what_they_point_at(db: sqlite_utils.Database) -> None:
    with transaction(db):
        upsert(db, "provinces", [NORTH | {"successor_id": "ca-mau"}])
        upsert(db, "provinces", [SOUTH])
    with pytest.raises(sqlite3.IntegrityError), transaction(db):
        upsert(db, "provinces", [NORTH | {"successor_id": "nowhere"}])
    assert not db.conn.in_transaction
    assert rows(db, "provinces")[0]["successor_id"] == "ca-mau"


def test_a_transaction_inside_another_is_part_of_it(db: sqlite_utils.Database) -> None:
    def inner() -> None:
        with transaction(db):
            upsert(db, "provinces", [SOUTH])
            raise ValueError("inner")

    def outer() -> None:
        with transaction(db):
            with transaction(db):
                upsert(db, "provinces", [NORTH])
            with pytest.raises(ValueError, match="inner"):
                inner()
            assert [one["id"] for one in rows(db, "provinces")] == ["bac-kan"]
            raise ValueError("outer")

    with pytest.raises(ValueError, match="outer"):
        outer()
    assert rows(db, "provinces") == []


def test_another_writer_is_waited_for_and_named_when_it_takes_too_long(db: sqlite_utils.Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "archive.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db.execute("PRAGMA busy_timeout = 100")
    began = time.monotonic()
    with pytest.raises(Locked, match=r"archive\.db: another process has been writing"), transaction(db):
        pass
    assert time.monotonic() - began >= 0.1
    other.execute("COMMIT")
    other.close()
    with transaction(db):
        upsert(db, "provinces", [NORTH])


def test_a_full_disk_in_a_transaction(db: sqlite_utils.Database) -> None:
    with transaction(db):
        upsert(db, "provinces", [NORTH])
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0] + 1}")
    with pytest.raises(StorageError, match="disk is full"), transaction(db):
        upsert(db, "provinces", [{**SOUTH, "id": str(number), "name": "x" * 5000} for number in range(50)])
    assert not db.conn.in_transaction
    assert [one["id"] for one in rows(db, "provinces")] == ["bac-kan"]


def test_a_defect_stays_a_defect(db: sqlite_utils.Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), transaction(db):
        db.execute("SELECT * FROM nowhere")
    with pytest.raises(FileNotFoundError), transaction(db):
        Path("/nowhere/at/all").read_bytes()


# -- upsert


def test_what_is_equal_is_not_written(db: sqlite_utils.Database) -> None:
    assert upsert(db, "provinces", [NORTH, SOUTH]) == 2
    before = writes(db)
    assert upsert(db, "provinces", [NORTH, SOUTH]) == 0
    assert writes(db) == before
    assert upsert(db, "provinces", [NORTH, SOUTH | {"name": "Cà Mau mới"}]) == 1
    assert writes(db) == before + 1
    assert [one["name"] for one in rows(db, "provinces")] == ["Bắc Kạn", "Cà Mau mới"]


def test_null_is_a_value(db: sqlite_utils.Database) -> None:
    upsert(db, "provinces", [NORTH | {"region": None}])
    assert upsert(db, "provinces", [NORTH | {"region": "Đông Bắc"}]) == 1
    assert upsert(db, "provinces", [NORTH | {"region": None}]) == 1
    assert upsert(db, "provinces", [NORTH | {"region": None}]) == 0
    assert rows(db, "provinces")[0]["region"] is None


def test_columns_that_are_not_named_stay(db: sqlite_utils.Database) -> None:
    upsert(db, "provinces", [NORTH | {"region": "Đông Bắc"}])
    upsert(db, "provinces", [NORTH | {"name": "Khác"}])
    assert (rows(db, "provinces")[0]["region"], rows(db, "provinces")[0]["name"]) == ("Đông Bắc", "Khác")


def test_only_new(db: sqlite_utils.Database) -> None:
    upsert(db, "provinces", [NORTH])
    assert upsert(db, "provinces", [NORTH | {"name": "Khác"}, SOUTH | {"name": "Khác"}], only_new=True) == 1
    assert [one["name"] for one in rows(db, "provinces")] == ["Bắc Kạn", "Khác"]


def test_a_table_that_is_all_key_and_columns_that_are_words_of_sql(db: sqlite_utils.Database) -> None:
    upsert(db, "provinces", [NORTH])
    upsert(db, "sites", [SITE])
    link = {"site_id": "bac-kan", "province_id": "bac-kan"}
    assert upsert(db, "site_provinces", [link]) == 1
    assert upsert(db, "site_provinces", [link]) == 0
    mention = {"id": "m", "article_id": article(db), "field": "text", "start": 0, "end": 9, "quote": "Đồng Tháp", "kind": "province", "rule": "r"}
    assert upsert(db, "mentions", [mention]) == 1
    assert upsert(db, "mentions", [mention | {"end": 10}]) == 1
    assert rows(db, "mentions")[0]["end"] == 10


def test_rows_of_different_columns_are_refused(db: sqlite_utils.Database) -> None:
    with pytest.raises(ValueError, match="differ in their columns"):
        upsert(db, "provinces", [NORTH, SOUTH | {"region": "x"}])
    with pytest.raises(ValueError, match="no primary key, or is no table"):
        upsert(db, "nowhere", [NORTH])
    assert upsert(db, "provinces", []) == 0


def test_the_search_index_is_only_touched_by_what_changed(db: sqlite_utils.Database) -> None:
    article(db)
    before = writes(db)
    article(db)
    assert writes(db) == before
    assert db.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'thap'").fetchone()[0] == 1


# -- children

CHILDREN = st.dictionaries(st.integers(0, 6), st.sampled_from(["text", "photo"]), max_size=6)


@settings(max_examples=50, deadline=None)
@given(CHILDREN, CHILDREN)
def test_children_become_what_is_given_whatever_they_were(first: dict[int, str], second: dict[int, str]) -> None:
    with sqlite_utils.Database(memory=True) as db:
        db.conn.execute("CREATE TABLE author (article TEXT, position INTEGER, role TEXT, PRIMARY KEY (article, position))")
        upsert(db, "author", [{"article": "other", "position": 1, "role": "text"}])
        for children in (first, second):
            replace_children(db, "author", "article", "a", [{"article": "a", "position": place, "role": role} for place, role in children.items()])
        held = {(row["article"], row["position"]): row["role"] for row in db.query("SELECT * FROM author")}
        assert held == {("other", 1): "text", **{("a", place): role for place, role in second.items()}}
        before = writes(db)
        again = [{"article": "a", "position": place, "role": role} for place, role in second.items()]
        assert replace_children(db, "author", "article", "a", again) == 0
        assert writes(db) == before


def test_only_differences_are_touched(db: sqlite_utils.Database) -> None:
    parent = article(db)
    evidence = [{"article_id": parent, "field": name, "method": "layout", "raw": name, "doubt": None} for name in ("title", "byline", "text")]
    assert replace_children(db, "evidence", "article_id", parent, evidence) == 3
    changed = [evidence[0], evidence[1] | {"doubt": "two names"}, evidence[2] | {"field": "lead"}]
    assert replace_children(db, "evidence", "article_id", parent, changed) == 3  # one changed, one gone, one new
    assert replace_children(db, "evidence", "article_id", parent, []) == 3
    with pytest.raises(ValueError, match="none of those with"):
        replace_children(db, "evidence", "article_id", parent, [evidence[0] | {"article_id": "other"}])


def test_children_that_point_at_each_other(db: sqlite_utils.Database) -> None:
    parent = article(db)
    full = {
        "id": "m1",
        "article_id": parent,
        "field": "text",
        "start": 0,
        "end": 9,
        "quote": "Đồng Tháp",
        "kind": "province",
        "rule": "r",
        "refers_to": None,
    }
    short = full | {"id": "m0", "refers_to": "m1"}
    with transaction(db):
        assert replace_children(db, "mentions", "article_id", parent, [short, full]) == 2
    with transaction(db):
        assert replace_children(db, "mentions", "article_id", parent, []) == 2


def test_rows_of_a_whole_table_or_of_those_with_some_values(db: sqlite_utils.Database) -> None:
    counts = [{"measure": "year", "value": "2023", "articles": 3}, {"measure": "all", "value": "", "articles": 3}]
    assert replace_all(db, "counts", counts) == 2
    assert replace_all(db, "counts", counts[1:]) == 1
    article(db)
    failure = {"site_id": "bac-kan", "url": "u", "reason": "Gone", "detail": "d", "at": "2026"}
    upsert(db, "failures", [failure | {"id": "kept", "capture_id": "c1"}])
    where = {"site_id": "bac-kan", "capture_id": None}
    assert replace_all(db, "failures", [failure | {"id": "one"}, failure | {"id": "two"}], where=where) == 2
    assert replace_all(db, "failures", [failure | {"id": "two"}], where=where) == 1
    assert [one["id"] for one in rows(db, "failures")] == ["kept", "two"]


# -- reference data


def test_reference_data_as_rows(db: sqlite_utils.Database) -> None:
    store_reference(db, REFERENCE)
    first = rows(db, "provinces")[0]
    assert (first["id"], first["successor_id"], first["valid_until"], first["variants"]) == (
        "bac-kan",
        "thai-nguyen-2025",
        "2025-06-30",
        '["BAC-KAN"]',
    )
    (cluster,) = rows(db, "clusters")
    assert (cluster["name"], cluster["number"], cluster["region_names"]) == ("Cụm thi đua số III", 3, '["Việt Bắc"]')
    assert [(one["cluster_id"], one["province_id"], one["decision_id"]) for one in rows(db, "cluster_members")] == [
        ("moit-309-2023-iii", "bac-kan", "qd-309-bct-2023"),
        ("moit-309-2023-iii", "lang-son", "qd-309-bct-2023"),
    ]
    before = writes(db)
    store_reference(db, REFERENCE)
    assert writes(db) == before


def test_what_the_reference_no_longer_has_goes_unless_something_names_it(db: sqlite_utils.Database) -> None:
    store_reference(db, REFERENCE)
    upsert(db, "sites", [SITE])
    upsert(db, "site_provinces", [{"site_id": "bac-kan", "province_id": "bac-kan"}])
    store_reference(db, replace(REFERENCE, provinces={}, clusters={CLUSTER.id: replace(CLUSTER, members=())}, decisions={}))
    assert rows(db, "cluster_members") == []
    assert [one["id"] for one in rows(db, "decisions")] == ["qd-309-bct-2023"]  # the cluster names it
    assert [one["id"] for one in rows(db, "provinces")] == ["bac-kan", "thai-nguyen-2025"]  # the site names one, that one its successor
    store_reference(db, Reference())
    assert rows(db, "clusters") == rows(db, "decisions") == []
    db.execute("DELETE FROM site_provinces")
    store_reference(db, Reference())
    assert rows(db, "provinces") == []


# -- whole databases


def test_a_dump_has_every_table_and_no_inner_workings(db: sqlite_utils.Database) -> None:
    article(db)
    content = dump(db)
    assert {"articles", "captures", "mentions", "counts", "articles_fts", "articles_exact"} <= content.keys()
    assert not [name for name in content if name.endswith(("_data", "_idx", "_docsize", "_config")) or name.startswith(("_", "sqlite_"))]
    assert content["articles"][0]["title"] == "Thi đua"
    assert content["articles_fts"] == [{"title": "Thi đua", "text": "Đồng Tháp", "author": "Nông Thảo"}]


def test_equal_dumps_whatever_the_order_of_writing(tmp_path: Path) -> None:
    with open_archive(tmp_path / "a.db") as one, open_archive(tmp_path / "b.db") as two:
        upsert(one, "provinces", [NORTH, SOUTH])
        upsert(two, "provinces", [SOUTH, NORTH | {"name": "first"}])
        assert dump(one) != dump(two)
        upsert(two, "provinces", [NORTH])
        assert dump(one) == dump(two)
        upsert(two, "counts", [{"measure": "all", "value": "", "articles": 1}])
        assert dump(one) != dump(two)


def test_swapping_under_an_open_reader(tmp_path: Path) -> None:
    live, rebuilt = tmp_path / "archive.db", tmp_path / "rebuild.db"
    with open_archive(live) as old:
        article(old)
        upsert(old, "provinces", [SOUTH])
    with open_archive(rebuilt) as new:
        upsert(new, "provinces", [{**NORTH, "id": f"p{number:04}"} for number in range(3000)])
        expected = dump(new)
    inode = live.stat().st_ino
    with open_archive(live, readonly=True) as reader, open_archive(live) as writer:
        reader.execute("BEGIN")
        assert [one["id"] for one in rows(reader, "provinces")] == ["ca-mau"]
        swap_in(rebuilt, live)
        assert [one["id"] for one in rows(reader, "provinces")] == ["ca-mau"]  # its snapshot
        reader.execute("COMMIT")
        assert dump(reader) == expected
        upsert(writer, "provinces", [SOUTH])  # one that was open before goes on in the new one
        assert len(rows(reader, "provinces")) == 3001
    assert live.stat().st_ino == inode
    with open_archive(live) as db:
        assert len(rows(db, "provinces")) == 3001
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert db.journal_mode == "wal"


def test_swapping_in_where_nothing_was_and_from_what_is_none(tmp_path: Path) -> None:
    with open_archive(tmp_path / "rebuild.db") as new:
        upsert(new, "provinces", [NORTH])
    swap_in(tmp_path / "rebuild.db", tmp_path / "archive.db")
    with open_archive(tmp_path / "archive.db", readonly=True) as db:
        assert [one["id"] for one in rows(db, "provinces")] == ["bac-kan"]
    sqlite3.connect(tmp_path / "empty.db").close()
    for name in ("empty.db", "missing.db"):
        with pytest.raises(StorageError):
            swap_in(tmp_path / name, tmp_path / "archive.db")
    with open_archive(tmp_path / "archive.db", readonly=True) as db:
        assert len(rows(db, "provinces")) == 1
