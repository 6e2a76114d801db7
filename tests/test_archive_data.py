"""The data folder's places, its locks, and what it says when the disk will not do."""

import errno
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.data import DataFolder, lock, storing
from archive.errors import Locked, StorageError, UsageError

HOLD = """
import sys, time
from pathlib import Path
from archive.data import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(path: Path, seconds: float) -> "subprocess.Popen[str]":
    """Another process that holds the lock, once this returns."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def test_places(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    assert data.archive_db == tmp_path / "archive.db"
    assert data.rebuild_db == tmp_path / "rebuild.db"
    assert data.archive_lock == tmp_path / "archive.lock"
    assert data.site("bac-kan") == tmp_path / "sites" / "bac-kan"


def test_what_is_named_comes_before_the_environment_before_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CONGTHUONG_DATA", raising=False)
    assert DataFolder.named().path == Path("data")
    monkeypatch.setenv("CONGTHUONG_DATA", str(tmp_path))
    assert DataFolder.named(None).path == tmp_path
    assert DataFolder.named("here").path == Path("here")


@pytest.mark.parametrize("name", ("../etc", "", "a/b", ".", "Bắc-Kạn", "a b"))
def test_a_site_cannot_lead_out_of_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        DataFolder(tmp_path).site(name)


def test_sites_are_the_folders_there(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "new")
    assert data.sites() == ()
    data.make()
    for name in ("lang-son", "bac-kan", ".hidden"):
        (data.path / "sites" / name).mkdir()
    (data.path / "sites" / "notes").write_text("no folder")
    assert data.sites() == ("bac-kan", "lang-son")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"file.*--data"):
        DataFolder(tmp_path / "file" / "data").make()


@pytest.mark.parametrize(
    ("number", "words"),
    ((errno.ENOSPC, "disk is full"), (errno.EACCES, "no permission"), (errno.EROFS, "read-only"), (errno.EIO, "Input/output error")),
)
def test_what_the_disk_says_comes_with_path_and_way_out(number: int, words: str) -> None:
    with pytest.raises(StorageError, match=rf"^/data/sites: .*{words}"), storing(Path("/data/sites")):
        raise OSError(number, os.strerror(number))


def test_a_full_database_and_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("no database " * 100)
    db = sqlite3.connect(tmp_path / "notes.db")
    with pytest.raises(StorageError, match=r"notes\.db: is no database.*move it away"), storing(tmp_path / "notes.db"):
        db.execute("SELECT 1 FROM t")
    db.close()
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE t (x)")
    db.execute("PRAGMA max_page_count = 2")
    with pytest.raises(StorageError, match="disk is full"), storing(tmp_path / "archive.db"):
        db.execute("INSERT INTO t VALUES (zeroblob(100000))")
    db.close()


def test_defects_are_not_blamed_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError), storing(tmp_path):
        raise sqlite3.IntegrityError
    db = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError, match="no such table"), storing(tmp_path):
        db.execute("SELECT * FROM t")
    db.close()


def test_a_lock_held_elsewhere_is_refused_at_once_and_says_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = hold(path, 60)
    try:
        began = time.monotonic()
        with pytest.raises(Locked, match=rf"{path}.*process {other.pid}, since 20") as refused, lock(path):
            pass
        assert time.monotonic() - began < 1
        assert refused.value.exit_code == 3
    finally:
        end(other)
    with lock(path):  # a process that was killed holds nothing
        pass


def test_waiting_for_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = hold(path, 0.4)
    try:
        with pytest.raises(Locked), lock(path, wait=0.1):
            pass
        with lock(path, wait=30):
            assert path.read_text().split()[0] == str(os.getpid())
    finally:
        end(other)


def test_one_process_cannot_take_a_lock_twice(tmp_path: Path) -> None:
    with lock(tmp_path / "lock"), pytest.raises(Locked), lock(tmp_path / "lock"):
        pass


def test_an_error_inside_is_not_changed_and_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="mine") as raised, lock(tmp_path / "lock"):
        raise OSError("mine")
    assert not isinstance(raised.value, StorageError)
    with lock(tmp_path / "lock"):
        pass


def test_a_lock_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="missing"), lock(tmp_path / "missing" / "lock"):
        pass
