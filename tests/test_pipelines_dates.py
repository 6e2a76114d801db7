"""Printed dates: every form met on real pages, and what must not become a date."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.dates import VIETNAM, doubt, modified, published, structured

PRINTED = (
    ("Ngày cập nhập:  6/10/2017", "2017-10-06T00:00:00"),
    ("08:39 AM 25/10/2017", "2017-10-25T08:39:00"),
    ("03:06 PM 29/12/2020", "2020-12-29T15:06:00"),
    ("02:05 CH 05/06/2024", "2024-06-05T14:05:00"),
    ("12:15 SA 05/06/2024", "2024-06-05T00:15:00"),
    ("12:15 CH 05/06/2024", "2024-06-05T12:15:00"),
    ("05/06/2024 14:30 PM", "2024-06-05T14:30:00"),
    ("28-04-2023", "2023-04-28T00:00:00"),
    ("22/03/2023", "2023-03-22T00:00:00"),
    ("12.01.2024", "2024-01-12T00:00:00"),
    ("2015-03-24 - Thực hiện kế hoạch", "2015-03-24T00:00:00"),
    ("Thứ sáu - 15/08/2025 21:40", "2025-08-15T21:40:00"),
    ("Thứ bảy, 06/04/2024 07:20", "2024-04-06T07:20:00"),
    ("Thứ 4, ngày 19/6/2024", "2024-06-19T00:00:00"),
    ("08:04, 15/04/2021", "2021-04-15T08:04:00"),
    ("29/4/2020, 15:28 (GMT+7)", "2020-04-29T15:28:00"),
    ("Cập nhật lúc 15:38, Thứ Tư, 25/03/2020 (GMT+7)", "2020-03-25T15:38:00"),
    ("Thời sự - Ngày đăng : 08:22, 04/05/2011", "2011-05-04T08:22:00"),
    ("Cập nhật: Thứ Ba, ngày 14/01/2020", "2020-01-14T00:00:00"),
    ("Gửi lúc: 05/12/2013 15:42:27", "2013-12-05T15:42:27"),
    ("Ngày xuất bản: 16-09-2021", "2021-09-16T00:00:00"),
    ("30/03/2024 - 06:17", "2024-03-30T06:17:00"),
    ("08:43 | 27/10/2021", "2021-10-27T08:43:00"),
    ("Thứ Năm, ngày 14/04/2022 | 10:32", "2022-04-14T10:32:00"),
    ("07:00:42 20/03/2019", "2019-03-20T07:00:42"),
    ("12/21/2023 4:19:03 PM", "2023-12-21T16:19:03"),  # the form of servers with US settings
    ("3/6/2024 9:05:12 AM", "2024-03-06T09:05:12"),
    ("08:39 AM 25/10/2017", "2017-10-25T08:39:00"),
    ("6/3/2024 4:19:03 CH", "2024-03-06T16:19:03"),
    ("(29/07/2024)", "2024-07-29T00:00:00"),
    ("Báo Vĩnh Long23/07/2025", "2025-07-23T00:00:00"),
    ("17\u204410\u20442014", "2014-10-17T00:00:00"),
    ("ngày 12 tháng 01 năm 2024", "2024-01-12T00:00:00"),
    ("8 giờ 30 phút ngày 5 tháng 6 năm 2024", "2024-06-05T08:30:00"),
    ("8h30 ngày 5/6/2024", "2024-06-05T08:30:00"),
    ("12 Tháng Mười Hai, 2024", "2024-12-12T00:00:00"),
    ("Tháng Một 12, 2024", "2024-01-12T00:00:00"),
    ("Th1 12, 2024", "2024-01-12T00:00:00"),
    ("12 Th1 2024", "2024-01-12T00:00:00"),
    ("12 thg 3, 2024", "2024-03-12T00:00:00"),
    ("12/Th3/2024", "2024-03-12T00:00:00"),
    ("12-Mar-2024", "2024-03-12T00:00:00"),
    ("2024/03/12 08:30", "2024-03-12T08:30:00"),
    ("12/03/2024 08g30", "2024-03-12T08:30:00"),
    ("January 12, 2024", "2024-01-12T00:00:00"),
    ("12 Jan 2024", "2024-01-12T00:00:00"),
    ("12-12-2017 | Ngày đăng: 6/10/2017", "2017-10-06T00:00:00"),
    ("Ngày đăng: 01/02/2024 - Cập nhật: 03/02/2024 10:00", "2024-02-01T00:00:00"),
    ("Cập nhật: 03/02/2024 10:00 - Ngày đăng: 01/02/2024", "2024-02-01T00:00:00"),
    ("Ngày\u00a0đăng:\u00a001/02/2024\u00a008:05", "2024-02-01T08:05:00"),
)


@pytest.mark.parametrize(("line", "at"), PRINTED)
def test_printed_forms(line: str, at: str) -> None:
    assert published(line) == datetime.fromisoformat(f"{at}+07:00")


@pytest.mark.parametrize(
    "line",
    (
        "", "tháng 5 năm 2023", "quý IV/2023", "31/02/2024", "30.02.2023", "12/21/2023 16:19:03", "Sáng 6.1", "Ngày 8-11", "5/6/24",
        "12/2024/QĐ-BCT", "1234/15/2024", "00/01/2024", "15:38", "Năm 2024", "ngày 12 tháng 13 năm 2024", "7780 lượt xem", "15/08/20251",
    ),
)  # fmt: skip
def test_what_is_no_date(line: str) -> None:
    assert published(line) is None


def test_month_first_only_where_the_layout_says_so() -> None:
    assert published("12/21/2023 4:19:03 PM", "mdy") == datetime(2023, 12, 21, 16, 19, 3, tzinfo=VIETNAM)
    assert published("03/07/2023", "mdy") == datetime(2023, 3, 7, tzinfo=VIETNAM)
    assert published("03/07/2023") == datetime(2023, 7, 3, tzinfo=VIETNAM)
    assert published("2023-03-07", "mdy") == datetime(2023, 3, 7, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("line", "at"),
    (
        ("Ngày đăng: 01/02/2024 | Cập nhật: 03/02/2024 10:00", datetime(2024, 2, 3, 10, tzinfo=VIETNAM)),
        ("Sửa lúc 10:00 03/02/2024", datetime(2024, 2, 3, 10, tzinfo=VIETNAM)),
        ("03/02/2024 10:00", datetime(2024, 2, 3, 10, tzinfo=VIETNAM)),
        ("Ngày đăng: 01/02/2024", None),
        ("01/02/2024 - 03/02/2024", None),
    ),
)
def test_modified(line: str, at: datetime | None) -> None:
    assert modified(line) == at


@pytest.mark.parametrize(
    ("value", "at"),
    (
        ("2024-01-15T01:30:00Z", "2024-01-15T08:30:00+07:00"),
        ("2024-01-15T08:30:00+07:00", "2024-01-15T08:30:00+07:00"),
        ("2024-01-15T08:30:00.123+0700", "2024-01-15T08:30:00+07:00"),
        ("2024-01-15 08:30:00", "2024-01-15T08:30:00+07:00"),
        ("2024-01-15", "2024-01-15T00:00:00+07:00"),
        ("2024-01-14T23:30:00-05:00", "2024-01-15T11:30:00+07:00"),
    ),
)
def test_structured(value: str, at: str) -> None:
    assert structured(value) == datetime.fromisoformat(at)


def test_doubts_name_their_reason() -> None:
    at = datetime(2024, 1, 15, 8, tzinfo=VIETNAM)
    assert doubt(at, other=("json-ld", at + timedelta(hours=23)), fetched_at=datetime(2024, 1, 20, tzinfo=UTC)) is None
    assert "json-ld" in str(doubt(at, other=("json-ld", at - timedelta(days=3))))
    assert "capture" in str(doubt(at, fetched_at=datetime(2023, 12, 1, tzinfo=UTC)))
    assert "1997" in str(doubt(at.replace(year=1970)))


@given(st.text(st.sampled_from("0123456789/-.:, ngàytháng năm()|AMPM"), max_size=60))
def test_any_line_gives_a_date_with_zone_or_none(line: str) -> None:
    at = published(line)
    assert at is None or at.utcoffset() == timedelta(hours=7)


EARLIEST, LATEST = datetime(1998, 1, 1), datetime(2060, 1, 1)  # noqa: DTZ001 - hypothesis wants them naive


@given(st.datetimes(EARLIEST, LATEST).map(lambda at: at.replace(second=0, microsecond=0)))
def test_what_is_printed_day_first_reads_back(at: datetime) -> None:
    aware = at.replace(tzinfo=VIETNAM)
    for form in (
        "{0:%H:%M}, {0.day}/{0.month}/{0.year:04}",
        "{0.day:02}-{0.month:02}-{0.year:04} | {0:%H:%M}",
        "ngày {0.day} tháng {0.month} năm {0.year:04} {0:%H:%M}",
    ):
        assert published(form.format(at)) == aware
