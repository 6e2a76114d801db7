"""Where a redirect led, as far as the captures show: the site's next ones are looked through for its target. Reads only."""

from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import sqlite_utils

from pipelines.site_days import SIGNPOSTS
from pipelines.urls import clean

NEAR = 50  # captures after a redirect among which its target stands: it is followed at once, but for retries and other hosts' robots.txt
LONGEST = 20  # redirects one after another

AFTER = """
SELECT c.url, c.sequence, c.outcome, c.location, c.article_id, f.reason FROM captures c LEFT JOIN failures f ON f.capture_id = c.id
WHERE c.site_id = :site AND c.sequence > :sequence AND c.sequence <= :sequence + :near ORDER BY c.sequence"""
LISTED = f"SELECT 1 FROM captures WHERE site_id = ? AND url = ? AND kind IN ({', '.join('?' * len(SIGNPOSTS))}) LIMIT 1"  # noqa: S608 - only marks
HOME = "SELECT home FROM sites WHERE id = ?"
ASKED = "SELECT 1 FROM captures WHERE site_id = ? AND url >= ? AND url < ? LIMIT 1"
LOST = frozenset({"Gone", "NotAnArticle", "FieldMissing"})  # reasons of a failure that say: the article is not here


@dataclass(frozen=True, slots=True)
class Answer:
    """What came when the target of a redirect was asked for."""

    sequence: int
    outcome: str
    location: str | None
    article: str | None
    reason: str | None


def is_on(db: sqlite_utils.Database, site: str, url: str) -> bool:
    """Is `url` on the host and port of the home page, or on another one that was ever asked for the site? The crawler asks only its own hosts."""
    origin = _origin(url)
    host = origin.partition("://")[2]
    if host == _origin(_home(db, site)).partition("://")[2]:
        return True
    return db.execute(ASKED, [site, f"{origin}/", f"{origin}0"]).fetchone() is not None  # 0 is the character after /


def leads_away(db: sqlite_utils.Database, site: str, sequence: int, location: str, article: str) -> bool:
    """Does a redirect from an address of `article` end at something that it certainly is not: a page that is none, another article, home, a list?

    Where it ends in nothing (in a circle, cut short by a kill) its last target may still be home or a list. One off the site says nothing of the
    article.
    """
    for _ in range(LONGEST):
        if not is_on(db, site, location):
            return False
        answer = _answer_to(db, site, sequence, location)
        if answer is None:
            break
        if answer.location is None:
            return _is_other(answer, article) or _is_list(db, site, location)
        sequence, location = answer.sequence, answer.location
    return _is_list(db, site, location)


def _is_other(answer: Answer, article: str) -> bool:
    if answer.outcome in {"article", "unchanged"}:
        return answer.article != article
    return answer.reason in LOST


def _is_list(db: sqlite_utils.Database, site: str, url: str) -> bool:
    return url == clean(_home(db, site)) or db.execute(LISTED, [site, url, *sorted(SIGNPOSTS)]).fetchone() is not None


def _answer_to(db: sqlite_utils.Database, site: str, sequence: int, location: str) -> Answer | None:
    """What was captured at `location` after the redirect of that sequence number; none where it was not followed."""
    with closing(db.execute(AFTER, {"site": site, "sequence": sequence, "near": NEAR})) as after:
        return next((Answer(*rest) for url, *rest in after if url == location or clean(url) == location), None)


def _home(db: sqlite_utils.Database, site: str) -> str:
    return str(db.execute(HOME, [site]).fetchone()[0])


@lru_cache(maxsize=1024)
def _origin(url: str) -> str:
    """Scheme, host and port, the default one left out."""
    parts = urlsplit(clean(url))
    return f"{parts.scheme}://{parts.netloc}"
