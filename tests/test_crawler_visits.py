"""When an address is visited again, and which validators are worth anything."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.visits import Answer, Trust, answer_of, next_look, next_try, trust

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DATE = "Sun, 01 Mar 2026 02:00:00 GMT"


def test_the_next_look_is_none_for_what_is_old() -> None:
    assert next_look(AT, AT + 89 * DAY) == AT + 90 * DAY
    assert next_look(AT, AT + 91 * DAY) is None


@pytest.mark.parametrize(
    ("attempts", "after"), ((1, timedelta(hours=2)), (2, timedelta(hours=22)), (3, 2 * DAY), (9, 2 * DAY)), ids=["first", "second", "third", "ninth"]
)
def test_what_failed_is_tried_again_soon_and_then_by_its_age(attempts: int, after: timedelta) -> None:
    today = AT + DAY
    assert next_try(attempts, AT, today) == today + after


@pytest.mark.parametrize(
    ("headers", "kept"),
    (
        ({"etag": '"a"'}, ('"a"', None)),
        ({"last-modified": "Sat, 28 Feb 2026 02:00:00 GMT"}, (None, "Sat, 28 Feb 2026 02:00:00 GMT")),
        ({"last-modified": DATE, "date": DATE}, None),
        ({"last-modified": "Sun, 01 Mar 2026 02:00:30 GMT"}, None),
        ({"last-modified": "Mon, 02 Mar 2026 02:00:00 GMT"}, None),
        ({"last-modified": "yesterday"}, None),
        ({"last-modified": DATE, "etag": 'W/"b"'}, ('W/"b"', None)),
        ({}, None),
    ),
    ids=["etag", "modified", "modified-is-the-date", "modified-is-now", "modified-in-the-future", "nonsense", "etag-beside-a-clock", "nothing"],
)
def test_validators_worth_keeping(headers: dict[str, str], kept: tuple[str | None, str | None] | None) -> None:
    answer = answer_of(headers, AT, "read")
    assert (answer and (answer.etag, answer.modified)) == kept


def test_trust_comes_with_the_same_content_under_the_same_validators() -> None:
    first = Answer('"a"', None, "read")
    assert trust(None, first) is Trust.UNKNOWN
    assert trust(first, first) is Trust.PROVED
    assert trust(first, Answer('"b"', None, "read")) is Trust.UNKNOWN
    assert trust(first, Answer('"a"', None, "other")) is Trust.LIED
    assert trust(first, None) is Trust.UNKNOWN


def test_conditions_are_the_headers_of_a_conditional_request() -> None:
    assert Answer('"a"', DATE, "read").conditions == {"If-None-Match": '"a"', "If-Modified-Since": DATE}
    assert Answer(None, DATE, "read").conditions == {"If-Modified-Since": DATE}
