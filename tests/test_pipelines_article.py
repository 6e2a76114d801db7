"""Whole articles off pages written by hand, in the shapes of the systems met: what stands in the article, what does not, and why."""

from datetime import UTC, datetime

import lxml.html
import pytest

from archive.records import Article, Attachment, Author, Byline, Failure, Image, Reading, Source
from pipelines.context import Context, Hint
from pipelines.layout import Layout
from pipelines.read import read_html
from pipelines.reading.dates import VIETNAM

URL = "https://sct.example.gov.vn/tin-tuc/tong-ket-phong-trao-12.html"
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
SIMPLE = Layout(
    title=["h1"],
    body=["#noi-dung"],
    lead=[".sapo"],
    published=[".ngay"],
    category=[".muc"],
    tags=[".the a"],
    caption=[".chu-thich"],
    remove=[".chia-se"],
)


def read(html: str, layout: Layout = SIMPLE, **known: object) -> Article:
    reading = read_html(html, URL, context=Context(site="mau", site_name="Sở Công Thương tỉnh Mẫu", layouts=(layout,), **known), fetched_at=FETCHED)  # type: ignore[arg-type]
    assert isinstance(reading, Reading), reading
    return reading.article


def body(inner: str, **known: object) -> Article:
    return read(f'<html lang="vi"><body><h1>Tổng kết phong trào</h1><div id="noi-dung">{inner}</div></body></html>', **known)


def evidence(article: Article, name: str) -> tuple[str, str, str | None]:
    found = next(one for one in article.evidence if one.field == name)
    return found.method, found.raw, found.doubt


def test_wordpress_shape() -> None:
    article = read(
        """<!doctype html><html lang="vi"><head><title>Tổng kết – Sở</title><meta name="author" content="admin">
        <meta property="article:published_time" content="2024-01-15T01:30:00+00:00"><meta property="article:modified_time" content="2024-01-15T01:30:00+00:00">
        <script type="application/ld+json">{"@graph":[{"@type":"Article","author":{"name":"admin"},"datePublished":"2024-01-15T08:30:00+07:00"}]}</script></head>
        <body class="single"><div class="clock">Thứ bảy, 01/06/2024</div><article><header><h1 class="entry-title">Khối thi đua&nbsp;ký kết</h1>
        <span class="posted-on">Đăng ngày <time datetime="2024-01-15T08:30:00+07:00">15/01/2024 - 08:30</time></span> <a class="cat">Tin hoạt động</a></header>
        <div class="entry-content"><p><strong>Sáng nay, các đơn vị ký kết giao ước.</strong></p>
        <figure class="wp-caption"><img src="/up/a.jpg" alt=""><figcaption class="wp-caption-text">Các đơn vị ký kết</figcaption></figure>
        <p>Nội dung giao ước gồm ba phần./.</p><p style="text-align:right"><strong>Nông Thảo</strong></p>
        <div class="sharedaddy">Chia sẻ: <a href="https://facebook.com/x">Facebook</a></div></div></article>
        <div class="related"><h3>Tin liên quan</h3><time datetime="2025-02-02">02/02/2025</time></div></body></html>""",
        Layout(
            title=["h1.entry-title"],
            body=["body.single .entry-content"],
            published=[".posted-on"],
            category=["header .cat"],
            remove=[".sharedaddy"],
        ),
    )
    assert article.title == "Khối thi đua ký kết"
    assert article.text == "Sáng nay, các đơn vị ký kết giao ước.\nNội dung giao ước gồm ba phần./."
    assert article.byline == Byline("Nông Thảo", (Author("Nông Thảo"),))
    assert article.published_at == datetime(2024, 1, 15, 8, 30, tzinfo=VIETNAM)
    assert article.modified_at is None
    assert article.category == "Tin hoạt động"
    assert article.images == (Image("https://sct.example.gov.vn/up/a.jpg", "", "Các đơn vị ký kết"),)
    assert article.lead is None
    assert article.language == "vi"
    assert evidence(article, "byline") == ("last-paragraph", "Nông Thảo", None)
    assert evidence(article, "published_at") == ("layout:published", "Đăng ngày 15/01/2024 - 08:30", None)


def test_nukeviet_shape_lead_apart_author_and_source_under_the_text() -> None:
    article = read(
        """<html><body><h1>Hội chợ vùng cao</h1><em class="ngay">Thứ sáu - 15/03/2024 21:40</em><div class="sapo">Hội chợ mở cửa ba ngày.</div>
        <div id="noi-dung"><div>Hội chợ mở cửa ba ngày.</div><div>Hơn trăm gian hàng tham gia.<br><br>Bà con đến từ sớm.</div></div>
        <p class="ky"><strong>Tác giả:</strong> Lý Thị Mai</p><p class="nguon"><strong>Nguồn tin:</strong> <a href="https://bao.example.vn/1">Báo Mẫu</a></p></body></html>""",
        SIMPLE.model_copy(update={"byline": [".ky"], "source": [".nguon"]}),
    )
    assert article.lead == "Hội chợ mở cửa ba ngày."
    assert article.text == "Hội chợ mở cửa ba ngày.\nHơn trăm gian hàng tham gia.\nBà con đến từ sớm."
    assert article.byline == Byline("Tác giả: Lý Thị Mai", (Author("Lý Thị Mai"),))
    assert article.source == Source("Báo Mẫu", "https://bao.example.vn/1")
    assert article.published_at == datetime(2024, 3, 15, 21, 40, tzinfo=VIETNAM)


def test_liferay_shape_header_inside_the_body_and_session_links() -> None:
    article = read(
        """<html><body><div id="noi-dung"><h1>Kiểm tra chợ</h1><span class="ngay">07:00:42 20/03/2024</span><span class="muc">Tin trong tỉnh</span>
        <div class="sapo">Đoàn kiểm tra làm việc tại ba chợ.</div><p>Kiểm tra chợ</p><p>Kết quả <span>đạt</span> yêu cầu.</p>
        <p>Chi tiết tại <a href="/documents/kq.pdf;jsessionid=0A1B?t=1#x">kết quả</a></p><div class="chia-se">Chia sẻ</div></div></body></html>"""
    )
    assert article.lead == "Đoàn kiểm tra làm việc tại ba chợ."
    assert article.text == "Đoàn kiểm tra làm việc tại ba chợ.\nKết quả đạt yêu cầu.\nChi tiết tại kết quả"
    assert article.category == "Tin trong tỉnh"
    assert article.published_at == datetime(2024, 3, 20, 7, 0, 42, tzinfo=VIETNAM)
    assert article.attachments == (Attachment("https://sct.example.gov.vn/documents/kq.pdf?t=1", "kết quả"),)


def test_sharepoint_shape_month_first_and_name_under_the_title() -> None:
    article = read(
        """<html lang="en-us"><body><h1>Đối thoại doanh nghiệp</h1><div class="ngay">3/7/2024 4:19:03 PM</div><div class="ten">BÍCH LIÊN |</div>
        <div id="noi-dung"><div class="ExternalClass1"><p>\u200bNhiều kiến nghị được trả lời ngay.</p><p>BÍCH LIÊN</p></div></div></body></html>""",
        SIMPLE.model_copy(update={"byline": [".ten"], "date_order": "mdy"}),
    )
    assert article.published_at == datetime(2024, 3, 7, 16, 19, 3, tzinfo=VIETNAM)
    assert article.byline == Byline("BÍCH LIÊN", (Author("BÍCH LIÊN"),))  # as its end prints it
    assert article.text == "Nhiều kiến nghị được trả lời ngay."
    assert article.language == "vi"


def test_paragraphs_lists_tables_and_split_words() -> None:
    article = body(
        """<p><b>C</b>ụm&nbsp;thi <i>đ</i>ua<br>số <u>III</u></p>lời <span>rời</span><p></p><ul><li>một</li><li>hai<ol><li>hai một</li></ol></li></ul>
        <table><tr><th>Đơn vị</th><th>Điểm</th></tr><tr><td>Phòng A</td><td>9<sup>5</sup></td></tr><tr><td></td><td>8</td></tr></table>
        <table><tr><td><p>Bảng chỉ để</p></td></tr><tr><td>dàn trang</td></tr></table><blockquote>Trích</blockquote>
        <p>co\u0302ng thu\u031bo\u031bng &#7841; &amp; <script>var a</script><!-- x --><span style="display:none">ẩn</span>hết</p>"""
    )
    assert article.text.split("\n") == [
        "Cụm thi đua số III",
        "lời rời",
        "một",
        "hai",
        "hai một",
        "Đơn vị | Điểm",
        "Phòng A | 95",
        "8",
        "Bảng chỉ để",
        "dàn trang",
        "Trích",
        "công thương ạ & hết",
    ]


def test_html_is_a_small_set_of_tags_without_scripts_styles_or_handlers() -> None:
    article = body(
        """<p onclick="x()" style="color:red" class="c"><b>Đậm</b> <a href="javascript:alert(1)">xấu</a> <a href="/tin?a=1&b=2" onmouseover="x">tốt</a>
        <a href="mailto:a@b.vn">thư</a> &lt;script&gt;</p><iframe src="//x"></iframe><form><input value="1"></form><svg><script>1</script></svg>
        <p><img src="javascript:1"><img src="/a.png" onerror="x()" alt='"><script>'></p><h1>To</h1><h5>Nhỏ</h5><ul><li>một</li></ul><table><tr><td>a</td><td>b</td></tr></table>"""
    )
    tree = lxml.html.fromstring(f"<div>{article.html}</div>")
    seen = {(one.tag, tuple(one.attrib)) for one in tree.iter() if one is not tree}
    assert seen == {
        ("p", ()), ("b", ()), ("a", ("href",)), ("figure", ()), ("img", ("src", "alt")), ("h2", ()), ("h4", ()), ("ul", ()), ("li", ()), ("table", ()), ("tr", ()), ("td", ()),
    }  # fmt: skip
    assert "https://sct.example.gov.vn/tin?a=1&amp;b=2" in article.html
    assert "&lt;script&gt;" in article.html
    assert "xấu" in article.text
    assert article.images == (Image("https://sct.example.gov.vn/a.png", '"><script>'),)


@pytest.mark.parametrize(
    ("picture", "caption"),
    (
        ('<figure><img src="/a.jpg"><figcaption>Toàn cảnh</figcaption></figure>', "Toàn cảnh"),
        ('<p style="text-align:center"><img src="/a.jpg"></p><p style="text-align:center"><em>Toàn cảnh</em></p>', "Toàn cảnh"),
        ('<p align="center"><img src="/a.jpg"><br><i>Toàn cảnh</i></p>', "Toàn cảnh"),
        ('<div><img src="/a.jpg"></div><p class="chu-thich">Toàn cảnh chợ, sáng 3/5.</p>', "Toàn cảnh chợ, sáng 3/5."),
        ('<table><tr><td><img src="/a.jpg"></td></tr><tr><td>Toàn cảnh</td></tr></table>', "Toàn cảnh"),
        ('<p><img src="/a.jpg"></p><p>Quang cảnh hội nghị</p>', "Quang cảnh hội nghị"),
        ('<p><img src="/a.jpg" alt="Trao giải"></p><p>Trao giải</p>', "Trao giải"),
        ('<p><img src="data:image/gif;base64,R0" data-src="/a.jpg"></p><p><em>(Ảnh: Minh Tuấn)</em></p>', "(Ảnh: Minh Tuấn)"),
    ),
)
def test_captions_go_with_their_pictures_and_not_into_the_text(picture: str, caption: str) -> None:
    article = body(f"<p>Trước đó, đoàn đã đi chợ.</p>{picture}<p>Sau đó, đoàn họp với Ban quản lý chợ.</p>")
    assert [(one.url, one.caption) for one in article.images] == [("https://sct.example.gov.vn/a.jpg", caption)]
    assert article.text == "Trước đó, đoàn đã đi chợ.\nSau đó, đoàn họp với Ban quản lý chợ."
    assert f"<figcaption>{caption}</figcaption>" in article.html


def test_what_follows_a_picture_is_not_always_a_caption() -> None:
    article = body(
        """<p><img src="/a.jpg"></p><p>Phát biểu tại hội nghị, lãnh đạo Sở ghi nhận kết quả của các đơn vị trong năm qua.</p>
        <p><img src="/b.jpg"></p><p><strong>Nhiệm vụ trọng tâm</strong></p><p>Ba nhiệm vụ được giao.</p><p><img src="/c.jpg"></p><p>Lý Thị Mai</p>"""
    )
    assert article.text.split("\n")[0].startswith("Phát biểu")
    assert article.text.split("\n")[1:] == ["Nhiệm vụ trọng tâm", "Ba nhiệm vụ được giao."]
    assert [one.caption for one in article.images] == ["", "", ""]
    assert article.byline == Byline("Lý Thị Mai", (Author("Lý Thị Mai"),))


def test_icons_pixels_and_smileys_are_no_pictures() -> None:
    article = body('<p>Một <img src="/_layouts/15/images/icpdf.png"> tệp <img src="/p.gif" width="1" height="1"><img src="/wp/icons/x.png">.</p>')
    assert article.images == ()


def test_furniture_and_boxes_of_other_articles_leave_no_line() -> None:
    article = body(
        """<p>Chia sẻ :</p><p>800x600</p><p>Chợ mở cửa lại.</p><p>IMG_01.JPG</p><h3>Tin liên quan</h3><ul><li><a href="/1">Chợ phiên đầu năm</a></li></ul>
        <p>Bà con vui mừng.</p><p>Lượt xem: 188</p><h3>BÀI VIẾT CÙNG CHUYÊN MỤC</h3><p><a href="/2">Khai trương chợ mới ở xã</a></p>"""
    )
    assert article.text == "Chợ mở cửa lại.\nBà con vui mừng."


def test_related_links_without_a_heading_after_the_byline() -> None:
    article = body(
        """<p>Chợ mở cửa lại./.</p><p>Lý Thị Mai</p><p><a href="/1">- Chợ phiên đầu năm đông khách (03-01-2019)</a></p>
        <p><a href="/2">- Khai trương chợ mới ở vùng biên (02-01-2019)</a></p>"""
    )
    assert article.text == "Chợ mở cửa lại./."
    assert article.byline is not None


def test_lead_inside_the_body_comes_first_and_once() -> None:
    article = body('<p><img src="/a.jpg"></p><p class="sapo">Mở đầu của bài.</p><p>Mở đầu của bài.</p><p>Tiếp theo.</p>')
    assert article.lead == "Mở đầu của bài."
    assert article.text == "Mở đầu của bài.\nTiếp theo."


def test_accounts_site_names_and_meta_tags_are_no_authors() -> None:
    html = """<html><head><meta name="author" content="Nguyễn Văn An"></head><body><h1>Tin</h1><i class="ten">{}</i><div id="noi-dung"><p>Chợ mở cửa lại./.</p></div></body></html>"""
    layout = SIMPLE.model_copy(update={"byline": [".ten"]})
    lookups = {"author": {"Cộng tác viên": ""}}
    for account in ("admin", "Quản trị viên", "Sở Công Thương tỉnh Mẫu", "Sở Công Thương", "Cộng tác viên", ""):
        assert read(html.format(account), layout, lookups=lookups).byline is None
    believed = read(html.format("admin"), layout.model_copy(update={"meta_author": True}))
    assert believed.byline == Byline("Nguyễn Văn An", (Author("Nguyễn Văn An"),))
    assert evidence(believed, "byline")[0] == "meta:author"


def test_dates_from_what_is_printed_then_from_what_machines_are_told_never_from_elsewhere() -> None:
    head = '<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":"{}"}}</script>'
    page = '<html><head>{}</head><body><p>Hôm nay 01/06/2024</p><h1>Tin ngày 2/2/2022</h1><b class="ngay">{}</b><div id="noi-dung"><p>Ngày 3/3/2023 có hội chợ.</p></div></body></html>'
    assert read(page.format("", "")).published_at is None
    assert read(page.format("", "tháng 5 năm 2023")).published_at is None
    told = read(page.format(head.format("2024-01-15T01:00:00Z"), ""))
    assert told.published_at == datetime(2024, 1, 15, 8, tzinfo=VIETNAM)
    assert evidence(told, "published_at")[0] == "json-ld"
    both = read(page.format(head.format("2024-01-15"), "Ngày đăng: 10/01/2024"))
    assert both.published_at == datetime(2024, 1, 10, tzinfo=VIETNAM)
    assert "json-ld" in str(evidence(both, "published_at")[2])
    future = read(page.format("", "10/01/2030"))
    assert "capture" in str(evidence(future, "published_at")[2])
    hinted = read(page.format("", "10/01/2024"), hints={URL: Hint(published_at=datetime(2023, 1, 10, tzinfo=VIETNAM))})
    assert "feed" in str(evidence(hinted, "published_at")[2])


def test_an_edit_is_told_by_print_or_by_machines() -> None:
    layout = SIMPLE.model_copy(update={"modified": [".sua"]})
    html = '<html><head>{}</head><body><h1>Tin</h1><b class="ngay">10/01/2024</b><i class="sua">{}</i><div id="noi-dung"><p>Chợ mở cửa.</p></div></body></html>'
    assert read(html.format("", "Cập nhật: 12/01/2024 09:00"), layout).modified_at == datetime(2024, 1, 12, 9, tzinfo=VIETNAM)
    meta = '<meta property="article:modified_time" content="{}">'
    assert read(html.format(meta.format("2024-01-11T09:00:00+07:00"), ""), layout).modified_at == datetime(2024, 1, 11, 9, tzinfo=VIETNAM)
    assert read(html.format(meta.format("2024-01-10T00:00:00+07:00"), ""), layout).modified_at is None


def test_tags_files_and_foreign_language() -> None:
    article = read(
        """<html lang="en"><body><h1>Trade fair opens</h1><div id="noi-dung"><p>The annual trade fair opened this morning with eighty stands from seven provinces.</p></div>
        <div class="the"><a>fair</a><a>trade</a><a>fair</a></div><ul class="tep"><li><a href="/download.aspx?id=5">Plan</a></li><li><a href="/a.docx"></a></li></ul></body></html>""",
        SIMPLE.model_copy(update={"attachments": [".tep a"]}),
    )
    assert article.tags == ("fair", "trade")
    assert article.language == "en"
    assert article.attachments == (
        Attachment("https://sct.example.gov.vn/download.aspx?id=5", "Plan"),
        Attachment("https://sct.example.gov.vn/a.docx", ""),
    )


def test_evidence_names_every_field_found_once() -> None:
    article = read(
        """<html><body><h1>Tin</h1><b class="ngay">10/01/2024</b><i class="muc">Chợ</i><div class="sapo">Mở đầu.</div><div id="noi-dung"><p>Chợ mở cửa lại vào sáng nay.</p>
        <p><img src="/a.jpg"></p><p><a href="/a.pdf">Tệp</a></p><p>Tin: Lý Mai</p><p>Nguồn: Báo Mẫu</p></div><p class="the"><a>chợ</a></p></body></html>"""
    )
    fields = [one.field for one in article.evidence]
    assert len(fields) == len(set(fields))
    assert set(fields) == {"title", "published_at", "category", "tags", "lead", "byline", "source", "text", "images", "attachments", "language"}


def test_failure_is_no_reading() -> None:
    assert isinstance(read_html("<html><body><h1>Tin</h1></body></html>", URL, context=Context(layouts=(SIMPLE,))), Failure)
