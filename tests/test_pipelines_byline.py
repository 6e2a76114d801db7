"""Bylines: every form met on real pages, where they stand, and the lines that must not become authors."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import Source
from pipelines.reading.byline import Naming, at_end, parse
from pipelines.reading.fragment import walk

PLACES = frozenset({"bắc kạn", "lạng sơn", "hà giang", "cao bằng"})
NAMING = Naming(
    "Sở Công Thương tỉnh Bắc Kạn", {"Ban quản trị": "", "BBT": "Ban biên tập", "Thảo": "Nông Thảo"}, lambda name: name.casefold() in PLACES
)
BODY = "<p>Sở Công Thương đã tổ chức hội nghị tổng kết công tác năm.</p><p>Các đơn vị trao đổi kinh nghiệm và bàn giao nhiệm vụ năm mới{end}</p>"

LINES = [
    ("Anh Khoa", [("Anh Khoa", "person", "text")]),
    ("Triệu Thị Mùi Ghển", [("Triệu Thị Mùi Ghển", "person", "text")]),
    ("NHẬT MINH", [("NHẬT MINH", "person", "text")]),
    ("BÍCH LIÊN |", [("BÍCH LIÊN", "person", "text")]),
    ("(Thu Hằng)", [("Thu Hằng", "person", "text")]),
    ("H.N.", [("H.N.", "initials", "text")]),
    ("N.P", [("N.P", "initials", "text")]),
    ("TBT", [("TBT", "initials", "text")]),
    ("T.Đình", [("T.Đình", "initials", "text")]),
    ("Cẩm Tú – Văn phòng Sở", [("Cẩm Tú", "person", "text")]),
    ("Nguyễn Văn An, Lê Thị Bình", [("Nguyễn Văn An", "person", "text"), ("Lê Thị Bình", "person", "text")]),
    ("Hà Thu và Minh Anh", [("Hà Thu", "person", "text"), ("Minh Anh", "person", "text")]),
    ("Hà Thu - Minh Anh", [("Hà Thu", "person", "text"), ("Minh Anh", "person", "text")]),
    ("Tác giả: Hoàng Văn Dũng", [("Hoàng Văn Dũng", "person", "text")]),
    ("Tác giả: H'Yam Bkrông", [("H'Yam Bkrông", "person", "text")]),
    ("Tác giả: Phòng Quản lý Thương mại", [("Phòng Quản lý Thương mại", "unit", "text")]),
    ("Tin, ảnh: Ngọc Hảo", [("Ngọc Hảo", "person", "text")]),
    ("Bài và ảnh: Hà Thu", [("Hà Thu", "person", "text")]),
    ("Bài, ảnh: Lê Na - Phòng Kế hoạch", [("Lê Na", "person", "text")]),
    ("Bài: Đinh Tuyên, ảnh Ngọc Dũng", [("Đinh Tuyên", "person", "text"), ("Ngọc Dũng", "person", "photo")]),
    ("Bài: Thu Hà. Ảnh: Minh Tuấn", [("Thu Hà", "person", "text"), ("Minh Tuấn", "person", "photo")]),
    ("Ảnh: Minh Tuấn", [("Minh Tuấn", "person", "photo")]),
    ("Nguồn:Trần Thu", [("Trần Thu", "person", "source")]),
    ("Theo: Như Thùy", [("Như Thùy", "person", "source")]),
    ("Theo: TNT", [("TNT", "initials", "source")]),
    ("T/h: Phan Đông-Thế Anh", [("Phan Đông", "person", "compiled"), ("Thế Anh", "person", "compiled")]),
    ("Anh Khoa (tổng hợp)", [("Anh Khoa", "person", "compiled")]),
    ("PV Anh Khoa", [("Anh Khoa", "person", "text")]),
    ("Ban biên tập Cổng TTĐT Sở", [("Ban biên tập Cổng TTĐT Sở", "unit", "text")]),
    ("Nhóm PV", [("Nhóm PV", "unit", "text")]),
    ("BBT", [("Ban biên tập", "unit", "text")]),
    ("Tin: Thảo", [("Nông Thảo", "person", "text")]),
]


@pytest.mark.parametrize(("line", "authors"), tuple(LINES))
def test_a_line_taken_apart(line: str, authors: list[tuple[str, str, str]]) -> None:
    signed = parse(line, NAMING)
    assert signed is not None
    assert [(one.name, one.kind, one.role) for one in signed.authors] == authors
    assert signed.raw == line


@pytest.mark.parametrize(
    ("line", "source"),
    (
        ("Nguồn: Cổng Thông tin điện tử Bộ Công Thương", Source("Cổng Thông tin điện tử Bộ Công Thương")),
        ("(Theo Báo Công Thương)", Source("Báo Công Thương")),
        ("Theo moit.gov.vn", Source("moit.gov.vn")),
        ("Nguồn Đồng Nai: https://bao.example.vn/tin-1", Source("Đồng Nai", "https://bao.example.vn/tin-1")),
        ("Nguồn: http://www.example.vn/x", Source("http://www.example.vn/x", "http://www.example.vn/x")),
        ("Nguồn: Internet", Source("Internet")),
    ),
)
def test_a_paper_a_ministry_or_an_address_is_a_source_and_no_author(line: str, source: Source) -> None:
    signed = parse(line, NAMING)
    assert signed is not None
    assert signed.authors == ()
    assert signed.source == source


@pytest.mark.parametrize(
    "line",
    (
        "", "Sở Công Thương", "Sở Công Thương tỉnh Bắc Kạn", "admin", "Administrator", "Quản trị viên", "quantri01", "Ban quản trị", "so@example.gov.vn",
        "Lạng Sơn, ngày 12 tháng 01 năm 2024", "Lạng Sơn", "Xem thêm", "Kết luận", "Hội nghị", "Toàn cảnh hội nghị", "Chia sẻ :", "Tổng hợp", "Việt Nam", "OCOP",
        "UBND", "Trân trọng", "Hội nghị kết thúc lúc 17 giờ.", "Tác giả:", "Nơi nhận", "1.", "Hội Nghị Tổng Kết", "THÔNG BÁO", "Sở Công Thương Bắc Kạn", "Tác giả: Sở Công Thương Bắc Kạn", "Điện thoại: 0209 3870 000",
    ),
)  # fmt: skip
def test_lines_that_name_nobody(line: str) -> None:
    assert parse(line, NAMING) is None


ENDS = [
    ("<p>Nông Thảo</p>", "./.", ["Nông Thảo"]),
    ("<p>Nông Thảo</p>", ".", ["Nông Thảo"]),
    ('<p style="text-align: right;"><strong>Nông Thảo</strong></p>', "", ["Nông Thảo"]),
    ('<p align="right">Thảo Nguyên - Minh Anh</p>', ".", ["Thảo Nguyên", "Minh Anh"]),
    ("<p><em>H.N.</em></p>", ".", ["H.N."]),
    ("<p>Văn phòng Sở</p>", "./.", ["Văn phòng Sở"]),
    ("<p>Bài: Thu Hà</p><p>Ảnh: Minh Tuấn</p>", ".", ["Thu Hà", "Minh Tuấn"]),
    ("<p>Nông Thảo</p><p>Nguồn: Báo Công Thương</p>", "./.", ["Nông Thảo"]),
    ("<p>Nông Thảo</p><p>&nbsp;</p><div></div>", "./.", ["Nông Thảo"]),
    ("<div>Nông <b>Thảo</b></div>", "./.", ["Nông Thảo"]),
]


@pytest.mark.parametrize(
    "line", ("Theo Nguyễn Lan/Báo Yên Bái", "Theo: Nguyễn Lan (Báo Yên Bái)", "(Theo Nguyễn Lan - Báo Yên Bái)", "Nguồn: Nguyễn Lan, Báo Yên Bái")
)
def test_who_wrote_for_a_paper_is_named_with_it(line: str) -> None:
    signed = parse(line, NAMING)
    assert signed is not None
    assert [(one.name, one.kind) for one in signed.authors] == [("Nguyễn Lan", "person")]
    assert signed.source == Source("Báo Yên Bái", None)


@pytest.mark.parametrize(("tail", "end", "names"), tuple(ENDS))
def test_the_end_of_a_body(tail: str, end: str, names: list[str]) -> None:
    signed, rest = read_end(BODY.format(end=end) + tail)
    assert signed is not None
    assert [author.name for author in signed.authors] == names
    assert [one.text for one in rest] == [
        "Sở Công Thương đã tổ chức hội nghị tổng kết công tác năm.",
        f"Các đơn vị trao đổi kinh nghiệm và bàn giao nhiệm vụ năm mới{end}",
    ]


def test_a_name_behind_a_line_break_or_on_the_last_line_itself_leaves_the_paragraph() -> None:
    for tail in ("./.<br>Nông Thảo", "./. Nông Thảo", "./.<br><strong>Nông Thảo</strong><br>"):
        signed, rest = read_end(BODY.format(end=tail))
        assert signed is not None
        assert signed.authors[0].name == "Nông Thảo"
        assert rest[-1].text.endswith("năm mới./.")
        assert "Thảo" not in rest[-1].html


@pytest.mark.parametrize(
    ("tail", "end"),
    (
        ("<p>KT. GIÁM ĐỐC</p><p>PHÓ GIÁM ĐỐC</p><p>(Đã ký)</p><p><strong>Nguyễn Văn Bình</strong></p>", "./."),  # an official signs a document
        ("<p><b>GIÁM ĐỐC</b></p><p><b>Nông Văn Hải</b></p>", "./."),
        ('<p style="text-align:right">Bắc Kạn, ngày 12 tháng 01 năm 2024</p>', "./."),
        ('<p style="text-align:right"><em>(Ảnh: Minh Tuấn)</em></p>', "."),  # a caption's
        ("<p><b>Kết quả đạt được</b></p>", "."),
        ('<p><a href="/khac">Nông Thảo</a></p>', "./."),  # a link leads away
        ("<p>Nông Văn Hải</p><p>Triệu Thị Mùi</p>", " cho các cá nhân sau:"),  # a list of people
        ("<ul><li>Nông Văn Hải</li><li>Triệu Thị Mùi</li></ul>", "."),
        ("<p>Nông Thảo</p>", " do các đơn vị"),  # the sentence goes on
        ("<p>Xem Thêm</p>", "./."),
        ("<p>Lạng Sơn</p>", "./."),
        ("<p>Sở Công Thương tỉnh Bắc Kạn</p>", "./."),
        ("<p>OCOP</p>", "."),
    ),
)
def test_ends_that_name_no_author(tail: str, end: str) -> None:
    paragraphs = walk(lxml.html.fromstring(f"<div>{BODY.format(end=end)}{tail}</div>"), "https://example.gov.vn/")[0]
    signed, rest = at_end(paragraphs, NAMING)
    assert signed is None
    assert rest == paragraphs


def test_a_body_of_one_line_is_no_byline() -> None:
    assert read_end("<p>Nông Thảo</p>") == (None, walk(lxml.html.fromstring("<div><p>Nông Thảo</p></div>"), "https://example.gov.vn/")[0])


@given(st.text(st.sampled_from("NgôThịanBìh.,:-–/()&| TácgiảẢnhNguồnTheo")))
def test_any_line_is_read_or_not_and_keeps_its_words(line: str) -> None:
    signed = parse(line, NAMING)
    if signed:
        assert all(author.name for author in signed.authors)


def read_end(html: str) -> tuple:
    return at_end(walk(lxml.html.fromstring(f"<div>{html}</div>"), "https://example.gov.vn/")[0], NAMING)
