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


@pytest.mark.parametrize(
    "above",
    (
        "<div class='bar'>Thứ hai, 05/06/2023 08:43</div><h1>{title}</h1>",  # the clock of the head
        "<div><span>Trang chủ / Tin tức</span><span>Thứ hai, 05/06/2023 08:43</span></div><h1>{title}</h1>",
        "<ul><li><a href='/x'>Xuất khẩu tháng năm: thủy sản phục hồi</a><span>08:43 | 01/06/2020</span></li></ul><h1>{title}</h1>",
    ),
)
def test_dates_above_that_are_not_the_articles(above: str) -> None:
    assert article_of(above).published_at is None


def test_a_date_with_its_time_beside_the_breadcrumb_is_the_articles() -> None:
    article = article_of(
        "<div><span><a href='/'>Trang chủ</a> / <a href='/tb'>Thông báo</a></span><span>08:43 | 27/10/2023</span></div><h1>{title}</h1>"
    )
    assert article.published_at == datetime(2023, 10, 27, 8, 43, tzinfo=VIETNAM)
    assert article.category == "Thông báo"


def test_facts_in_a_list_of_terms_are_no_text() -> None:
    article = article_of(
        "<h1>{title}</h1><dl><dt>Chi tiết</dt><dd>Chuyên mục: <a href='/nl'>Năng lượng</a></dd><dd>Ngày xuất bản: 16-09-2019</dd>"
        "<dd>Được đăng bởi admin</dd><dd>Lượt xem: 1530</dd></dl>"
    )
    assert (article.category, article.published_at) == ("Công nghiệp", datetime(2019, 9, 16, tzinfo=VIETNAM))  # the breadcrumb comes first
    assert len(article.text.splitlines()) == 2


@pytest.mark.parametrize(
    "head",
    (
        "<td><div style='font-weight:bold'>Thông tin cần biết</div><div style='font-size:16pt'>{title}</div></td><td><span>28-09-2018</span></td>",
        "<td><font size='4'><b>{title}</b></font> <font>(28-09-2018)</font></td>",
        "<td><span class='ten-tin'>{title}</span></td><td>Phòng Quản lý công nghiệp<br>28/09/2018</td>",
    ),
)
def test_a_title_that_nothing_but_its_looks_tells(head: str) -> None:
    first = "<p align='center'><b>Kính gửi: Các cơ quan, doanh nghiệp và các nhà hảo tâm</b></p>"
    page = f"<html><head><title>Tin tức</title></head><body><table><tr>{head.format(title=TITLE)}</tr></table><div>{first}{TEXT}{TEXT}</div></body></html>"
    found = read_html(page, URL, fetched_at=FETCHED)
    assert isinstance(found, Reading), found
    assert found.article.title == TITLE
    assert found.article.published_at == datetime(2018, 9, 28, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    "box",
    (
        "<div><span>Xem thêm</span><a href='/a'>Khai trương tuyến sà lan mới nối hai cảng</a></div>",
        "<div><a href='/a'>Điện mặt trời trên mái xưởng</a><a href='/b'>Phế liệu nhựa thành hạt</a></div>",
        "<table><tr><th>STT</th><th>Tài liệu</th></tr><tr><td>1</td><td><a href='/luat.pdf'>Toàn văn luật</a></td></tr></table>",
    ),
)
def test_boxes_inside_a_text_are_none_of_it(box: str) -> None:
    article = article_of("<h1>{title}</h1>", text=TEXT.replace("</p><p>", f"</p>{box}<p>"))
    assert len(article.text.splitlines()) == 2


def test_a_box_of_other_articles_between_lead_and_text() -> None:
    box = "<div class='lq-t'>Tin liên quan</div>" + "".join(
        f"<div><a href='/{i}'>Kiểm tra điều kiện kinh doanh số {i}</a> (0{i}/05/2021)</div>" for i in (1, 2, 3)
    )
    article = article_of("<h1>{title}</h1>", text=TEXT.replace("</p><p>", f"</p>{box}<p>", 1) + TEXT.replace("Hợp tác xã", "Tổ hợp tác"))
    assert "Kiểm tra điều kiện" not in article.text
    assert "Tổ hợp tác cho biết" in article.text


def test_a_box_that_holds_the_page_is_none_beside_the_article_whatever_it_is_called() -> None:
    article = article_of("<h1>{title}</h1>", text=f"<div class='pc-widget'>{TEXT}</div>")
    assert article.text.endswith("vất vả hơn nhiều.")


def test_a_name_with_its_label_in_the_line_of_the_date() -> None:
    article = article_of("<h1>{title}</h1><div>Ngày cập nhật: 6/10/2017 &nbsp; Tác giả: Đỗ Hải Âu</div>")
    assert [one.name for one in article.byline.authors] == ["Đỗ Hải Âu"]  # type: ignore[union-attr]
    assert article.published_at == datetime(2017, 10, 6, tzinfo=VIETNAM)


def test_a_title_that_is_shortened_for_machines() -> None:
    page = PAGE.format(title="Làng nghề rèn được hỗ trợ máy", above=f"<h2 class='bai-title'><a href='/1'>{TITLE}</a></h2>", text=TEXT, below="")
    found = read_html(page, URL, fetched_at=FETCHED)
    assert isinstance(found, Reading), found
    assert found.article.title == TITLE


@pytest.mark.parametrize("told", (TITLE, "Website So Cong Thuong"))
def test_a_title_that_stands_in_one_cell_with_all_else(told: str) -> None:
    lines = TEXT.replace("<p>", "").replace("</p>", "<br><br>")
    page = (
        f"<html><head><title>{told}</title></head><body><table><tr><td><a href='/'>Trang nhất</a></td><td><font color=gray>Ngày đăng : 08:22, 04/05/2011</font><br>"
        f"<font color=red><b>{TITLE}</b></font><hr size=1>{lines}{lines.replace('Trung tâm', 'Phòng')}</td></tr></table></body></html>"
    )
    found = read_html(page, URL, fetched_at=FETCHED)
    assert isinstance(found, Reading), found
    assert found.article.title == TITLE
    assert found.article.published_at == datetime(2011, 5, 4, 8, 22, tzinfo=VIETNAM)
    assert len(found.article.text.splitlines()) == 4


def test_a_date_alone_at_the_end_of_the_text() -> None:
    article = article_of("<h1>{title}</h1>", text=f"{TEXT}<p>07:00:42 20/03/2019</p><p>C.N</p>")
    assert article.published_at == datetime(2019, 3, 20, 7, 0, 42, tzinfo=VIETNAM)
    assert len(article.text.splitlines()) == 2


@pytest.mark.parametrize(
    "line",
    (
        "Hạn nộp hồ sơ: 30/12/2018", "Ngày có hiệu lực: 01/01/2018", "Thời gian tổ chức: 25/12/2018", "Từ ngày 20/10/2018 đến ngày 25/10/2018",
        "Ảnh chụp ngày 20/10/2018", "Quyết định số 12/QĐ-SCT ngày 12/11/2018", "Bản quyền 01/01/2015", "Hôm nay: 25/05/2019", "Ngày ban hành: 12/11/2018",
    ),
)  # fmt: skip
def test_a_date_of_something_else_is_none_of_the_article(line: str) -> None:
    article = article_of(f"<h1>{{title}}</h1><p>{line}</p>")
    assert (article.published_at, article.category) == (None, "Công nghiệp")


@pytest.mark.parametrize(
    "lines",
    (
        "<p>20/10/2018 08:30 | Hải Dương</p>", "<p>20/10/2018</p><p>Lào Cai</p>", "<p>20/10/2018 | <a href='/tt'>Thanh tra</a></p>",
        "<p>20/10/2018 | Công đoàn</p>", "<p>20/10/2018 | Tin Trong Tỉnh</p>", "<p>20/10/2018</p><h2>Gương Sáng Doanh Nhân</h2>",
        "<p>Người đăng: Nguyễn Văn An | 20/10/2018</p>", "<p>Thời Sự | 20/10/2018</p>",
        "<p>Người đăng</p><p>Trần Văn Dân</p><p>20/10/2018</p>", "<p><span>Người đăng:</span> <span>Trần Văn Dân</span> <span>20/10/2018</span></p>",
        "<p>20/10/2018</p><p>Trần Văn Dân</p><p>Chức vụ: Giám đốc</p>",
    ),
)  # fmt: skip
def test_a_place_a_section_or_an_account_beside_the_date_is_no_author(lines: str) -> None:
    article = article_of(f"<h1>{{title}}</h1>{lines}")
    assert article.byline is None
    assert article.published_at is not None


@pytest.mark.parametrize(
    ("title", "below", "day"),
    (
        ("Hương Sắc Mùa Xuân", "<p>20/10/2018</p>", datetime(2018, 10, 20, tzinfo=VIETNAM)),  # it reads like a name
        ("Kết quả kiểm tra thị trường trong ngày <b>20/10/2018</b>", "", None),
    ),
)
def test_a_title_is_no_author_and_keeps_the_date_that_it_speaks_of(title: str, below: str, day: datetime | None) -> None:
    page = f"<html><head><title>Tin</title></head><body><div><h1>{title}</h1>{below}<div>{TEXT}{TEXT}</div></div></body></html>"
    found = read_html(page, URL, fetched_at=FETCHED)
    assert isinstance(found, Reading), found
    assert found.article.title == title.replace("<b>", "").replace("</b>", "")
    assert (found.article.byline, found.article.published_at) == (None, day)


@pytest.mark.parametrize(
    ("text", "kept"),
    (
        ("<font>20/10/2018<br>{0}<br>{1}</font>", 2), ("<font>{0}<br>{1}<br>Ngày đăng: 20/10/2018</font>", 2), ("<form>{0}<br><br>{1}</form>", 2),
        ("<p>{0}</p><p class='MsoFooter'>{1}</p>", 2), ("<p>{0}</p><div class='thong-tin-cung-cap'>{1}</div>", 2),
        ("<p>{0}</p><p>Văn bản</p><p>{1}</p>", 3), ("<p>{0}</p><p>{1}</p><p>Thẻ căn cước công dân bản sao</p>", 3),
        ("<div>{0}</div><div><p>Danh sách đơn vị gồm có:</p><p>{1}</p></div>", 3),
    ),
)  # fmt: skip
def test_no_line_of_the_text_goes_with_what_stands_beside_it(text: str, kept: int) -> None:
    sentences = [one.removeprefix("<p>") for one in TEXT.split("</p>")[:2]]
    article = article_of("<h1>{title}</h1>", text=text.format(*sentences))
    lines = article.text.split("\n")
    assert all(any(one in line for line in lines) for one in sentences), lines
    assert len(lines) in {kept, 1}  # single <br> may keep two sentences in one paragraph


def test_a_date_beside_the_title_of_another_article_is_that_ones() -> None:
    others = "".join(f"<h4><a href='/{day}'>Hội nghị tổng kết công tác khuyến công năm qua</a></h4><p>{day}/10/2018</p>" for day in (19, 18))
    article = article_of("<h1>{title}</h1>", text=f"<div>{TEXT}</div><div class='hot'>{others}</div>")
    assert article.published_at is None
    assert len(article.text.split("\n")) == 2


@pytest.mark.parametrize(
    "name",
    ("<p>Tin, ảnh: Ngọc Hảo</p>", "<p style='text-align:right'>Ngọc Hảo</p>", "<p><b>Ngọc Hảo</b></p>", "<p align='right'><em>Ngọc Hảo</em></p>"),
)
def test_what_stands_below_the_name_is_none_of_the_text(name: str) -> None:
    article = article_of("<h1>{title}</h1>", text=f"{TEXT}{name}<p>Quý vị chấm mấy điểm cho tin vừa rồi?</p><p><a href='#'>Góp ý nhanh</a></p>")
    assert [one.name for one in article.byline.authors] == ["Ngọc Hảo"]  # type: ignore[union-attr]
    assert len(article.text.splitlines()) == 2


def test_a_letter_goes_on_below_its_signer() -> None:
    signed = "<p><b>KT. GIÁM ĐỐC</b></p><p><b>Mai Xuân Thưởng</b></p><p>Nơi nhận: như trên</p>"
    assert article_of("<h1>{title}</h1>", text=f"{TEXT}{signed}").text.endswith("Mai Xuân Thưởng\nNơi nhận: như trên")


@pytest.mark.parametrize(
    "told",
    (
        "Khai mạc: 25/10/2018", "Đóng thầu: 09:00 25/10/2018", "Thời điểm mở thầu: 25/10/2018 09:00", "Thời gian: 08h00 ngày 25/10/2018",
        "Bắt đầu: 25/10/2018 - Kết thúc: 30/10/2018", "25/10/2018 - 30/10/2018", "Thời hạn lấy ý kiến: 25/10/2018",
    ),
)  # fmt: skip
def test_a_day_of_what_the_article_is_about_is_not_its_own(told: str) -> None:
    assert article_of(f"<h1>{{title}}</h1><p>{told}</p>").published_at is None


@pytest.mark.parametrize(
    "card",
    (
        "<table><tr><td>Số ký hiệu</td><td>12/TB-SCT</td></tr><tr><td>Ngày ban hành</td><td>12/11/2018</td></tr></table>",
        "<div><span>Ngày ban hành</span></div><div>12/11/2018</div>", "<p><strong>Ngày hiệu lực</strong><br>12/11/2018</p>",
        "<dl><dt>Khai mạc:</dt><dd>12/11/2018</dd></dl>", "<p>QĐ 123/QĐ-UBND ngày 12/11/2018</p>",
    ),
)  # fmt: skip
def test_a_date_on_the_card_of_a_document_is_that_ones(card: str) -> None:
    page = PAGE.format(title=TITLE, above=f"<h1>{TITLE}</h1>{card}", text=TEXT, below="")
    found = read_html(page, URL, fetched_at=FETCHED)
    assert isinstance(found, Reading), found
    assert found.article.published_at is None


@pytest.mark.parametrize(
    "last",
    (
        "Liên hệ với Ban Tổ chức qua điện thoại hoặc gặp Mr. Trần Văn Nam", "Hội chợ mở cửa đến 21 giờ tại số 12 đường Nguyễn Huệ, TP. Cao Lãnh",
        "Mọi thắc mắc được giải đáp bởi chủ nhiệm đề tài, TS. Trần Văn Nam",
    ),
)  # fmt: skip
def test_a_shortened_word_ends_no_sentence(last: str) -> None:
    article = article_of("<h1>{title}</h1>", text=f"{TEXT}<p>{last}</p>")
    assert article.byline is None
    assert article.text.endswith(last)


@pytest.mark.parametrize(
    "line",
    (
        "&gt; 90% doanh nghiệp đã <a href='/x'>chuyển đổi số</a> theo kết quả khảo sát mới nhất.",
        "&gt;&gt; Ai muốn dự thì ghi tên tại <a href='/x'>trang này</a> trước ngày 25 tháng 10.",
    ),
)
def test_a_sentence_with_a_link_in_it_is_text(line: str) -> None:
    assert len(article_of("<h1>{title}</h1>", text=f"{TEXT}<p>{line}</p>{TEXT}").text.split("\n")) == 5


def test_links_that_the_text_names_are_text() -> None:
    named = "<p>Việc bàn giao dựa trên các văn bản sau:</p>" + "".join(
        f"<p><a href='/{number}'>Nghị định số {number}/2018/NĐ-CP quy định về khuyến công</a></p>" for number in (15, 16)
    )
    assert "16/2018" in article_of("<h1>{title}</h1>", text=TEXT + named).text


def test_the_days_of_a_schedule_are_not_the_articles() -> None:
    days = "".join(f"<p>Ngày {day}/10/2018</p><p>Làm việc với một xã về máy sấy</p>" for day in (19, 20))
    article = article_of("<h1>{title}</h1>", text=f"{TEXT}<p>Lịch làm việc của đoàn:</p>{days}")
    assert article.published_at is None
    assert "Ngày 19/10/2018" in article.text


def test_a_picture_with_a_width_that_is_no_number() -> None:
    assert article_of("<h1>{title}</h1>", text=f"{TEXT}<p><img src='/anh/may-say.jpg' width='²'></p>{TEXT}").images


@pytest.mark.parametrize("last", ("<p>{0}</p>", "{0}", "<div><a href='/anh/may-say.jpg'>{0}</a></div>", "<p>Tin, ảnh: Ngọc Hảo</p><p>{0}</p>"))
def test_a_picture_behind_the_last_line_is_the_articles(last: str) -> None:
    picture = "<img src='/anh/may-say.jpg'>"
    others = f"<div><p>Tin liên quan</p><p><a href='/2'>{picture.replace('may-say', 'khac')}</a></p><p><a href='/2'>Hội nghị tổng kết công tác khuyến công</a></p></div>"
    article = article_of("<h1>{title}</h1>", text=TEXT + last.format(picture) + others)
    assert [one.url.rpartition("/")[2] for one in article.images] == ["may-say.jpg"]


@pytest.mark.parametrize(
    "address",
    (
        "<p>Mọi chi tiết xin liên hệ Trung tâm Khuyến công. Địa chỉ: số 5 phố Lò Rèn. Điện thoại: 0203 555 123. Email: kc@vidu.vn</p>",
        "<p>Hồ sơ gửi về:</p><p>Địa chỉ: số 5 phố Lò Rèn; điện thoại: 0203 555 123</p><p>Fax: 0203 555 124; email: kc@vidu.vn</p>",
    ),
)
@pytest.mark.parametrize("behind", ("", TEXT))
def test_where_to_ask_is_text_and_no_foot(address: str, behind: str) -> None:
    article = article_of("<h1>{title}</h1>", text=TEXT + address + behind)
    assert len(article.text.splitlines()) == 2 + address.count("<p>") + behind.count("<p>")
    assert "0203 555 12" in article.text
    assert "phố Mới" not in article.text  # the site's own


def test_what_a_table_is_called_is_text() -> None:
    table = "<table><caption>Số máy đã giao</caption><tr><td>Xã A</td><td>2</td></tr><tr><td>Xã B</td><td>1</td></tr></table>"
    assert article_of("<h1>{title}</h1>", text=TEXT + table + TEXT).text.splitlines()[2:5] == ["Số máy đã giao", "Xã A | 2", "Xã B | 1"]


@pytest.mark.parametrize(
    ("beside", "day"),
    (
        (" (20/10/2018 08:30)", datetime(2018, 10, 20, 8, 30, tzinfo=VIETNAM)), (" <span class='nhan'>Mới</span>", None),
        ("<small>Lượt xem: 123</small>", None), ("<small>20/10/2018</small>", datetime(2018, 10, 20, tzinfo=VIETNAM)),
    ),
)  # fmt: skip
def test_what_stands_in_the_line_of_the_title_is_none_of_it(beside: str, day: datetime | None) -> None:
    assert article_of(f"<h1>{{title}}{beside}</h1>").published_at == day


def test_the_words_of_a_font_of_icons_are_none() -> None:
    line = "".join(
        f"<span><mat-icon class='material-icons'>{icon}</mat-icon>{said}</span>"
        for icon, said in (("schedule", "20/10/2018"), ("edit", "Lâm Chi Mai"))
    )
    article = article_of(f"<h1>{{title}}</h1><div>{line}</div>")
    assert article.published_at == datetime(2018, 10, 20, tzinfo=VIETNAM)
    assert [one.name for one in article.byline.authors] == ["Lâm Chi Mai"]  # type: ignore[union-attr]


def test_a_caption_in_a_box_that_is_called_so() -> None:
    picture = "<div><img src='/anh/may.jpg'><blockquote class='image-field-caption'><p>Bên trong xưởng rèn</p></blockquote></div>"
    article = article_of(f"<h1>{{title}}</h1>{picture}")
    assert [one.caption for one in article.images] == ["Bên trong xưởng rèn"]


def test_a_line_of_date_and_account_is_no_title() -> None:
    line = "<p class='inf'>Ngày xuất bản: 20-10-2018 | Đăng bởi: quantri_tin | Lượt xem: 1920</p>"
    article = article_of(f"<p class='tit'>{{title}}</p>{line}")
    assert article.published_at == datetime(2018, 10, 20, tzinfo=VIETNAM)


def test_a_card_beside_the_title_that_counts_readers_has_the_articles_date() -> None:
    card = "<div class='rail'><p>08:43 | 20/10/2018</p><p><b>Nhóm PV</b></p><p>1.287 lượt đọc</p></div>"
    article = article_of(f"{card}<h1>{{title}}</h1>")
    assert article.published_at == datetime(2018, 10, 20, 8, 43, tzinfo=VIETNAM)
    assert [one.name for one in article.byline.authors] == ["Nhóm PV"]  # type: ignore[union-attr]
    clock = "<div class='rail'><p>08:43 | 20/10/2018</p><p>Lượt truy cập: 1.287</p></div>"
    assert article_of(f"{clock}<h1>{{title}}</h1>").published_at is None


def test_a_name_before_the_dash_and_the_date() -> None:
    article = article_of("<h1>{title}</h1><div><b>Minh Khôi</b> - Thứ tư, 20/10/2018 14:52</div>")
    assert [one.name for one in article.byline.authors] == ["Minh Khôi"]  # type: ignore[union-attr]
    assert article_of("<h1>{title}</h1><div><b>Hải Dương</b> - 20/10/2018</div>").byline is None


def test_date_source_and_account_below_the_text() -> None:
    line = "<span>Thứ bảy, 20/10/2018 - 16:45</span> · <span>Nguồn: <a href='https://moit.example/x'>Cổng Thông tin điện tử Bộ Công Thương</a></span>"
    article = article_of("<h1>{title}</h1>", text=f"{TEXT}<div class='cuoi'>{line} · <span>Đăng bởi: bientap03</span></div>")
    assert article.published_at == datetime(2018, 10, 20, 16, 45, tzinfo=VIETNAM)
    assert article.source is not None
