"""Every claim can be followed to bytes: from a mention to the record in its WARC file, with nothing of ours but the archive's columns."""

import gzip
import hashlib
import html
import re
import unicodedata

from conftest import Crawled
from test_end_to_end import query

CHAIN = """
SELECT m.quote, m.field, m.start, m."end", a.title, a.text, c.file, c.offset, c.length, c.payload_digest, c.url, c.site_id, a.version_id, c.id AS capture
FROM mentions m JOIN articles a ON a.id = m.article_id JOIN captures c ON c.id = a.capture_id ORDER BY m.id"""


def words(page: str) -> str:
    """The words of an HTML page, by the plainest means: tags out, entities in, blanks one."""
    text = html.unescape(re.sub(r"<[^>]+>", "", page)).replace("\xa0", " ")
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_every_mention_leads_to_the_bytes_of_its_record(crawled: Crawled) -> None:
    pages: dict[str, str] = {}
    chain = query(crawled.data / "archive.db", CHAIN)
    assert len(chain) > 200
    for link in chain:
        assert link[link["field"]][link["start"] : link["end"]] == link["quote"]
        assert link["version_id"].endswith(link["capture"])
        if link["capture"] not in pages:
            with (crawled.data / "sites" / link["site_id"] / "captures" / link["file"]).open("rb") as file:
                file.seek(link["offset"])
                record = gzip.decompress(file.read(link["length"]))
            head, _, block = record.partition(b"\r\n\r\n")
            assert head.startswith(b"WARC/1.1")
            assert f"WARC-Target-URI: {link['url']}".encode() in head
            _, _, payload = block.partition(b"\r\n\r\n")
            payload = payload.removesuffix(b"\r\n\r\n")
            assert link["payload_digest"] == f"sha256:{hashlib.sha256(payload).hexdigest()}"
            pages[link["capture"]] = words(payload.decode())
        assert link["quote"] in pages[link["capture"]]
