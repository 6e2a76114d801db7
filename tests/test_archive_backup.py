"""A backup: the same again, only what is new is copied, never worse than before, whatever interrupts it. Captures are written by hand."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import backup as module
from archive.backup import Report, backup
from archive.captures import SiteFolder
from archive.data import DataFolder, lock
from archive.errors import Locked, StorageError, UsageError
from archive.tables import dump, open_archive
from archive.verify.findings import Findings
from pipelines.verify import verify
from test_pipelines_load import Bench

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A site folder that stays open for writing, as in a crawl, and the archive loaded from it: three articles."""
    made = Bench(tmp_path / "data")
    for number in (1, 2, 3):
        made.page(f"tin-{number}.html", title=f"Tin {number}")
    made.load()
    with closing(sqlite3.connect(made.data.site("mau") / "frontier.db")) as frontier:
        frontier.execute("CREATE TABLE requests (url TEXT)")
    yield made
    made.db.close()
    made.folder.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def copied(bench: Bench, out: Path) -> Report:
    report = backup(bench.data, out, at=AT)
    assert report.troubles == []
    return report


def more(bench: Bench, number: int) -> None:
    bench.page(f"tin-{number}.html", title=f"Tin {number}", later=1)
    bench.load()


def check(bench: Bench, out: Path) -> Findings:
    """What a verification says of a backup: it must always be whole."""
    findings = verify(DataFolder(out), {"mau": bench.context})
    assert findings.breaks == []
    return findings


def rows(path: Path) -> dict[str, list[dict[str, object]]]:
    with open_archive(path, readonly=True) as db:
        return dump(db)


def articles(out: Path) -> int:
    return len(rows(out / "archive.db")["articles"])


def test_a_backup_is_the_same_again(bench: Bench, out: Path) -> None:
    report = copied(bench, out)
    assert (report.sites, report.copied, report.unchanged) == (1, 1, 0)
    assert rows(out / "archive.db") == rows(bench.data.archive_db)
    [warc] = bench.data.site("mau").glob("captures/*")
    assert (out / "sites" / "mau" / "captures" / warc.name).read_bytes() == warc.read_bytes()
    assert report.bytes == warc.stat().st_size
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == {
        "archive.db", "backup.json", "backup.lock", "sites/mau/captures.db", "sites/mau/frontier.db", f"sites/mau/captures/{warc.name}",
    }  # fmt: skip
    assert check(bench, out).checked["articles"] == 3


def test_what_was_written_but_is_not_indexed_yet_stays_behind(bench: Bench, out: Path) -> None:
    bench.page("tin-4.html")  # not synced
    copied(bench, out)
    findings = check(bench, out)
    assert (findings.checked["captures"], findings.notes) == (3, {})


def test_a_backup_is_brought_up_to_date_and_copies_only_what_is_new(bench: Bench, out: Path) -> None:
    first = copied(bench, out)
    assert copied(bench, out) == Report(sites=1, unchanged=1)
    more(bench, 4)
    second = copied(bench, out)
    [warc] = bench.data.site("mau").glob("captures/*")
    assert (second.copied, second.bytes) == (1, warc.stat().st_size - first.bytes)
    assert check(bench, out).checked["articles"] == 4
    assert rows(out / "archive.db") == rows(bench.data.archive_db)


def test_closed_files_are_not_touched_again(bench: Bench, out: Path) -> None:
    copied(bench, out)
    bench.folder.close()
    bench.folder = SiteFolder.open(bench.data.site("mau"), "mau", write=True, max_size=1000)  # the file there is full by that: the next begins
    [old] = (out / "sites" / "mau" / "captures").iterdir()
    before = old.stat()
    more(bench, 4)
    report = copied(bench, out)
    assert (report.copied, report.unchanged) == (1, 1)
    assert (old.stat().st_ino, old.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert check(bench, out).checked["WARC files"] == 2


class Killed(BaseException):
    """Nothing of ours catches it."""


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Dies before the step-th thing that reaches the disk: a sync, a rename, a piece written, an unlink. Then nothing more is done, as after a kill."""
    left = [step]

    def before(real: object) -> object:
        def counted(*args: object, **options: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(*args, **options)  # type: ignore[operator]

        return counted

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", before(os.fsync))
        patch.setattr(Path, "replace", before(Path.replace))
        patch.setattr(Path, "unlink", before(Path.unlink))
        patch.setattr("archive.warc_file.PIECE", 1000)
        real = module.span
        patch.setattr(module, "span", lambda *args: (before(lambda one: one)(chunk) for chunk in real(*args)))
        yield


def test_killed_at_any_step_a_backup_is_no_worse_than_before(bench: Bench, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied(bench, out)
    more(bench, 4)
    for step in range(100):
        tried = tmp_path / f"tried-{step}"
        shutil.copytree(out, tried)
        try:
            with killed_at(step, monkeypatch):
                backup(bench.data, tried, at=AT)
        except Killed:
            assert check(bench, tried).checked["articles"] in {3, 4}
            copied(bench, tried)  # the next one goes on
            assert check(bench, tried).checked["articles"] == 4
            assert not list(tried.rglob("*.unfinished*"))
        else:
            break
    assert 10 < step < 99


def test_a_first_backup_that_was_killed_is_gone_on_with(bench: Bench, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with killed_at(8, monkeypatch), pytest.raises(Killed):
        backup(bench.data, out, at=AT)
    copied(bench, out)
    assert check(bench, out).checked["articles"] == 3


def test_a_copy_that_has_lost_bytes_is_made_anew(bench: Bench, out: Path) -> None:
    copied(bench, out)
    [warc] = (out / "sites" / "mau" / "captures").iterdir()
    whole = warc.read_bytes()
    warc.write_bytes(whole[:100])
    assert copied(bench, out).copied == 1
    assert warc.read_bytes() == whole
    warc.write_bytes(whole + b"what a killed backup had begun to copy")
    assert copied(bench, out).copied == 1
    assert warc.read_bytes() == whole
    (out / "sites" / "mau" / "captures.db").write_bytes(b"no database")
    assert copied(bench, out).copied == 1
    check(bench, out)


def test_a_disk_that_is_full_leaves_what_was_there(bench: Bench, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied(bench, out)
    more(bench, 4)

    def full(*_: object) -> Iterator[bytes]:
        yield b"a little"
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "span", full)
        with pytest.raises(StorageError, match="the disk is full"):
            backup(bench.data, out, at=AT)
    assert not list(out.rglob("*.unfinished*"))
    assert check(bench, out).checked["articles"] == 3
    copied(bench, out)
    assert check(bench, out).checked["articles"] == 4


def test_a_disk_that_is_full_for_a_database(bench: Bench, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out.mkdir()
    real = sqlite3.connect

    class Full(sqlite3.Connection):
        """A copy meets SQLite's own bound on pages."""

        def backup(self, *_: object, **__: object) -> None:  # type: ignore[override]
            self.execute("PRAGMA temp.max_page_count = 1")
            self.execute("CREATE TEMP TABLE big AS SELECT randomblob(100000)")

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: real(*args, **options, factory=Full))
    with pytest.raises(StorageError, match=r"backup: the disk is full"):
        backup(bench.data, out, at=AT)


# -- what it does not do


def test_a_backup_that_holds_more_than_the_folder_is_not_overwritten(bench: Bench, out: Path) -> None:
    """The folder has lost what the backup still has: copying over it would lose that for ever."""
    more(bench, 4)
    copied(bench, out)
    bench.folder.close()
    site = bench.data.site("mau")
    [warc] = site.glob("captures/*")
    with warc.open("r+b") as stream:
        stream.truncate(warc.stat().st_size - 10)
    bench.folder = SiteFolder.open(site, "mau", write=True)  # forgets the capture
    for number in (5, 6):
        bench.page(f"tin-{number}.html", later=1)
    bench.folder.sync()
    report = backup(bench.data, out, at=AT)
    assert "which" in report.troubles[0]
    assert "has lost" in report.troubles[0]
    assert "archive.db was left as it was" in report.troubles[-1]
    findings = check(bench, out)
    assert (findings.checked["articles"], findings.checked["captures"]) == (4, 4)


def test_what_is_damaged_is_said_and_does_not_replace_what_is_whole(bench: Bench, out: Path) -> None:
    copied(bench, out)
    more(bench, 4)
    bench.db.close()
    for end in ("-wal", "-shm"):
        bench.data.archive_db.with_name(f"archive.db{end}").unlink(missing_ok=True)
    bench.data.archive_db.write_bytes(b"no database " * 1000)
    report = backup(bench.data, out, at=AT)
    assert [one for one in report.troubles if "archive.db" in one]
    assert report.copied == 1  # the captures are the truth, and they are copied
    findings = check(bench, out)
    assert (findings.checked["articles"], findings.notes["not loaded yet"].count) == (3, 1)


def test_captures_without_an_index_are_said(bench: Bench, out: Path) -> None:
    bench.folder.close()
    (bench.data.site("mau") / "captures.db").unlink()
    report = backup(bench.data, out, at=AT)
    assert "captures.db: missing" in report.troubles[0]
    assert "rebuild" in report.troubles[0]


def test_an_archive_of_another_order_than_the_index_waits(bench: Bench, out: Path) -> None:
    """As between the two halves of an import."""
    copied(bench, out)
    more(bench, 4)
    bench.db.execute("UPDATE captures SET sequence = sequence + 10")
    report = backup(bench.data, out, at=AT)
    assert "an import is at work" in report.troubles[0]
    assert check(bench, out).checked["articles"] == 3


def test_what_is_no_longer_withheld_is_not_in_the_backup(bench: Bench, out: Path) -> None:
    withheld = bench.data.path / "withheld.toml"
    withheld.write_text("# none\n", encoding="utf-8")
    copied(bench, out)
    assert (out / "withheld.toml").read_text(encoding="utf-8") == "# none\n"
    withheld.unlink()
    copied(bench, out)
    assert not (out / "withheld.toml").exists()


def test_where_it_must_not_go(bench: Bench, out: Path, tmp_path: Path) -> None:
    data = bench.data.path
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(data)
    for place, words in (
        (data, "inside the other"),
        (data / "backup", "inside the other"),
        (tmp_path, "inside the other"),
        (tmp_path / "link" / "x", "inside the other"),
        (tmp_path / "file", "is a file"),
        (tmp_path / "other", "is no backup of ours"),
    ):
        with pytest.raises(UsageError, match=words):
            backup(bench.data, place, at=AT)
    with pytest.raises(UsageError, match="nothing to back up"):
        backup(DataFolder(tmp_path / "nothing"), out, at=AT)
    assert not out.exists()


def test_a_backup_that_was_put_back_and_crawled_into_is_not_overwritten(bench: Bench, out: Path) -> None:
    copied(bench, out)
    SiteFolder.open(out / "sites" / "mau", "mau", write=True).close()
    with pytest.raises(UsageError, match="is a data folder now"):
        backup(bench.data, out, at=AT)


def test_two_backups_do_not_write_to_one_folder(bench: Bench, out: Path) -> None:
    out.mkdir()
    with lock(out / "backup.lock"), pytest.raises(Locked):
        backup(bench.data, out, at=AT)


def test_a_program_that_had_the_backup_open_leaves_nothing_behind(bench: Bench, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its `-wal` would be written over the database that comes. While it is open, the backup waits, and then says so."""
    copied(bench, out)
    more(bench, 4)
    with closing(sqlite3.connect(out / "archive.db", isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("DELETE FROM counts")
        monkeypatch.setattr("archive.snapshot.BUSY", 0.1)
        with pytest.raises(Locked, match=r"archive\.db"):
            backup(bench.data, out, at=AT)
    copied(bench, out)
    assert rows(out / "archive.db") == rows(bench.data.archive_db)
