"""Where things lie in the data folder, and the locks that keep two runs apart. Opens no database."""

import errno
import fcntl
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from archive.errors import Locked, StorageError, UsageError

VARIABLE = "CONGTHUONG_DATA"
DEFAULT = "data"
SITE_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
POLL = 0.05  # seconds between two tries for a held lock

WAYS_OUT = {
    errno.ENOSPC: "the disk is full. Free some space and run it again: what was reported as archived is kept",
    errno.EDQUOT: "the disk quota is used up. Free some space and run it again: what was reported as archived is kept",
    errno.EACCES: "no permission. Check its owner, or name another folder with --data",
    errno.EPERM: "no permission. Check its owner, or name another folder with --data",
    errno.EROFS: "the file system is read-only. Name another folder with --data",
    errno.ENOTDIR: "a file stands where a folder should be. Move it away, or name another folder with --data",
    errno.EEXIST: "a file stands where a folder should be. Move it away, or name another folder with --data",
}


DERIVED = "It is derived from the captures: move it away and it is made again"
DATABASE_TROUBLE = {
    sqlite3.SQLITE_FULL: WAYS_OUT[errno.ENOSPC],
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Is the folder there and writable?",
    sqlite3.SQLITE_READONLY: "cannot be written to. Check its owner, or name another folder with --data",
    sqlite3.SQLITE_PERM: "no permission. Check its owner, or name another folder with --data",
    sqlite3.SQLITE_IOERR: "the disk reports an error. Look at the system's log before anything else",
    sqlite3.SQLITE_NOTADB: f"is no database. {DERIVED}",
    sqlite3.SQLITE_CORRUPT: f"is damaged. {DERIVED}",
}


@contextmanager
def querying(path: Path) -> Iterator[None]:
    """Turn what SQLite says against the file or disk into a StorageError with the way out, and into Locked where another one writes too long."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            msg = f"{path}: another process has been writing to it for too long. Wait for it to end and run it again"
            raise Locked(msg) from error
        if code not in DATABASE_TROUBLE:
            raise  # a defect of ours
        msg = f"{path}: {DATABASE_TROUBLE[code]} ({error})"
        raise StorageError(msg) from error


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """The same for what the system says against `path`."""
    try:
        with querying(path):
            yield
    except OSError as error:
        place = error.filename if isinstance(error.filename, str) else path
        msg = f"{place}: {WAYS_OUT.get(error.errno or 0, error.strerror or str(error))}"
        raise StorageError(msg) from error


@contextmanager
def lock(path: Path, *, wait: float | None = None) -> Iterator[None]:
    """Hold `path` as this process's lock. Where another holds it: try for `wait` seconds, then Locked, naming who has it and since when.

    The file stays when the lock is released: removing it would let two processes lock two different files of one name.
    """
    deadline = time.monotonic() + (wait or 0)
    with storing(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with storing(path):
            while not _taken(handle):
                if time.monotonic() >= deadline:
                    msg = f"{path}: {_holder(handle)} holds the lock. Wait for it to end and run it again"
                    raise Locked(msg)
                time.sleep(POLL)
            _write(handle, f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')}\n")
        yield
    finally:
        os.close(handle)  # releases it


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode("ascii"), 0)


def _holder(handle: int) -> str:
    pid, _, since = os.pread(handle, 100, 0).decode("ascii", "replace").strip().partition(" ")
    return f"another run (process {pid}, since {since})" if since else "another run"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder that holds everything: a folder for each site, and the archive derived from them."""

    path: Path

    @classmethod
    def named(cls, path: str | Path | None = None) -> Self:
        """What `--data` said, else $CONGTHUONG_DATA, else `data`."""
        return cls(Path(path or os.environ.get(VARIABLE) or DEFAULT))

    def make(self) -> Self:
        """The folder itself, made if it is not there; StorageError where that cannot be."""
        with storing(self.path):
            (self.path / "sites").mkdir(parents=True, exist_ok=True)
        return self

    @property
    def archive_db(self) -> Path:
        return self.path / "archive.db"

    @property
    def rebuild_db(self) -> Path:
        return self.path / "rebuild.db"

    @property
    def rebuild_lock(self) -> Path:
        """Held by a rebuild from beginning to end: two of them would write one `rebuild.db`."""
        return self.path / "rebuild.lock"

    @property
    def archive_lock(self) -> Path:
        """Held for each batch written to `archive.db`, and while a rebuilt one is swapped in."""
        return self.path / "archive.lock"

    def site(self, site_id: str) -> Path:
        """The folder of one site, there or not."""
        if not SITE_ID.fullmatch(site_id):
            msg = f"{site_id!r} is no name of a site: small letters, digits and hyphens"
            raise UsageError(msg)
        return self.path / "sites" / site_id

    def sites(self) -> tuple[str, ...]:
        """The ids of the sites that have a folder, sorted."""
        folder = self.path / "sites"
        with storing(folder):
            return tuple(sorted(one.name for one in folder.iterdir() if one.is_dir() and SITE_ID.fullmatch(one.name))) if folder.is_dir() else ()
