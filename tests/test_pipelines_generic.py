"""Pages that no layout describes, in small: what the generic reader takes for date, section, keywords and files, and what it leaves."""

from datetime import UTC, datetime

import pytest

from archive.records import Article, Reading
from pipelines.read import read_html
from pipelines.reading.dates import VIETNAM

URL = "https://sct.example.gov.vn/tin-12.html"
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
PAGE = """<html lang="vi"><head><title>{title} | Sở Công Thương</title></head><body><div class="today">Thứ hai, 01/01/2024</div>
<nav class="crumbs"><a href="/">Trang chủ</a> / <a href="/tin">Tin tức</a> / <a href="/tin/cn">Công nghiệp</a></nav>
{above}<div class="than">{text}</div>{below}<div class="foot">Địa chỉ: số 1 phố Mới. Điện thoại: 0123</div></body></html>"""
TITLE = "Làng nghề rèn được hỗ trợ máy mới"
TEXT = (
    "<p>Trung tâm Khuyến công vừa bàn giao hai máy dập cho hợp tác xã làng rèn, tổng kinh phí bốn trăm triệu đồng.</p>"
    "<p>Hợp tác xã cho biết mỗi ngày làm thêm được ba trăm con dao, giá bán không đổi, thợ đỡ vất vả hơn nhiều.</p>"
)


def article_of(above: str, below: str = "", text: str = TEXT) -> Article:
    found = read_html(PAGE.format(title=TITLE, above=above.format(title=TITLE), text=text, below=below), URL, fetched_at=FETCHED)
    assert isinstance(found, Reading), found
    assert found.article.title == TITLE
    assert found.article.text.startswith("Trung tâm Khuyến công vừa bàn giao")
    return found.article


@pytest.mark.parametrize(
    "above",
    (
        "<h1>{title}</h1><div><i></i>07:05 20/03/2023<span></span><i></i>993</div>",  # the views, set apart by looks only
        "<h1>{title}</h1><div><span>Báo Mới</span><span>20/03/2023 07:05</span><span>4 phút đọc</span></div>",
        "<h1>{title}</h1><ul class='elementor-post-info'><li>admin</li><li><a href='/2023/03/20/'>20/03/2023 07:05</a></li><li>Không có phản hồi</li></ul>",
        "<div><small>20/03/2023 07:05</small><small>Sửa lần cuối: 22/03/2023 09:12</small><h1>{title}</h1></div>",
        "<h2><a href='/tin/cn/12'>{title}</a></h2><dl><dd>Viết bởi Super User</dd><dd>Gửi lúc: 20/03/2023 07:05</dd></dl>",
    ),
)
def test_the_date_of_a_page_that_nobody_described(above: str) -> None:
    article = article_of(above)
    assert article.published_at == datetime(2023, 3, 20, 7, 5, tzinfo=VIETNAM)
    assert article.category == "Công nghiệp"
    assert article.byline is None
    assert len(article.text.splitlines()) == 2


def test_elementors_widgets_are_no_boxes_beside_the_article() -> None:
    article = article_of(
        "<div class='elementor-widget elementor-widget-heading'><h1>{title}</h1></div>",
        text=f"<div class='elementor-element elementor-widget'>{TEXT}<p><strong>NHẬT MINH</strong></p></div>",
    )
    assert [one.name for one in article.byline.authors] == ["NHẬT MINH"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "below",
    (
        "<ul class='tags'><li><a href='/the/1'>làng nghề</a></li><li><a href='/the/2'>máy dập</a></li></ul>",
        "<div><a rel='tag' href='/the/1'>làng nghề</a>, <a rel='tag' href='/the/2'>máy dập</a></div>",
        "<p>Từ khóa: <a href='/the/1'>làng nghề</a>, <a href='/the/2'>máy dập</a></p>",
    ),
)
def test_keywords_under_the_text(below: str) -> None:
    assert article_of("<h1>{title}</h1>", below).tags == ("làng nghề", "máy dập")


def test_files_are_told_by_what_they_are_called_too() -> None:
    article = article_of("<h1>{title}</h1>", text=f"{TEXT}<p>Tải toàn văn: <a href='/LinkClick.aspx?ticket=7'>ke-hoach.docx</a></p>")
    assert [(one.url.rpartition("/")[2], one.name) for one in article.attachments] == [("LinkClick.aspx?ticket=7", "ke-hoach.docx")]
