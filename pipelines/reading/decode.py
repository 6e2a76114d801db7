"""From the bytes of a body to its characters, or to UTF-8 that a tree can hold, or the reason why there are none. Looks at the head of a page only
for its charset.
"""

import codecs
import re
from contextlib import suppress

from archive.records import Failure, Reason

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
HEAD = 4096  # bytes in which a page declares its charset
META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
MAGIC = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"RIFF")
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain", ""})
TONES = re.compile("[aeiouyâăêôơưAEIOUYÂĂÊÔƠƯ][\u0300\u0301\u0303\u0309\u0323]")  # as that charset writes them, behind their letter
MOJIBAKE = re.compile("á[»º][\u0080-\u00ff\u0152-\u2122]|Ä[‘\u0090]|Æ[°¡]|Ã[\u00a0-\u00bf]")  # ộ, ạ, đ, ư, à so misread
WESTERN = {bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}}
MISREAD = re.compile(f"[\u0080-\u00ff{''.join(WESTERN)}]{{2,}}")  # ftfy mends such pages only in part: it knows few Vietnamese letters
FEWEST_TONES = 5
LEGACY_FONT = re.compile(rb"""face\s*=\s*["']?\.Vn|font-family\s*:\s*["']?\.Vn|VNI-Times""", re.IGNORECASE)
CONTROL = bytes({*range(1, 32)} - {*b"\t\n\x0b\f\r\x1b"})
UNHELD = bytes([*range(9), 11, *range(14, 32)])  # what no tree can hold
NO_CHARACTERS = ("\ufffe", "\uffff")  # nor these
NO_CHARACTER = b"\xef\xbf"  # how these begin in UTF-8, and U+FFFD
DECLARATION = re.compile(rb"^\s*<\?xml[^>]*>")
MISREAD_BEGINS = re.compile(rb"\xc3\xa1\xc2")  # how ạ or ộ do that were read as Windows-1252 and written again
BROKEN = 0.002  # share of characters that may be unreadable or control before a page counts as binary


def decode(body: bytes, content_type: str = "") -> str | Failure:
    """The characters of an HTML body. UTF-8 wins wherever it decodes strictly: declared charsets are wrong more often than it fits by chance."""
    if refused := _refused(body, content_type):
        return refused
    text = _text(body, content_type).replace("\x00", "")
    if MISREAD_BEGINS.search(body):  # quick to look for
        text = _mended(text)
    wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    unreadable = text.count("\ufffd") + (0 if wide else len(body) - len(body.translate(None, CONTROL)))
    if unreadable > max(2, BROKEN * len(text)):
        return Failure(Reason.UNDECODABLE, f"{unreadable} of {len(text)} characters unreadable in any declared charset")
    return text


def markup(body: bytes, content_type: str = "") -> bytes | Failure:
    """The same as `held` bytes; of nearly all pages these are the body's own, and no characters are made of it."""
    if refused := _refused(body, content_type):
        return refused
    odd = (NO_CHARACTER[:1] in body and NO_CHARACTER in body) or MISREAD_BEGINS.search(body) or len(body.translate(None, UNHELD)) < len(body)
    if not odd and _is_utf8(body):
        return DECLARATION.sub(b"", body.removeprefix(codecs.BOM_UTF8))
    text = decode(body, content_type)
    return text if isinstance(text, Failure) else held(text)


def held(text: str) -> bytes:
    """UTF-8 as a tree can hold it."""
    for one in NO_CHARACTERS:
        text = text.replace(one, "")
    return DECLARATION.sub(b"", text.encode("utf-8", "ignore")).translate(None, UNHELD)


def _refused(body: bytes, content_type: str) -> Failure | None:
    if (kind := content_type.partition(";")[0].strip().lower()) not in HTML_TYPES:
        return Failure(Reason.NOT_HTML, f"content type {kind}")
    if not body.strip(b" \t\r\n\x00"):
        return Failure(Reason.EMPTY_BODY, "the body is empty")
    if body.startswith(MAGIC):
        return Failure(Reason.NOT_HTML, f"the body begins with {body[:4]!r}")
    return None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mended(text: str) -> str:
    """UTF-8 that was once read as Windows-1252 and written again; only where it shows, so that no other page is touched."""
    return MISREAD.sub(_meant, text) if len(MOJIBAKE.findall(text)) >= FEWEST_TONES else text


def _meant(found: re.Match[str]) -> str:
    try:
        return bytes(WESTERN.get(letter, ord(letter)) for letter in found[0]).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


def _text(body: bytes, content_type: str) -> str:
    for bom, charset in BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _declared(body, content_type)
    for charset in declared:
        with suppress(UnicodeError):
            return body.decode(charset)
    with suppress(UnicodeError):
        if len(TONES.findall(text := body.decode("cp1258"))) >= FEWEST_TONES:  # Windows' Vietnamese, whatever is declared
            return text
    if LEGACY_FONT.search(body):  # typed in letters of another font: `legacy` reads them
        return body.decode("latin-1")
    return body.decode((declared or ["utf-8"])[0], "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    """What header and meta declare, in that order, as Python knows it; labels that browsers read as Windows' are."""
    header = HEADER.search(content_type)
    meta = META.search(body[:HEAD])
    named = [header.group(1)] if header else []
    named += [(meta.group(1) or meta.group(2)).decode("ascii", "ignore")] if meta else []
    known = []
    for name in named:
        label = "cp1252" if name.lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"} else name
        try:
            info = codecs.lookup(label)
            "".encode(info.name)  # a codec of bytes to bytes is no charset
        except (LookupError, UnicodeError, TypeError):
            continue
        known.append(info.name)
    return known
