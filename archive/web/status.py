"""`/status`: how the visits to the sites go: the last of each, what failed and why, and what listings name that is not held."""

import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from archive.web.answers import page, reading
from archive.web.queries import Row, rows

LAST = """
SELECT s.id, s.name, r.started_at, r.ended_at, r.outcome, r.articles, r.failures, r.waiting, r.message,
  (SELECT sum(claimed - held) FROM coverage c WHERE c.site_id = s.id AND held < claimed) AS missing,
  (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.vanished_at IS NOT NULL) AS vanished
FROM sites s LEFT JOIN runs r ON r.site_id = s.id AND r.started_at = (SELECT max(started_at) FROM runs WHERE site_id = s.id)
ORDER BY r.started_at IS NULL, r.outcome = 'done', r.started_at DESC, s.name"""
REASONS = (
    "SELECT reason, count(*) AS pages, count(DISTINCT site_id) AS sites, max(at) AS newest FROM failures GROUP BY reason ORDER BY pages DESC, reason"
)
EVENTS = """
SELECT e.*, s.name FROM site_events e JOIN sites s ON s.id = e.site_id ORDER BY e.day DESC, e.kind, s.name LIMIT 20"""


async def status_page(datasette: Any, request: Any) -> Response:
    def read(conn: sqlite3.Connection) -> dict[str, list[Row]]:
        return {"sites": rows(conn, LAST), "reasons": rows(conn, REASONS), "events": rows(conn, EVENTS)}

    return await page(datasette, request, "status.html", await reading(datasette, read))
