"""The form of `archive.db`, as migrations: each is applied once, in order, and never edited after a release.

`migrate(db)` brings any database up to the newest form. The words for people (descriptions, labels, facets) are in `web/metadata.yaml`.
"""

from typing import NamedTuple

import sqlite_utils
from sqlite_utils import Migrations

from archive.markup import pack

migrations = Migrations("archive")

TABLES = """
CREATE TABLE provinces (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, full_name TEXT NOT NULL, code TEXT NOT NULL, level TEXT NOT NULL, region TEXT,
  valid_from TEXT, valid_until TEXT, successor_id TEXT REFERENCES provinces(id), variants TEXT NOT NULL DEFAULT '[]',
  label TEXT GENERATED ALWAYS AS (name || CASE WHEN valid_from IS NULL THEN '' ELSE ' (' || substr(valid_from, 1, 4) || '–)' END) VIRTUAL);

CREATE TABLE sites (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, home TEXT NOT NULL, family TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE site_provinces (
  site_id TEXT NOT NULL REFERENCES sites(id), province_id TEXT NOT NULL REFERENCES provinces(id), valid_from TEXT,
  PRIMARY KEY (site_id, province_id));

CREATE TABLE decisions (
  id TEXT PRIMARY KEY, number TEXT NOT NULL, date TEXT NOT NULL, issuer TEXT NOT NULL, about TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE clusters (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scheme TEXT NOT NULL, number INTEGER NOT NULL, roman TEXT NOT NULL,
  decision_id TEXT NOT NULL REFERENCES decisions(id), valid_from TEXT NOT NULL, valid_until TEXT,
  region_names TEXT NOT NULL DEFAULT '[]', member_count INTEGER, source TEXT NOT NULL);
CREATE TABLE cluster_members (
  cluster_id TEXT NOT NULL REFERENCES clusters(id), province_id TEXT NOT NULL REFERENCES provinces(id),
  decision_id TEXT NOT NULL REFERENCES decisions(id), PRIMARY KEY (cluster_id, province_id));

CREATE TABLE captures (
  id TEXT PRIMARY KEY, site_id TEXT NOT NULL REFERENCES sites(id), url TEXT NOT NULL, kind TEXT NOT NULL, method TEXT NOT NULL,
  fetched_at TEXT NOT NULL, status INTEGER NOT NULL, content_type TEXT, location TEXT, size INTEGER NOT NULL,
  outcome TEXT NOT NULL, article_id TEXT REFERENCES articles(id),
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  payload_digest TEXT NOT NULL, content_digest TEXT NOT NULL, refers_to TEXT REFERENCES captures(id), sequence INTEGER NOT NULL);
CREATE UNIQUE INDEX captures_by_sequence ON captures (site_id, sequence);
CREATE INDEX captures_by_article ON captures (article_id, sequence);
CREATE INDEX captures_by_outcome ON captures (outcome, site_id);
CREATE INDEX captures_by_kind ON captures (kind, outcome);
CREATE INDEX captures_by_time ON captures (site_id, fetched_at, outcome);
CREATE INDEX captures_by_url ON captures (site_id, url);
CREATE INDEX captures_by_location ON captures (site_id, location, sequence) WHERE location IS NOT NULL;
CREATE INDEX captures_by_original ON captures (refers_to) WHERE refers_to IS NOT NULL;

CREATE TABLE articles (
  id TEXT PRIMARY KEY, site_id TEXT NOT NULL REFERENCES sites(id), province_id TEXT REFERENCES provinces(id), url TEXT NOT NULL,
  title TEXT NOT NULL, lead TEXT, text TEXT NOT NULL, html TEXT NOT NULL, author TEXT, byline TEXT,
  published_at TEXT, year INTEGER, modified_at TEXT, category TEXT, tags TEXT NOT NULL DEFAULT '[]', language TEXT NOT NULL,
  source_name TEXT, source_url TEXT, images TEXT NOT NULL DEFAULT '[]',
  version_id TEXT NOT NULL, versions INTEGER NOT NULL DEFAULT 1, capture_id TEXT NOT NULL REFERENCES captures(id),
  first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, vanished_at TEXT);
CREATE INDEX articles_by_date ON articles (published_at DESC, id);
CREATE INDEX articles_by_site ON articles (site_id, published_at DESC);
CREATE INDEX articles_by_first_seen ON articles (site_id, first_seen);
CREATE INDEX articles_vanished ON articles (site_id, vanished_at, id) WHERE vanished_at IS NOT NULL;
CREATE INDEX articles_by_province ON articles (province_id, published_at DESC);
CREATE INDEX articles_by_year ON articles (year);
CREATE INDEX articles_by_author ON articles (author);
CREATE INDEX articles_by_category ON articles (category);
CREATE INDEX articles_by_capture ON articles (capture_id);

CREATE TABLE addresses (
  site_id TEXT NOT NULL REFERENCES sites(id), key TEXT NOT NULL, url TEXT NOT NULL, article_id TEXT NOT NULL REFERENCES articles(id),
  capture_id TEXT NOT NULL REFERENCES captures(id), PRIMARY KEY (site_id, key));
CREATE INDEX addresses_by_article ON addresses (article_id);
CREATE INDEX addresses_by_capture ON addresses (capture_id);

CREATE TABLE versions (
  id TEXT PRIMARY KEY, article_id TEXT NOT NULL REFERENCES articles(id), number INTEGER NOT NULL, capture_id TEXT NOT NULL REFERENCES captures(id),
  seen_from TEXT NOT NULL, seen_until TEXT NOT NULL, title TEXT NOT NULL, lead TEXT, text TEXT NOT NULL, html TEXT NOT NULL, byline TEXT,
  published_at TEXT, modified_at TEXT, images TEXT NOT NULL, attachments TEXT NOT NULL);
CREATE INDEX versions_by_article ON versions (article_id, number);
CREATE INDEX versions_by_capture ON versions (capture_id);

CREATE TABLE authors (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, articles INTEGER NOT NULL DEFAULT 0);
CREATE TABLE article_authors (
  article_id TEXT NOT NULL REFERENCES articles(id), position INTEGER NOT NULL, author_id TEXT NOT NULL REFERENCES authors(id),
  role TEXT NOT NULL, printed TEXT NOT NULL, PRIMARY KEY (article_id, position));
CREATE INDEX article_authors_by_author ON article_authors (author_id);

CREATE TABLE evidence (
  article_id TEXT NOT NULL REFERENCES articles(id), field TEXT NOT NULL, method TEXT NOT NULL, raw TEXT NOT NULL, doubt TEXT,
  PRIMARY KEY (article_id, field));
CREATE INDEX evidence_by_doubt ON evidence (doubt) WHERE doubt IS NOT NULL;

CREATE TABLE mentions (
  id TEXT PRIMARY KEY, article_id TEXT NOT NULL REFERENCES articles(id), field TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  quote TEXT NOT NULL, kind TEXT NOT NULL, rule TEXT NOT NULL, scheme TEXT, holder TEXT, number TEXT, entity TEXT,
  refers_to TEXT REFERENCES mentions(id));
CREATE INDEX mentions_by_article ON mentions (article_id, field, start);
CREATE INDEX mentions_by_kind ON mentions (kind, scheme, entity, article_id);
CREATE INDEX mentions_by_entity ON mentions (entity, article_id);
CREATE INDEX mentions_by_full_form ON mentions (refers_to) WHERE refers_to IS NOT NULL;

CREATE TABLE claims (
  id TEXT PRIMARY KEY, article_id TEXT NOT NULL REFERENCES articles(id), mention_id TEXT REFERENCES mentions(id), kind TEXT NOT NULL,
  entity TEXT, subject TEXT NOT NULL, subject_entity TEXT, field TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL);
CREATE INDEX claims_by_article ON claims (article_id);
CREATE INDEX claims_by_entity ON claims (entity, kind);
CREATE INDEX claims_by_mention ON claims (mention_id);

CREATE TABLE attachments (
  article_id TEXT NOT NULL REFERENCES articles(id), url TEXT NOT NULL, name TEXT NOT NULL, capture_id TEXT REFERENCES captures(id),
  content_type TEXT, size INTEGER, digest TEXT, PRIMARY KEY (article_id, url));
CREATE INDEX attachments_by_url ON attachments (url);
CREATE INDEX attachments_by_capture ON attachments (capture_id);

CREATE TABLE runs (
  id TEXT PRIMARY KEY, site_id TEXT NOT NULL REFERENCES sites(id), started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT NOT NULL,
  requests INTEGER NOT NULL, articles INTEGER NOT NULL, failures INTEGER NOT NULL, waiting INTEGER NOT NULL, message TEXT);
CREATE TABLE failures (
  id TEXT PRIMARY KEY, site_id TEXT NOT NULL REFERENCES sites(id), url TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
  at TEXT NOT NULL, capture_id TEXT REFERENCES captures(id));
CREATE INDEX failures_by_reason ON failures (reason, site_id);
CREATE INDEX failures_by_capture ON failures (capture_id);
CREATE TABLE coverage (
  site_id TEXT NOT NULL REFERENCES sites(id), section TEXT NOT NULL, claimed INTEGER NOT NULL, held INTEGER NOT NULL,
  missing TEXT NOT NULL DEFAULT '[]', capture_id TEXT REFERENCES captures(id), PRIMARY KEY (site_id, section));
CREATE TABLE site_events (
  id TEXT PRIMARY KEY, site_id TEXT NOT NULL REFERENCES sites(id), kind TEXT NOT NULL, day TEXT NOT NULL, last_day TEXT NOT NULL,
  detail TEXT NOT NULL, articles INTEGER, capture_id TEXT REFERENCES captures(id));
CREATE INDEX site_events_by_site ON site_events (site_id, day);
CREATE INDEX site_events_by_kind ON site_events (kind, site_id);
CREATE INDEX site_events_by_capture ON site_events (capture_id) WHERE capture_id IS NOT NULL;

CREATE TABLE counts (measure TEXT NOT NULL, value TEXT NOT NULL, articles INTEGER NOT NULL, PRIMARY KEY (measure, value))
"""

# Two full-text indexes over the articles: one that forgives missing accents, one that keeps them; over files one that forgives.
# All are external content, so none stores the text again; `archive.search` says which one a query asks.
INDEXED = ("title", "text", "author")
FTS = {"articles_fts": "unicode61 remove_diacritics 2", "articles_exact": "unicode61 remove_diacritics 0"}


class SearchIndex(NamedTuple):
    """A full-text index: of which table, and of which of its columns."""

    table: str
    columns: tuple[str, ...]
    tokenize: str


INDEXES = {name: SearchIndex("articles", INDEXED, tokenize) for name, tokenize in FTS.items()}
INDEXES["files_fts"] = SearchIndex("files", ("text",), FTS["articles_fts"])


@migrations()
def first_form(db: sqlite_utils.Database) -> None:
    for statement in TABLES.split(";\n"):
        db.execute(statement)
    _index(db, "articles")


def _index(db: sqlite_utils.Database, content: str) -> None:
    """Make the full-text indexes over a table, and what keeps them up with it."""
    of_table = {name: one for name, one in INDEXES.items() if one.table == content}
    [fields] = {one.columns for one in of_table.values()}
    columns = ", ".join(fields)
    for name, one in of_table.items():
        db.execute(f'CREATE VIRTUAL TABLE {name} USING fts5({columns}, content="{content}", tokenize="{one.tokenize}")')
    news, olds = (", ".join(f"{row}.{column}" for column in fields) for row in ("new", "old"))
    insert = "".join(f" INSERT INTO {t} (rowid, {columns}) VALUES (new.rowid, {news});" for t in of_table)  # noqa: S608 - our own names
    delete = "".join(f" INSERT INTO {t} ({t}, rowid, {columns}) VALUES ('delete', old.rowid, {olds});" for t in of_table)  # noqa: S608 - our own names
    db.execute(f"CREATE TRIGGER {content}_ai AFTER INSERT ON {content} BEGIN{insert} END")
    db.execute(f"CREATE TRIGGER {content}_ad AFTER DELETE ON {content} BEGIN{delete} END")
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in fields)
    db.execute(f"CREATE TRIGGER {content}_au AFTER UPDATE OF {columns} ON {content} WHEN {changed} BEGIN{delete}{insert} END")


@migrations()
def digest_of_what_was_read(db: sqlite_utils.Database) -> None:
    """Empty in rows of before, until they are read again."""
    for table in ("articles", "versions"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN read_digest TEXT")


@migrations()
def words_of_files(db: sqlite_utils.Database) -> None:
    """Of files that were kept before, when they are read again."""
    db.execute("CREATE TABLE files (digest TEXT PRIMARY KEY, pages INTEGER, text TEXT NOT NULL, doubt TEXT, read_digest TEXT NOT NULL)")
    db.execute("CREATE INDEX attachments_by_digest ON attachments (digest) WHERE digest IS NOT NULL")
    _index(db, "files")


@migrations()
def markup_without_the_text(db: sqlite_utils.Database) -> None:
    """HTML packed against the text beside it. The digests are made differently since then, so they are empty until the pages are read again."""
    db.conn.create_function("packed", 2, pack, deterministic=True)
    for table in ("articles", "versions"):
        db.execute(f"ALTER TABLE {table} RENAME COLUMN html TO whole_html")
        db.execute(f"ALTER TABLE {table} ADD COLUMN html BLOB NOT NULL DEFAULT x''")
        db.execute(f"UPDATE {table} SET html = packed(whole_html, text), read_digest = NULL")  # noqa: S608 - our own names
        db.execute(f"ALTER TABLE {table} DROP COLUMN whole_html")


# Facts that articles claim, each once, with what the reference data says of it: it agrees, it adds what the reference does not know, or
# it contradicts a cluster whose members, or whose leader of that year, are known.
FACTS = """
CREATE VIEW cluster_facts AS
WITH facts AS (
  SELECT c.kind, c.entity AS cluster_id, c.subject_entity AS province_id, c.year, count(DISTINCT c.article_id) AS articles,
    min(a.published_at) AS first_published, max(a.published_at) AS last_published
  FROM claims c JOIN articles a ON a.id = c.article_id
  WHERE c.kind IN ('member', 'leader', 'deputy') AND c.entity IS NOT NULL AND c.subject_entity IS NOT NULL GROUP BY 1, 2, 3, 4)
SELECT f.*,
  CASE WHEN f.kind = 'member' THEN
    CASE WHEN EXISTS (SELECT 1 FROM cluster_members m WHERE m.cluster_id = f.cluster_id AND m.province_id = f.province_id) THEN 'agrees'
      WHEN (SELECT count(*) FROM cluster_members m WHERE m.cluster_id = f.cluster_id) >= k.member_count THEN 'contradicts' ELSE 'adds' END
  ELSE
    CASE WHEN EXISTS (SELECT 1 FROM cluster_leaders l WHERE l.cluster_id = f.cluster_id AND l.role = f.kind AND l.province_id = f.province_id
        AND (l.year = f.year OR f.year IS NULL)) THEN 'agrees'
      WHEN EXISTS (SELECT 1 FROM cluster_leaders l WHERE l.cluster_id = f.cluster_id AND l.role = f.kind AND l.year = f.year) THEN 'contradicts'
      ELSE 'adds' END
  END AS reference,
  CASE WHEN f.kind = 'leader' AND f.year IS NOT NULL THEN (SELECT coalesce(sum(o.articles), 0) FROM facts o
    WHERE o.kind = f.kind AND o.cluster_id = f.cluster_id AND o.year = f.year AND o.province_id <> f.province_id) ELSE 0 END AS articles_against
FROM facts f JOIN clusters k ON k.id = f.cluster_id
"""


@migrations()
def contests_and_what_claims_say(db: sqlite_utils.Database) -> None:
    """Years, events and awards; who led. Empty, and the digests too, in rows of before, until their pages are read again."""
    for column in ("year INTEGER", "date TEXT", "paragraph INTEGER", "sentence INTEGER"):
        db.execute(f"ALTER TABLE mentions ADD COLUMN {column}")
    for column in ("what TEXT", "year INTEGER", "day TEXT", "place TEXT"):
        db.execute(f"ALTER TABLE claims ADD COLUMN {column}")
    db.execute(
        "CREATE TABLE cluster_leaders (id TEXT PRIMARY KEY, cluster_id TEXT NOT NULL REFERENCES clusters(id), year INTEGER NOT NULL,"
        " role TEXT NOT NULL, province_id TEXT NOT NULL REFERENCES provinces(id), source TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX cluster_leaders_by_year ON cluster_leaders (cluster_id, year, role)")
    db.execute("CREATE INDEX cluster_leaders_by_province ON cluster_leaders (province_id)")
    db.execute("CREATE INDEX mentions_by_year ON mentions (entity, year) WHERE year IS NOT NULL")
    db.execute("UPDATE articles SET read_digest = NULL")
    db.execute(FACTS)


# What a search filters, sorts and counts by, in one narrow row an article: so that ten thousand of them are read at once. `article` is the
# rowid of the article, as the full-text indexes know it; clusters, schemes and kinds are sets, in order, joined by commas. The + keeps
# SQLite from going through all mentions of clusters for each article, by their index.
FACETS_OF = """
SELECT a.rowid AS article, a.published_at, a.province_id, a.site_id, a.year, a.author, a.category,
  ifnull((SELECT group_concat(entity) FROM
    (SELECT DISTINCT entity FROM mentions WHERE article_id = a.id AND +kind = 'cluster' ORDER BY 1)), '') AS clusters,
  ifnull((SELECT group_concat(scheme) FROM (SELECT DISTINCT scheme FROM mentions WHERE article_id = a.id ORDER BY 1)), '') AS schemes,
  ifnull((SELECT group_concat(kind) FROM (SELECT DISTINCT kind FROM mentions WHERE article_id = a.id ORDER BY 1)), '') AS kinds,
  (SELECT max(day) FROM claims WHERE article_id = a.id AND +kind = 'event') AS meeting
FROM articles a"""


@migrations()
def narrow_rows_for_searching(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE facets (article INTEGER PRIMARY KEY, published_at TEXT, province_id TEXT, site_id TEXT NOT NULL, year INTEGER, author TEXT,"
        " category TEXT, clusters TEXT NOT NULL, schemes TEXT NOT NULL, kinds TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX facets_by_date ON facets (published_at DESC, article DESC)")
    db.execute("CREATE TRIGGER articles_facets_ad AFTER DELETE ON articles BEGIN DELETE FROM facets WHERE article = old.rowid; END")


@migrations()
def newest_of_each_kind_from_an_index(db: sqlite_utils.Database) -> None:
    """That by province with all that `archive.compare` asks of an article."""
    db.execute("CREATE INDEX facets_by_province ON facets (province_id, published_at, author, kinds)")
    for name in ("site_id", "year", "author", "category"):
        db.execute(f"CREATE INDEX facets_by_{name} ON facets ({name}, published_at)")


@migrations()
def meetings_in_the_narrow_rows(db: sqlite_utils.Database) -> None:
    """The day of the meeting that an article tells of, so that delays are compared from the same index."""
    db.execute("ALTER TABLE facets ADD COLUMN meeting TEXT")
    meetings = (
        "SELECT a.rowid AS article, max(c.day) AS day FROM claims c JOIN articles a ON a.id = c.article_id"
        " WHERE c.kind = 'event' AND c.day IS NOT NULL GROUP BY 1"
    )
    db.execute(f"UPDATE facets SET meeting = m.day FROM ({meetings}) m WHERE m.article = facets.article")  # noqa: S608 - our own names
    db.execute(f"INSERT INTO facets {FACETS_OF} WHERE a.rowid NOT IN (SELECT article FROM facets)")  # noqa: S608 - our own names
    db.execute("DROP INDEX facets_by_province")
    db.execute("CREATE INDEX facets_by_province ON facets (province_id, published_at, author, kinds, meeting)")


def migrate(db: sqlite_utils.Database) -> None:
    """Bring `db` up to the newest form; nothing is done where it is already."""
    migrations.apply(db)
