"""How rows leave `archive.db`: an article with all that hangs on it, or a whole site. The caller holds the transaction."""

import sqlite_utils

from archive.schema import INDEXES

OF_ARTICLE = ("claims", "mentions", "attachments", "evidence", "article_authors", "versions", "addresses")  # in the order of taking them off
OF_SITE = ("failures", "runs", "coverage", "site_events", "captures", "articles", "site_provinces")

UNKEPT_FILES = "DELETE FROM files WHERE digest NOT IN (SELECT content_digest FROM captures WHERE kind = 'attachment')"


def forget_article(db: sqlite_utils.Database, article_id: str) -> None:
    """Delete an article, and let go of its captures, so that no query and no index finds a word of it."""
    db.execute("UPDATE captures SET article_id = NULL WHERE article_id = ?", [article_id])
    for table in OF_ARTICLE:
        db.execute(f"DELETE FROM {table} WHERE article_id = ?", [article_id])  # noqa: S608 - our own names
    db.execute("DELETE FROM articles WHERE id = ?", [article_id])
    clean_search(db)


def forget_site(db: sqlite_utils.Database, site: str) -> None:
    """Delete all that the archive holds of a site. Authors without articles, and what is counted, are left to `derive`."""
    for table in OF_ARTICLE:
        db.execute(f"DELETE FROM {table} WHERE article_id IN (SELECT id FROM articles WHERE site_id = ?)", [site])  # noqa: S608 - our own names
    for table in OF_SITE:
        db.execute(f"DELETE FROM {table} WHERE site_id = ?", [site])  # noqa: S608 - our own names
    db.execute("DELETE FROM sites WHERE id = ?", [site])


def forget_unkept_files(db: sqlite_utils.Database) -> None:
    """Delete the words of files that no capture shows any more."""
    if db.execute(UNKEPT_FILES).rowcount:
        clean_search(db)


def clean_search(db: sqlite_utils.Database) -> None:
    """Take deleted words out of the full-text indexes: deleting only marks them, and anyone who may ask SQL can read an index's pages."""
    for table in INDEXES:
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 - our own names
