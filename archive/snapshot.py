"""Copies of SQLite databases as they are at one moment, while others write to them: made beside their place, then put there."""

import errno
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from archive.data import WAYS_OUT, querying
from archive.errors import StorageError
from archive.warc_file import sync_folder

NEW = ".unfinished"  # the end of the name of what is not in its place yet
LEFT_BY_SQLITE = ("-wal", "-shm", "-journal")
BUSY = 10.0  # seconds to wait for a program that has a database open
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def snapshot(source: Path, folder: Path) -> Path:
    """A copy of a database as it is at this moment, under a name that says it is not in place yet. StorageError where it is damaged.

    It needs no file beside it, so it can be read where nothing can be written; whoever writes to it first makes it a WAL database again.
    """
    new = folder / (source.name + NEW)
    try:
        with querying(source), closing(opened(source)) as live, closing(sqlite3.connect(new, isolation_level=None)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            [wrong] = copy.execute("PRAGMA quick_check(1)").fetchone()
    except StorageError as error:
        if not is_full(error):
            raise
        msg = f"{folder}: {WAYS_OUT[errno.ENOSPC]}"
        raise StorageError(msg) from error.__cause__
    if wrong != "ok":
        msg = f"{source}: is damaged ({wrong}); `congthuong verify` says what to do. The backup keeps the copy it has"
        raise StorageError(msg)
    sync(new)
    return new


def put(new: Path) -> None:
    """Put a snapshot in the place of the copy before it, after taking in what a program that opened that one has left beside it."""
    place = new.with_name(new.name.removesuffix(NEW))
    left = [place.with_name(place.name + end) for end in LEFT_BY_SQLITE]
    if any(one.exists() for one in left):
        _close_up(place)
        for one in left:
            one.unlink(missing_ok=True)
    new.replace(place)
    sync_folder(place.parent)


def _close_up(place: Path) -> None:
    """Take what stands beside a database into it; Locked where a program has it open, for that one would write over what comes."""
    with suppress(StorageError), querying(place), closing(opened(place)) as held:  # one that is damaged is replaced now
        held.execute("SELECT count(*) FROM sqlite_master").fetchone()  # rolls back what was broken off
        held.execute("PRAGMA journal_mode = DELETE").fetchone()


def opened(path: Path) -> sqlite3.Connection:
    """Not mode=ro: a journal that a killed run left is rolled back only for who may write."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY, isolation_level=None)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(error: StorageError) -> bool:
    cause = error.__cause__
    return getattr(cause, "errno", None) in FULL or getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
