"""A request and its response, and the WARC records that are written of them. Writes nothing itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from archive.capture_index import Entry
from archive.http_message import request_bytes, response_head, safe_url
from archive.records import Headers
from archive.warc import IDENTICAL, NOT_MODIFIED, Record, make_record, named_lines, sha256, warc_date


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response, as the crawler hands them over. Header texts are latin-1, one character for each byte."""

    url: str
    fetched_at: datetime  # aware
    method: str
    status: int
    reason: str
    headers: Headers
    body: bytes  # as received, Content-Encoding still on
    request_headers: Headers
    kind: str  # why it was fetched
    run: str
    ip: str | None
    request_body: bytes = b""
    via: str | None = None  # the URL it was found on
    tls: str | None = None  # unverified: nobody checked the certificate
    part_of: str | None = None  # id of the capture of the article's first page, where this is a further one


def records_of(exchange: Exchange, original: Entry | None) -> tuple[Record, Record, list[bytes]]:
    """The response and the metadata record of an exchange, and all its gzip members. The response comes last: where it is whole, all of them are."""
    url, response_id = safe_url(exchange.url), _new_id()
    common = {"WARC-Date": warc_date(exchange.fetched_at), "WARC-Target-URI": url}
    beside = {**common, "WARC-Concurrent-To": response_id}
    sent = request_bytes(exchange.method, url, exchange.request_headers, exchange.request_body)
    _, request = make_record("request", {**beside, "WARC-Record-ID": _new_id()}, sent)
    notes = named_lines({"kind": exchange.kind, "run": exchange.run, "via": exchange.via, "tls": exchange.tls, "part-of": exchange.part_of})
    metadata, noted = make_record("metadata", {**beside, "WARC-Record-ID": _new_id()}, notes)

    fields = {"WARC-Record-ID": response_id, **common}
    if exchange.ip:
        fields["WARC-IP-Address"] = exchange.ip
    head = response_head(exchange.method, exchange.status, exchange.reason, exchange.headers, len(exchange.body))
    if original:
        fields |= {
            "WARC-Profile": IDENTICAL if exchange.body else NOT_MODIFIED,
            "WARC-Refers-To": original.record_id,
            "WARC-Refers-To-Target-URI": original.url,
            "WARC-Refers-To-Date": warc_date(original.fetched_at),
            "WARC-Payload-Digest": original.payload_digest,
        }
        record, answered = make_record("revisit", fields, head)
    else:
        fields["WARC-Payload-Digest"] = sha256(exchange.body)
        record, answered = make_record("response", fields, head + exchange.body)
    return record, metadata, [request, noted, answered]


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"
