"""Finding articles: filters, order, counts and kinds, by words and without, also by what is attached; never an error, never a stale view."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import find as finding
from archive.filters import FACETS, Asked, Sort, first_of
from archive.find import find
from archive.reference import load_reference
from archive.tables import open_archive, store_reference, transaction, upsert
from pipelines.derive import derive

AT = "2026-01-01T00:00:00.000+00:00"
DAYS = ("2021-03-01", "2023-03-14", "2024-01-02", "2025-08-01")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite_utils.Database]:
    with open_archive(tmp_path_factory.mktemp("find") / "archive.db") as opened:
        fill(opened)
        yield opened


def fill(db: sqlite_utils.Database) -> None:
    """Articles t1–t4 of two sites, written by hand: `thi đua` in all but t4, `đọng` in t2, `dong` in t3; a file of t4 speaks of hóa chất."""
    store_reference(db, load_reference())
    articles = [
        ("t1", "bac-kan", "bac-kan", "Thi đua đầu năm", "Phong trào thi đua của Sở.", "Lý Thu Hà", "Thi đua"),
        ("t2", "bac-kan", "bac-kan", "Nước đọng ở chợ", "Thi đua xử lý nước đọng.", None, "Tin"),
        ("t3", "lang-son", "lang-son", "Lá dong", "Giá lá dong tăng; thi dua không dấu.", "Lý Thu Hà", None),
        ("t4", "lang-son", "lang-son-2025", "Thông báo", "Kèm theo là một văn bản.", None, "Tin"),
    ]
    with transaction(db):
        for site in ("bac-kan", "lang-son"):
            upsert(db, "sites", [{"id": site, "name": site, "home": "https://x.example/", "family": "generic", "status": "seen"}])
        for number, (key, site, province, title, text, author, category) in enumerate(articles):
            kept = {"payload_digest": "p", "content_digest": f"d{number}", "sequence": number, "size": 1, "file": "f", "offset": 0, "length": 1}
            capture = {"id": f"c{key}", "site_id": site, "url": f"https://x.example/{key}", "kind": "article", "method": "GET", "status": 200}
            upsert(db, "captures", [capture | kept | {"fetched_at": AT, "outcome": "article"}])
            row = {"id": key, "site_id": site, "province_id": province, "url": capture["url"], "title": title, "text": text, "author": author}
            row |= {
                "category": category,
                "published_at": f"{DAYS[number]}T08:00:00+07:00",
                "year": int(DAYS[number][:4]),
                "language": "vi",
                "html": b"",
            }
            upsert(db, "articles", [row | {"version_id": "v", "capture_id": f"c{key}", "first_seen": AT, "last_seen": AT}])
        mention = {"field": "text", "start": 0, "end": 3, "quote": "Cụm", "rule": "x"}
        upsert(db, "mentions", [mention | {"id": "m1", "article_id": "t1", "kind": "cluster", "scheme": "moit", "entity": "moit-309-2023-iii"}])
        upsert(db, "mentions", [mention | {"id": "m2", "article_id": "t2", "kind": "block", "scheme": "province", "entity": None}])
        upsert(db, "files", [{"digest": "d9", "pages": 1, "text": "Kế hoạch quản lý hóa chất năm 2025.", "doubt": None, "read_digest": "r"}])
        upsert(db, "attachments", [{"article_id": "t4", "url": "https://x.example/kh.pdf", "name": "Kế hoạch", "digest": "d9", "capture_id": "ct4"}])
        kept = {"payload_digest": "p", "content_digest": "d9", "sequence": 9, "size": 1, "file": "f", "offset": 0, "length": 1, "kind": "attachment"}
        capture = {"id": "cf", "site_id": "lang-son", "url": "https://x.example/kh.pdf", "method": "GET", "status": 200, "outcome": "attachment"}
        upsert(db, "captures", [capture | kept | {"fetched_at": AT}])
    derive(db)


def ids(db: sqlite_utils.Database, asked: Asked) -> list[str]:
    return [hit.id for hit in find(db.conn, asked).hits]


def test_without_words_all_newest_first(db: sqlite_utils.Database) -> None:
    assert ids(db, Asked()) == ["t4", "t3", "t2", "t1"]
    assert ids(db, Asked("  ", limit=2, offset=1)) == ["t3", "t2"]


def test_newest_first_unless_by_relevance_and_accents_as_typed_before_others(db: sqlite_utils.Database) -> None:
    assert ids(db, Asked("thi dua")) == ["t3", "t2", "t1"]
    assert ids(db, Asked("thi đua")) == ["t2", "t1", "t3"]
    assert ids(db, Asked("thi đua", sort="relevance")) == ["t1", "t2", "t3"]  # in its title
    assert [hit.exact for hit in find(db.conn, Asked("thi đua")).hits] == [True, True, False]


@pytest.mark.parametrize(
    ("filters", "found"),
    (
        ({"site": "bac-kan"}, ["t2", "t1"]),
        ({"year": 2023}, ["t2"]),
        ({"author": "Lý Thu Hà"}, ["t3", "t1"]),
        ({"category": "Tin"}, ["t4", "t2"]),
        ({"cluster": "moit-309-2023-iii"}, ["t1"]),
        ({"mentions": "moit-309-2023-iii"}, ["t1"]),
        ({"mentions": "moit-309-2023-iii", "year": 1999}, []),
        ({"by": "nobody"}, []),
        ({"scheme": "province"}, ["t2"]),
        ({"kind": "block"}, ["t2"]),
        ({"province": "lang-son"}, ["t3"]),
        ({"province": "lang-son-2025"}, ["t4", "t3"]),  # its territory, before too
        ({"province": "thai-nguyen-2025"}, ["t2", "t1"]),  # Bắc Kạn belongs to it now
        ({"site": "lang-son", "category": "Tin"}, ["t4"]),
        ({"site": "nowhere"}, []),
    ),
)
def test_filters(db: sqlite_utils.Database, filters: dict[str, str | int], found: list[str]) -> None:
    assert ids(db, Asked(filters=filters)) == found
    assert ids(db, Asked("thi dua", filters)) == [one for one in found if one != "t4"]
    assert find(db.conn, Asked("thi dua", filters)).total == len([one for one in found if one != "t4"])


@pytest.mark.parametrize(
    "filters", ({"site": "bac-kan", "year": 2023}, {"cluster": "moit-309-2023-iii", "kind": "cluster"}, {"mentions": "moit-309-2023-iii"})
)
def test_the_answer_is_the_same_by_whichever_filter_it_is_looked_up(
    db: sqlite_utils.Database, monkeypatch: pytest.MonkeyPatch, filters: dict[str, str | int]
) -> None:
    usual = ids(db, Asked(filters=filters))
    assert usual
    for first in (None, *filters):
        monkeypatch.setattr(finding, "first_of", lambda _conn, _asked, _most, first=first: first)
        assert ids(db, Asked(filters=filters)) == usual


def test_the_filter_that_few_articles_pass_is_looked_up_first(db: sqlite_utils.Database) -> None:
    both = Asked(filters={"site": "bac-kan", "cluster": "moit-309-2023-iii"})
    assert first_of(db.conn, both, 10) == "cluster"
    assert first_of(db.conn, both, 0) == "site"  # as if walking met enough of the cluster's at once
    assert first_of(db.conn, Asked(filters={"cluster": "moit-309-2023-iii"}), 0) is None


def test_an_attached_file_answers_for_its_article(db: sqlite_utils.Database) -> None:
    [hit] = find(db.conn, Asked("hoa chat")).hits
    assert (hit.id, hit.file, hit.snippet.text[slice(*hit.snippet.marks[0])]) == ("t4", "Kế hoạch", "hóa chất")


def test_kinds_are_counted_under_the_filters(db: sqlite_utils.Database) -> None:
    facets = find(db.conn, Asked("thi dua", {"site": "bac-kan"})).facets
    assert list(facets) == list(FACETS)
    assert facets["year"] == [("2023", 1), ("2021", 1)]
    assert (facets["author"], facets["cluster"], facets["kind"]) == ([("Lý Thu Hà", 1)], [("moit-309-2023-iii", 1)], [("cluster", 1), ("block", 1)])


def test_without_anything_asked_the_counts_come_from_their_table(db: sqlite_utils.Database) -> None:
    found = find(db.conn, Asked())
    assert (found.total, found.facets["province"][0]) == (4, ("bac-kan", 2))
    assert found.facets["cluster"] == [("moit-309-2023-iii", 1)]
    assert found.facets["author"] == [("Lý Thu Hà", 2)]
    by_hand = find(db.conn, Asked(filters={"province": "bac-kan"})).facets
    assert by_hand["site"] == [("bac-kan", 2)]


def test_bounds_are_said(db: sqlite_utils.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "RANKED", 2)
    monkeypatch.setattr(finding, "COUNTED", 1)
    found = find(db.conn, Asked("thi dua"))
    assert (found.count, found.partly) == ("1+", False)
    assert find(db.conn, Asked("thi dua", sort="relevance")).partly
    assert find(db.conn, Asked("thi dua", {"site": "bac-kan"})).partly
    assert [hit.id for hit in found.hits] == ["t3", "t2", "t1"]  # by date all of them are walked
    assert [hit.id for hit in find(db.conn, Asked("thi đua", limit=1)).hits] == ["t2"]
    assert len(find(db.conn, Asked("thi dua", sort="relevance")).hits) == 2
    assert find(db.conn, Asked(filters={"site": "bac-kan"})).count == "1+"


@settings(max_examples=150, deadline=None)
@given(
    st.text(),
    st.sampled_from(("date", "relevance")),
    st.dictionaries(st.sampled_from([one for one in FACETS if one != "year"]), st.text(max_size=8), max_size=3),
)
def test_any_text_is_a_query(db: sqlite_utils.Database, text: str, sort: Sort, filters: dict[str, str]) -> None:
    clean = {name: value.encode("utf-8", "ignore").decode() for name, value in filters.items()}
    found = find(db.conn, Asked(text, clean, sort))
    assert found.total >= len(found.hits)
    for hit in found.hits:
        assert "".join(piece for piece, _ in hit.title) == hit.title.text


def test_what_is_written_meanwhile_is_seen_by_the_next_query(db: sqlite_utils.Database, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with open_archive(path) as writer:
        fill(writer)
        reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        assert len(find(reader, Asked("thi dua")).hits) == 3
        assert not reader.in_transaction
        with transaction(writer):
            writer.execute("UPDATE articles SET text = 'Tin khác.' WHERE id = 't2'")
        assert len(find(reader, Asked("thi dua")).hits) == 2
        reader.close()
