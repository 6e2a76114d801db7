"""Where the archive lies on the server: known to the pages that read the captures beside it, told to nobody, not by SQL either."""

import sqlite3
import threading

_ours = threading.local()


def file_of(conn: sqlite3.Connection) -> str:
    """The path of the archive that a connection reads; empty where it is in no file."""
    _ours.asks = True
    try:
        return str(next((file for _, name, file in conn.execute("PRAGMA database_list") if name == "main"), ""))
    finally:
        _ours.asks = False


def keep_to_ourselves(conn: sqlite3.Connection) -> None:
    """From here on only `file_of` can ask this connection for its file."""
    conn.set_authorizer(_allowed)


def _allowed(action: int, name: str | None, _second: str | None, _database: str | None, _within: str | None) -> int:
    asks = action == sqlite3.SQLITE_PRAGMA and (name or "").lower() == "database_list"
    return sqlite3.SQLITE_DENY if asks and not getattr(_ours, "asks", False) else sqlite3.SQLITE_OK
