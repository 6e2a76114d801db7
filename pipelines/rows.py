"""How records become rows of `archive.db`. Values only: no database, no decisions about what is new."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from archive.markup import pack
from archive.records import Article, Capture, Failure, FieldName, FileText, Reading

Row = dict[str, Any]


CONTENT = ("title", "lead", "text", "byline", "published_at", "modified_at", "images")

# What one reading decides of an article beside its content, by table; digests of both stand in the article's row, so that nothing can
# change unnoticed later. Not the capture it was read from: two crawls of the same pages say the same.
READ = {
    "articles": (*("site_id", "url", "author", "year", "category", "tags", "language", "source_name", "source_url"),),
    "article_authors": ("article_id", "position", "author_id", "role", "printed"),
    "evidence": ("article_id", "field", "method", "raw", "doubt"),
    "attachments": ("article_id", "url", "name"),
    "mentions": (
        *("id", "article_id", "field", "start", "end", "quote", "kind"),
        *("rule", "scheme", "holder", "number", "entity", "refers_to", "year", "date", "paragraph", "sentence"),
    ),
    "claims": (
        *("id", "article_id", "mention_id", "kind", "entity", "subject", "subject_entity", "what", "year", "day", "place"),
        *("field", "start", "end", "quote"),
    ),
}

CLAIMED = ("cluster", "block")  # the kinds of mention that claims are about


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _id(*parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:16]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def capture_row(sequence: int, capture: Capture) -> Row:
    return {
        "id": capture.id,
        "site_id": capture.site,
        "url": capture.url,
        "kind": capture.kind,
        "method": capture.method,
        "fetched_at": stamp(capture.fetched_at),
        "status": capture.status,
        "content_type": capture.header("Content-Type"),
        "size": capture.size,
        "file": capture.place.file,
        "offset": capture.place.offset,
        "length": capture.place.length,
        "payload_digest": capture.payload_digest,
        "content_digest": capture.content_digest,
        "refers_to": capture.refers_to,
        "sequence": sequence,
    }


def failure_row(capture: Capture, failure: Failure) -> Row:
    return {
        "id": capture.id,
        "site_id": capture.site,
        "url": capture.url,
        "reason": str(failure.reason),
        "detail": failure.detail,
        "at": stamp(capture.fetched_at),
        "capture_id": capture.id,
    }


def file_row(capture: Capture, read: FileText) -> Row:
    """By the digest of its bytes: the same file may stand under many addresses."""
    row = {"digest": capture.content_digest, "pages": read.pages, "text": read.text, "doubt": read.doubt}
    return row | {"read_digest": file_digest(row)}


def file_digest(row: Row) -> str:
    return _id(*(repr(row[name]) for name in ("digest", "pages", "text", "doubt")))


def content(article: Article) -> Row:
    """The columns whose change between two captures makes a new version; `attachments` too, though they are rows of their own."""
    return {
        "title": article.title,
        "lead": article.lead,
        "text": article.text,
        "byline": article.byline.raw if article.byline else None,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "modified_at": article.modified_at.isoformat() if article.modified_at else None,
        "images": _json([[image.url, image.alt, image.caption] for image in article.images]),
        "attachments": _json(sorted({one.url: one.name for one in article.attachments}.items())),
    }


def reading_rows(article_id: str, capture: Capture, reading: Reading) -> dict[str, list[Row]]:
    """All rows that a reading decides, by table, as `READ` names their columns; the article's with the digest of them."""
    article = reading.article
    found = {
        "articles": [article_row(article_id, capture, article)],
        "article_authors": [link for _, link in author_rows(article_id, article)],
        "evidence": evidence_rows(article_id, article),
        "attachments": attachment_rows(article_id, article),
        "mentions": mention_rows(article_id, reading),
        "claims": claim_rows(article_id, reading),
    }
    [row] = found["articles"]
    row["read_digest"] = f"{content_digest(content(article), article.html)}-{digest(found)}"
    return found


def content_digest(version: Row, html: str) -> str:
    """Of what makes a version, and its HTML; the first half of an article's `read_digest`, and all of a version's."""
    return _id(*(repr(version[name]) for name in (*CONTENT, "attachments")), repr(html))


def digest(tables: Mapping[str, Iterable[Row]]) -> str:
    """Of all else that was read, from rows as they were made or as the archive has them; the second half of an article's `read_digest`."""
    return _id(repr([read_values(table, tables[table]) for table in READ]))


def read_values(table: str, found: Iterable[Row]) -> list[tuple[Any, ...]]:
    """What reading decided of these rows, in an order of its own."""
    return sorted(map(itemgetter(*READ[table]), found), key=repr)


def article_row(article_id: str, capture: Capture, article: Article) -> Row:
    authors = article.byline.authors if article.byline else ()
    row = content(article) | {
        "id": article_id,
        "site_id": article.site,
        "url": article.url,
        "html": pack(article.html, article.text),
        "author": ", ".join(dict.fromkeys(author.name for author in authors)) or None,
        "year": article.published_at.year if article.published_at else None,
        "category": article.category,
        "tags": _json(article.tags),
        "language": article.language,
        "source_name": article.source.name if article.source else None,
        "source_url": article.source.url if article.source else None,
        "version_id": f"{article_id}-{capture.id}",
        "capture_id": capture.id,
    }
    del row["attachments"]
    return row


def stored_content(stored: Row, attachments: Iterable[tuple[str, str]]) -> Row:
    """`content` of an article as the archive has it; `attachments` are its pairs of URL and name."""
    return {name: stored[name] for name in CONTENT} | {"attachments": _json(sorted(attachments))}


def version_row(stored: Row, attachments: Iterable[tuple[str, str]], *, seen_from: str) -> Row:
    """An article's row as it was, kept as an older version."""
    return stored_content(stored, attachments) | {
        "id": stored["version_id"],
        "article_id": stored["id"],
        "number": stored["versions"],
        "html": stored["html"],
        "read_digest": stored["read_digest"] and stored["read_digest"].partition("-")[0],
        "capture_id": stored["capture_id"],
        "seen_from": seen_from,
        "seen_until": stored["last_seen"],
    }


def author_rows(article_id: str, article: Article) -> list[tuple[Row, Row]]:
    """Pairs of an `authors` row and the `article_authors` row that links to it. One name in any case is one author."""
    pairs = []
    for position, author in enumerate(article.byline.authors if article.byline else ()):
        author_id = _id(author.kind, fold_name(author.name))
        link = {"article_id": article_id, "position": position, "author_id": author_id, "role": author.role, "printed": author.name}
        pairs.append(({"id": author_id, "name": author.name, "kind": author.kind}, link))
    return pairs


def fold_name(name: str) -> str:
    """Names are grouped whatever their case and spacing; accents tell people apart."""
    return " ".join(name.casefold().split())


def evidence_rows(article_id: str, article: Article) -> list[Row]:
    unique = {one.field: one for one in reversed(article.evidence)}
    return [{"article_id": article_id, "field": one.field, "method": one.method, "raw": one.raw, "doubt": one.doubt} for one in unique.values()]


def attachment_rows(article_id: str, article: Article) -> list[Row]:
    return [{"article_id": article_id, "url": url, "name": name} for url, name in {one.url: one.name for one in article.attachments}.items()]


def _mention_id(article_id: str, place: tuple[FieldName, int], kind: str) -> str:
    return f"{article_id}-{place[0]}-{place[1]}-{kind}"


def mention_rows(article_id: str, reading: Reading) -> list[Row]:
    return [
        {
            "id": _mention_id(article_id, (one.field, one.start), one.kind),
            "article_id": article_id,
            "field": one.field,
            "start": one.start,
            "end": one.end,
            "quote": one.quote,
            "kind": one.kind,
            "rule": one.rule,
            "scheme": one.scheme,
            "holder": one.holder,
            "number": one.number,
            "entity": one.entity,
            "refers_to": _mention_id(article_id, one.refers_to, one.kind) if one.refers_to else None,
            "year": one.year,
            "date": one.date,
            "paragraph": one.paragraph,
            "sentence": one.sentence,
        }
        for one in reading.mentions
    ]


def claim_rows(article_id: str, reading: Reading) -> list[Row]:
    kinds = {(one.field, one.start): one.kind for one in reading.mentions if one.kind in CLAIMED}
    return [
        {
            "id": f"{article_id}-{one.kind}-{one.field}-{one.start}-{one.end}-{_id(one.subject, one.entity)}",
            "article_id": article_id,
            "mention_id": _mention_id(article_id, one.mention, kinds[one.mention]) if one.mention else None,
            "kind": one.kind,
            "entity": one.entity,
            "subject": one.subject,
            "subject_entity": one.subject_entity,
            "what": one.what,
            "year": one.year,
            "day": one.day,
            "place": one.place,
            "field": one.field,
            "start": one.start,
            "end": one.end,
            "quote": one.quote,
        }
        for one in reading.claims
    ]
