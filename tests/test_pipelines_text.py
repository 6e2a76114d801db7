"""Words as the archive keeps them, and the lines that are no words of an article."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.text import folded, is_furniture, is_vietnamese, normal, opens_related


@pytest.mark.parametrize(
    ("given", "kept"),
    (
        ("  Cụm\u00a0thi\tđua \n số III ", "Cụm thi đua số III"),
        ("Cu\u0323m thi \u0111ua", "Cụm thi đua"),
        ("kinh\u00ad tế\u200b xã\ufeff hội", "kinh tế xã hội"),
        ("a\u2028b\u3000c\u0085d", "a b c d"),
        ("17\u204410\u20442014", "17\u204410\u20442014"),  # the site's own sign stays
        ("Hoà, Hòa; Công Thuơng", "Hoà, Hòa; Công Thuơng"),  # so do its spelling and its faults
        ("\u200b\u00a0", ""),
    ),
)
def test_normal(given: str, kept: str) -> None:
    assert normal(given) == kept


@given(st.text())
def test_normal_text_is_nfc_with_single_blanks_and_stays_as_it_is(text: str) -> None:
    once = normal(text)
    assert normal(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(blank in once for blank in ("  ", "\n", "\u00a0", "\u00ad", "\u200b"))


def test_folded_compares_letters_and_digits_only() -> None:
    assert folded("CỤM THI ĐUA – số 3!") == folded("Cụm thi đua: Số 3")
    assert folded("Hòa") != folded("Hóa")


@pytest.mark.parametrize(
    "line",
    (
        "Chia sẻ :", "Chia sẻ", "In bài viết", "In bài viết |", "Lượt xem: 4395 | In bài viết |", "Số lượt xem: 1.234", "2.477 lượt xem", "Print | Email", "A- A A+",
        "Xem với cỡ chữ : A- A A+", "Đọc bài viết", "800x600", "leftcenterrightdel", "IMG_2041.JPG", "KHOI THI DUA (1).JPG", "bqbht_br_11-6614.jpg",
        "Normal 0 false false false EN-US X-NONE X-NONE", "View Counter", "Views Today : 27", "Total views : 77292", "Language", "Skip to content",
        "Truy cập nội dung luôn", "Ý kiến ()", "Click để đánh giá bài viết", "Tổng số điểm của bài viết là: 5 trong 1 đánh giá", "|", "- -",
    ),
)  # fmt: skip
def test_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    (
        "Chia sẻ kinh nghiệm giữa các đơn vị thành viên", "In ấn tài liệu tuyên truyền", "Nông Thảo", "Hội nghị tổng kết", "Ảnh: Minh Tuấn", "Nguồn: Internet",
        "Đã có 2.477 lượt xem gian hàng trực tuyến trong tuần đầu", "Ngôn ngữ và văn hóa", "Khối lượng 800 kg", "Bài viết dự thi gửi trước ngày 15 tháng 8",
        "Tin liên quan",
    ),
)  # fmt: skip
def test_what_is_no_furniture(line: str) -> None:
    assert not is_furniture(line)


def test_headings_of_boxes_with_other_articles() -> None:
    for line in (
        "BÀI VIẾT CÙNG CHUYÊN MỤC",
        "Bài viết mới",
        "Tin cùng chuyên mục",
        "Các tin khác:",
        "Tin liên quan",
        "Những tin mới hơn",
        "TIN MỚI…",
        "Xem thêm",
    ):
        assert opens_related(line), line
    for line in ("Tin vui với bà con vùng cao", "Các tin nhắn lừa đảo mạo danh", "Bài viết mới của Sở về an toàn hóa chất được nhiều người đọc"):
        assert not opens_related(line), line


def test_language_by_its_letters() -> None:
    assert is_vietnamese("Sở Công Thương tổ chức hội nghị tổng kết công tác thi đua năm 2023.")
    assert not is_vietnamese("The Department of Industry and Trade of Bắc Kạn held its annual review conference with enterprises in the province.")
    assert not is_vietnamese("309 - 2023")
