"""Captures into rows: versions, moves, vanished articles, better readers, rebuild. Captures are written by hand; nothing is fetched."""

import dataclasses
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.captures import Exchange, SiteFolder
from archive.data import DataFolder, lock
from archive.errors import Locked, StorageError
from archive.reference import load_reference
from archive.tables import dump
from archive.versions import readable, versions
from pipelines.context import Context, ProvincePeriod
from pipelines.derive import derive, record_log
from pipelines.layout import Layout
from pipelines.load import Loader, open_for_writing
from pipelines.rebuild import Source, rebuild

HOME = "http://site.example/"
LAYOUT = Layout(title=["h1"], body=["div.body"], published=["time"], identity=r"-(\d+)\.html")
PAGE = "<html lang=vi><body><p>Hôm nay: {counter}</p><h1>{title}</h1><time>{date}</time><div class=body><p>{text}</p>{more}</div><ul>{related}</ul></body></html>"


class Bench:
    """One site folder and the archive that is loaded from it."""

    def __init__(self, path: Path) -> None:
        self.data = DataFolder(path).make()
        self.folder = SiteFolder.open(self.data.site("mau"), "mau", write=True)
        self.context = Context(
            site="mau",
            site_name="Sở Công Thương mẫu",
            home=HOME,
            layouts=(LAYOUT,),
            provinces=(ProvincePeriod("bac-kan"), ProvincePeriod("thai-nguyen-2025", date(2025, 7, 1))),
            reference=load_reference(),
        )
        self.db = open_for_writing(self.data.archive_db)
        self.now = datetime(2025, 3, 1, 1, 0, tzinfo=UTC)

    def answer(
        self, path: str, body: str = "", *, status: int = 200, kind: str = "article", headers: tuple[tuple[str, str], ...] = (), later: float = 0
    ) -> str:
        """Keep an answer `later` days after the one before; the capture's id."""
        self.now += timedelta(days=later, seconds=5)
        exchange = Exchange(
            url=HOME + path,
            fetched_at=self.now,
            method="GET",
            status=status,
            reason="",
            headers=(("Content-Type", "text/html; charset=utf-8"), *headers),
            body=body.encode(),
            request_headers=(),
            kind=kind,
            run="r",
            ip=None,
        )
        return self.folder.write(exchange).id

    def page(self, path: str, **said: Any) -> str:
        status = {name: said.pop(name) for name in ("later",) if name in said}
        words = {
            "title": "Phiên chợ vùng cao",
            "date": "05/02/2025",
            "text": "Sáng nay phiên chợ vùng cao mở lại sau hai tháng sửa chữa./.",
            "more": "",
        }
        return self.answer(path, PAGE.format(**{"counter": self.now, "related": self.now, **words, **said}), **status)

    def load(self) -> None:
        self.folder.sync()
        Loader(self.db, self.folder, self.context).catch_up()
        derive(self.db)

    def rows(self, sql: str, *params: object) -> list[dict[str, Any]]:
        return list(self.db.query(sql, list(params)))

    def article(self) -> dict[str, Any]:
        [row] = self.rows("SELECT * FROM articles")
        return row


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "data")
    yield bench
    bench.folder.close()
    bench.db.close()


def test_an_article_is_one_row_with_its_capture_behind_it(bench: Bench) -> None:
    capture = bench.page("cho-vung-cao-12.html")
    bench.load()
    row = bench.article()
    assert row["title"] == "Phiên chợ vùng cao"
    assert row["published_at"] == "2025-02-05T00:00:00+07:00"
    assert (row["capture_id"], row["versions"], row["province_id"], row["year"]) == (capture, 1, "bac-kan", 2025)
    assert row["version_id"] == f"{row['id']}-{capture}"
    assert bench.rows("SELECT outcome, article_id FROM captures") == [{"outcome": "article", "article_id": row["id"]}]


def test_counters_and_related_boxes_make_no_version(bench: Bench) -> None:
    first = bench.page("cho-12.html", counter="17", related="<li>a")
    bench.page("cho-12.html", counter="98", related="<li>b", later=1)
    bench.load()
    row = bench.article()
    assert (row["versions"], row["capture_id"]) == (1, first)
    assert row["last_seen"].startswith("2025-03-02")
    assert row["first_seen"].startswith("2025-03-01")
    assert [one["outcome"] for one in bench.rows("SELECT outcome FROM captures ORDER BY sequence")] == ["article", "unchanged"]


@pytest.mark.parametrize(
    "edit",
    (
        {"title": "Phiên chợ vùng cao (cập nhật)"},
        {"text": "Phiên chợ mở lại vào chiều nay./."},
        {"date": "06/02/2025"},
        {"more": '<p style="text-align:right"><b>Nông Thị Hà</b></p>'},
        {"more": '<p><img src="/a.jpg" alt="chợ"></p>'},
        {"more": '<p><a href="/kh.pdf">Kế hoạch</a></p>'},
    ),
    ids=["title", "text", "date", "byline", "images", "attachments"],
)
def test_a_change_of_content_is_a_version_and_the_older_one_is_kept(bench: Bench, edit: dict[str, str]) -> None:
    first = bench.page("cho-12.html")
    bench.load()
    before = bench.article()
    second = bench.page("cho-12.html", later=1, **edit)
    bench.load()
    row = bench.article()
    assert (row["id"], row["versions"], row["capture_id"]) == (before["id"], 2, second)
    [old] = bench.rows("SELECT * FROM versions")
    assert (old["id"], old["number"], old["capture_id"]) == (before["version_id"], 1, first)
    assert {name: old[name] for name in ("title", "text", "published_at", "byline", "images")} == {
        name: before[name] for name in ("title", "text", "published_at", "byline", "images")
    }
    assert old["seen_from"] == old["seen_until"] == before["last_seen"]


def test_versions_and_their_differences_in_python(bench: Bench) -> None:
    first = bench.page("cho-12.html")
    bench.page("cho-12.html", later=1, text="Phiên chợ dời sang chủ nhật.")
    third = bench.page("cho-12.html", later=1, text="Phiên chợ dời sang thứ bảy.", date="13/03/2024")
    bench.load()
    name = bench.article()["id"]
    found = versions(bench.db.conn, name)
    assert [(one["number"], one["current"]) for one in found] == [(1, False), (2, False), (3, True)]
    assert (found[0]["capture_id"], found[2]["capture_id"]) == (first, third)
    assert found[0]["seen_from"] == found[0]["seen_until"] < found[1]["seen_from"] < found[2]["seen_from"]
    assert found[0]["changes"] == ()
    assert "  Phiên chợ dời sang [-chủ nhật-]{+thứ bảy+}." in readable(found[2]["changes"]).split("\n")
    assert "published_at" in readable(found[2]["changes"])
    assert versions(bench.db.conn, "0" * 16) == []
    assert [bool(one["changes"]) for one in versions(bench.db.conn, name, told=1)] == [False, False, True]


def test_a_better_reader_makes_no_version(bench: Bench) -> None:
    box = '<p class="hop">Bà con xem lịch họp chợ ở bảng tin của xã.</p>'
    bench.page("cho-12.html", more=box)
    bench.load()
    before = bench.article()
    better = LAYOUT.model_copy(update={"remove": [".hop"]})
    bench.context = dataclasses.replace(bench.context, layouts=(better,))
    bench.page("cho-12.html", more=box, later=1)
    bench.load()
    row = bench.article()
    assert row["text"] != before["text"]  # the better reading is taken
    assert (row["versions"], row["version_id"]) == (1, before["version_id"])
    assert bench.rows("SELECT * FROM versions") == []


def test_the_same_article_at_another_address_is_one_article(bench: Bench) -> None:
    bench.page("tin-tuc/cho-12.html")
    bench.page("su-kien/cho-vung-cao-12.html", later=1)
    bench.load()
    assert bench.article()["versions"] == 1


def test_an_article_that_moved_keeps_its_id(bench: Bench) -> None:
    """The new address has another identity; only the redirect tells that it is the same article."""
    bench.page("cho-12.html")
    bench.load()
    before = bench.article()
    bench.answer("cho-12.html", status=301, headers=(("Location", "/moi/cho-777.html"),), later=1)
    bench.page("moi/cho-777.html")
    bench.load()
    assert bench.article()["id"] == before["id"]
    assert {one["url"] for one in bench.rows("SELECT url FROM addresses")} == {f"{HOME}cho-12.html", f"{HOME}moi/cho-777.html"}


def test_an_address_that_leads_to_a_known_article_is_its_address(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.answer("rut-gon", status=302, headers=(("Location", "/cho-12.html"),))
    bench.load()
    assert len(bench.rows("SELECT * FROM addresses WHERE article_id = ?", bench.article()["id"])) == 2


def test_vanished_needs_two_days_and_coming_back_undoes_it(bench: Bench) -> None:
    for name in range(9):  # the others stay: the site is well
        bench.page(f"khac-{name}.html", title=f"Tin {name}")
    bench.page("cho-12.html")
    bench.load()
    bench.answer("cho-12.html", status=404, later=1)
    bench.answer("cho-12.html", status=404, later=0.1)
    bench.answer("", "<html></html>", kind="home")
    bench.load()
    gone = "SELECT vanished_at FROM articles WHERE url LIKE '%cho-12.html'"
    assert bench.rows(gone) == [{"vanished_at": None}]
    bench.answer("cho-12.html", status=410, later=1)
    bench.answer("", "<html></html>", kind="home")
    bench.load()
    assert bench.rows(gone)[0]["vanished_at"].startswith("2025-03-02")
    assert len(bench.rows("SELECT * FROM articles")) == 10  # it stays, marked
    bench.page("cho-12.html", later=1)
    bench.load()
    assert bench.rows(gone) == [{"vanished_at": None}]


def test_when_many_vanish_at_once_it_is_the_site_that_is_ill(bench: Bench) -> None:
    for name in range(10):
        bench.page(f"tin-{name}.html", title=f"Tin {name}")
    for _ in range(2):
        bench.answer("tin-0.html", status=404, later=1)
        for name in range(1, 5):
            bench.answer(f"tin-{name}.html", status=404)
    bench.load()
    assert bench.rows("SELECT count(*) AS n FROM articles WHERE vanished_at IS NOT NULL") == [{"n": 0}]


def test_a_failure_of_a_known_article_is_a_row_and_the_article_stays(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.answer("cho-12.html", "<html><body><p>Bảo trì</p></body></html>", later=1)
    bench.load()
    [failure] = bench.rows("SELECT reason, capture_id FROM failures")
    assert failure["reason"] in {"NotAnArticle", "FieldMissing"}
    assert bench.article()["title"] == "Phiên chợ vùng cao"


def test_an_undated_article_of_a_department_that_merged_has_no_province(bench: Bench) -> None:
    bench.page("cho-12.html", date="")
    bench.load()
    assert (bench.article()["published_at"], bench.article()["province_id"]) == (None, None)


def test_the_attachment_that_was_fetched_is_linked_to_its_capture(bench: Bench) -> None:
    bench.page("cho-12.html", more='<p><a href="/kh.pdf">Kế hoạch</a></p>')
    capture = bench.answer("kh.pdf", "%PDF-1.4 nothing", kind="attachment")
    bench.load()
    [file] = bench.rows("SELECT * FROM attachments")
    assert (file["url"], file["capture_id"], file["size"]) == (f"{HOME}kh.pdf", capture, len("%PDF-1.4 nothing"))


def test_loading_twice_writes_nothing(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.load()
    before = bench.db.conn.total_changes
    bench.load()
    assert bench.db.conn.total_changes == before


def test_rebuild_gives_the_same_rows_after_edits_moves_and_losses(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.page("khac-13.html", title="Một tin khác", date="", more='<p><a href="/kh.pdf">Kế hoạch</a></p>')
    bench.load()
    bench.answer("kh.pdf", "%PDF-1.4", kind="attachment")
    bench.page("cho-12.html", text="Phiên chợ dời sang chủ nhật./.", later=1)
    bench.answer("khac-13.html", status=301, headers=(("Location", "/moi/khac-99.html"),), later=1)
    bench.page("moi/khac-99.html", title="Một tin khác", date="")
    bench.answer("cho-12.html", status=404, later=1)
    bench.answer("cho-12.html", status=404, later=1)
    bench.load()
    log: dict[str, Any] = {
        "runs": [],
        "failures": [],
        "found": {"/tin": {"#12": f"{HOME}cho-12.html", "#50": f"{HOME}mat-50.html"}},
        "totals": {"/tin": 5},
    }
    record_log(bench.db, "mau", **log)
    live = dump(bench.db)
    [coverage] = live["coverage"]
    assert (coverage["claimed"], coverage["held"], coverage["missing"]) == (5, 1, f'["{HOME}mat-50.html"]')
    rebuild(bench.data, lambda: [Source(bench.context, lambda: log)])
    assert dump(bench.db) == live


def test_a_reader_keeps_its_snapshot_while_a_rebuild_swaps(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.load()
    reader = open_for_writing(bench.data.archive_db)
    reader.conn.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    bench.db.execute("DELETE FROM addresses")
    rebuild(bench.data, lambda: [Source(bench.context, lambda: {"runs": [], "failures": [], "found": {}, "totals": {}})])
    assert reader.execute("SELECT count(*) FROM addresses").fetchone() == (1,)
    reader.conn.execute("COMMIT")
    reader.close()
    assert bench.rows("SELECT count(*) AS n FROM addresses") == [{"n": 1}]


NO_LOG: dict[str, Any] = {"runs": [], "failures": [], "found": {}, "totals": {}}


def swap(bench: Bench) -> None:
    rebuild(bench.data, lambda: [Source(bench.context, lambda: NO_LOG)])


def test_a_rebuild_that_is_swapped_in_while_a_crawl_reads_its_batch_changes_nothing(bench: Bench) -> None:
    """What the rebuild has taken in already is not applied a second time: older text over newer would be a version that never was."""
    bench.page("cho-12.html")
    bench.page("cho-12.html", text="Phiên chợ dời sang chủ nhật./.", later=1)
    bench.folder.sync()
    swapped: list[None] = []

    @contextmanager
    def lock() -> Iterator[None]:
        if bench.rows("SELECT 1 FROM sites") and not swapped:  # the second time, so the batch has been read
            swapped.append(swap(bench))
        yield

    Loader(bench.db, bench.folder, bench.context, lock=lock).catch_up()
    assert swapped
    live = dump(bench.db)
    assert [(one["versions"], one["text"]) for one in live["articles"]] == [(2, "Phiên chợ dời sang chủ nhật./.")]
    derive(bench.db)
    swap(bench)
    assert dump(bench.db) == live


def test_an_article_over_several_redirects_is_known_by_each_address(bench: Bench) -> None:
    bench.answer("a-1.html", status=301, headers=(("Location", "/b-2.html#top"),))
    bench.answer("b-2.html", status=302, headers=(("Location", "//SITE.example:80/ch\u1ee3-3.html".encode().decode("latin-1")),))
    bench.page("ch%E1%BB%A3-3.html")
    bench.load()
    assert {one["key"] for one in bench.rows("SELECT key FROM addresses")} == {"#1", "#2", "#3"}
    assert {one["article_id"] for one in bench.rows("SELECT article_id FROM addresses")} == {bench.article()["id"]}


def test_redirects_that_go_in_a_circle_end(bench: Bench) -> None:
    bench.answer("a-1.html", status=302, headers=(("Location", "/b-2.html"),))
    bench.answer("b-2.html", status=302, headers=(("Location", "/a-1.html"),))
    bench.page("b-2.html", later=1)
    bench.load()
    assert {one["key"] for one in bench.rows("SELECT key FROM addresses")} == {"#1", "#2"}


def test_a_removed_article_that_leads_to_another_is_not_written_over_by_it(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.load()
    before = bench.article()
    bench.answer("cho-12.html", status=302, headers=(("Location", "/thong-bao-99.html"),), later=1)
    bench.page("thong-bao-99.html", title="Thông báo bảo trì cổng thông tin", text="Cổng thông tin tạm dừng để bảo trì./.")
    bench.load()
    assert bench.rows("SELECT title, versions FROM articles WHERE id = ?", before["id"]) == [{"title": before["title"], "versions": 1}]
    assert len(bench.rows("SELECT 1 FROM articles")) == 2


def test_a_redirect_status_that_nobody_follows_is_a_failure(bench: Bench) -> None:
    bench.answer("cho-12.html", status=300, headers=(("Location", "/cho-13.html"),))
    bench.load()
    assert bench.rows("SELECT reason FROM failures") == [{"reason": "NotAnArticle"}]


def test_an_edit_is_taken_though_the_capture_before_it_is_damaged(bench: Bench) -> None:
    capture = bench.page("cho-12.html")
    bench.load()
    place = bench.folder.capture(capture).place
    path = bench.data.site("mau") / "captures" / place.file
    with path.open("r+b") as stream:
        stream.seek(place.offset + place.length // 2)
        stream.write(b"damage")
    bench.page("cho-12.html", text="Phiên chợ dời sang chủ nhật./.", later=1)
    bench.load()
    assert bench.article()["versions"] == 2
    assert [one["seen_from"] for one in bench.rows("SELECT seen_from FROM versions")] == [bench.article()["first_seen"]]


def test_a_site_folder_that_is_not_the_one_the_archive_was_made_from_is_said(bench: Bench) -> None:
    """Else what is captured from now on would be taken for loaded: its numbers begin anew."""
    bench.page("cho-12.html")
    bench.page("khac-13.html", title="Một tin khác")
    bench.load()
    bench.folder.close()
    shutil.rmtree(bench.data.site("mau"))
    bench.folder = SiteFolder.open(bench.data.site("mau"), "mau", write=True)
    with pytest.raises(StorageError, match="congthuong rebuild"):
        bench.load()
    bench.page("moi-14.html", title="Một tin mới")
    bench.folder.sync()
    with pytest.raises(StorageError, match="congthuong rebuild"):
        bench.load()
    swap(bench)
    bench.load()
    assert bench.article()["title"] == "Một tin mới"


def test_an_attachment_behind_a_redirect_is_linked_to_what_was_fetched(bench: Bench) -> None:
    bench.page("cho-12.html", more='<p><a href="/tai-ve?file=k%E1%BA%BF hoạch.pdf">Kế hoạch</a></p>')
    bench.load()
    [file] = bench.rows("SELECT url FROM attachments")
    bench.answer(file["url"].removeprefix(HOME), kind="attachment", status=302, headers=(("Location", "/kho/1.pdf"),))
    capture = bench.answer("kho/1.pdf", "%PDF-1.4 nothing", kind="attachment")
    bench.load()
    assert [one["capture_id"] for one in bench.rows("SELECT capture_id FROM attachments")] == [capture]


def test_a_site_first_crawled_while_a_rebuild_reads_is_in_what_is_swapped_in(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.load()
    late = dataclasses.replace(bench.context, site="sau")
    asked: list[None] = []

    def sources() -> list[Source]:
        asked.append(None)
        return [Source(context, lambda: NO_LOG) for context in (bench.context, late)[: len(asked)]]

    with SiteFolder.open(bench.data.site("sau"), "sau", write=True) as folder:
        bench.folder, first = folder, bench.folder
        bench.page("moi-14.html", title="Một tin mới")
        bench.folder = first
    rebuild(bench.data, sources)
    assert [one["site_id"] for one in bench.rows("SELECT site_id FROM articles ORDER BY 1")] == ["mau", "sau"]


def test_two_rebuilds_at_once_do_not_write_one_file(bench: Bench) -> None:
    with lock(bench.data.rebuild_lock), pytest.raises(Locked):
        swap(bench)


def test_a_rebuild_needs_only_the_warc_files(bench: Bench) -> None:
    bench.page("cho-12.html")
    bench.load()
    live = dump(bench.db)
    bench.folder.close()
    for path in bench.data.site("mau").glob("captures.db*"):
        path.unlink()
    swap(bench)
    assert dump(bench.db) == live
    bench.folder = SiteFolder.open(bench.data.site("mau"), "mau", write=True)
