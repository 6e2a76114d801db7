"""Small PDFs for tests, written by hand: one line of text each, with the map from glyphs to letters that Word gives its files."""

from collections.abc import Sequence

FONT = b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>"
DESCENDANT = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /CIDSystemInfo << /Registry (A) /Ordering (I) /Supplement 0 >> >>"
CMAP = "begincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{} beginbfchar\n{}\nendbfchar\nendcmap"


def pdf(pages: Sequence[str]) -> bytes:
    """A file with these pages; an empty one draws a line and says nothing."""
    letters = sorted({letter for page in pages for letter in page})
    cmap = CMAP.format(len(letters), "\n".join(f"<{ord(one):04X}> <{ord(one):04X}>" for one in letters)).encode()
    first = 6
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        FONT % (4, 5),
        DESCENDANT,
        _stream(cmap),
    ]
    for number, page in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td <{''.join(f'{ord(one):04X}' for one in page)}> Tj ET".encode() if page else b"0 0 m 9 9 l S"
        at = first + 2 * number + 1
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {at} 0 R >>".encode())
        objects.append(_stream(drawn))
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
