"""Search as an analyst meets it: without accents, with them, with whatever is typed."""

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
import sqlite_utils
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive import find as finding
from archive import schema, search
from archive.filters import Asked
from archive.find import Found, find

ARTICLES = {  # id: title, text, author
    "ký kết": (
        "Cụm thi đua số III ký kết giao ước",
        "Chiều 14/3, Cụm thi đua số III đã ký kết giao ước thi đua theo Quyết định số 309/QĐ-BCT.",
        "Lý Thu Hà",
    ),
    "đồng tháp": (
        "Đồng Tháp đẩy mạnh xúc tiến thương mại",
        "Sở Công Thương tỉnh Đồng Tháp đưa đặc sản địa phương đến các điểm đặt hàng.",
        "Đỗ Đình Đức",
    ),
    "đọng": ("Xử lý nước đọng ở chợ", "Ban quản lý chợ xử lý nước đọng sau mưa lớn.", None),
    "dong": ("Lá dong vào mùa Tết", "Giá lá dong tăng nhẹ, nguồn cung dồi dào.", None),
    "thi công": ("Thi công chợ trung tâm", "Nhà thầu thi công theo hồ sơ; đường đua xe đạp được dời đi.", None),
    "cụm 5": ("Cụm thi đua số 5 tổng kết", "Cụm thi đua số V tổng kết công tác năm.", None),
}


def archive(articles: dict[str, tuple[str, str, str | None]]) -> sqlite3.Connection:
    conn = sqlite3.connect(":memory:")
    schema.migrate(sqlite_utils.Database(conn))
    conn.executemany(
        "INSERT INTO articles (id, site_id, url, title, text, html, author, language, version_id, capture_id, first_seen, last_seen)"
        " VALUES (?, 's', 'https://s.example/', ?, ?, '', ?, 'vi', 'v', 'c', '', '')",
        [(key, *values) for key, values in articles.items()],
    )
    return conn


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    conn = archive(ARTICLES)
    yield conn
    conn.close()


def answer(db: sqlite3.Connection, text: str, limit: int = 20, offset: int = 0) -> Found:
    return find(db, Asked(text, sort="relevance", limit=limit, offset=offset))


def found(db: sqlite3.Connection, text: str) -> list[str]:
    return [hit.id for hit in answer(db, text).hits]


@pytest.mark.parametrize(
    ("typed", "folded"),
    (
        ("Đồng Tháp", "dong thap"),
        ("QUYẾT ĐỊNH", "quyet dinh"),
        ("Ý ỹ ợ ằ", "y y o a"),
        ("309/QĐ-BCT", "309/qd-bct"),
        ("Ðà Nẵng", "da nang"),
        ("", ""),
    ),
)
def test_fold(typed: str, folded: str) -> None:
    assert search.fold(typed) == folded
    assert search.fold(unicodedata.normalize("NFD", typed)) == folded


@given(st.text())
def test_fold_is_settled_and_forgets_the_form_of_accents(text: str) -> None:
    assert search.fold(search.fold(text)) == search.fold(text)
    assert search.fold(unicodedata.normalize("NFD", text)) == search.fold(text)


@pytest.mark.parametrize(
    ("query", "ids"),
    (
        ("giao uoc", {"ký kết"}),
        ("GIAO ƯỚC", {"ký kết"}),
        ("thi dua", {"ký kết", "thi công", "cụm 5"}),
        ('"thi dua"', {"ký kết", "cụm 5"}),
        ("“thi đua”", {"ký kết", "cụm 5"}),
        ('"thi dua', {"ký kết", "cụm 5"}),  # the closing quote forgotten
        ("dong thap", {"đồng tháp"}),
        ("dong", {"đồng tháp", "đọng", "dong"}),
        ("đồng", {"đồng tháp", "đọng", "dong"}),
        ("309 QD BCT", {"ký kết"}),
        ("309/qd-bct", {"ký kết"}),
        ("qđ-bct", {"ký kết"}),
        ("bct-qđ", set()),
        ("do dinh duc", {"đồng tháp"}),
        ("xuc tie*", {"đồng tháp"}),
        ("xuc tie", set()),
        ('"thi du"*', {"ký kết", "cụm 5"}),
        ("thi -dua", set()),
        ("thi -ký", {"thi công", "cụm 5"}),
        ('thi -"thi đua"', {"thi công"}),
        ("thi - dua", {"ký kết", "thi công", "cụm 5"}),  # a lone hyphen is no minus
        ("-thi", set()),
        ("thi AND NOT", set()),  # words, not operators
        ("cum thi dua so 3", {"ký kết"}),
        ("thi dua cum 03", {"ký kết"}),
        ("cụm thi đua số v", {"cụm 5"}),
        ('"so 3"', set()),  # in quotes a number stands for itself
        ('" "', set()),
        ("/ * -", set()),
    ),
)
def test_queries(db: sqlite3.Connection, query: str, ids: set[str]) -> None:
    for form in ("NFC", "NFD"):
        assert set(found(db, unicodedata.normalize(form, query))) == ids


def test_accents_as_typed_come_first(db: sqlite3.Connection) -> None:
    results = answer(db, "đọng")
    assert results.hits[0].id == "đọng"
    assert {hit.id: hit.exact for hit in results.hits} == {"đọng": True, "đồng tháp": False, "dong": False}
    assert not any(hit.exact for hit in answer(db, "dong").hits)


def test_pages_of_results_follow_on(db: sqlite3.Connection) -> None:
    whole = found(db, "dong")
    assert len(whole) == 3
    assert [answer(db, "dong", limit=1, offset=at).hits[0].id for at in range(3)] == whole
    assert answer(db, "dong", limit=1, offset=9).hits == ()
    assert answer(db, "dong", limit=1).total == 3


def test_a_title_says_more_than_a_text() -> None:
    conn = archive({"text": ("Tin vắn trong tuần", "Bàn về muối Bạc Liêu.", None), "title": ("Muối Bạc Liêu", "Tin vắn trong tuần.", None)})
    assert found(conn, "muoi") == ["title", "text"]
    conn.close()


def test_counts_and_ranks_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    conn = archive({str(n): (f"Hội chợ số {n}", "Hội chợ thương mại.", None) for n in range(8)})
    monkeypatch.setattr(finding, "COUNTED", 5)
    monkeypatch.setattr(finding, "RANKED", 6)
    few, many = answer(conn, '"so 7"'), answer(conn, "hoi cho")
    assert (few.count, few.more, few.partly) == ("1", False, False)
    assert (many.count, many.more, many.partly) == ("5+", True, True)
    assert {hit.id for hit in many.hits} == {"2", "3", "4", "5", "6", "7"}
    conn.close()


def test_marks_stand_on_the_original_words(db: sqlite3.Connection) -> None:
    hit = answer(db, "giao uoc 309/qd-bct").hits[0]
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["giao ước", "309/QĐ-BCT"]
    assert [hit.title.text[start:end] for start, end in hit.title.marks] == ["giao ước"]
    assert [piece for piece, marked in hit.title if marked] == ["giao ước"]
    assert "".join(piece for piece, _ in hit.title) == "Cụm thi đua số III ký kết giao ước"


def test_an_excerpt_shows_where_the_words_stand_together() -> None:
    text = "Thi công đúng tiến độ. " + "Hội nghị bàn nhiều việc khác. " * 40 + "Phong trào thi đua lan rộng. " + "Việc khác nữa. " * 40
    shown = search.excerpt(text, search.parse("thi dua"), width=120)
    assert ("thi đua", True) in list(shown)
    assert len(shown.text) <= 124
    assert shown.text.startswith("… ")
    assert shown.text.endswith(" …")
    assert shown.text[2:-2] in text


def test_an_excerpt_without_a_hit_is_the_beginning() -> None:
    assert search.excerpt("Một hai ba", search.parse("zzz")) == search.Marked("Một hai ba")


@given(text=st.text(alphabet='thi đuaĐUA số3 -"*.\n', max_size=300), query=st.text(alphabet='thiđuad3 "*-', max_size=20), width=st.integers(10, 80))
def test_an_excerpt_never_invents(text: str, query: str, width: int) -> None:
    shown = search.excerpt(text, search.parse(query), width)
    assert shown.text.removeprefix("… ").removesuffix(" …") in text or shown.text in text
    assert "".join(piece for piece, _ in shown) == shown.text
    assert all(0 <= start < end <= len(shown.text) for start, end in shown.marks)


@settings(deadline=None)
@given(text=st.text())
@example(text="thi\x00 dua")
@example(text='a"b"c*"')
@example(text="\ud800")
@example(text="NEAR(thi dua, 5) OR {title}: ^thi + -")
@example(text="d" * 1000)
@example(text='"' + "dd dd " * 100 + '"')
@example(text="đ " * 500)
@example(text="-a " * 300)
def test_no_query_is_an_error(db: sqlite3.Connection, text: str) -> None:
    results = answer(db, text)
    assert len(results.hits) == results.total <= len(ARTICLES)  # all of them where nothing is asked for


WORD = st.text(alphabet="adđhinôu", min_size=1, max_size=6)


@settings(deadline=None)
@given(words=st.lists(WORD, min_size=1, max_size=5), data=st.data())
def test_whatever_is_written_is_found_without_accents(words: list[str], data: st.DataObject) -> None:
    """Any word of a text finds it, typed as it stands or bare, in a phrase or alone: up to the promised number of d's."""
    conn = archive({"it": ("Tiêu đề", " ".join(words), None)})
    word = data.draw(st.sampled_from(words))
    if search.fold(word).count("d") <= search.MAX_FORKS["token"]:
        assert found(conn, search.fold(word)) == ["it"]
        assert found(conn, word) == ["it"]
    if search.fold(" ".join(words)).count("d") <= search.MAX_FORKS["token"]:
        assert found(conn, f'"{search.fold(" ".join(words))}"') == ["it"]
    conn.close()


def test_d_forks_at_most_as_often_as_promised() -> None:
    assert search.match(search.parse("dd"), exact=False) == '("dd" OR "dđ" OR "đd" OR "đđ")'
    assert str(search.match(search.parse("d" * 9), exact=False)).count("OR") == 15
    assert str(search.match(search.parse('"' + "dddd " * 9 + '"'), exact=False)).count("OR") == 255
    assert search.match(search.parse("Đức dd"), exact=True) == '"Đức" AND "dd"'
