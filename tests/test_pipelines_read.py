"""Reading as a whole: the named reasons why a capture holds no article, several pages as one, several layouts, and anything at all as input."""

import gzip
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipelines
from archive.records import Capture, Failure, Place, Reading, Reason
from pipelines import read as reader
from pipelines.context import Context
from pipelines.layout import Layout
from pipelines.read import read, read_html

URL = "https://sct.example.gov.vn/tin-12.html"
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
NEW = Layout(title=["h1.moi"], body=[".noi-dung-moi"], identity=r"-(\d+)\.html")
OLD = Layout(valid_until=date(2023, 12, 31), title=["h2.cu"], body=[".noi-dung-cu"])
CONTEXT = Context(site="mau", layouts=(OLD, NEW))
PARAGRAPH = "<p>Sở Công Thương tổ chức hội nghị tổng kết công tác thi đua, khen thưởng của các đơn vị.</p>"
PAGE = f'<html><body><h1 class="moi">Tổng kết</h1><div class="noi-dung-moi">{PARAGRAPH}</div></body></html>'
OLD_PAGE = f'<html><body><h2 class="cu">Tổng kết cũ</h2><div class="noi-dung-cu">{PARAGRAPH}</div></body></html>'


def capture(
    body: bytes | str = PAGE, *, status: int = 200, fetched_at: datetime = FETCHED, broken: tuple[Reason, str] | None = None, **headers: str
) -> Capture:
    data = body.encode() if isinstance(body, str) else body
    named = tuple((name.replace("_", "-"), value) for name, value in ({"content_type": "text/html; charset=utf-8"} | headers).items())
    return Capture("00", "mau", URL, fetched_at, "GET", status, named, data, "article", Place("a.warc.gz", 0, 1), "sha256:", "sha256:", broken=broken)


def test_an_article() -> None:
    reading = read([capture()], CONTEXT)
    assert isinstance(reading, Reading)
    assert (reading.article.site, reading.article.url, reading.article.title) == ("mau", URL, "Tổng kết")
    assert reading.article.text.startswith("Sở Công Thương tổ chức")
    assert {mention.kind for mention in reading.mentions} <= {"cluster", "block", "decision", "province", "department"}


def test_a_packed_body() -> None:
    reading = read([capture(gzip.compress(PAGE.encode()), content_encoding="gzip")], CONTEXT)
    assert isinstance(reading, Reading)
    assert reading.article.title == "Tổng kết"


ONE_BLOCK = "Sáng 12/3, chợ phiên & hội hoa mở lại với hơn trăm gian hàng nông sản của bà con các xã trong huyện, cao hơn năm trước nhiều. " * 5
CLAIM = '<meta property="og:type" content="article"><title>Chợ phiên đông khách</title>'


def test_what_calls_itself_an_article_is_read_by_a_general_program_where_ours_finds_none() -> None:
    """One paragraph under no heading at all: ours takes that for no article, and without the page's word it stays none."""
    body = f"<div><p>{ONE_BLOCK}</p></div>".replace("&", "&amp;")
    reading = read_html(f"<html><head>{CLAIM}</head><body>{body}</body></html>", URL)
    assert isinstance(reading, Reading)
    article = reading.article
    assert (article.title, article.text, article.html) == ("Chợ phiên đông khách", ONE_BLOCK.strip(), body[5:-6].replace(" </p>", "</p>"))
    assert (article.byline, article.published_at, article.category) == (None, None, None)
    assert all(one.method == "trafilatura" and one.doubt for one in article.evidence)
    unclaimed = read_html(f"<html><head><title>Chợ phiên đông khách</title></head><body>{body}</body></html>", URL)
    assert isinstance(unclaimed, Failure)
    assert unclaimed.reason is Reason.NOT_AN_ARTICLE


def test_a_layout_that_does_not_fit_is_not_papered_over() -> None:
    failure = read_html(f"<html><head>{CLAIM}</head><body><div><p>{ONE_BLOCK}</p></div></body></html>", URL, context=CONTEXT)
    assert isinstance(failure, Failure)
    assert failure.reason is Reason.NOT_AN_ARTICLE


CHALLENGE = '<html><head><script>document.cookie="a=1";location.reload()</script></head><body><noscript>Bật JavaScript</noscript></body></html>'
REDESIGNED = f'<html><body><h1 class="moi">Tổng kết</h1><div class="khac">{PARAGRAPH * 4}</div></body></html>'


@pytest.mark.parametrize(
    ("given", "reason", "words"),
    (
        (capture(b""), Reason.EMPTY_BODY, "empty"),
        (capture(b"%PDF-1.7", content_type="application/pdf"), Reason.NOT_HTML, "application/pdf"),
        (capture(bytes(range(256)) * 10), Reason.UNDECODABLE, "unreadable"),
        (capture(b"\x1f\x8b\x08\x00broken", content_encoding="gzip"), Reason.UNDECODABLE, "gzip"),
        (capture(status=404), Reason.GONE, "404"),
        (capture(status=410), Reason.GONE, "410"),
        (capture(status=403), Reason.HTTP_CLIENT_ERROR, "403"),
        (capture(status=503), Reason.HTTP_SERVER_ERROR, "503"),
        (capture(b"", status=302, location="https://sct.example.gov.vn/"), Reason.NOT_AN_ARTICLE, "https://sct.example.gov.vn/"),
        (capture(CHALLENGE), Reason.CHALLENGE_PAGE, "script"),
        (capture("<html><body><ul><li><a href=/1>Tin</a></li></ul></body></html>"), Reason.NOT_AN_ARTICLE, "h1.moi"),
        (capture(REDESIGNED), Reason.FIELD_MISSING, ".noi-dung-moi"),
        (capture(f'<html><body><h1>Tổng kết</h1><div class="noi-dung-moi">{PARAGRAPH}</div></body></html>'), Reason.FIELD_MISSING, "title (h1.moi)"),
        (capture(broken=(Reason.ORPHAN_REVISIT, "its record is gone")), Reason.ORPHAN_REVISIT, "gone"),
    ),
)
def test_reasons(given: Capture, reason: Reason, words: str) -> None:
    failure = read([given], CONTEXT)
    assert isinstance(failure, Failure)
    assert failure.reason is reason
    assert words in failure.detail
    assert failure.capture is given


def test_the_layout_of_the_day_of_the_capture_reads_first() -> None:
    before = datetime(2023, 5, 1, tzinfo=UTC)
    reading = read([capture(OLD_PAGE, fetched_at=before)], CONTEXT)
    assert isinstance(reading, Reading)
    assert reading.article.title == "Tổng kết cũ"
    assert all(one.doubt is None for one in reading.article.evidence)


def test_a_neighbouring_layout_reads_with_a_doubt() -> None:
    reading = read([capture(OLD_PAGE)], CONTEXT)
    assert isinstance(reading, Reading)
    assert "2023-12-31" in str(next(one.doubt for one in reading.article.evidence if one.field == "title"))


def test_an_article_of_several_pages_is_one_text() -> None:
    second = PAGE.replace("Sở Công Thương tổ chức", "Trang hai: Sở tổ chức")
    reading = read([capture(), capture(second)], CONTEXT)
    assert isinstance(reading, Reading)
    assert [line.split()[0] for line in reading.article.text.split("\n")] == ["Sở", "Trang"]
    assert isinstance(read([capture(), capture(status=500)], CONTEXT), Failure)


def test_without_a_layout_the_densest_block_is_read_and_doubted() -> None:
    html = f"""<html><head><title>Sở</title></head><body><div class="menu"><p><a href="/1">{"Mục lục " * 40}</a></p></div><h1>Tổng kết phong trào</h1>
    <div><div>{PARAGRAPH * 3}<p>Hội nghị kết thúc tốt đẹp./.</p><p>Nông Thảo</p><p>Chia sẻ :</p><h4>Bài viết mới</h4><p>Một bài khác không liên quan.</p></div></div>
    <div class="chan"><p>Địa chỉ: số 1, đường Mẫu</p></div></body></html>"""
    reading = read_html(html, URL)
    assert isinstance(reading, Reading)
    article = reading.article
    assert article.title == "Tổng kết phong trào"
    assert article.text.split("\n")[-1] == "Hội nghị kết thúc tốt đẹp./."
    assert len(article.text.split("\n")) == 4
    assert article.byline is not None
    assert article.byline.authors[0].name == "Nông Thảo"
    assert next(one for one in article.evidence if one.field == "title").doubt
    assert isinstance(read_html("<html><body><h1>Liên hệ</h1><p>Số 1, đường Mẫu</p></body></html>", URL), Failure)


LONG_PAGE = f"<html><body><h1>Tổng kết</h1><em>12/21/2023</em><div>{PARAGRAPH * 4}</div><p>Bài viết đã bị xóa</p></body></html>"
NO_BODY = Layout(identity=r"-(\d+)\.html", published=["em"], date_order="mdy", gone="bài viết đã bị xóa|Không còn bài viết")


def test_a_layout_without_body_leaves_title_and_body_to_the_generic_reader_and_is_used_for_the_rest() -> None:
    reading = read([capture(LONG_PAGE)], Context(site="mau", layouts=(NO_BODY,)))
    assert isinstance(reading, Reading)
    assert (reading.article.title, len(reading.article.text.split("\n"))) == ("Tổng kết", 4)
    assert reading.article.published_at is not None
    assert reading.article.published_at.date() == date(2023, 12, 21)
    assert next(one for one in reading.article.evidence if one.field == "title").doubt == "no layout describes this page"


@pytest.mark.parametrize(
    ("words", "reason"),
    (("Số 1, đường Mẫu", Reason.NOT_AN_ARTICLE), ("Không còn bài viết này", Reason.GONE)),
)
def test_a_layout_without_body_says_why_a_page_is_no_article(words: str, reason: Reason) -> None:
    failure = read([capture(f"<html><body><h1>Liên hệ</h1><p>{words}</p></body></html>")], Context(site="mau", layouts=(NO_BODY,)))
    assert isinstance(failure, Failure)
    assert failure.reason is reason


def test_before_a_site_was_described_only_the_generic_reader_reads() -> None:
    """A site gets selectors with its redesign: of its old look only addresses are known, and the other way round."""
    undescribed = NO_BODY.model_copy(update={"valid_until": date(2023, 12, 31)})
    context = Context(site="mau", layouts=(undescribed, NEW))
    before = datetime(2023, 5, 1, tzinfo=UTC)
    for page, at, method in ((LONG_PAGE, before, "generic:title"), (PAGE, FETCHED, "layout:title"), (LONG_PAGE, FETCHED, "generic:title")):
        reading = read([capture(page, fetched_at=at)], context)
        assert isinstance(reading, Reading)
        assert next(one.method for one in reading.article.evidence if one.field == "title") == method


def test_a_page_that_the_generic_reader_cannot_find_is_not_left_out_of_an_article() -> None:
    context = Context(site="mau", layouts=(NO_BODY,))
    assert isinstance(read([capture(LONG_PAGE), capture(LONG_PAGE)], context), Reading)
    assert isinstance(read([capture(LONG_PAGE), capture("<html><body><h1>Trang hai</h1></body></html>")], context), Failure)


def test_the_same_from_characters_bytes_and_the_package() -> None:
    assert read_html(PAGE, URL, context=CONTEXT, fetched_at=FETCHED) == read_html(PAGE, URL, context=CONTEXT, fetched_at=FETCHED.replace(tzinfo=None))
    assert (
        pipelines.read_html(PAGE, URL, context=CONTEXT)
        == read_html(PAGE.encode(), URL, context=CONTEXT)
        == read_html(PAGE.encode("utf-16"), URL, context=CONTEXT)
    )


def test_windows_1258_comes_out_in_nfc() -> None:
    page = PAGE.replace("Tổng kết", "To\u0301ng ke\u0301t").encode("cp1258", "ignore")
    reading = read([capture(page, content_type="text/html; charset=windows-1258")], CONTEXT)
    assert isinstance(reading, Reading)
    assert reading.article.title == "Tóng két"


def test_a_defect_of_ours_is_a_reason_and_a_line_in_the_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def defect(*_: object, **__: object) -> None:
        message = "no such luck"
        raise KeyError(message)

    monkeypatch.setattr(reader, "find", defect)
    for failure in (read([capture()], CONTEXT), read_html(PAGE, URL, context=CONTEXT)):
        assert isinstance(failure, Failure)
        assert failure.reason is Reason.READER_ERROR
        assert "no such luck" in failure.detail
    assert URL in caplog.text


DEEP = 50_000


@pytest.mark.parametrize("tags", ("<div>", "<span>", "<b>", "<ul><li>", "<blockquote>", "<table><tr><td>", "<a href=/x>", "<font>"))
@pytest.mark.parametrize("context", (CONTEXT, None))
def test_deep_nesting_ends(tags: str, context: Context | None) -> None:
    html = PAGE.replace(PARAGRAPH, PARAGRAPH * 4 + tags * DEEP + PARAGRAPH)
    reading = read_html(html, URL, context=context)
    assert not (isinstance(reading, Failure) and reading.reason is Reason.READER_ERROR)


def test_an_article_after_five_megabytes_of_menu_is_read() -> None:
    assert isinstance(read_html('<div class="m"><a href="/x">Tin</a></div>' * 120_000 + PAGE, URL, context=CONTEXT), Reading)


@pytest.mark.parametrize("filling", (PARAGRAPH * 40_000, "<p>" + "chữ " * 1_000_000), ids=("paragraphs", "one paragraph"))
def test_a_text_of_megabytes_is_no_article(filling: str) -> None:
    reading = read_html(PAGE.replace(PARAGRAPH, filling), URL, context=CONTEXT)
    assert isinstance(reading, Failure)
    assert reading.reason is Reason.TOO_LARGE


MARKUP = """<p> </p> <br> <div> </div> <b> </b> <i> <table> <tr> <td> </table> <li> <ul> <img/src=a.jpg> <a/href=/x.pdf> </a> <!-- --> <figure> <figcaption>
<blockquote> <p/align=right> <script> </script> <![CDATA[ &#0; &#xD800; &nbsp; <h1/class=moi> </h1> <div/class=noi-dung-moi> <a/href=http://[x> <meta/charset=utf-16>"""
WORDS = ("Nông Thảo", "./.", "Nguồn: Báo Mẫu", "12/01/2024", "Cụm thi đua số III", "Chia sẻ :", "Tin liên quan", "\x00", "\u0301", "\ud800")
TAGS = st.sampled_from([*MARKUP.split(), *WORDS])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.one_of(st.lists(TAGS, max_size=25).map("".join), st.text()), st.sampled_from([CONTEXT, None]))
def test_any_characters_give_a_reading_or_a_reason_and_the_same_again(html: str, context: Context | None) -> None:
    page = html if context is None else PAGE.replace(PARAGRAPH, PARAGRAPH + html)
    reading = read_html(page, URL, context=context)
    assert isinstance(reading, Reading | Failure)
    assert not (isinstance(reading, Failure) and reading.reason is Reason.READER_ERROR), reading
    assert read_html(page, URL, context=context) == reading
    if isinstance(reading, Reading):
        article = reading.article
        assert all(getattr(article, one.field)[one.start : one.end] == one.quote for one in reading.mentions)
        assert "<script" not in article.html
        assert article.lead is None or article.text.startswith(article.lead)


@settings(deadline=None)
@given(st.binary(), st.sampled_from(["", "text/html", "text/html; charset=windows-1258", "text/html; charset=utf-7", "image/png"]))
def test_any_bytes_give_a_reading_or_a_reason(body: bytes, content_type: str) -> None:
    for data in (body, PAGE.encode().replace(b"<p>", b"<p>" + body)):
        failure = read([capture(data, content_type=content_type)], CONTEXT)
        assert not (isinstance(failure, Failure) and failure.reason is Reason.READER_ERROR), failure
