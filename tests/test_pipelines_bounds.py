"""Whatever a page is, reading ends soon with an article or a named reason, and with the same again: kept pages mutated, and pages of five megabytes.

`--mutations N` mutates each kept page N times, drawn anew; the seed it prints draws the same again.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from archive.records import Failure, Reading, Reason
from crawler.survey.cases import capture_of
from pipelines.read import read, read_html
from scoring import Case, cases

PAGES = cases()
SIZE = 5_000_000
LONGEST = 2.0  # seconds of CPU for such a page: twice what the slowest takes on the machines this was written on

PIECES = (b"<table><tr><td>", b"<!--", b"</body></html>", b"<form>", b"<h1>", b"<script>", b"</p>", b'<a href="x.pdf">', b"&#0;", b"\xcc\x80" * 20)
PIECES += (b'<base href="http://[">', b"<ul>" * 300, b"<font face='.VnTime'>", b"\x00\x01", "<p>Nguồn:</p>".encode(), b"<br>" * 50)
SIGNS = (b"class=", b"id=", b"href=", b'"', b">", b"</div>", b"<p")


def mutated(body: bytes, chance: random.Random) -> bytes:
    """The page with a few of its parts cut off, repeated, replaced by noise, by another page's or by odd markup."""
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        start = chance.randrange(max(1, len(body)))
        end = min(len(body), start + chance.choice((1, 5, 40, 400, 4000)))
        body = chance.choice(WAYS)(body, start, end, chance)
    return body


WAYS: tuple[Callable[[bytes, int, int, random.Random], bytes], ...] = (
    lambda body, start, _end, _chance: body[:start],
    lambda body, start, end, _chance: body[:start] + body[end:],
    lambda body, start, end, chance: body[:end] + body[start:end] * chance.choice((1, 3, 20)) + body[end:],
    lambda body, start, _end, chance: body[:start] + chance.randbytes(chance.choice((1, 3, 30))) + body[start:],
    lambda body, start, end, chance: body[:start] + other(chance) + body[end:],
    lambda body, start, _end, chance: body[:start] + chance.choice(PIECES) + body[start:],
    lambda body, _start, _end, chance: body.replace(chance.choice(SIGNS), chance.choice((*SIGNS, b"")), chance.randrange(1, 30)),
)


def other(chance: random.Random) -> bytes:
    body = chance.choice(PAGES).answer.body
    start = chance.randrange(len(body))
    return body[start : start + 4000]


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
def test_a_mutated_page_is_read_or_named_and_the_same_again(case: Case, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    context, count = case.site.context(), request.config.getoption("--mutations")
    seed = request.config.getoption("--seed") if count > 1 else 0
    for number in range(count):
        name = f"{seed} {case.name} {number}"
        body = mutated(case.answer.body, random.Random(name))  # noqa: S311 - named, so that it can be drawn again
        capture = capture_of(case.site.id, replace(case.answer, body=body))
        for each in (context, replace(context, layouts=())):
            found = read([capture], each)
            assert found == read([capture], each), name
            if isinstance(found, Failure):
                assert found.reason != Reason.READER_ERROR, f"{name}: {found.detail}"
                continue
            assert found.article.lead is None or found.article.text.startswith(found.article.lead), name
            assert all(getattr(found.article, one.field)[one.start : one.end] == one.quote for one in found.mentions), name


HEAD = "<html><head><title>Hội nghị tổng kết công tác năm của ngành</title></head><body>"
TITLE = "<h1>Hội nghị tổng kết công tác năm của ngành</h1><div>12/01/2024</div>"
PARAGRAPH = "<p>Sở Công Thương tổ chức hội nghị tổng kết công tác thi đua của Cụm thi đua số III ngày 12/01/2024 tại Lạng Sơn.</p>"
ARTICLE = f"{TITLE}<div>{PARAGRAPH * 20}</div>"


def filled(piece: str) -> str:
    return piece * (SIZE // len(piece.encode()))


HUGE = {
    "paragraphs": f"{TITLE}<div>{filled(PARAGRAPH)}</div>",
    "one paragraph": f"{TITLE}<p>{filled('Cụm thi đua số III tổ chức hội nghị. ')}</p>",
    "a menu before": f"<ul>{filled('<li><a href=/a/b>Chuyên mục số một</a></li>')}</ul>{ARTICLE}",
    "a menu behind": f"{ARTICLE}<ul>{filled('<li><a href=/a/b>Chuyên mục số một</a></li>')}</ul>",
    "headings": f"{filled('<h2>Một tiêu đề nào đó của trang</h2>')}{ARTICLE}",
    "headings and paragraphs": filled(f"<h2>Một tiêu đề nào đó của trang</h2>{PARAGRAPH}"),
    "nesting": f"{TITLE}{filled('<div>')}{PARAGRAPH * 20}",
    "dates": f"{TITLE}{filled('<div>12/01/2024 10:30</div>')}{ARTICLE}",
    "cells": f"{TITLE}<div>{PARAGRAPH}<table>{filled('<tr><td>a</td><td>b</td></tr>')}</table></div>",
    "tables in tables": f"{TITLE}<div>{PARAGRAPH}{filled('<table><tr><td>')}x",
    "spans": f"{TITLE}<p>{filled('<span>Sở</span> ')}</p>",
    "line breaks": f"{TITLE}<div>{filled('Dòng này<br>')}</div>",
    "no tags": filled("Sở Công Thương "),
    "pictures": f"{TITLE}<div>{PARAGRAPH * 5}{filled('<img src=/a.jpg><p>Toàn cảnh hội nghị</p>')}</div>",
    "files": f"{TITLE}<div>{PARAGRAPH * 5}{filled('<p><a href=/x.pdf>Tải về tại đây</a></p>')}</div>",
    "comments": f"{TITLE}<div>{PARAGRAPH * 5}{filled('<!-- x -->')}</div>",
    "names": f"{TITLE}<div>{PARAGRAPH * 5}{''.join(f'<div class=c{n} id=e{n}>a{n}</div>' for n in range(SIZE // 45))}</div>",
    "misread letters": f"{TITLE}<p>{filled('Há»™i nghá»‹ ')}</p>",
    "an old font": f"{TITLE}<font face='.VnTime'>{filled('Hµ Néi ')}</font>",
}


@pytest.mark.parametrize("kind", tuple(HUGE))
def test_a_page_of_five_megabytes_takes_no_long_time(kind: str) -> None:
    body = (HEAD + HUGE[kind]).encode()
    start = time.process_time()
    found = read_html(body, "http://sct.example.gov.vn/tin-1.html")
    spent = time.process_time() - start
    assert isinstance(found, Reading) or found.reason in {Reason.TOO_LARGE, Reason.NOT_AN_ARTICLE, Reason.EMPTY_BODY}
    assert spent < LONGEST, f"{spent:.1f} s"
