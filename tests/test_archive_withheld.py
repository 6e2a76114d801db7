"""What `withheld.toml` names is nowhere to be seen from outside, stays in the WARC, and comes back as it was when it is no longer named."""

import asyncio
import gzip
import itertools
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from archive.errors import UsageError
from archive.tables import dump
from archive.web import app
from archive.withheld import hidden, read_withheld
from pdfs import pdf
from pipelines.derive import derive, record_log
from pipelines.rebuild import Source, rebuild
from pipelines.withholding import WithholdingLoader
from test_pipelines_load import HOME, NO_LOG, Bench

ID, OTHER = "0123456789abcdef", "fedcba9876543210"
GOOD = f'[[withheld]]\narticle = "{ID}"\ndate = 2026-01-02\nreason = "Theo yêu cầu của người được nêu tên"\n'


@pytest.mark.parametrize(
    ("said", "wrong"),
    (
        ("[[withheld]", "is no TOML"),
        ("[[hidden]]\n", "hidden: unknown key"),
        (GOOD + 'until = "2027"\n', "withheld.0.until: unknown key; there is article, capture, date and reason"),
        (GOOD + f'capture = "{OTHER}"\n', "withheld.0: names either an article or a capture"),
        ('[[withheld]]\ndate = 2026-01-02\nreason = "x"\n', "withheld.0: names either an article or a capture"),
        (GOOD.replace(ID, "bai-12"), "withheld.0.article: String should match"),
        (GOOD.replace("2026-01-02", '"2026-01-02"'), "withheld.0.date: Input should be a valid date"),
        (GOOD.replace("date = 2026-01-02\n", ""), "withheld.0.date: Field required"),
        (re.sub('reason = ".*"', 'reason = " "', GOOD), "withheld.0.reason: String should have at least 1 character"),
        (GOOD + GOOD, f"withheld: '{ID}' is named twice"),
        (GOOD + 'x = "BYTE"', "is no TOML"),
    ),
)
def test_what_is_wrong_is_named_by_file_and_key(tmp_path: Path, said: str, wrong: str) -> None:
    (tmp_path / "withheld.toml").write_bytes(said.encode().replace(b"BYTE", b"\xff"))
    with pytest.raises(UsageError) as raised:
        read_withheld(tmp_path)
    assert str(raised.value).startswith(f"{tmp_path / 'withheld.toml'}: {wrong}")


def test_without_the_file_nothing_is_withheld(tmp_path: Path) -> None:
    assert read_withheld(tmp_path).entries == ()
    (tmp_path / "withheld.toml").touch()
    assert read_withheld(tmp_path).entries == ()


WORD = "Quyluon"  # stands in all that is to be hidden and nowhere else, in one form for titles, texts, names, addresses and files
LOG: dict[str, Any] = {
    "runs": [
        {"id": 1, "started_at": "2025-03-01T00:00:00+00:00", "outcome": "short", "requests": 9, "articles": 2, "failures": 0, "waiting": 0}
        | {"message": f"1 articles are not held, the first: {HOME}{WORD}-12.html"}
    ],
    "failures": [{"id": "f", "url": f"{HOME}{WORD}-12.html", "reason": "Timeout", "detail": "30 s", "at": "2025-03-02T00:00:00+00:00"}],
    "found": {"/tin": {"#12": f"{HOME}{WORD}-12.html", "#13": f"{HOME}khac-13.html", "#99": f"{HOME}mat-99.html"}},
    "totals": {"/tin": 3},
}


class Kept(Bench):
    """A site with an article to withhold in all its forms, and another beside it."""

    def withhold(self, **entries: str) -> None:
        """Name these ids: `article=…`, `capture=…`."""
        said = "".join(f'[[withheld]]\n{kind} = "{one}"\ndate = 2026-01-02\nreason = "Theo yêu cầu"\n' for kind, one in entries.items())
        (self.data.path / "withheld.toml").write_text(said, encoding="utf-8")

    def load(self) -> None:
        self.folder.sync()
        loader = WithholdingLoader(self.db, self.folder, self.context, read_withheld(self.data.path))
        loader.catch_up()
        record_log(self.db, "mau", **loader.public(LOG))
        derive(self.db)

    def rebuild(self, **options: Any) -> None:
        self.folder.sync()
        rebuild(self.data, lambda: [Source(self.context, lambda: LOG)], **options)

    def fill(self) -> Iterator[None]:
        """Keep what the site shows, day by day."""
        self.answer("", f"<a href='/{WORD}-12.html'>{WORD}</a>", kind="listing")
        self.page("khac-13.html", title="Một tin khác", more='<p><a href="/chung.pdf">Tệp chung</a></p>')
        self.answer(f"{WORD}-cu-11.html", status=301, headers=(("Location", f"/{WORD}-12.html"),))
        files = f'<p><a href="/{WORD}.pdf">{WORD}</a> <a href="/chung.pdf">Tệp chung</a></p>'
        self.page(f"{WORD}-12.html", title=f"Vụ việc {WORD}", text=f"Ông {WORD} thuộc Cụm thi đua số III./.", more=files)
        self.answer(f"{WORD}.pdf", status=302, kind="attachment", headers=(("Location", f"/{WORD}-that.pdf"),))
        self.answer(f"{WORD}-that.pdf", pdf([f"Kế hoạch {WORD}"]).decode(), kind="attachment")
        self.answer("chung.pdf", pdf(["Tệp chung"]).decode(), kind="attachment")
        yield
        signed = f'<p style="text-align:right"><b>Tác giả: Nông Thị {WORD}</b></p>'
        self.page(f"{WORD}-12.html", later=1, title=f"Vụ việc {WORD}", text=f"Ông {WORD} bác bỏ./.", more=files + signed)
        self.answer(f"{WORD}-12.html", status=301, later=1, headers=(("Location", f"/moi/{WORD}-77.html"),))
        self.page(f"moi/{WORD}-77.html", title=f"Vụ việc {WORD}", text=f"Ông {WORD} bác bỏ tất cả trước Cụm thi đua số III./.", more=files + signed)
        yield
        self.page("khac-13.html", later=1, title="Một tin khác", text=f"Xem thêm tin cũ./.<p><a href='/{WORD}-12.html'>tại đây</a></p>")
        self.answer(f"moi/{WORD}-77.html", status=404, later=1)
        self.answer("", f"<a href='/moi/{WORD}-77.html'>{WORD}</a>", kind="listing")
        self.answer(f"moi/{WORD}-77.html", status=404, later=1)
        self.answer("", f"<a href='/moi/{WORD}-77.html'>{WORD}</a>", kind="listing")
        yield

    def secret_article(self) -> str:
        [row] = self.rows("SELECT id FROM articles WHERE title LIKE ?", f"%{WORD}%")
        return str(row["id"])


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path / "data")
    yield kept
    kept.folder.close()
    kept.db.close()


@pytest.fixture
def whole(kept: Kept) -> Kept:
    """With everything loaded and nothing withheld."""
    for _ in kept.fill():
        kept.load()
    return kept


def secret_in(value: object) -> bool:
    """In any spelling: other case, without accents, in an index's pages. The other article's links are its own text."""
    said = json.dumps(value, ensure_ascii=False, default=lambda blob: blob.decode("latin-1"))
    return WORD.lower() in re.sub(rf"href=.{{1,4}}http://site.example/{WORD}-12.html", "", said).lower()


def test_the_sample_is_all_there_while_nothing_is_withheld(whole: Kept) -> None:
    """Else the tests below would find nothing whatever the program did."""
    tables = {name for name, rows in dump(whole.db).items() if secret_in(rows)}
    shown = {"articles", "versions", "captures", "addresses", "attachments", "authors", "article_authors", "evidence", "failures", "runs", "files"}
    assert tables >= shown | {"articles_fts", "articles_exact"}
    assert whole.rows("SELECT count(*) AS n FROM mentions WHERE article_id = ?", whole.secret_article())[0]["n"] >= 1
    assert whole.rows("SELECT versions, vanished_at IS NULL AS here FROM articles WHERE id = ?", whole.secret_article()) == [
        {"versions": 3, "here": 0}
    ]


def test_nothing_of_it_is_in_the_archive_and_all_comes_back(whole: Kept) -> None:
    before, article = dump(whole.db), whole.secret_article()
    whole.withhold(article=article)
    whole.rebuild()
    assert not secret_in(dump(whole.db))
    assert not [row for rows in dump(whole.db).values() for row in rows if article in map(str, row.values())]
    assert [row["title"] for row in whole.rows("SELECT title FROM articles")] == ["Một tin khác"]
    assert whole.rows("SELECT count(*) AS n FROM captures") == [{"n": len(before["captures"])}]
    assert [one["missing"] for one in dump(whole.db)["coverage"]] == [f'["{HOME}mat-99.html"]']
    whole.withhold()
    whole.rebuild()
    assert dump(whole.db) == before


def test_no_page_of_the_file_and_no_index_holds_a_word_of_it(whole: Kept) -> None:
    """Whoever may ask SQL can read the pages of the full-text index; whoever is handed the file can read all of it."""
    article = whole.secret_article()
    whole.withhold(article=article)
    whole.rebuild()
    whole.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = whole.data.archive_db.read_bytes().lower()
    link = f"{HOME}{WORD}-12.html".lower().encode()  # in the other article's text
    assert held.replace(link, b"").count(WORD.lower().encode()) == 0
    assert b"uyluon" not in held.replace(link, b"")  # the index leaves out the letters that a word shares with the one before
    for table in ("articles_fts_data", "articles_exact_data", "files_fts_data"):
        assert not secret_in(whole.rows(f"SELECT block FROM {table}"))


@pytest.mark.parametrize("days", range(1, 4))
def test_withheld_later_or_from_the_beginning_the_rows_are_the_same(kept: Kept, days: int) -> None:
    """Withheld after so many days, by the next loading; a rebuild, which knows it from the first capture, gives the same."""
    article: str | None = None
    for day, _ in enumerate(kept.fill(), 1):
        kept.load()
        if day == days:
            article = kept.secret_article()
            kept.withhold(article=article)
            kept.load()
        assert secret_in(dump(kept.db)) == (article is None)
    live = dump(kept.db)
    kept.rebuild()
    assert dump(kept.db) == live
    kept.rebuild(sites=["mau"])
    assert dump(kept.db) == live


def test_a_rebuild_of_another_site_puts_the_file_in_force(whole: Kept) -> None:
    before = dump(whole.db)
    whole.withhold(article=whole.secret_article())
    whole.rebuild(sites=["khac"])
    assert not secret_in(dump(whole.db))
    whole.withhold()
    whole.rebuild(sites=["khac"])
    assert dump(whole.db) == before


def test_what_was_found_at_its_new_address_first_is_withheld_too(kept: Kept) -> None:
    """A list named the new address before the old one led there, so for a day it was two articles."""
    kept.page(f"{WORD}-12.html", title=f"Vụ việc {WORD}")
    kept.page(f"moi/{WORD}-77.html", later=1, title=f"Vụ việc {WORD}")
    kept.answer(f"{WORD}-12.html", status=301, later=1, headers=(("Location", f"/moi/{WORD}-77.html"),))
    kept.page(f"moi/{WORD}-77.html", later=1, title=f"Vụ việc {WORD}")
    kept.load()
    kept.withhold(article=kept.secret_article())
    kept.rebuild()
    assert not secret_in(dump(kept.db))
    whole = whole_file(kept)
    assert b"uyluon" not in whole


def whole_file(kept: Kept) -> bytes:
    kept.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return kept.data.archive_db.read_bytes().lower()


def test_an_article_that_a_withheld_one_leads_to_stays(kept: Kept) -> None:
    """A removed page may lead to any other, or to a notice."""
    kept.page(f"{WORD}-12.html", title=f"Vụ việc {WORD}", text=f"Ông {WORD} bị nêu tên./.")
    kept.load()
    kept.withhold(article=kept.secret_article())
    kept.answer(f"{WORD}-12.html", status=302, later=1, headers=(("Location", "/thong-bao-99.html"),))
    kept.page("thong-bao-99.html", title="Thông báo bảo trì", text="Cổng thông tin tạm dừng để bảo trì./.")
    kept.load()
    assert [row["title"] for row in kept.rows("SELECT title FROM articles")] == ["Thông báo bảo trì"]
    assert not secret_in(dump(kept.db))
    live = dump(kept.db)
    kept.rebuild()
    assert dump(kept.db) == live


def test_a_site_that_an_import_makes_a_loader_read_anew_keeps_it_back(whole: Kept) -> None:
    whole.withhold(article=whole.secret_article())
    whole.load()
    live = dump(whole.db)
    loader = WithholdingLoader(whole.db, whole.folder, whole.context, read_withheld(whole.data.path))
    loader.public(LOG)  # so it knows what is withheld, from rows that go
    loader._begin_anew()
    assert whole.rows("SELECT * FROM captures") == []
    loader.catch_up()
    record_log(whole.db, "mau", **loader.public(LOG))
    derive(whole.db)
    assert dump(whole.db) == live


def test_a_withheld_capture_takes_its_version_with_it(kept: Kept) -> None:
    """And whatever reads as it does: a counter on the page makes other bytes of the same words."""
    kept.page("cho-12.html")
    named = kept.page("cho-12.html", later=1, text=f"Liên hệ {WORD}./.")
    kept.page("cho-12.html", later=1, text=f"Liên hệ {WORD}./.")
    kept.page("cho-12.html", later=1, text="Phiên chợ dời sang chủ nhật./.")
    kept.load()
    before = dump(kept.db)
    assert kept.article()["versions"] == 3
    kept.withhold(capture=named)
    kept.rebuild()
    assert kept.article()["versions"] == 2
    assert [one["text"] for one in kept.rows("SELECT text FROM versions")] == ["Sáng nay phiên chợ vùng cao mở lại sau hai tháng sửa chữa./."]
    assert not secret_in([dump(kept.db)[table] for table in ("articles", "versions", "articles_fts", "captures")])
    assert len(hidden(kept.db.conn, "mau")) == 2
    live = dump(kept.db)
    kept.page("cho-12.html", later=1, text=f"Liên hệ {WORD}./.")
    kept.load()
    assert kept.article()["versions"] == 2
    kept.rebuild()
    after = dump(kept.db)
    assert len(after["captures"]) == len(live["captures"]) + 1
    assert (after["versions"], after["articles_fts"]) == (live["versions"], live["articles_fts"])
    kept.withhold()
    kept.rebuild()
    assert {one["id"] for one in before["versions"]} < {one["id"] for one in dump(kept.db)["versions"]}


def test_an_id_that_nothing_has_is_said_and_the_archive_stays(whole: Kept) -> None:
    before = dump(whole.db)
    whole.withhold(article=whole.secret_article(), capture=OTHER)
    with pytest.raises(UsageError, match=rf"withheld\.toml: withheld\.1\.capture: no site folder holds the capture '{OTHER}'"):
        whole.rebuild()
    assert dump(whole.db) == before


# -- from outside


@pytest.fixture
def get(whole: Kept) -> Iterator[Callable[[str], Any]]:
    whole.withhold(article=whole.secret_article())
    whole.rebuild()
    served = app(whole.data.archive_db)
    yield lambda address: asyncio.run(served.client.get(address, follow_redirects=True))
    served.executor.shutdown()
    for database in served.databases.values():
        database.close()


def told(answer: Any) -> bool:
    """But for what was asked, which comes back in forms and links, and for the other article's own link."""
    text = re.sub(rf"(?:http://site\.example)?/{WORD}-12\.html", "", answer.text)
    return WORD.lower() in text.lower()


def test_no_table_shows_it_in_any_form(whole: Kept, get: Callable[[str], Any]) -> None:
    tables = [name for (name,) in whole.db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    assert "articles_fts_data" in tables
    for table, form in itertools.product(tables, ("", ".json?_shape=objects", ".csv?_stream=1")):
        answer = get(f"/archive/{table}{form}")
        assert answer.status_code == 200, (table, form)
        assert not told(answer), (table, form)


def test_no_page_search_or_query_shows_it(whole: Kept, get: Callable[[str], Any]) -> None:
    article = "SELECT * FROM articles WHERE text LIKE '%bác bỏ%' OR title LIKE '%Vụ việc%'"
    match = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'bac OR quyluon'"
    for sql in (
        article,
        match,
        "SELECT * FROM versions WHERE text LIKE '%Quyluon%'",
        "SELECT hex(block) FROM articles_fts_data WHERE hex(block) LIKE '%7579%6C75%6F6E%'",
    ):
        answer = get(f"/archive.json?_shape=array&sql={quote(sql)}")
        assert answer.json() == [], sql
    assert get("/archive/articles.json?_search=bac+bo&_shape=array").json() == []
    for address in (
        "/",
        "/archive",
        "/archive/articles",
        "/archive/articles?_search=bac+bo",
        "/archive/sites/mau",
        "/archive/clusters/moit-309-2023-iii",
    ):
        answer = get(address)
        assert (answer.status_code, told(answer)) == (200, False), address
    withheld = read_withheld(whole.data.path).entries[0].id
    assert get(f"/archive/articles/{withheld}").status_code == 404


def test_no_capture_shows_its_bytes(whole: Kept, get: Callable[[str], Any]) -> None:
    """Neither its own nor a list's, which holds its title."""
    for row in whole.rows("SELECT id, outcome FROM captures"):
        for form in ("", ".json"):
            answer = get(f"/archive/captures/{row['id']}{form}")
            assert (answer.status_code, WORD.lower() in answer.text.lower()) == (200, False), row
        for form in ("record", "body", "rendered"):
            answer = get(f"/captures/{row['id']}/{form}")
            sent = gzip.decompress(answer.content).decode() if answer.status_code == 200 and form == "record" else answer.text
            assert WORD.lower() not in sent.lower(), row
            assert answer.status_code == 404 or row["outcome"] != "withheld", row
    [notice] = whole.rows("SELECT id FROM captures WHERE url LIKE '%khac-13%' ORDER BY sequence LIMIT 1")
    assert "Một tin khác" in get(f"/archive/captures/{notice['id']}").text


def test_home_says_what_is_withheld_and_why_and_nothing_of_it(whole: Kept, get: Callable[[str], Any]) -> None:
    withheld = read_withheld(whole.data.path).entries[0].id
    text = get("/").text
    assert withheld in text
    assert "Theo yêu cầu" in text
    assert "2026-01-02" in text
    assert "has to be rebuilt" not in text
    [other] = whole.rows("SELECT id FROM articles")
    whole.withhold(article=other["id"])
    assert "has to be rebuilt" in get("/").text


def test_the_record_stays(whole: Kept, get: Callable[[str], Any]) -> None:
    for capture in hidden(whole.db.conn, "mau"):
        row = whole.rows("SELECT file, offset, length FROM captures WHERE id = ?", capture)[0]
        place = whole.folder.capture(capture).place
        assert (place.file, place.offset, place.length) == tuple(row.values())


def test_no_log_is_as_before(whole: Kept) -> None:
    """Without anything withheld, what is told of the site is not touched."""
    loader = WithholdingLoader(whole.db, whole.folder, whole.context, read_withheld(whole.data.path))
    assert loader.public(LOG) is LOG
    assert loader.public(NO_LOG) is NO_LOG
    with pytest.raises(sqlite3.OperationalError):
        whole.db.execute("SELECT * FROM withheld")
