"""WARC/1.1 records, one gzip member each: made as bytes, read at their place. `warc_file` walks whole files."""

import base64
import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from archive.errors import BrokenRecord
from archive.http_message import Message, parse_message

VERSIONS = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]
HTTP = {
    "request": "application/http; msgtype=request",
    "response": "application/http; msgtype=response",
    "revisit": "application/http; msgtype=response",
}
FIELDS = "application/warc-fields"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
GZIP = zlib.MAX_WBITS + 16
MAGIC = b"\x1f\x8b\x08"
LEVEL = 6  # of gzip, for a page of 75 kB: 1.0 ms; 9 takes 1.7 ms and saves under 1 %
HEAD = 1 << 14  # bytes in which both heads of a record are looked for before it is read whole
END = b"\r\n\r\n"

PARSER = StatusAndHeadersParser(VERSIONS)


@dataclass(frozen=True)
class Record:
    """One record as it stands in a file: its named fields, names in small letters, and its block."""

    fields: Mapping[str, str]
    block: bytes

    @property
    def type(self) -> str:
        return self.fields.get("warc-type", "")

    @property
    def id(self) -> str:
        """The WARC-Record-ID, angle brackets and all."""
        return self.fields.get("warc-record-id", "")

    @property
    def date(self) -> datetime:
        """In UTC, as dates of records are, though some makers leave the Z away."""
        said = datetime.fromisoformat(self.fields["warc-date"])
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)

    @property
    def url(self) -> str:
        """The WARC-Target-URI; some makers put it in angle brackets."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def is_http(self) -> bool:
        """Is it half of an exchange with a web server? Some makers leave the Content-Type of a record away."""
        said = self.fields.get("content-type", "").lower().startswith("application/http")
        return self.type in HTTP and (said or self.block.startswith(b"HTTP/")) and self.url.lower().startswith(("http://", "https://"))

    @cached_property
    def http(self) -> Message:
        try:
            return parse_message(self.block)
        except ValueError as error:
            msg = f"the record {self.id} holds no HTTP message: {error}"
            raise BrokenRecord(msg) from error

    @cached_property
    def named(self) -> Mapping[str, str]:
        """The `name: value` lines of a warcinfo or metadata record."""
        lines = (line.partition(":") for line in self.block.decode("utf-8", "replace").splitlines())
        return {name.strip(): value.strip() for name, colon, value in lines if colon}


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def capture_id(record_id: str) -> str:
    """The id of the capture that a response or revisit record is; its WARC-Record-ID is taken with the angle brackets."""
    return hashlib.sha256(record_id.encode()).hexdigest()[:16]


def warc_date(moment: datetime) -> str:
    """In UTC with microseconds, as WARC/1.1 allows; ValueError for a time that does not say its zone."""
    if moment.tzinfo is None:
        msg = f"{moment} has no time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def named_lines(values: Mapping[str, str | None]) -> bytes:
    """The block of a warcinfo or metadata record."""
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in values.items() if value).encode("utf-8", "replace")


def make_record(kind: str, fields: Mapping[str, str], block: bytes) -> tuple[Record, bytes]:
    """A record, and the same as one gzip member; block digest, type and length are added to its fields."""
    every = {
        "WARC-Type": kind,
        **fields,
        "WARC-Block-Digest": sha256(block),
        "Content-Type": HTTP.get(kind, FIELDS),
        "Content-Length": str(len(block)),
    }
    head: bytes = StatusAndHeaders("", list(every.items()), protocol=VERSIONS[0]).to_bytes()
    return Record({name.lower(): value for name, value in every.items()}, block), gzip.compress(head + block + END, LEVEL, mtime=0)


def parse_record(data: bytes) -> Record:
    """The one record in `data`, its digests checked; BrokenRecord where it is not whole, not alone or not what its digests say."""
    stream = BytesIO(data)
    try:
        head = PARSER.parse(stream)
    except (StatusAndHeadersParserException, EOFError) as error:
        msg = "no WARC record stands here"
        raise BrokenRecord(msg) from error
    fields = {name.lower(): value for name, value in reversed(head.headers)}
    try:
        length = int(fields["content-length"])
    except (KeyError, ValueError) as error:
        msg = f"the record {fields.get('warc-record-id')} has no Content-Length"
        raise BrokenRecord(msg) from error
    start = stream.tell()
    record = Record(fields, data[start : start + length])
    if len(record.block) < length:
        msg = f"the record {record.id} is cut off: {len(record.block)} of {length} bytes"
        raise BrokenRecord(msg)
    if data[start + length :].strip():
        msg = f"more follows the record {record.id} in its gzip member: `warcio recompress` gives each record its own"
        raise BrokenRecord(msg)
    _check_digests(record)
    return record


def _check_digests(record: Record) -> None:
    if (block := record.fields.get("warc-block-digest")) and not digest_fits(block, record.block):
        msg = f"the record {record.id} is not what its block digest says"
        raise BrokenRecord(msg)
    payload = record.fields.get("warc-payload-digest")
    if payload and record.type == "response" and record.is_http and not _payload_fits(payload, record):
        msg = f"the record {record.id} is not what its payload digest says"
        raise BrokenRecord(msg)


def _payload_fits(digest: str, record: Record) -> bool:
    """Some makers take the digest with the chunks of Transfer-Encoding on, some without; of a part, nobody can tell."""
    return "warc-segment-number" in record.fields or digest_fits(digest, record.http.body) or digest_fits(digest, record.block.partition(END)[2])


def digest_fits(digest: str, data: bytes) -> bool:
    """Is `digest`, as `algorithm:value` in base 16 or 32, that of the data? True for an algorithm nobody here knows."""
    algorithm, _, value = digest.partition(":")
    try:
        ours = hashlib.new(algorithm.replace("-", ""), data).digest()
    except (ValueError, TypeError):
        return True
    return value.lower() == ours.hex() or value.upper().rstrip("=") == base64.b32encode(ours).decode("ascii").rstrip("=")


def read_record(path: Path, offset: int, length: int) -> Record:
    """The record at a place, checked whole; BrokenRecord names the place."""
    try:
        return parse_record(_unzipped(_piece(path, offset, length)))
    except FileNotFoundError as error:
        msg = f"{path}: the WARC file is missing"
        raise BrokenRecord(msg) from error
    except (BrokenRecord, OSError, zlib.error) as error:
        msg = f"{path} at {offset}: {error}"
        raise BrokenRecord(msg) from error


def _piece(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(offset)
        data = stream.read(length)
    if len(data) < length:
        msg = f"the file ends after {len(data)} of its {length} bytes"
        raise BrokenRecord(msg)
    return data


def _unzipped(data: bytes) -> bytes:
    if not data.startswith(MAGIC):
        return data
    inflater = zlib.decompressobj(GZIP)
    out = inflater.decompress(data)
    if not inflater.eof:
        msg = "the gzip member is cut off"
        raise BrokenRecord(msg)
    return out


def read_head(path: Path, offset: int, length: int) -> Message:
    """Only the head of the HTTP message at a place, its body left empty and its digests unchecked: for passing over many quickly."""
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            data = stream.read(min(length, HEAD))
        if data.startswith(MAGIC):
            data = zlib.decompressobj(GZIP).decompress(data, HEAD)
    except (OSError, zlib.error) as error:
        msg = f"{path} at {offset}: {error}"
        raise BrokenRecord(msg) from error
    head, separator, _ = data.partition(END)[2].partition(END)
    if not separator:  # a head longer than this looks at, or damage
        return replace(read_record(path, offset, length).http, body=b"")
    return parse_message(head + END)
