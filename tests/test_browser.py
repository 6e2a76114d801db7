"""The archive in a real browser: the way of an analyst at phone and desktop width, keyboard, contrast and labels, print, and hostile captures.

Needs Debian's chromium and, beside the locked packages, playwright and axe-playwright-python (`.ci/run` installs all three); skipped elsewhere.
`--screenshots DIR` keeps a picture of every page that is looked at.
"""

import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from conftest import Crawled
from test_archive_web_raw import hold, keep

CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("there is no chromium (Debian's package is meant)", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; .ci/run does")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed; .ci/run does")

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
PHONE, DESKTOP = (380, 800), (1280, 900)
PAGES = {
    "home": "/",
    "search": "/search?q=thi+dua",
    "nothing found": "/search?q=khongcogi",
    "article": "/archive/articles/{article}",
    "list": "/archive/articles?_search=thi+dua&_facet=year",
    "cluster": "/archive/clusters/moit-309-2023-iii",
    "decision": "/archive/decisions/qd-309-bct-2023",
    "province": "/archive/provinces/bac-kan",
    "province of today": "/archive/provinces/thai-nguyen-2025",
    "author": "/archive/authors/{author}",
    "department": "/archive/sites/demo-bac-kan",
    "capture": "/archive/captures/{capture}",
    "file": "/archive/files/{file}",
    "compare": "/compare?province=bac-kan,cao-bang,lang-son",
    "status": "/status",
    "missing": "/archive/articles/nothing",
}
STOCK = {
    "database": "/archive",
    "table": "/archive/mentions?_facet=kind",
    "row": "/archive/versions/{version}",
    "canned query": "/archive/articles_of_a_cluster?cluster=moit-309-2023-iii&year=2024",
    "SQL": "/archive?sql=select+id%2C+title+from+articles",
}
EXPECTED = ("404 (Not Found)", "/rendered' because the document's frame is sandboxed", '"img-src data:"')  # what the console may say
FOUND = {
    "article": "SELECT a.id FROM articles a ORDER BY (SELECT count(*) FROM mentions m WHERE m.article_id = a.id) DESC, a.id LIMIT 1",
    "author": "SELECT id FROM authors WHERE kind = 'person' ORDER BY articles DESC, id LIMIT 1",
    "capture": "SELECT capture_id FROM articles ORDER BY id LIMIT 1",
    "file": "SELECT replace(digest, ':', '~3A') FROM files ORDER BY digest LIMIT 1",
    "version": "SELECT coalesce((SELECT id FROM versions LIMIT 1), 'none')",
}


@dataclass
class Looking:
    """A page in a browser that remembers what it asked for and what went wrong."""

    page: Any
    home: str
    pictures: Path | None
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def open(self, address: str) -> Any:
        self.page.goto(self.home + address, wait_until="load")
        return self.page

    def picture(self, name: str) -> None:
        if self.pictures:
            width = self.page.viewport_size["width"]
            self.page.screenshot(path=self.pictures / f"{name.replace(' ', '-')}-{width}.png", full_page=True)

    def fits(self) -> bool:
        """Nothing stands outside the window's width."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def serving(data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "congthuong", "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = next(line for line in process.stderr if "http://" in line)
            yield line[line.index("http://") :].split()[0].rstrip("/")
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def home(crawled: Crawled) -> Iterator[str]:
    with serving(crawled.data) as address:
        yield address


@pytest.fixture(scope="module")
def addresses(crawled: Crawled) -> dict[str, str]:
    with closing(sqlite3.connect(crawled.data / "archive.db")) as db:
        ids = {name: db.execute(sql).fetchone()[0] for name, sql in FOUND.items()}
    return {name: address.format(**ids) for name, address in {**PAGES, **STOCK}.items()}


@pytest.fixture
def look(browser: Any, home: str, pytestconfig: pytest.Config) -> Iterator[Callable[..., Looking]]:
    """Opens a window of a size; at the end nothing may have been asked of another host, and no policy violated."""
    opened: list[Looking] = []
    pictures = pytestconfig.getoption("--screenshots")

    def look(size: tuple[int, int], at: str = home) -> Looking:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True)
        looking = Looking(context.new_page(), at, pictures and Path(pictures))
        looking.page.on("request", lambda request: looking.asked.append(request.url))
        looking.page.on("console", lambda said: looking.wrong.append(said.text) if said.type == "error" else None)
        looking.page.on("pageerror", lambda error: looking.wrong.append(str(error)))
        opened.append(looking)
        return looking

    if pictures:
        Path(pictures).mkdir(parents=True, exist_ok=True)
    yield look
    for one in opened:
        one.page.context.close()
        assert [url for url in one.asked if not url.startswith((one.home, "data:", "blob:"))] == []
        assert [said for said in one.wrong if not any(words in said for words in EXPECTED)] == []


@pytest.mark.parametrize("size", (PHONE, DESKTOP), ids=("phone", "desktop"))
def test_the_way_of_an_analyst(look: Callable[..., Looking], size: tuple[int, int]) -> None:
    looking = look(size)
    page = looking.open("/")
    looking.picture("home")
    page.get_by_role("searchbox").fill("cum thi dua so 3")
    page.keyboard.press("Enter")
    assert "Cụm thi đua" in page.locator("mark.hit").first.inner_text() or page.locator("mark.hit").count() > 3
    looking.picture("search")

    page.locator("[data-column=cluster] a", has_text="Cụm thi đua số III").click()
    page.locator("ol.articles a").first.click()
    marked = page.locator("article mark.cluster.moit a[href^='/archive/clusters/']").first
    marked.wait_for()
    looking.picture("article")
    marked.click()
    page.wait_for_url("**/archive/clusters/moit-309-2023-iii")
    assert page.get_by_role("heading", level=1).inner_text() == "Cụm thi đua số III"
    looking.picture("cluster")
    page.go_back()

    title = page.get_by_role("heading", level=1).inner_text()
    page.locator("aside a[href^='/archive/captures/']").click()
    assert page.get_by_text("Where the bytes lie").is_visible()
    page.get_by_text("As a page").click()
    framed = page.frame_locator("iframe.rendered")
    assert title in framed.locator("body").inner_text()
    looking.picture("capture")
    with page.expect_download() as taken:
        page.get_by_role("link", name="The record as a WARC file").click()
    assert taken.value.suggested_filename.endswith(".warc.gz")

    page.get_by_role("link", name="Compare").click()
    page.get_by_label("Up to eight").select_option(["bac-kan", "cao-bang", "lang-son"])
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare?*province=bac-kan*")
    assert page.locator(".chart .drawing:not(.key) > g").count() == 3
    looking.picture("compare")
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    lines = Path(taken.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "period,bac-kan,cao-bang,lang-son"
    assert len(lines) == page.locator(".data tbody tr").count() + 1


@pytest.mark.parametrize("size", (PHONE, DESKTOP), ids=("phone", "desktop"))
@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_is_wrong_for_anybody_and_all_fits(
    look: Callable[..., Looking], addresses: dict[str, str], name: str, size: tuple[int, int]
) -> None:
    looking = look(size)
    page = looking.open(addresses[name])
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    looking.picture(name)
    assert looking.fits()
    found = axe.Axe().run(page).response["violations"]
    serious = [
        (one["id"], node["target"], node["failureSummary"]) for one in found if one["impact"] in {"serious", "critical"} for node in one["nodes"]
    ]
    assert serious == []


@pytest.mark.parametrize("name", STOCK)
def test_stock_pages_work_under_their_policy(look: Callable[..., Looking], addresses: dict[str, str], name: str) -> None:
    looking = look(DESKTOP)
    page = looking.open(addresses[name])
    looking.picture(name)
    assert page.get_by_role("link", name="Công Thương Archive", exact=True).is_visible()


def test_all_can_be_reached_by_keyboard(look: Callable[..., Looking]) -> None:
    looking = look(DESKTOP)
    page = looking.open("/archive/clusters/moit-309-2023-iii")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0  # it shows itself
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    seen = set()
    for _ in range(200):
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 200) + document.activeElement.getBoundingClientRect().top"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body || document.activeElement.closest('main') === null"):
            break
    assert len(seen) == page.locator("main a[href]:visible, main summary:visible, main [tabindex]:visible").count()


def test_tiles_are_links_to_provinces(look: Callable[..., Looking]) -> None:
    page = look(DESKTOP).open("/")
    page.get_by_role("link", name="Cao Bằng:").first.click()
    assert page.url.endswith("/archive/provinces/cao-bang-2025")


def test_an_article_prints_as_a_sheet_with_its_source(look: Callable[..., Looking], addresses: dict[str, str], tmp_path: Path) -> None:
    page = look(DESKTOP).open(addresses["article"])
    title = page.get_by_role("heading", level=1).inner_text()
    page.pdf(path=tmp_path / "sheet.pdf", format="A4")
    sheet = PdfReader(tmp_path / "sheet.pdf")
    text = " ".join(" ".join(one.extract_text() for one in sheet.pages).split())
    assert len(sheet.pages) == 1
    assert title in text
    for printed in ("Original page http://127.0.0.1:", "Capture", "sha256:", addresses["article"]):
        assert printed in text
    for left_out in ("Search the articles", "All tables and SQL", "How each field was found"):
        assert left_out not in text


HOSTILE = """<html><head><title>Tin</title>
<script>document.title = "ran"; fetch("{0}/script")</script>
<link rel="stylesheet" href="{0}/style.css"><link rel="preconnect" href="{0}/"><link rel="prefetch" href="{0}/prefetch">
<style>@import url("{0}/import.css"); body {{ background: url("{0}/back.png") }}</style>
<meta http-equiv="refresh" content="0; url={0}/refresh"></head>
<body onload="document.title = 'ran'"><h1>Tin mới</h1><img src="{0}/picture.png"><iframe src="{0}/frame"></iframe>
<video src="{0}/film.mp4" autoplay></video><object data="{0}/object"></object><svg><image href="{0}/svg.png"/></svg>
<form action="{0}/form"><button>Gửi</button></form><a href="{0}/link" ping="{0}/ping">đi</a></body></html>"""


def test_a_hostile_capture_runs_nothing_and_asks_for_nothing(browser: Any, tmp_path: Path) -> None:
    with ExitStack() as held:
        elsewhere = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        capture = keep(tmp_path, HOSTILE.format(f"http://127.0.0.1:{elsewhere.getsockname()[1]}").encode())
        hold(tmp_path, capture)
        at = held.enter_context(serving(tmp_path))
        page = browser.new_page()
        page.goto(f"{at}/archive/captures/{capture}")
        page.get_by_text("As a page").click()
        framed = page.frame_locator("iframe.rendered")
        assert framed.locator("h1").inner_text() == "Tin mới"
        framed.get_by_role("button").click()
        framed.get_by_text("đi").click()
        page.wait_for_timeout(500)
        page.goto(f"{at}/captures/{capture}/rendered")
        page.wait_for_timeout(500)
        assert page.title() == "Tin"
        page.context.close()
        elsewhere.settimeout(0.5)
        came = []
        with suppress(TimeoutError):
            while True:
                visitor, _ = elsewhere.accept()
                with visitor:
                    visitor.settimeout(0.5)
                    came.append(visitor.recv(200))
        assert came == []
