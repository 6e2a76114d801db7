"""Addresses of links and pictures: absolute and clean, files told from pages, icons from pictures."""

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag

from archive.records import Image
from pipelines.reading.links import Link, absolute, image_of

BASE = "https://sct.example.gov.vn/tin/bai.html"


@pytest.mark.parametrize(
    ("address", "url"),
    (
        ("/tep/a.pdf", "https://sct.example.gov.vn/tep/a.pdf"),
        ("b.html?x=1#y", "https://sct.example.gov.vn/tin/b.html?x=1"),
        ("//cdn.example.vn/a.jpg", "https://cdn.example.vn/a.jpg"),
        (" http://example.vn ", "http://example.vn/"),
        ("/a b.doc", "https://sct.example.gov.vn/a%20b.doc"),
        ("", None),
        ("#dau-trang", None),
        ("javascript:void(0)", None),
        ("mailto:a@example.vn", None),
        ("data:image/gif;base64,R0", None),
        ("tel:0209", None),
        ("http://[x", None),
        ("java\nscript:alert(1)", None),
    ),
)
def test_absolute(address: str, url: str | None) -> None:
    assert absolute(address, BASE) == url


@pytest.mark.parametrize(
    ("path", "is_file"),
    (
        ("/a.pdf", True),
        ("/K%E1%BA%BF-ho%E1%BA%A1ch.DOCX", True),
        ("/documents/1/ke-hoach.xls/6f1d-22?t=1", True),
        ("/download.ashx?file=a.zip", True),
        ("/tin/bai.html", False),
        ("/pdf", False),
        ("/tin?p=1", False),
    ),
)
def test_files(path: str, is_file: bool) -> None:
    assert Link(f"https://sct.example.gov.vn{path}", "").is_file is is_file


@pytest.mark.parametrize(
    ("tag", "image"),
    (
        ('<img src="/a.jpg" alt=" Toàn  cảnh ">', Image("https://sct.example.gov.vn/a.jpg", "Toàn cảnh")),
        ('<img src="data:image/gif;base64,R0" data-lazy-src="/a.jpg">', Image("https://sct.example.gov.vn/a.jpg")),
        ('<img src="/p.gif" width="1" height="1">', None),
        ('<img src="/p.gif" width="16px">', None),
        ('<img src="/cho.gif" width="100%">', Image("https://sct.example.gov.vn/cho.gif")),
        ('<img src="/images/attach.gif">', None),
        ('<img src="/images/mui_ten2.png">', None),
        ('<img src="/_layouts/15/images/icpdf.png">', None),
        ("<img>", None),
    ),
)
def test_pictures(tag: str, image: Image | None) -> None:
    found = BeautifulSoup(tag, "lxml").find("img")
    assert isinstance(found, Tag)
    assert image_of(found, BASE) == image
