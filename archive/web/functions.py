"""SQL functions that every connection of the archive's Datasette has: fold, unpacked, province_at and a safe escape_fts."""

import sqlite3

from archive import search
from archive.markup import unpack


def register(conn: sqlite3.Connection) -> None:
    conn.create_function("fold", 1, _fold, deterministic=True)
    conn.create_function("unpacked", 2, _unpacked, deterministic=True)
    conn.create_function("escape_fts", 1, escape_fts, deterministic=True)
    conn.create_function("province_at", 2, lambda province, day: province_at(conn, province, day))


def _fold(text: object) -> str | None:
    return None if text is None else search.fold(str(text))


def _unpacked(html: object, text: object) -> str | None:
    return unpack(html, str(text)) if isinstance(html, bytes) else None


def escape_fts(query: object) -> str:
    """Datasette's table search calls this on what was typed. What asks for nothing finds nothing."""
    return search.match(search.parse(str(query or "")), exact=False) or '""'


def province_at(conn: sqlite3.Connection, province: str | None, day: str | None) -> str | None:
    """Id of the province to which the territory named by `province` belonged on an ISO `day`; without a day `province` itself.

    Null for no such province, and where a province of today was several before: its territory was not one then.
    """
    if province is None or day is None:
        return province
    seen: set[str] = set()
    while province not in seen:
        seen.add(province)
        row = conn.execute("SELECT valid_from, valid_until, successor_id FROM provinces WHERE id = ?", (province,)).fetchone()
        if row is None:
            return None
        begins, ends, successor = row
        if ends is not None and day[:10] > ends and successor:
            province = successor
        elif begins is not None and day[:10] < begins:
            before = conn.execute("SELECT id FROM provinces WHERE successor_id = ? AND id <> ? LIMIT 2", (province, province)).fetchall()
            if len(before) != 1:
                return None
            province = before[0][0]
        else:
            break
    return province
