"""The words of the files that articles link to: PDFs, by pypdf. Deterministic; what cannot be had is said beside the text. No clock, no network."""

import logging
import re
from io import BytesIO
from typing import Any

from archive.encoding import content
from archive.errors import BrokenEncoding
from archive.records import Capture, FileText
from pipelines.reading.text import normal
from pipelines.reading.tree import LONGEST_TEXT

PDF = b"%PDF-"
HEADER = 1024  # bytes in which readers look for it
MOST_PAGES = 200  # of a file; plans and decisions have a tenth of that
LARGEST_PAGE = 2 * 1024 * 1024  # bytes of drawing: past it a page is a map, and takes minutes
OBJECT = re.compile(r"IndirectObject\((\d+), \d+, \d+\)")  # pypdf names its reader's place in memory with it
SCAN = "no letters in it: pages that were scanned"

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is said in `doubt`


def file_text(capture: Capture) -> FileText | None:
    """Of a capture of a file; None where it is no PDF."""
    try:
        body = content(capture)
    except BrokenEncoding as error:
        return FileText("", doubt=str(error))
    if PDF not in body[:HEADER]:
        return None
    try:
        return _read(body)
    except Exception as error:  # noqa: BLE001 - pypdf has its own exceptions, and damaged files bring out others
        return FileText("", doubt=f"damaged, or not for everyone to open: {_said(error)}")


def _read(body: bytes) -> FileText:
    from pypdf import PdfReader  # noqa: PLC0415 - a tenth of a second of imports that most commands never need

    reader = PdfReader(BytesIO(body))
    count = len(reader.pages)
    lines: list[str] = []
    doubts = [f"only the first {MOST_PAGES} pages were read"] if count > MOST_PAGES else []
    for number in range(min(count, MOST_PAGES)):
        try:
            lines += _lines(reader, number)
        except Exception as error:  # noqa: BLE001 - the other pages may be whole
            doubts.append(f"page {number + 1}: {_said(error)}")
    text = "\n".join(lines)
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        doubts.append(f"only the first {LONGEST_TEXT} characters are kept")
    return FileText(text, count, "; ".join(doubts) or (None if text else SCAN))


def _lines(reader: Any, number: int) -> list[str]:
    page = reader.pages[number]
    drawing = page.get_contents()
    if drawing is not None and len(drawing.get_data()) > LARGEST_PAGE:
        msg = f"more than {LARGEST_PAGE} bytes of drawing"
        raise ValueError(msg)
    return [line for one in page.extract_text().splitlines() if (line := normal(one))]


def _said(error: Exception) -> str:
    said = OBJECT.sub(r"object \1", str(error))
    return normal(f"{type(error).__name__}: {said}")[:200]
