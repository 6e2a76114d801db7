"""What articles claim of clusters, beside the reference data: from articles as they are read to what the view says."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlite_utils

from archive.records import Article, Capture, Place, Reading
from archive.reference import load_reference
from archive.tables import open_archive, store_reference, transaction, upsert
from pipelines import rows
from pipelines.context import Context
from pipelines.mentions import find

CONTEXT = Context(site="mau", site_name="Sở Công Thương tỉnh Mẫu", reference=load_reference())
SIX = "Thanh Hóa, Nghệ An, Hà Tĩnh, Quảng Bình, Quảng Trị, Thừa Thiên Huế"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite_utils.Database]:
    with open_archive(tmp_path / "archive.db") as opened:
        store_reference(opened, load_reference())
        site = {"id": "mau", "name": CONTEXT.site_name, "home": "https://example.vn/", "family": "x", "status": "seen"}
        upsert(opened, "sites", [site])
        yield opened


def publish(db: sqlite_utils.Database, number: int, text: str, day: str = "2024-03-01") -> None:
    """An article with this text is read and stored."""
    url = f"https://example.vn/{number}"
    article = Article("mau", url, "Tin", text, "", published_at=datetime.fromisoformat(f"{day}T08:00:00+07:00"))
    capture = Capture(
        f"c{number}", "mau", url, datetime.fromisoformat("2024-03-01T08:00:00+00:00"), "GET", 200, (), b"", "article", Place("f", 0, 1), "p", "c"
    )
    made = rows.reading_rows(f"a{number}", capture, Reading(article, *find(article, CONTEXT)))
    seen = {"first_seen": "2024", "last_seen": "2024", "versions": 1}
    with transaction(db):
        upsert(db, "captures", [rows.capture_row(number, capture) | {"location": None, "article_id": f"a{number}", "outcome": "article"}])
        upsert(db, "articles", [row | seen for row in made["articles"]])
        for table in ("mentions", "claims"):
            upsert(db, table, made[table])


def facts(db: sqlite_utils.Database, kind: str) -> dict[tuple[str, str, int | None], tuple[str, int, int]]:
    found = db.query("SELECT * FROM cluster_facts WHERE kind = ?", [kind])
    return {(one["cluster_id"][14:], one["province_id"], one["year"]): (one["reference"], one["articles"], one["articles_against"]) for one in found}


def test_members_agree_add_or_contradict(db: sqlite_utils.Database) -> None:
    publish(db, 1, f"Cụm thi đua số VI ngành Công Thương gồm Sở Công Thương các tỉnh: {SIX}.")
    publish(db, 2, "Cụm thi đua số VI ngành Công Thương gồm Sở Công Thương các tỉnh: Thanh Hóa, Ninh Bình.")
    publish(db, 3, "Cụm thi đua số II ngành Công Thương gồm Sở Công Thương các tỉnh: Hưng Yên, Thái Bình.")
    publish(db, 4, "Cụm thi đua số VIII ngành Công Thương gồm Sở Công Thương các tỉnh: Gia Lai, Kon Tum.")
    found = facts(db, "member")
    assert found["vi", "thanh-hoa", None] == ("agrees", 2, 0)
    assert found["vi", "ninh-binh", None] == ("contradicts", 1, 0)
    assert found["ii", "hung-yen", None] == ("agrees", 1, 0)
    assert found["ii", "thai-binh", None] == ("adds", 1, 0)  # four of its six are not known
    assert found["viii", "gia-lai", None] == ("adds", 1, 0)


def test_leaders_agree_add_or_contradict_and_articles_may_disagree(db: sqlite_utils.Database) -> None:
    publish(db, 1, "Sở Công Thương Nghệ An là Cụm trưởng, Sở Công Thương Quảng Bình là Cụm phó Cụm thi đua số VI ngành Công Thương năm 2023.")
    publish(db, 2, "Sở Công Thương Hà Tĩnh là Cụm trưởng Cụm thi đua số VI ngành Công Thương năm 2023.")
    publish(db, 3, "Sở Công Thương Quảng Trị là Cụm trưởng Cụm thi đua số VI ngành Công Thương năm 2025.", "2025-02-01")
    publish(db, 4, "Sở Công Thương Nghệ An là Cụm trưởng Cụm thi đua số VI ngành Công Thương.")
    leaders = facts(db, "leader")
    assert leaders["vi", "nghe-an", 2023] == ("agrees", 1, 1)
    assert leaders["vi", "ha-tinh", 2023] == ("contradicts", 1, 1)
    assert leaders["vi", "quang-tri", 2025] == ("adds", 1, 0)
    assert leaders["vi", "nghe-an", None] == ("agrees", 1, 0)
    assert facts(db, "deputy") == {("vi", "quang-binh", 2023): ("agrees", 1, 0)}


def test_what_is_said_of_other_clusters_is_no_fact_of_ours(db: sqlite_utils.Database) -> None:
    publish(db, 1, f"Cụm thi đua số 5 Bộ Công an gồm Công an các tỉnh: {SIX}.")
    publish(db, 2, f"Cụm thi đua số VI ngành Công Thương gồm Sở Công Thương các tỉnh: {SIX}.", "2026-03-01")  # past what is known of it
    assert facts(db, "member") == {}
    assert db.execute("SELECT count(*) FROM claims").fetchone()[0] > 10
