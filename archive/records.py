"""The contracts: what flows between crawler, pipelines and archive. Frozen values, no behaviour beyond what they say of themselves.

Times are aware `datetime`s: `fetched_at` in UTC, dates of articles in +07:00. One name per concept, the same in
site files, here and in the columns of `archive.db`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record's gzip member lies: WARC file name inside the site's `captures/`, offset and length in bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Capture:
    """One exchange with a site, as kept. `body` is as received, Content-Encoding still on."""

    id: str  # 16 hex digits: sha-256 of the WARC-Record-ID
    site: str
    url: str
    fetched_at: datetime  # UTC
    method: str
    status: int
    headers: Headers
    body: bytes
    kind: str  # why it was fetched: article, page (a further one of an article), listing, rest, feed, sitemap, robots, attachment, home
    place: Place
    payload_digest: str  # sha256:…, of `body`
    content_digest: str  # sha256:…, of the body with Content-Encoding undone
    refers_to: str | None = None  # id of the capture whose equal body this revisit stands for
    part_of: str | None = None  # of a further page of an article: id of the capture of its first page
    broken: "tuple[Reason, str] | None" = None  # why its record, or the one it refers to, cannot be read; `body` is empty then
    size: int = 0  # bytes of the body where it was read; it may be left out afterwards

    def __hash__(self) -> int:
        return hash(self.id)  # not of the whole body

    def header(self, name: str) -> str | None:
        """The first header of that name, any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file says that an article links to."""

    text: str  # its lines; empty where there are none to be had
    pages: int | None = None  # None where not even that is known
    doubt: str | None = None  # why the text may not be all of it


AuthorKind: TypeAlias = Literal["person", "unit", "agency", "initials"]
AuthorRole: TypeAlias = Literal["text", "photo", "compiled", "source"]


@dataclass(frozen=True, slots=True)
class Author:
    name: str  # as printed, but for the label before it
    kind: AuthorKind = "person"
    role: AuthorRole = "text"


@dataclass(frozen=True, slots=True)
class Byline:
    raw: str  # the printed line, whole
    authors: tuple[Author, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one field came about: 'layout:published', 'json-ld', 'last-paragraph' …; `doubt` says why it may be wrong."""

    field: str
    method: str
    raw: str
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    url: str  # absolute
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    url: str  # absolute
    name: str = ""  # the words of the link


@dataclass(frozen=True, slots=True)
class Source:
    """From where the department says it took the article."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One article as one version of its page says it. `text` is lead and body, paragraphs joined by one newline; the title apart."""

    site: str
    url: str
    title: str
    text: str
    html: str  # the body, only allow-listed tags and attributes
    lead: str | None = None  # the first paragraphs of `text` that the page sets apart (sapo)
    byline: Byline | None = None
    published_at: datetime | None = None  # +07:00; midnight where the page prints no time
    modified_at: datetime | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    language: str = "vi"
    source: Source | None = None
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    evidence: tuple[Evidence, ...] = ()


FieldName: TypeAlias = Literal["title", "text"]
Scheme: TypeAlias = Literal["moit", "other", "province", "unknown"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in an article that names something: `getattr(article, field)[start:end] == quote`, always."""

    field: FieldName
    start: int
    end: int
    quote: str
    kind: str  # cluster, block, decision, province, department
    rule: str  # the rule that decided, by name
    scheme: Scheme | None = None  # clusters and blocks: whose
    holder: str | None = None  # whose, as printed: "Bộ Công an"
    number: str | None = None  # normal form: "3" for III, 03 and ba; "309/QĐ-BCT" for decisions
    entity: str | None = None  # id in the reference data: moit-309-2023-iii, qd-309-bct-2023, bac-kan
    refers_to: tuple[FieldName, int] | None = None  # (field, start) of the full mention a short one stands for
    year: int | None = None  # clusters and blocks: of the contest, where the mention or its sentence says it
    date: str | None = None  # decisions: ISO day, where it stands beside the number
    paragraph: int = 1  # of its field, from 1
    sentence: int = 1  # of its field, from 1


@dataclass(frozen=True, slots=True)
class Claim:
    """What an article says of an entity, with its quote; stands beside the reference data, never over it."""

    kind: str  # member, leader, deputy, event, award
    entity: str | None  # the cluster it is about, where one is known
    subject: str  # as printed: "Sở Công Thương tỉnh Bắc Kạn"
    subject_entity: str | None  # the province's id
    field: FieldName
    start: int
    end: int
    quote: str  # the words that say it
    mention: tuple[FieldName, int] | None = None  # (field, start) of the mention of the cluster
    what: str | None = None  # event: summary, midterm, signing; award: first, second, third, government-flag, ministry-flag, flag
    year: int | None = None  # of the contest
    day: str | None = None  # event: ISO day
    place: str | None = None  # event: as printed


class Reason(StrEnum):
    """Why a fetched page is no article. The name is what stands in `failures.reason`."""

    NOT_AN_ARTICLE = "NotAnArticle"
    EMPTY_BODY = "EmptyBody"
    UNDECODABLE = "Undecodable"
    FIELD_MISSING = "FieldMissing"
    CHALLENGE_PAGE = "ChallengePage"
    NOT_HTML = "NotHtml"
    HTTP_CLIENT_ERROR = "HttpClientError"  # 4xx but 404 and 410
    HTTP_SERVER_ERROR = "HttpServerError"
    GONE = "Gone"  # 404, 410
    OFF_SITE = "OffSite"  # redirects away from the hosts of the site
    REFUSED_ADDRESS = "RefusedAddress"  # private or loopback without allow_private
    ROBOTS_DENIED = "RobotsDenied"
    ROBOTS_UNREACHABLE = "RobotsUnreachable"
    UNREACHABLE = "Unreachable"  # DNS, refused, reset, TLS
    TIMEOUT = "Timeout"
    TOO_LARGE = "TooLarge"
    ORPHAN_REVISIT = "OrphanRevisit"  # the record whose body it stands for is missing or broken
    BROKEN_RECORD = "BrokenRecord"  # what the WARC holds of it cannot be read back
    PROTECTED = "Protected"  # a password or a login is asked for in the place of the article
    OTHER_LANGUAGE = "OtherLanguage"
    BELOW_EXPECTATION = "BelowExpectation"  # no page's: after a run the archive holds less of the site than its file expects
    READER_ERROR = "ReaderError"  # a defect of ours; the detail has the exception


@dataclass(frozen=True, slots=True)
class Failure:
    reason: Reason
    detail: str
    capture: Capture | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading makes of an article's captures."""

    article: Article
    mentions: tuple[Mention, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Province:
    id: str  # bac-kan; thai-nguyen-2025 for the generation since 1 July 2025
    name: str
    full_name: str
    code: str  # GSO code, meaningful only with the period
    valid_from: str | None  # ISO date, None = before all of this
    valid_until: str | None  # last day, None = still
    successor: str | None  # id of the province of today
    level: str  # tỉnh, thành phố
    region: str | None  # one of the six socio-economic regions; None for the generation of 2025
    variants: tuple[str, ...] = ()  # other spellings met


@dataclass(frozen=True, slots=True)
class Decision:
    id: str  # qd-309-bct-2023
    number: str  # 309/QĐ-BCT
    date: str
    issuer: str
    about: str
    source: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """One emulation cluster (Cụm thi đua) as one decision makes it."""

    id: str  # moit-309-2023-iii
    scheme: str
    number: str  # "3"
    roman: str
    decision: str
    valid_from: str
    valid_until: str | None
    names: tuple[str, ...] = ()  # region names met, as after the number
    member_count: int | None = None
    members: tuple[str, ...] = ()  # province ids, only what is verified
    source: str = ""


@dataclass(frozen=True, slots=True)
class Leader:
    """Who led a cluster in a contest year, or deputised."""

    id: str  # moit-309-2023-vi-2023-leader
    cluster: str
    year: int
    role: str  # leader (Cụm trưởng), deputy (Cụm phó)
    province: str
    source: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The verified facts of `archive/reference/`, loaded once. All keyed by id."""

    provinces: Mapping[str, Province] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    leaders: Mapping[str, Leader] = field(default_factory=dict)
