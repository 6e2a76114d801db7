"""The chain, broken by hand one link at a time: just this break is named, with place and way out. What only looks like one is not."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.captures import Exchange, SiteFolder
from archive.data import DataFolder, lock
from archive.verify.captures import is_at_work
from archive.verify.findings import Findings
from archive.verify.sample import Sample
from conftest import Crawled
from crawler.site_files import site_of_folder
from pipelines.context import Context
from pipelines.derive import derive, record_log
from pipelines.verify import verify
from test_pipelines_load import Bench

SITE = "demo-bac-kan"
OF_SITE = "authors.id IN (SELECT author_id FROM article_authors JOIN articles ON articles.id = article_id WHERE site_id = ?)"
FILE = Path("sites") / SITE / "captures"


@dataclass
class Held:
    """A data folder of its own, to be broken."""

    data: DataFolder

    @property
    def warc(self) -> Path:
        [path] = self.data.site(SITE).glob("captures/*.warc.gz")
        return path

    def verify(self, sample: Sample | None = None, context: Context | None = None) -> Findings:
        return verify(self.data, {SITE: context or site_of_folder(self.data.site(SITE)).context()}, sample=sample)

    def sql(self, statement: str, *values: object, database: str = "archive.db") -> list[tuple[object, ...]]:
        """Straight to the file, with no foreign key checked."""
        with closing(sqlite3.connect(self.data.path / database, isolation_level=None)) as db:
            return db.execute(statement, values).fetchall()

    def index(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        return self.sql(statement, *values, database=f"sites/{SITE}/captures.db")

    def one(self, statement: str, *values: object) -> tuple[object, ...]:
        return self.sql(statement + " LIMIT 1", *values)[0]

    def overwrite(self, offset: int, content: bytes) -> None:
        with self.warc.open("r+b") as stream:
            stream.seek(offset)
            stream.write(content)


@pytest.fixture
def held(crawled: Crawled, tmp_path: Path) -> Held:
    """The sample departments' folder, of which one is broken and verified."""
    shutil.copytree(crawled.data, tmp_path / "data")
    return Held(DataFolder(tmp_path / "data"))


def broken(findings: Findings) -> list[tuple[str, str]]:
    assert all(one.trouble and one.way_out for one in findings.breaks)
    return [(one.link, one.place) for one in findings.breaks]


def test_what_is_whole_is_said_to_be_and_everything_was_looked_at(held: Held) -> None:
    findings = held.verify()
    assert broken(findings) == []
    assert findings.notes == {}
    captures = held.one("SELECT count(*) FROM captures WHERE site_id = ?", SITE)
    mentions = held.one("SELECT count(*) FROM mentions JOIN articles ON articles.id = article_id WHERE site_id = ?", SITE)
    looked = findings.checked
    assert looked["captures"] == looked["captures in archive.db"] == captures[0]
    assert looked["mentions"] == mentions[0] > 50
    assert (looked["articles"], looked["search indexes"], looked["WARC files"], looked["databases"]) == (12, 3, 1, 3)
    assert looked["records"] > 2 * looked["captures"]


def test_nothing_is_changed_by_it(held: Held) -> None:
    def files() -> dict[Path, bytes]:  # but for what SQLite keeps beside a database that is open
        return {path: path.read_bytes() for path in held.data.path.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))}

    before = files()
    held.verify()
    assert files() == before


# -- WARC files and index


def place_of(held: Held, where: str = "kind = 'article' AND outcome = 'article'") -> tuple[str, int, int]:
    file, offset, length = held.one(f"SELECT file, offset, length FROM captures WHERE site_id = '{SITE}' AND {where} ORDER BY sequence DESC")
    return f"{FILE}/{file}", offset, length  # type: ignore[return-value]


@pytest.mark.parametrize("quick", (None, Sample(1)))
def test_a_byte_of_a_record(held: Held, quick: Sample | None) -> None:
    file, offset, length = place_of(held)
    byte = held.warc.read_bytes()[offset + length // 2]
    held.overwrite(offset + length // 2, bytes([byte ^ 1]))
    findings = held.verify(quick)
    assert broken(findings) == [("record", f"{file} at {offset}")]
    assert "backup" in findings.breaks[0].way_out
    assert findings.notes["not read again, for their captures cannot be read"].count == 1


def test_a_byte_of_a_record_that_is_no_capture(held: Held) -> None:
    """The request that stands before the response: no capture is lost, but the file is not what it was."""
    _, offset, _ = place_of(held)
    previous = held.index("SELECT max(offset + length) FROM captures WHERE offset < ?", offset)[0][0]
    held.overwrite(previous + 40, b"\x00\xff\x00")  # type: ignore[operator]
    assert broken(held.verify()) == [("record", f"{FILE}/{held.warc.name} at {previous}")]


def test_a_file_that_ends_early(held: Held) -> None:
    last = held.index("SELECT id, offset, length FROM captures ORDER BY offset DESC LIMIT 3")
    _, offset, _ = last[2]
    with held.warc.open("r+b") as stream:
        stream.truncate(offset + 10)  # type: ignore[operator]
    findings = held.verify()
    assert broken(findings) == [("file", f"{FILE}/{held.warc.name}")]
    assert "3 captures" in findings.breaks[0].trouble
    assert all(str(capture) in findings.breaks[0].trouble for capture, *_ in last)


def test_a_file_that_is_missing(held: Held) -> None:
    name = held.warc.name
    held.warc.unlink()
    findings = held.verify()
    assert broken(findings) == [("file", f"{FILE}/{name}")]
    assert "is missing" in findings.breaks[0].trouble


@pytest.mark.parametrize("quick", (None, Sample(1)))
def test_a_row_that_the_index_has_lost(held: Held, quick: Sample | None) -> None:
    file, offset, _ = place_of(held)
    held.index("DELETE FROM captures WHERE offset = ?", offset)
    findings = held.verify(quick)
    assert broken(findings) == [("index", f"{file} at {offset}")]
    assert "captures.db" in findings.breaks[0].way_out


@pytest.mark.parametrize(
    ("change", "named"),
    (
        ("payload_digest = 'sha256:0'", "payload_digest"),
        ("content_digest = 'sha256:0'", "content_digest"),
        ("url = url || 'x'", "url"),
        ("status = 500", "status"),
        ("kind = 'listing'", "kind"),
        ("length = length + 100000000", "place"),
        ("part_of = 'x'", "part_of"),
    ),
)
def test_an_index_that_says_otherwise_than_the_record(held: Held, change: str, named: str) -> None:
    """`article` captures are read by what the index says: that the archive's rows differ from it then is no second break."""
    file, offset, _ = place_of(held, "kind = 'robots'")
    held.index(f"UPDATE captures SET {change} WHERE offset = ?", offset)
    findings = held.verify()
    assert broken(findings) == [("index", f"{file} at {offset}")]
    assert named in findings.breaks[0].trouble


def test_a_row_that_cannot_even_be_read(held: Held) -> None:
    held.index("UPDATE captures SET fetched_at = 'yesterday' WHERE sequence = 3")
    assert broken(held.verify()) == [("index", f"sites/{SITE}")]


def test_an_index_that_leads_nowhere(held: Held) -> None:
    held.index(
        "INSERT INTO captures SELECT 999, 'x', 'x', url, fetched_at, method, status, kind, run, file, offset + 1, 5, 'p', 'c', NULL, NULL, NULL, NULL, 0, NULL FROM captures WHERE sequence = 3"
    )
    [(offset,)] = held.index("SELECT offset FROM captures WHERE id = 'x'")
    assert broken(held.verify()) == [("index", f"{FILE}/{held.warc.name} at {offset}")]


def test_an_index_that_is_missing(held: Held) -> None:
    (held.data.site(SITE) / "captures.db").unlink()
    assert broken(held.verify()) == [("index", f"sites/{SITE}/captures.db")]


def test_a_folder_that_is_missing(held: Held) -> None:
    shutil.rmtree(held.data.site(SITE))
    assert broken(verify(held.data, {})) == [("site", f"sites/{SITE}")]


@pytest.mark.parametrize("name", ("archive.db", f"sites/{SITE}/captures.db", f"sites/{SITE}/frontier.db"))
@pytest.mark.parametrize("quick", (None, Sample(1)))
def test_a_page_of_a_database(held: Held, name: str, quick: Sample | None) -> None:
    path = held.data.path / name
    [(root,)] = held.sql("SELECT max(rootpage) FROM sqlite_master WHERE type = 'table'", database=name)
    with path.open("r+b") as stream:
        stream.seek((root - 1) * 4096)  # type: ignore[operator]
        stream.write(b"\xff" * 4096)
    assert broken(held.verify(quick)) == [("database", name)]


def test_a_database_that_is_none(held: Held) -> None:
    held.data.archive_db.write_bytes(b"not a database " * 1000)
    assert broken(held.verify()) == [("database", "archive.db")]


# -- the archive


def test_a_capture_that_the_archive_has_lost(held: Held) -> None:
    file, offset, _ = place_of(held, "kind = 'robots'")
    held.sql("DELETE FROM captures WHERE kind = 'robots' AND site_id = ?", SITE)
    findings = held.verify()
    assert broken(findings) == [("capture", f"{file} at {offset}")]
    assert "rebuild" in findings.breaks[0].way_out


@pytest.mark.parametrize("change", ("size = size + 1", "content_type = 'x'", "payload_digest = 'x'", "url = 'x'", "offset = offset + 1"))
@pytest.mark.parametrize("quick", (None, Sample(1)))
def test_a_capture_that_the_archive_tells_otherwise(held: Held, change: str, quick: Sample | None) -> None:
    file, offset, _ = place_of(held, "kind = 'robots'")
    held.sql(f"UPDATE captures SET {change} WHERE kind = 'robots' AND site_id = ?", SITE)
    findings = held.verify(quick)
    assert broken(findings) == [("capture", f"{file} at {offset}")]
    assert change.partition(" ")[0] in findings.breaks[0].trouble


def longest(held: Held) -> str:
    return str(held.one("SELECT id FROM articles WHERE site_id = ? ORDER BY length(text) DESC", SITE)[0])


@pytest.mark.parametrize(
    "change", ("text = 'Đã sửa. ' || text", "text = replace(text, 'công', 'không')", "title = title || ' (đã sửa)'", "html = '<p>Đã sửa</p>'")
)
@pytest.mark.parametrize("quick", (None, Sample(1)))
def test_the_words_of_an_article(held: Held, change: str, quick: Sample | None) -> None:
    name = longest(held)
    held.sql(f"UPDATE articles SET {change} WHERE id = ?", name)
    findings = held.verify(quick)
    assert broken(findings) == [("article", f"archive.db: article {name}")]
    assert "would be read differently" not in findings.notes


@pytest.mark.parametrize(
    "change",
    (
        "UPDATE articles SET published_at = '2001-01-01T00:00:00+07:00' WHERE id = ?",
        "UPDATE articles SET category = 'Khác' WHERE id = ?",
        "UPDATE article_authors SET role = 'photo' WHERE article_id = ?",
        "UPDATE evidence SET doubt = 'none' WHERE article_id = ? AND field = 'title'",
        "DELETE FROM evidence WHERE article_id = ?",
        "UPDATE mentions SET scheme = 'unknown' WHERE article_id = ?",
        "UPDATE mentions SET entity = NULL WHERE article_id = ?",
        "UPDATE claims SET kind = 'deputy' WHERE article_id = ?",
    ),
)
def test_what_was_read_of_an_article(held: Held, change: str) -> None:
    [name] = held.one("SELECT article_id FROM claims JOIN articles a ON a.id = article_id WHERE kind = 'member' AND site_id = ? ORDER BY 1", SITE)
    held.sql(change, name)
    findings = held.verify()
    assert ("article", f"archive.db: article {name}") in broken(findings)
    assert "would be read differently" not in findings.notes


@pytest.mark.parametrize("table", ("mentions", "claims"))
@pytest.mark.parametrize("quick", (None, Sample(1)))
def test_a_quote_that_was_shifted(held: Held, table: str, quick: Sample | None) -> None:
    [name] = held.one(
        f"SELECT t.id FROM {table} t JOIN articles ON articles.id = article_id WHERE field = 'text' AND site_id = ? ORDER BY t.id", SITE
    )
    held.sql(f'UPDATE {table} SET start = start + 1, "end" = "end" + 1 WHERE id = ?', name)
    assert broken(held.verify(quick)) == [(table[:-1], f"archive.db: {table[:-1]} {name}")]


def test_an_address_that_is_gone(held: Held) -> None:
    name = longest(held)
    [key] = held.one("SELECT key FROM addresses WHERE article_id = ?", name)
    held.sql("DELETE FROM addresses WHERE article_id = ?", name)
    assert broken(held.verify()) == [("address", f"archive.db: address {key}")]


def test_an_address_under_another_key(held: Held) -> None:
    held.sql("UPDATE addresses SET key = '/x' WHERE article_id = ?", longest(held))
    assert broken(held.verify()) == [("address", "archive.db: address /x")]


def test_an_address_that_leads_to_another_article(held: Held) -> None:
    name = longest(held)
    [key] = held.one("SELECT key FROM addresses WHERE article_id = ?", name)
    held.sql("UPDATE addresses SET article_id = (SELECT id FROM articles WHERE id <> ?) WHERE key = ?", name, key)
    assert broken(held.verify()) == [("address", f"archive.db: address {key}")]


def test_a_row_that_points_at_nothing(held: Held) -> None:
    [rowid] = held.one("SELECT rowid FROM addresses ORDER BY rowid")
    held.sql("UPDATE addresses SET capture_id = 'nowhere' WHERE rowid = ?", rowid)
    assert broken(held.verify()) == [("foreign key", f"archive.db: addresses, rowid {rowid}")]


@pytest.mark.parametrize("table", ("articles_fts", "articles_exact"))
@pytest.mark.parametrize("quick", (None, Sample(1)))
def test_a_search_index_that_has_lost_an_article(held: Held, table: str, quick: Sample | None) -> None:
    held.sql(
        f"INSERT INTO {table} ({table}, rowid, title, text, author) SELECT 'delete', rowid, title, text, author FROM articles WHERE id = ?",
        longest(held),
    )
    assert broken(held.verify(quick)) == [("search", f"archive.db: {table}")]


def test_a_search_index_with_damaged_pages(held: Held) -> None:
    held.sql("UPDATE articles_exact_data SET block = zeroblob(100) WHERE id = (SELECT max(id) FROM articles_exact_data)")
    assert broken(held.verify()) == [("search", "archive.db: articles_exact")]


@pytest.mark.parametrize(
    ("change", "what"),
    (
        ("UPDATE counts SET articles = articles + 1 WHERE measure = 'site'", "counts"),
        ("DELETE FROM counts WHERE measure = 'year'", "counts"),
        ("UPDATE authors SET articles = 99 WHERE id = (SELECT min(id) FROM authors)", "authors.articles"),
        ("UPDATE articles SET vanished_at = last_seen", "articles.vanished_at"),
        ("INSERT INTO site_events VALUES ('x', 'demo-bac-kan', 'frozen', '2024-01-01', '2024-01-01', 'x', NULL, NULL)", "site_events"),
    ),
)
def test_what_is_derived(held: Held, change: str, what: str) -> None:
    held.sql(change)
    assert broken(held.verify()) == [("derived", f"archive.db: {what}")]


# -- what looks like a break and is none


def test_what_a_better_reader_would_read_is_counted_apart(held: Held) -> None:
    """A lookup is added to the site file: no row is wrong, but some would be different now."""
    [author] = held.one(f"SELECT name FROM authors WHERE kind = 'person' AND {OF_SITE} ORDER BY articles DESC, name", SITE)
    context = site_of_folder(held.data.site(SITE)).context()
    findings = held.verify(context=replace(context, lookups={"author": {str(author): "Ban biên tập"}}))
    signed = "SELECT count(DISTINCT a.id) FROM articles a JOIN article_authors ON article_id = a.id JOIN authors u ON u.id = author_id"
    [[printed]] = held.sql(f"{signed} WHERE u.name = ? AND site_id = ?", author, SITE)
    assert broken(findings) == []
    note = findings.notes["would be read differently"]
    assert note.count == printed
    assert "author" in note.examples[0]
    assert "rebuild" in note.way_out


def test_a_province_that_the_site_file_does_not_say_is_noted(held: Held) -> None:
    """It comes from the site file and the day, not from the page, so no digest covers it."""
    [[article, province]] = held.sql("SELECT id, province_id FROM articles WHERE site_id = ? AND province_id IS NOT NULL LIMIT 1", SITE)
    held.sql("UPDATE articles SET province_id = NULL WHERE id = ?", article)
    note = held.verify().notes["would be read differently"]
    assert province
    assert (note.count, "province_id" in note.examples[0]) == (1, True)


def test_captures_that_are_not_loaded_and_bytes_that_are_not_indexed_yet(held: Held) -> None:
    """As behind a crawl that goes on, or was killed."""
    path = held.warc
    with SiteFolder.open(held.data.site(SITE), SITE, write=True) as folder:
        for body in (b"one", b"two"):
            at = datetime(2026, 1, 1, tzinfo=UTC)
            folder.write(Exchange("http://127.0.0.1/", at, "GET", 200, "OK", (), body, (), kind="home", run="r", ip=None))
    with path.open("ab") as stream:
        stream.write(b"\x1f\x8b\x08half a record")
    for sample in (None, Sample(1)):
        findings = held.verify(sample)
        assert broken(findings) == []
        assert findings.notes["not loaded yet"].examples == [f"{SITE}: 2 captures"]
        assert findings.notes["not indexed yet"].examples == [f"{FILE}/{path.name}: 16 bytes"]


def test_captures_that_an_import_has_put_in_another_order(held: Held) -> None:
    held.sql("UPDATE captures SET sequence = sequence + 1000 WHERE site_id = ?", SITE)
    assert broken(held.verify()) == [("capture", f"sites/{SITE}")]
    with lock(held.data.site(SITE) / "lock"):  # it is still at work
        findings = held.verify()
    assert broken(findings) == []
    assert "import" in findings.notes["being put in order"].way_out


def test_counts_may_lag_behind_a_run_that_has_not_ended(held: Held) -> None:
    held.sql("UPDATE counts SET articles = articles + 1")
    held.sql("UPDATE runs SET ended_at = NULL")
    findings = held.verify()
    assert broken(findings) == []
    assert findings.notes["not derived yet"].examples == ["counts"]


def test_without_an_archive_the_captures_are_verified_all_the_same(held: Held) -> None:
    held.data.archive_db.unlink()
    findings = held.verify()
    assert broken(findings) == []
    assert "rebuild" in findings.notes["no archive yet"].way_out
    held.index("UPDATE captures SET status = 500 WHERE sequence = 1")
    assert len(broken(held.verify())) == 1


# -- versions and further pages, revisits


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Bench, Callable[[], Findings]]]:
    """A folder with an article in two versions, the second seen twice, the last time as a revisit; and a way to verify it."""
    bench = Bench(tmp_path / "data")
    bench.page("tin-1.html")
    bench.page("tin-1.html", text="Phiên chợ vùng cao hoãn đến cuối tháng vì mưa lớn./.", later=1)
    bench.answer("robots.txt", "User-agent: *", kind="robots")
    bench.answer("robots.txt", "User-agent: *", kind="robots", later=1)
    bench.load()
    run = {
        "id": "1",
        "started_at": "2025-03-01",
        "ended_at": "2026-01-01",
        "outcome": "complete",
        "requests": 4,
        "articles": 1,
        "failures": 0,
        "waiting": 0,
        "message": None,
    }
    record_log(bench.db, "mau", runs=[run], failures=[], found={}, totals={})
    derive(bench.db)
    bench.folder.close()
    yield bench, lambda: verify(bench.data, {"mau": bench.context})
    bench.db.close()


def test_versions_and_revisits_are_followed_too(bench: tuple[Bench, Callable[[], Findings]]) -> None:
    _, check = bench
    findings = check()
    assert broken(findings) == []
    assert findings.notes == {}
    assert (findings.checked["versions"], findings.checked["captures"]) == (1, 4)


def test_the_words_of_a_version(bench: tuple[Bench, Callable[[], Findings]]) -> None:
    made, check = bench
    made.db.execute("UPDATE versions SET text = text || ' Thêm.'")
    [[name]] = made.db.execute("SELECT id FROM versions").fetchall()
    assert broken(check()) == [("version", f"archive.db: version {name}")]


def test_a_revisit_whose_original_is_damaged_is_the_originals_break(bench: tuple[Bench, Callable[[], Findings]]) -> None:
    made, check = bench
    [[file, offset, length]] = made.db.execute("SELECT file, offset, length FROM captures WHERE kind = 'robots' AND refers_to IS NULL").fetchall()
    path = made.data.site("mau") / "captures" / file
    content = bytearray(path.read_bytes())
    content[offset + length - 6] ^= 255  # the checksum at the end of its gzip member
    path.write_bytes(content)
    assert broken(check()) == [("record", f"sites/mau/captures/{file} at {offset}")]


def test_a_revisit_whose_original_is_not_in_the_index(bench: tuple[Bench, Callable[[], Findings]]) -> None:
    made, check = bench
    [[file, offset]] = made.db.execute("SELECT file, offset FROM captures WHERE kind = 'robots' AND refers_to IS NULL").fetchall()
    with closing(sqlite3.connect(made.data.site("mau") / "captures.db", isolation_level=None)) as index:
        index.execute("DELETE FROM captures WHERE offset = ?", (offset,))
    assert broken(check()) == [("index", f"sites/mau/captures/{file} at {offset}")]


def test_it_is_told_whether_anybody_is_at_work(tmp_path: Path) -> None:
    if not Path("/proc/locks").exists():
        pytest.skip("the kernel does not tell")
    folder = tmp_path / "sites" / "mau"
    assert not is_at_work(folder)
    with SiteFolder.open(folder, "mau", write=True):
        assert is_at_work(folder)
    assert not is_at_work(folder)


# -- samples


def test_a_sample_has_both_ends_and_is_the_same_again() -> None:
    sample = Sample(7, ends=3, drawn=4)
    chosen = sample.of(1000, "x")
    assert (len(chosen), chosen[:3], chosen[-3:]) == (10, [1, 2, 3], [998, 999, 1000])
    assert chosen == sorted(set(chosen)) == sample.of(1000, "x")
    assert chosen != sample.of(1000, "y")
    assert chosen != Sample(8, ends=3, drawn=4).of(1000, "x")
    assert sample.of(10, "x") == list(range(1, 11))
    assert sample.of(0, "x") == []


def test_a_sample_looks_at_no_more_than_that(held: Held) -> None:
    findings = held.verify(Sample(1, ends=2, drawn=3))
    assert broken(findings) == []
    assert (findings.checked["articles"], findings.checked["captures in archive.db"]) == (7, 7)
    assert findings.checked["captures"] <= 2 * 7
