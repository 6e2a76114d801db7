"""Verifies the words of one site's files: as they were read, and as they would be read again. Reads only."""

import sqlite_utils

from archive.records import Capture, FileText
from archive.verify.findings import REBUILD, Findings
from archive.withheld import OUTCOME
from pipelines import rows
from pipelines.files import file_text
from pipelines.verify_articles import AGAIN, DIFFERENT


def check_file_text(db: sqlite_utils.Database, capture: Capture, outcome: str, findings: Findings) -> None:
    """Of a capture that the archive has. A failure, or what is withheld, has no words there."""
    if capture.kind != "attachment" or capture.broken or outcome in {OUTCOME, "failure", "redirect"}:
        return
    held = next(db.query("SELECT * FROM files WHERE digest = ?", [capture.content_digest]), None)
    place = f"archive.db: file {capture.content_digest} ({capture.url})"
    if held and held["read_digest"] != rows.file_digest(held):
        findings.broken("file", place, "its words are not those that were read", REBUILD)
        return
    again = file_text(capture)
    findings.count("files", 1 if held or again else 0)
    if (rows.file_row(capture, again) if isinstance(again, FileText) else None) != held:
        findings.note(DIFFERENT, place, AGAIN)
