"""The words of PDFs: read, searchable, the same after a rebuild, gone with the captures that show them, and told from what was changed since."""

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from archive.records import FileText
from archive.removal import forget_site
from archive.tables import copy_of, dump, open_archive, transaction
from archive.verify.findings import Findings
from pdfs import pdf
from pipelines import files
from pipelines.derive import derive
from pipelines.differences import differences
from pipelines.files import SCAN, file_text
from pipelines.rebuild import Source, rebuild
from pipelines.verify import verify
from test_pipelines_load import HOME, NO_LOG, Bench
from test_pipelines_read import capture

DECISION = "Quyết định số 309/QĐ-BCT về Cụm thi đua"
FILES = Path(__file__).parent.parent / "congthuong" / "demo" / "departments" / "demo-cao-bang" / "files"
PLAN = pdf([DECISION, "", "Nơi nhận: Như Điều 3"])


def locked(data: bytes, password: str) -> bytes:
    writer, out = PdfWriter(clone_from=BytesIO(data)), BytesIO()
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")  # noqa: S106
    writer.write(out)
    return out.getvalue()


def read(data: bytes) -> FileText | None:
    return file_text(dataclasses.replace(capture(data, content_type="application/octet-stream"), kind="attachment"))


@pytest.mark.parametrize(
    ("data", "expected"),
    (
        (PLAN, FileText(f"{DECISION}\nNơi nhận: Như Điều 3", 3)),
        (b"\xef\xbb\xbf" + PLAN, FileText(f"{DECISION}\nNơi nhận: Như Điều 3", 3)),
        (pdf(["", ""]), FileText("", 2, SCAN)),
        (pdf(["Qu\u0079e\u0302\u0301t"]), FileText("Quyết", 1)),
        (locked(PLAN, ""), FileText(f"{DECISION}\nNơi nhận: Như Điều 3", 3)),
        (b"PK\x03\x04 a text of another program", None),
        (b"", None),
    ),
    ids=("text", "mark before it", "scan", "NFD", "locked against changes", "no PDF", "empty"),
)
def test_a_file_says(data: bytes, expected: FileText | None) -> None:
    assert read(data) == expected


@pytest.mark.parametrize(
    ("data", "doubt"), ((locked(PLAN, "geheim"), "not been decrypted"), (b"%PDF-1.4 nothing", "damaged"), (PLAN[: len(PLAN) // 3], ""))
)
def test_what_cannot_be_read_says_why(data: bytes, doubt: str) -> None:
    found = read(data)
    assert found is not None
    assert found.text == ""
    assert found.doubt
    assert doubt in found.doubt


def test_of_long_files_the_beginning_is_read_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_PAGES", 2)
    assert read(pdf(["một", "hai", "ba"])) == FileText("một\nhai", 3, "only the first 2 pages were read")
    monkeypatch.setattr(files, "LARGEST_PAGE", 100)
    found = read(pdf(["một", "chữ " * 40]))
    assert found is not None
    assert (found.text, found.pages) == ("một", 2)
    assert "page 2: ValueError: more than 100 bytes of drawing" in (found.doubt or "")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.integers(0, len(PLAN)), st.integers(0, len(PLAN)), st.binary(max_size=30))
def test_damaged_files_give_words_or_a_reason_and_the_same_again(start: int, end: int, other: bytes) -> None:
    data = PLAN[: min(start, end)] + other + PLAN[max(start, end) :]
    found = read(data)
    assert found is None or found.text or found.doubt
    assert read(data) == found


def test_those_of_the_demo_are_read_as_they_are_drawn() -> None:
    [path] = FILES.glob("*.pdf")
    found = read(path.read_bytes())
    assert found is not None
    assert found.text.splitlines() == [
        "SO CONG THUONG TINH CAO BANG",
        "Ke hoach kiem tra an toan thuc pham cuoi nam 2021",
        "Thoi gian: 25/10/2021 - 15/12/2021",
    ]


# -- in the archive


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "data")
    bench.page("cho-12.html", more='<p><a href="/kh.pdf">Kế hoạch</a> <a href="/ban-sao.pdf">Bản sao</a></p>')
    for path in ("kh.pdf", "ban-sao.pdf"):
        bench.answer(path, PLAN.decode(), kind="attachment")
    bench.answer("hong.pdf", "%PDF-1.4 nothing", kind="attachment")
    bench.answer("mat.pdf", status=404, kind="attachment")
    bench.load()
    with closing(bench.db):
        yield bench


def found(bench: Bench, words: str) -> list[str]:
    """The articles that link to a file with these words."""
    sql = """SELECT DISTINCT a.url FROM files_fts JOIN files f ON f.rowid = files_fts.rowid JOIN attachments t ON t.digest = f.digest
        JOIN articles a ON a.id = t.article_id WHERE files_fts MATCH ?"""
    return [row["url"] for row in bench.rows(sql, words)]


def test_words_of_a_file_lead_to_its_article(bench: Bench) -> None:
    assert found(bench, '"quyet định so 309"') == [f"{HOME}cho-12.html"]
    assert [row["pages"] for row in bench.rows("SELECT pages FROM files ORDER BY pages")] == [None, 3]  # one file under two addresses is one


def test_a_rebuild_reads_the_same_and_says_what_it_would_change(bench: Bench, tmp_path: Path) -> None:
    live = dump(bench.db)
    rebuild(bench.data, lambda: [Source(bench.context, lambda: NO_LOG)])
    made = dump(bench.db)
    assert (made["files"], made["files_fts"]) == (live["files"], live["files_fts"])
    assert len(made["files"]) == 2
    copy_of(bench.data.archive_db, tmp_path / "copy.db")
    bench.db.execute("UPDATE files SET text = 'khác' WHERE pages = 3")
    with closing(open_archive(tmp_path / "copy.db")) as other:
        [said] = differences(bench.db, other)
    assert (said.site, said.table, said.field, said.count, said.examples[0].old) == ("mau", "files", "text", 1, "khác")


def test_verify_tells_changed_words_from_a_better_reader(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> Findings:
        return verify(bench.data, {"mau": bench.context})

    assert found().whole
    assert found().checked["files"] == 3
    monkeypatch.setattr(files, "MOST_PAGES", 1)
    noted = found()
    assert noted.whole
    assert noted.notes["would be read differently"].count == 2
    bench.db.execute("UPDATE files SET text = 'Quyết định số 310' WHERE pages = 3")
    assert [(one.link, one.trouble) for one in found().breaks] == [("file", "its words are not those that were read")] * 2


def test_words_go_with_the_last_capture_that_shows_them(bench: Bench) -> None:
    with transaction(bench.db):
        forget_site(bench.db, "mau")
    derive(bench.db)
    content: dict[str, list[dict[str, Any]]] = dump(bench.db)
    assert (content["files"], content["files_fts"]) == ([], [])
    assert not bench.rows("SELECT 1 FROM files_fts_data WHERE hex(block) LIKE '%' || hex('quyet') || '%'")
