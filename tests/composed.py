"""Pages put together at random from the parts that departments' pages have, each part in many forms. What they say is known by how they are put together.

Dates and names are printed as real pages print them, in the places where they stand there. Nothing here knows how pages are read. The seed names the page.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

SITE = "Sở Công Thương tỉnh Hòa Lâm"
VIETNAM = timezone(timedelta(hours=7))
TITLES = (
    "Hòa Lâm đẩy nhanh tiến độ giải phóng mặt bằng các cụm công nghiệp",
    "Gặp mặt doanh nghiệp chế biến gỗ đầu xuân",
    "Thông báo về việc đăng ký gian hàng tại Hội chợ Công Thương khu vực Tây Bắc năm 2024",
    "Kiểm tra 24 cửa hàng xăng dầu trên địa bàn huyện Tân Lâm: xử phạt 3 cơ sở",
)
PARAGRAPHS = (
    "Sáng ngày 12/3, Sở Công Thương phối hợp với UBND huyện Tân Lâm tổ chức hội nghị triển khai công tác phát triển cụm công nghiệp trên địa bàn.",
    "Theo báo cáo tại hội nghị, toàn tỉnh có 14 cụm công nghiệp được thành lập theo Quyết định số 412/QĐ-UBND ngày 21/5/2019, tỷ lệ lấp đầy đạt 63%.",
    "Ông Trần Văn Lực, Phó Giám đốc Sở đề nghị các chủ đầu tư đẩy nhanh tiến độ, hoàn thành hệ thống xử lý nước thải trước ngày 30/6/2024.",
    "Các đại biểu cũng thảo luận về cơ chế hỗ trợ hạ tầng, thủ tục giao đất và đấu nối điện cho các dự án thứ cấp, trong đó có ba dự án chế biến gỗ.",
    "Chị Lò Thị Xuân, chủ một cơ sở mộc, cho biết: “Từ khi vào cụm, xưởng không còn lo bụi và tiếng ồn làm phiền hàng xóm nữa”.",
    "Kết thúc hội nghị, lãnh đạo huyện cam kết bàn giao toàn bộ mặt bằng giai đoạn 1 trong quý II và đối thoại với các hộ dân chưa đồng thuận./.",
)
LEAD = "Huyện Tân Lâm phấn đấu hoàn thành giải phóng mặt bằng hai cụm công nghiệp trong quý II, tạo quỹ đất sạch để đón các nhà đầu tư thứ cấp."
OTHERS = (
    "Kiểm tra an toàn thực phẩm tại các chợ đầu mối",
    "Hội nghị giao ban công tác ngành tháng 3 năm 2024",
    "Thông báo lịch tiếp công dân của Giám đốc Sở",
    "Nghiệm thu đề án khuyến công quốc gia đợt 1",
)
WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
DATES = (  # as printed; those without %H print no time
    "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "{d}/{m}/%Y", "%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y", "%H:%M, %d/%m/%Y", "%d/%m/%Y - %H:%M", "%H:%M | %d/%m/%Y",
    "{w}, %d/%m/%Y %H:%M", "{w} - %d/%m/%Y %H:%M", "{w}, ngày %d/%m/%Y | %H:%M", "Cập nhật lúc %H:%M, {w}, %d/%m/%Y (GMT+7)", "Ngày đăng: %d/%m/%Y",
    "Ngày đăng : %H:%M, %d/%m/%Y", "Gửi lúc: %d/%m/%Y %H:%M", "Ngày xuất bản: %d-%m-%Y", "%d/%m/%Y {h}:%M {half}", "Ngày {d} tháng %m năm %Y",
    "Ngày cập nhập:  {d}/{m}/%Y", "{d}/{m}/%Y, %H:%M (GMT+7)", "(%d/%m/%Y)", "(%d/%m/%Y %H:%M)", "{d} Tháng {m}, %Y", "%Y-%m-%d %H:%M:00",
    "{H}h%M ngày %d/%m/%Y", "Đăng lúc %H:%M ngày %d/%m/%Y", "Thời gian đăng: %d/%m/%Y %H:%M", "Cập nhật ngày %d/%m/%Y", "{d} Th{m} %Y", "%d⁄%m⁄%Y",
)  # fmt: skip
BOXES = (  # a line of its own
    "<div class='{c}'>{}</div>", "<p class='{c}'>{}</p>", "<div><span class='{c}'>{}</span></div>", "<span class='{c}'>{}</span><br/>",
    "<div><i class='fa fa-clock-o'></i> <em class='{c}'>{}</em></div>", "<ul class='meta'><li class='{c}'>{}</li></ul>", "<small>{}</small><br>",
    "<table width='100%'><tr><td class='{c}'>{}</td></tr></table>", "<font color='#666' size='1'>{}</font><br>", "<div align='right'><i>{}</i></div>",
    "<dl><dd class='{c}'>{}</dd></dl>", "<div><time>{}</time></div>",
)  # fmt: skip
CLASSES = ("", "date", "ngaydang", "post-meta", "time", "info", "x1", "news-time", "col-b", "dt", "meta", "ctl00_lbNgay")
SECTION = "<a href='/tin'>Hoạt động ngành</a>"
TOOLS = "<a href='#'>In trang</a> <a href='#'>Gửi email</a>"
# Where the date stands: above the title, under it, between lead and text, below the text. `{box}` is a line with it, `{date}` the words.
PLACES: dict[str, tuple[str, str, str, str]] = {
    "under the title": ("", "{box}", "", ""),
    "with a counter": ("", "<div>{date} | Lượt xem: 417</div>", "", ""),
    "behind a counter": ("", "<div><span>1.204 lượt xem</span> <span>{date}</span></div>", "", ""),
    "above the title": ("{box}", "", "", ""),
    "section and date": ("", f"<p>{SECTION} | {{date}}</p>", "", ""),
    "section and date above": (f"<div>{SECTION} - {{date}}</div>", "", "", ""),
    "tools behind it": ("", f"<div>{{date}} <span>|</span> {TOOLS}</div>", "", ""),
    "two cells": ("", "<table width='100%'><tr><td>Đã xem: 417</td><td align='right'>{date}</td></tr></table>", "", ""),
    "at the right": ("<div style='float:right'>{date}</div>", "", "", ""),
    "each word apart": ("", "<div>{spans}</div>", "", ""),
    "under the lead": ("", "", "{box}", ""),
    "below the text": ("", "", "", "{box}"),
    "before the tools": ("", "", "", f"<div class='bottom'><span>{{date}}</span> {TOOLS}</div>"),
    "icons": ("", "<div><i class='icon-calendar'></i><span>{date}</span><i class='icon-eye'></i><span>417</span><a href='#'>A+</a><a href='#'>A-</a></div>", "", ""),
    "nowhere": ("", "<div>Lượt xem: 417</div>", "", ""),
    "day and time": ("", "<ul><li>quantri</li><li>{day}</li><li>{time}</li></ul>", "", ""),
    "label and date": ("", "<dl><dt>Chuyên mục</dt><dd>Công nghiệp</dd><dt>Ngày đăng</dt><dd>{day}</dd></dl>", "", ""),
    "account and date": ("", "<div>Người đăng: vp01 - {date}</div>", "", ""),
}  # fmt: skip
HEADINGS = (
    "<h1>{}</h1>", "<h1 class='tieude'>{}</h1>", "<h2 class='title'>{}</h2>", "<h3>{}</h3>", "<div class='news-title'>{}</div>", "<p class='TieuDe'>{}</p>",
    "<span class='title'>{}</span><br/>", "<table><tr><td class='cms_title'><b>{}</b></td></tr></table>",
)  # fmt: skip
LEADS = (
    "", "<div class='sapo'>{}</div>", "<p><b>{}</b></p>", "<h2 class='lead2'>{}</h2>", "<div class='tomtat'><i>{}</i></div>", "<p class='trichdan'>{}</p>",
)  # fmt: skip
NAMES = {  # what is printed at the end, and whom it names
    "": (), "Thanh Phong": ("Thanh Phong",), "Nguyễn Thị Hà": ("Nguyễn Thị Hà",), "MINH THÔNG": ("MINH THÔNG",), "H.N.": ("H.N.",),
    "Tin, ảnh: Ngọc Hảo": ("Ngọc Hảo",), "Bài: Lê Minh, ảnh: Quốc Toản": ("Lê Minh", "Quốc Toản"), "T/h: Phan Đông - Thế Anh": ("Phan Đông", "Thế Anh"),
    "Cẩm Tú – Văn phòng Sở": ("Cẩm Tú",), "Phòng Quản lý thương mại": ("Phòng Quản lý thương mại",), "Theo: Như Thùy": ("Như Thùy",),
    "(Theo Báo Công Thương)": (),
}  # fmt: skip
SIGNATURES = (
    "<p style='text-align:right'><b>{}</b></p>", "<p><strong>{}</strong></p>", "<p align='right'><em>{}</em></p>", "<div align='right'>{}</div>",
)  # fmt: skip
PICTURES = (  # with the words under them
    "", "<figure><img src='/a.jpg' alt=''><figcaption>{}</figcaption></figure>", "<p align='center'><img src='/a.jpg'></p><p align='center'><i>{}</i></p>",
    "<table align='center'><tr><td><img src='/a.jpg' alt=''></td></tr><tr><td align='center'>{}</td></tr></table>",
    "<div class='img-box'><img src='/a.jpg' alt=''><div>{}</div></div>", "<p style='text-align:center'><img src='/a.jpg' alt=''><br><em>{}</em></p>",
)  # fmt: skip
CAPTION = "Các đại biểu dự hội nghị"
TEXTS = ("<p>{}</p>", "<div>{}</div>", "<p class='MsoNormal'><span style='font-size:14pt'>{}</span></p>", "{}<br><br>")
BODIES = ("<div class='noidung'>{}</div>", "<div>{}</div>", "<div id='x4'>{}</div>", "<table><tr><td>{}</td></tr></table>")
RELATED = (
    "<li><a href='/{i}.html'>{title}</a> ({day})</li>", "<div class='item'><a href='/{i}.html'>{title}</a><span class='date'>{day}</span></div>",
    "<div class='item'><p class='d'>{day}</p><h4><a href='/{i}.html'>{title}</a></h4></div>", "<div>- <a href='/{i}.html'>{title}</a> <i>{day}</i></div>",
)  # fmt: skip
RELATED_HEADS = ("Tin liên quan", "Các tin khác", "TIN CÙNG CHUYÊN MỤC", "Tin đã đăng", "Bài viết mới hơn", "Những tin cũ hơn", "Tin khác:")
CLOCKS = ("", "<div>{w}, %d/%m/%Y</div>", "<div>{w}, ngày %d/%m/%Y %H:%M:12</div>", "<span>Hôm nay %d/%m/%Y</span>")
CRUMBS = ("", f"<div class='breadcrumb'><a href='/'>Trang chủ</a> &raquo; {SECTION}</div>", f"<div class='nav2'>{SECTION}</div>")
SHARES = ("", "<div>Chia sẻ: <a href='#'>Facebook</a></div>", "<p><a href='#'>In trang</a> | <a href='#'>Về đầu trang</a></p>")
TAGS = ("", "<div class='tags'>Từ khóa: <a href='/t/1'>cụm công nghiệp</a></div>")
ROOMS = (
    "<div class='detail'>{}</div>",
    "<article>{}</article>",
    "<div>{}</div>",
    "<table><tr><td width='200'>{side}</td><td valign='top'>{}</td></tr></table>",
)
MENU = "".join(
    f"<li><a href='/m{i}'>{one}</a></li>" for i, one in enumerate(("Trang chủ", "Giới thiệu", "Tin tức", "Công nghiệp", "Thương mại", "Văn bản"))
)
FOOT = f"<div id='footer'>{SITE.upper()}<br/>Địa chỉ: 12 Trần Phú. Điện thoại: 0241.3822.000<br/>Giấy phép số 12/GP-TTĐT ngày 06/5/2010</div>"


@dataclass(frozen=True)
class Composed:
    html: str
    title: str
    published_at: datetime | None
    lead: str | None
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    parts: tuple[str, ...]  # which forms were drawn


def printed(form: str, at: datetime) -> str:
    half, hour = ("SA", at.hour) if at.hour < 12 else ("CH", at.hour - 12 or 12)
    return at.strftime(form).format(d=at.day, m=at.month, H=at.hour, h=hour, half=half, w=WEEKDAYS[at.weekday()])


def compose(seed: int) -> Composed:
    draw = random.Random(seed)  # noqa: S311 - named, so that it can be drawn again
    at = datetime(draw.randint(2010, 2025), draw.randint(1, 12), draw.randint(1, 28), draw.randint(6, 21), draw.randint(0, 59), tzinfo=VIETNAM)
    now = datetime(2026, draw.randint(1, 6), draw.randint(1, 28), draw.randint(6, 21), draw.randint(0, 59), tzinfo=VIETNAM)
    title, place, form, name = draw.choice(TITLES), draw.choice(list(PLACES)), draw.choice(DATES), draw.choice(list(NAMES))
    date, classed = printed(form, at), draw.choice(CLASSES)
    slots = {
        "date": date,
        "box": draw.choice(BOXES).format(date, c=classed),
        "day": at.strftime("%d/%m/%Y"),
        "time": at.strftime("%H:%M"),
        "spans": " ".join(f"<span>{word}</span>" for word in date.split(" ")),
    }
    above, under, inside, below = (part.format(**slots) for part in PLACES[place])
    lead, text = draw.choice(LEADS), draw.choice(TEXTS)
    paragraphs = [*draw.sample(PARAGRAPHS[:-1], draw.randint(2, 4)), PARAGRAPHS[-1]]
    picture = draw.choice(PICTURES)
    body = text.format(paragraphs[0]) + picture.format(CAPTION) + "".join(map(text.format, paragraphs[1:]))
    signature = draw.choice(SIGNATURES).format(name) if name else ""
    first = lead.format(LEAD) + inside
    content = draw.choice(BODIES)
    whole = draw.choice(
        (content.format(first + body + signature), first + content.format(body + signature), first + content.format(body) + signature)
    )
    heading = draw.choice(HEADINGS)
    article = draw.choice(CRUMBS) + above + heading.format(title) + under + whole + below + draw.choice(TAGS) + draw.choice(SHARES)
    related = _related(draw, 4)
    side = f"<div class='side'><h3>Tin mới nhất</h3>{_items(draw, 3)}</div>"
    room = draw.choice(ROOMS)
    main = room.format(article + related, side=side) + ("" if "{side}" in room else draw.choice(("", side)))
    named = draw.choice((title, f"{title} - {SITE}", SITE, f"Trang tin điện tử {SITE}"))
    clock = printed(draw.choice(CLOCKS), now)
    head = f"<html><head><meta charset='utf-8'><title>{named}</title></head><body><div id='top'><img src='/b.jpg' alt='banner'>{clock}</div>"
    return Composed(
        html=f"<!DOCTYPE html>{head}<ul class='menu'>{MENU}</ul>{main}{FOOT}</body></html>",
        title=title,
        published_at=_published(place, form, at),
        lead=LEAD if lead else None,
        paragraphs=(*([LEAD] if lead else []), *paragraphs),
        authors=NAMES[name],
        parts=(place, form, heading, lead, text, name, room, named, picture),
    )


def _published(place: str, form: str, at: datetime) -> datetime | None:
    if place == "nowhere":
        return None
    timed = place == "day and time" or ("%M" in form and place != "label and date")
    return at if timed else at.replace(hour=0, minute=0)


def _related(draw: random.Random, count: int) -> str:
    return f"<div class='rl'><div class='hd2'>{draw.choice(RELATED_HEADS)}</div>{_items(draw, count)}</div>"


def _items(draw: random.Random, count: int) -> str:
    form = draw.choice(RELATED)
    return "".join(
        form.format(i=i, title=OTHERS[i], day=f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/{draw.choice((2024, 2026))}") for i in range(count)
    )
