"""A hostile site, crawled for real: nothing on its pages makes the crawler leave it, fill the disk, run for ever or die, and its one good article is kept."""

import datetime as dt
import gzip
import ipaddress
import json
import os
import ssl
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from archive.warc_file import warc_files
from conftest import congthuong
from hostile import Hostile, Page, answer, head, raw, redirect
from test_bad_pages import GOOD, SITE
from test_end_to_end import contents, query

TITLE = "Phiên chợ vùng cao mở lại"
MEMORY = 350  # MB at most, of the crawl's process
TIME = 60  # seconds at most
MEGABYTE = b"0" * 1_000_000
GOOD_BYTES = GOOD.encode()


def bomb(packer: Any) -> bytes:
    """300 MB of zeros."""
    return b"".join([*(packer.compress(MEGABYTE) for _ in range(300)), packer.flush()])


def brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(MEGABYTE) for _ in range(300)), packer.finish()])


GZIP_BOMB = bomb(zlib.compressobj(9, wbits=31))

NOT_READ = {"NotAnArticle"}
LOST = {"Unreachable"}
LARGE = {"TooLarge"}
AWAY = {"OffSite"}

# What a page does, and the reasons one of which must stand in `failures`.
BAD: dict[str, tuple[Page, set[str]]] = {
    "vong": (redirect("/bai/vong"), NOT_READ),
    "ngoai": (redirect("http://www.example.com/x"), AWAY),
    "rieng": (redirect("http://127.0.0.1:1/x"), AWAY),
    "khong-phai-dia-chi": (redirect("http://[::1"), NOT_READ),
    "mat-khau": (redirect("http://ten:mat-khau@HOST/bai/tot"), AWAY),
    "gach-cheo": (redirect("//evil.example\\@HOST/bai/tot"), AWAY),
    "tep": (redirect("file:///etc/passwd"), NOT_READ | AWAY),
    "dai": (redirect("/bai/" + "x" * 9000), AWAY),
    "lam-moi": (answer(b'<meta http-equiv="refresh" content="0;url=http://127.0.0.1:1/x"><p>x'), NOT_READ),
    "banh-quy": (answer(b"", "Set-Cookie: a=b; Path=/", "Location: /bai/banh-quy", status="302 Found"), NOT_READ),
    "gzip": (answer(GZIP_BOMB, "Content-Encoding: gzip"), LARGE),
    "deflate": (answer(bomb(zlib.compressobj(9)), "Content-Encoding: deflate"), LARGE),
    "brotli": (answer(brotli_bomb(), "Content-Encoding: br"), LARGE),
    "hai-lop": (answer(gzip.compress(GZIP_BOMB), "Content-Encoding: gzip, gzip"), LARGE),
    "nhieu-lop": (answer(GOOD_BYTES, "Content-Encoding: " + ", ".join(["gzip"] * 50)), {"Undecodable"}),
    "dut-o-dau": (raw(b"HTTP/1.1 200 OK\r\nContent-Ty", reset=True), LOST),
    "dut-o-than": (raw(head("Content-Length: 5000"), GOOD_BYTES, reset=True), LOST),
    "thieu": (raw(head("Content-Type: text/html", "Content-Length: 99999"), GOOD_BYTES), LOST),
    "thua": (raw(head("Content-Type: text/html", "Content-Length: 40"), GOOD_BYTES), NOT_READ),
    "cat-khuc": (raw(head("Transfer-Encoding: chunked"), b"zz\r\nabc"), LOST),
    "rac": (raw(b"\x16\x03\x01\x02\x00 garbage\r\n\r\n"), LOST),
    "doi-mai": (raw(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 20_000), LOST),
    "dau-mot-dong": (raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\nok"), LOST),
    "dau-vo-tan": (raw(b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"a" * 8000 + b"\r\n"] * 3000), LOST),
    "ten-rong": (raw(b"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\nok"), LOST),
    "anh": (answer(GOOD_BYTES, kind="image/png"), {"NotHtml"}),
    "tep-nen": (answer(b"PK\x03\x04" + bytes(range(256)) * 9), {"NotHtml"}),
    "dang-nhap": (answer(b"<html><h1>x</h1><form><input type=password></form>"), {"Protected"}),
    "mat-ma-200": (answer("<html><h1>Không tìm thấy</h1><p>Trang không tồn tại.</p>".encode()), NOT_READ | {"Gone"}),
    "thu-thach": (answer(b"<html><script>document.cookie='D1N=1';location.reload()</script>"), {"ChallengePage"}),
    "to": (answer(GOOD_BYTES + b" " * 11_000_000), LARGE),
    "to-khong-noi": (raw(head("Content-Type: text/html"), *[MEGABYTE] * 12), LARGE),
    "div": (answer(GOOD.replace("<p>Sáng", "<div>" * 50_000 + "<p>Sáng").encode()), NOT_READ),
    "tieu-de": (answer(GOOD.replace("Phiên chợ", "Phiên chợ " + "rất " * 250_000).encode()), LARGE),
    "tham-lam": (answer(GOOD.replace("<p>Sáng", "<p>" + "Cụm thi đua " * 150_000).encode()), LARGE),
    "ma-la": (answer(b"x", status="999 Nope"), {"HttpServerError"}),
    "cham": (raw(head("Content-Type: text/html"), *[b"x", 0.3] * 12), {"Timeout"}),
}

# Odd, but an article all the same.
READ: dict[str, Page] = {
    "tot": answer(GOOD_BYTES),
    "nul": answer(GOOD.replace("Sáng", "Sáng\0\0").encode()),
    "sai-bang-ma": answer(GOOD.encode("utf-16"), kind="text/html; charset=koi8-r"),
    "bang-ma-la": answer(GOOD_BYTES, kind="text/html; charset=khong-co"),
    "chen-dau": answer(GOOD_BYTES, "X-A: a\rWARC-Type: warcinfo\rSet-Cookie: a=b", "X-B: \x00\xff", "khong phai dau", "Set-Cookie: a=b; Path=/"),
    "dau-mot-mega": answer(GOOD_BYTES, *[f"X-{n}: {'a' * 8000}" for n in range(120)]),
}

LINKS = [  # none of them is an address to ask for
    "http://[::1", "http://evil.example／@x/bai/1", "http://[::1]:80/bai/1", "http://a:b@HOST/bai/9", "http://HOST\\@evil.example/bai/1",
    "javascript:/bai/1", "data:text/html,/bai/1", "file:///bai/1", "ftp://HOST/bai/1", "http://HOST:99999/bai/1", "http://127.0.0.1:cong/bai/1",
    "//xn--80ak6aa92e.com/bai/1", "/bai/" + "x" * 100_000,
]  # fmt: skip


# The command line, and at its end the most memory it had: the kernel's count for a child begins with what its parent had.
MEASURED = """
import sys
from pathlib import Path
from congthuong.cli import main
peak = Path(sys.argv.pop())
try:
    main()
finally:
    peak.write_text(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@dataclass
class Run:
    """One crawl: what it said, how long it took and how much memory its process had at most."""

    result: dict[str, Any]
    err: str
    seconds: float
    megabytes: int
    data: Path

    @property
    def failures(self) -> list[dict[str, Any]]:
        return query(self.data / "archive.db", "SELECT url, reason, detail FROM failures ORDER BY url")

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in query(self.data / "archive.db", "SELECT title FROM articles")]

    @property
    def disk(self) -> int:
        return sum(path.stat().st_size for path in self.data.rglob("*") if path.is_file())


def crawl(folder: Path, site: Hostile, *, discovery: str = 'listings = ["/danh-sach/"]', more: str = "") -> Run:
    file, data = folder / "doc.toml", folder / "data"
    text = SITE.format(home=f"{site.origin}/").replace('listings = ["/danh-sach/"]', discovery).replace("pace = 0.01", f"pace = 0.001\n{more}")
    file.write_text(text, encoding="utf-8")
    started, peak = time.monotonic(), folder / "peak"
    args = [sys.executable, "-c", MEASURED, "crawl", "--site-file", file, "--data", data, "--json", peak]
    done = subprocess.run(args, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    run = Run(json.loads(done.stdout)[0], done.stderr, time.monotonic() - started, int(peak.read_text()) // 1024, data)
    assert run.megabytes < MEMORY
    assert run.seconds < TIME
    return run


def listing(*links: str) -> Page:
    return answer("".join(f'<a href="{link}">x</a>' for link in links).encode())


def at(host: str, page: Page) -> Page:
    """The page with HOST replaced by the server's own."""

    def replaced(target: str) -> Iterator[bytes]:
        for piece in page(target):
            yield piece.replace(b"HOST", host.encode()) if len(piece) < 20_000 else piece

    return replaced


def test_every_hostile_page_ends_with_its_reason_and_the_good_ones_are_kept(tmp_path: Path) -> None:
    with Hostile() as site:
        pages = {name: page for name, (page, _) in BAD.items()} | READ
        site.pages = {f"/bai/{name}": at(site.netloc, page) for name, page in pages.items()}
        site.pages["/danh-sach/"] = listing(*(one.replace("HOST", site.netloc) for one in LINKS), *(f"/bai/{name}" for name in pages))
        run = crawl(tmp_path, site, more="timeout = 1.5")
        asked = Counter(site.targets)
    found = {one["url"].rpartition("/bai/")[2]: one["reason"] for one in run.failures}
    assert found.keys() == BAD.keys()
    assert {name: reason for name, reason in found.items() if reason not in BAD[name][1]} == {}
    assert run.result["failures"] == dict(Counter(found.values()))
    assert run.result["outcome"] == "short"
    held = {one["url"].rpartition("/")[2]: one["title"] for one in query(run.data / "archive.db", "SELECT url, title FROM articles")}
    assert held == dict.fromkeys(READ, TITLE)
    assert asked.keys() == {"/robots.txt", "/danh-sach/", *(f"/bai/{name}" for name in pages)}
    assert max(asked.values()) <= 6
    assert run.disk < 30_000_000
    assert not any("cookie" in headers for _, headers in site.asked)
    assert all(len(one["detail"]) <= 10_000 for one in run.failures)
    live = contents(run.data / "archive.db")
    assert congthuong("rebuild", "--data", run.data).code == 0
    assert contents(run.data / "archive.db") == live


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}<!ENTITY tep SYSTEM "file:///etc/passwd"><!ENTITY mang SYSTEM "http://127.0.0.1:1/x">]>'
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def xml(text: str) -> Page:
    return answer(f'<?xml version="1.0"?>{text}'.encode(), kind="text/xml")


def test_signposts_that_are_bombs_or_lead_away_end_named(tmp_path: Path) -> None:
    with Hostile() as site:
        away = "".join(f"<url><loc>http://www.example.com/bai/{n}</loc></url>" for n in range(60_000))
        index = "".join(f"<sitemap><loc>{site.origin}/phan/{n}.xml</loc></sitemap>" for n in range(5000))
        site.pages = {
            "/robots.txt": answer(b"User-agent: *\nAllow: /\n" + b"Disallow: /x*y*z$\n" * 300_000, kind="text/plain"),
            "/danh-sach/": listing("/bai/tot"),
            "/bai/tot": answer(GOOD_BYTES),
            "/no.xml": xml(f"{ENTITIES}<urlset {SITEMAP}><url><loc>{site.origin}/bai/&a9;&tep;&mang;</loc></url></urlset>"),
            "/ngoai.xml": xml(f"<urlset {SITEMAP}>{away}</urlset>"),
            "/nen.xml.gz": answer(GZIP_BOMB, kind="application/gzip"),
            "/vo-tan.xml": xml(f"<sitemapindex {SITEMAP}>{index}</sitemapindex>"),
            "/no.rss": xml(
                f"{ENTITIES}<rss version='2.0'><channel><title>&a9;</title><item><title>&a9;&tep;</title><link>&mang;</link></item></channel></rss>"
            ),
            "/hong.rss": xml("<rss version='2.0'><channel><item><link>http://[::1</link></item></channel></rss>"),
        }
        lists = 'listings = ["/danh-sach/"]\nmax_pages = 20\n'
        signs = lists + 'sitemaps = ["/no.xml", "/ngoai.xml", "/nen.xml.gz", "/vo-tan.xml"]\nfeeds = ["/no.rss", "/hong.rss"]'
        file = SITE.replace("sitemaps = []\nfeeds = []\n", "")
        assert file != SITE
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys.modules[__name__], "SITE", file)
            run = crawl(tmp_path, site, discovery=signs)
        asked = Counter(site.targets)
    assert run.titles == [TITLE]
    assert run.result["outcome"] == "short"
    said = {one["url"].rpartition("/")[2]: one["detail"] for one in run.failures}
    assert "none of the" in said["ngoai.xml"]
    assert "max_pages = 20" in said["vo-tan.xml"]
    assert "nen.xml.gz" in said
    assert len(asked) < 40
    assert "passwd" not in "".join(asked) + json.dumps(contents(run.data / "archive.db"), default=str).replace("file:///etc/passwd", "")


@pytest.mark.parametrize("robots", ("bomb", "delay"))
def test_robots_txt_that_cannot_be_obeyed_keeps_us_away(tmp_path: Path, robots: str) -> None:
    pages = {"bomb": answer(GZIP_BOMB, "Content-Encoding: gzip"), "delay": answer(b"User-agent: *\nCrawl-delay: 1000000\n", kind="text/plain")}
    with Hostile({"/robots.txt": pages[robots], "/danh-sach/": listing("/bai/tot"), "/bai/tot": answer(GOOD_BYTES)}) as site:
        run = crawl(tmp_path, site)
        assert set(site.targets) == {"/robots.txt"}
    assert run.result["outcome"] == "broken"
    assert run.result["failures"] == {"RobotsUnreachable": 1}


def test_traps_are_bounded_and_reported(tmp_path: Path) -> None:
    """Ever-new parameters of one page, a calendar without end, and 100,000 links on a listing."""

    def calendar(target: str) -> Iterator[bytes]:
        month = int(target.rpartition("/")[2] or "0")
        yield from answer(f'<a href="/bai/lich-{month}">x</a><div class="pagination"><a href="/lich/{month + 1}">»</a></div>'.encode())(target)

    def other(target: str) -> Iterator[bytes]:
        yield from (calendar if target.startswith("/lich/") else answer(b"", status="404 Not Found"))(target)

    many = listing(*(f"/bai/{n}" for n in range(100_000)))
    variants = listing("/bai/tot", *(f"/bai/mot?phien={n}" for n in range(5000)))
    with Hostile({"/bai/tot": answer(GOOD_BYTES), "/nhieu/": many, "/tham-so/": variants}, other) as site:
        discovery = 'listings = ["/tham-so/", "/lich/0", "/nhieu/"]\nmax_pages = 10\nmax_variants = 50'
        run = crawl(tmp_path, site, discovery=discovery, more="max_requests = 300")
        asked = site.targets
    assert run.titles == [TITLE]
    assert 290 <= len(asked) <= 302
    assert len([one for one in asked if one.startswith("/lich/")]) == 10
    assert len([one for one in asked if "phien=" in one]) == 50
    said = " ".join(one["detail"] for one in run.failures if one["reason"] == "TooLarge")
    for bound in ("max_variants = 50", "max_pages", "more than 50000 addresses", "max_requests"):
        assert bound in said
    assert run.result["outcome"] == "short"


def test_a_run_ends_that_has_received_too_much(tmp_path: Path) -> None:
    pages = {f"/bai/{n}": answer(GOOD_BYTES + b"<!--" + os.urandom(500_000).hex().encode() + b"-->") for n in range(10)}
    with Hostile(pages | {"/danh-sach/": listing(*pages)}) as site:
        run = crawl(tmp_path, site, more="max_megabytes = 4")
    assert run.result["new"] == 4
    assert "max_megabytes" in run.failures[0]["detail"]
    assert run.disk < 8_000_000


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sct.example.vn")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    day = dt.timedelta(days=1)
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = made.not_valid_before(now - day).not_valid_after(now + day).add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "pem").write_bytes(key.private_bytes(*plain) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    return context


def test_a_certificate_nobody_vouches_for_is_refused_unless_the_site_file_says_so_and_every_capture_says_it(tmp_path: Path) -> None:
    pages = {"/danh-sach/": listing("/bai/tot"), "/bai/tot": answer(GOOD_BYTES)}
    with Hostile(pages, tls=self_signed(tmp_path)) as site:
        refused = crawl(tmp_path, site)
        assert refused.result["outcome"] == "broken"
        assert site.targets == []
        run = crawl(tmp_path, site, more="verify_tls = false")
    assert run.titles == [TITLE]
    kept = b"".join(gzip.decompress(path.read_bytes()) for path in warc_files(run.data / "sites" / "doc" / "captures"))
    assert kept.count(b"tls: unverified") == kept.count(b"WARC-Type: response") == 3


def test_a_proxy_is_gone_through_for_everything(tmp_path: Path) -> None:
    """The site itself does not exist; its proxy answers for it."""
    pages = {"http://192.0.2.1/danh-sach/": listing("/bai/tot"), "http://192.0.2.1/bai/tot": answer(GOOD_BYTES)}
    with Hostile(pages) as proxy:
        asked, proxy.origin, way = proxy.asked, "http://192.0.2.1", proxy.origin
        run = crawl(tmp_path, proxy, more=f'proxy = "{way}"')
    assert run.titles == [TITLE]
    assert [target for target, _ in asked] == [f"http://192.0.2.1{path}" for path in ("/robots.txt", "/danh-sach/", "/bai/tot")]
