"""Mentions as a whole: offsets, the seed article and one of our own in its shape, hostile texts, cost."""

import time
from datetime import datetime
from pathlib import Path
from unicodedata import is_normalized

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.records import Article, Claim, Mention
from archive.reference import load_reference
from pipelines.context import Context
from pipelines.mentions import FINDERS, find
from pipelines.mentions.words import Breaks, fold, prepare

CONTEXT = Context(site="bac-kan", site_name="Sở Công Thương tỉnh Bắc Kạn", reference=load_reference())
SEED = Path(__file__).parents[2] / "shared" / "seed" / "seed-article.txt"
MEMBERS = ["bac-kan", "lang-son", "cao-bang", "ha-giang"]
OURS = "moit-309-2023-iii"

OWN_TITLE = "Cụm thi đua số III sơ kết công tác thi đua sáu tháng đầu năm 2024"
OWN_TEXT = """\
Cách chia các Khối, Cụm thi đua của ngành Công Thương được Bộ Công Thương ấn định tại Quyết định số 309/QĐ-BCT ngày 17/02/2023. Toàn ngành có 17 Khối thi đua, 11 Cụm thi đua; Sở Công Thương tỉnh Bắc Kạn nằm trong Cụm thi đua số III các tỉnh Trung du và miền núi phía Bắc Bộ 1 (gồm Sở Công Thương tỉnh Bắc Kạn, Sở Công Thương tỉnh Lạng Sơn, Sở Công Thương tỉnh Cao Bằng, Sở Công Thương tỉnh Hà Giang).
Ngày 11/7, tại thành phố Cao Bằng, Cụm thi đua số III (Bộ Công Thương) họp sơ kết. Các Sở trong Cụm thi đua đã trao đổi cách gỡ vướng cho các cụm công nghiệp.
Nửa cuối năm, các đơn vị trong Cụm Thi đua tiếp tục chấm chéo; toàn Cụm phấn đấu về đích sớm. Sở Công Thương tỉnh Cao Bằng giữ vai trò Cụm trưởng."""
OWN_MENTIONS = [
    ("title", "Cụm thi đua số III", "cluster", "moit", "3", OURS, None),
    ("text", "Khối, Cụm thi đua", "cluster", "moit", None, None, None),
    ("text", "Quyết định số 309/QĐ-BCT", "decision", None, "309/QĐ-BCT", "qd-309-bct-2023", None),
    ("text", "17 Khối thi đua", "block", "moit", None, None, None),
    ("text", "11 Cụm thi đua", "cluster", "moit", None, None, None),
    ("text", "Bắc Kạn", "province", None, None, "bac-kan", None),
    ("text", "Cụm thi đua số III", "cluster", "moit", "3", OURS, None),
    ("text", "Bắc Kạn", "province", None, None, "bac-kan", None),
    ("text", "Lạng Sơn", "province", None, None, "lang-son", None),
    ("text", "Cao Bằng", "province", None, None, "cao-bang", None),
    ("text", "Hà Giang", "province", None, None, "ha-giang", None),
    ("text", "Cụm thi đua số III", "cluster", "moit", "3", OURS, None),
    ("text", "Cụm thi đua", "cluster", "moit", "3", OURS, "Cụm thi đua số III"),
    ("text", "Cụm Thi đua", "cluster", "moit", "3", OURS, "Cụm thi đua số III"),
    ("text", "Cụm", "cluster", "moit", "3", OURS, "Cụm thi đua số III"),
    ("text", "Cao Bằng", "province", None, None, "cao-bang", None),
]

OWN_DEPARTMENTS = [f"Sở Công Thương tỉnh {name}" for name in ("Bắc Kạn", "Bắc Kạn", "Lạng Sơn", "Cao Bằng", "Hà Giang", "Cao Bằng")]


def read(title: str, text: str, day: str = "2024-01-15") -> tuple[Article, list[Mention], list[Claim]]:
    article = Article("bac-kan", "https://example.org/1", title, text, "", published_at=datetime.fromisoformat(f"{day}T00:00:00+07:00"))
    mentions, claims = find(article, CONTEXT)
    return article, list(mentions), list(claims)


def assert_sound(article: Article, mentions: list[Mention], claims: list[Claim]) -> None:
    """Every quote stands where it says; every reference leads to an earlier mention of the same thing."""
    by_place = {(one.field, one.start): one for one in mentions if one.kind in {"cluster", "block"}}
    for one in [*mentions, *claims]:
        assert getattr(article, one.field)[one.start : one.end] == one.quote
        assert one.quote
    for one in mentions:
        if one.refers_to:
            full = by_place[one.refers_to]
            assert full.refers_to is None
            assert (full.field == "title", -full.start) > (one.field == "title", -one.start)
            assert (full.kind, full.scheme, full.number, full.entity) == (one.kind, one.scheme, one.number, one.entity)
    assert all(claim.mention in by_place for claim in claims)
    assert mentions == sorted(mentions, key=lambda one: (one.field != "title", one.start, one.end))


def test_an_article_in_the_shape_of_the_seed() -> None:
    article, mentions, claims = read(OWN_TITLE, OWN_TEXT, "2024-07-12")
    assert_sound(article, mentions, claims)
    place = {(one.field, one.start): one.quote for one in mentions}
    found = [
        (one.field, one.quote, one.kind, one.scheme, one.number, one.entity, place[one.refers_to] if one.refers_to else None) for one in mentions
    ]
    assert [one for one in found if one[2] != "department"] == OWN_MENTIONS
    assert [one[1] for one in found if one[2] == "department"] == OWN_DEPARTMENTS
    told = {(one.field, one.what, one.year, one.day, one.place) for one in claims if one.kind == "event"}
    assert told == {("title", "midterm", 2024, None, None), ("text", "midterm", 2024, "2024-07-11", "thành phố Cao Bằng")}
    others = [(one.kind, one.entity, one.subject_entity) for one in claims if one.kind != "event"]
    assert others == [*(("member", OURS, one) for one in MEMBERS), ("leader", OURS, "cao-bang")]


@pytest.mark.skipif(not SEED.exists(), reason="the seed article lies beside the project, in ../shared/seed, and is not part of it")
def test_the_seed_article() -> None:
    title, _, *lines = SEED.read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if line).split("\nNông Thảo")[0]
    article, mentions, claims = read(title, text)
    assert_sound(article, mentions, claims)
    clusters = [one for one in mentions if one.kind == "cluster"]
    general = [one for one in clusters if one.number is None]
    assert [one.quote for one in general] == ["Khối, Cụm thi đua", "Khối, Cụm thi đua", "11 Cụm thi đua"]
    assert {(one.scheme, one.entity) for one in general} == {("moit", None)}
    own = [one for one in clusters if one.number is not None]
    assert [(one.field, one.quote) for one in own] == [
        ("title", "Cụm thi đua số III"),
        ("text", "Cụm thi đua số III"),
        ("text", "Cụm thi đua số III"),
        ("text", "Cụm thi đua"),
        ("text", "Cụm Thi đua"),
        ("text", "Cụm thi đua"),
    ]
    assert {(one.scheme, one.number, one.entity) for one in own} == {("moit", "3", OURS)}
    assert [bool(one.refers_to) for one in own] == [False, False, False, True, True, True]
    assert [(one.quote, one.scheme) for one in mentions if one.kind == "block"] == [("17 Khối thi đua", "moit")]
    assert [(one.quote, one.number, one.entity) for one in mentions if one.kind == "decision"] == [
        ("Quyết định số 309/QĐ-BCT", "309/QĐ-BCT", "qd-309-bct-2023")
    ]
    provinces = [one.entity for one in mentions if one.kind == "province"]
    assert provinces == ["bac-kan", *MEMBERS, "lang-son", "cao-bang", "ha-giang", "lang-son", "bac-kan"]
    told = [one for one in claims if one.kind == "event"]
    assert {(one.what, one.year, one.entity) for one in told} == {("summary", 2023, OURS)}
    assert [(one.kind, one.entity, one.subject_entity) for one in claims if one not in told] == [("member", OURS, one) for one in MEMBERS]


FRAGMENTS = (
    "Cụm thi đua số III", "cụm thi đua", "Cụm", "Cụm III", "Khối, Cụm thi đua", "11 Cụm thi đua", "Khối thi đua số 5", "cụm công nghiệp", "Bộ Công an",
    "Bộ Công Thương", "Sở Công Thương tỉnh Lạng Sơn", "Sở Công Thương các tỉnh: ", "gồm ", "gồm các tỉnh: ", "Bắc Kạn", "Hà Giang, Cao Bằng", "Hoà Bình", "là đơn vị Cụm trưởng",
    "Cụm phó", "Quyết định số 309/QĐ-BCT", " ngày 17/02/2023", "TP. Hồ Chí Minh", "các tỉnh Bắc Trung Bộ", "trong ", ". ", ", ", "\n", " ", "\u00a0", "İ", "ﬁ", "Ð", "😀", "(", "số ", "3",
)  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=3)), max_size=30), st.lists(st.sampled_from(FRAGMENTS), max_size=4))
@settings(max_examples=300, deadline=None)
def test_offsets_hold_on_any_mixture(parts: list[str], title: list[str]) -> None:
    assert_sound(*read(" ".join(title), "".join(parts)))


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding() -> None:
    assert fold("HOÀ Bình – Thuỷ\u00a0Nguyên, QÐ") == fold("Hòa bình - thủy nguyên, qđ")
    assert fold("İzmir")[1:] == "zmir"
    assert is_normalized("NFC", OWN_TEXT)


def test_sentences() -> None:
    words = prepare(Article("s", "u", "", "Tại TP. Lạng Sơn. ông A nói… Rồi về!\nHết. (Xem thêm) 1.5 tấn. Đó", "")).text
    pieces = []
    at = 0
    while at < len(words.printed):
        start, end = words.sentences.around(at)
        pieces.append(words.printed[start:end])
        at = end
    assert pieces == ["Tại TP. Lạng Sơn. ông A nói… ", "Rồi về!\n", "Hết. ", "(Xem thêm) 1.5 tấn. ", "Đó"]
    assert Breaks((), 5).around(3) == (0, 5)


@pytest.mark.parametrize("text", ("", "Cụm", "thi đua", "III", "\n\n\n"))
def test_almost_nothing(text: str) -> None:
    assert read("", text)[1:] == ([], [])


HOSTILE = {
    "cụm": "cụm ",
    "Cụm": "Cụm ",
    "full": "Cụm thi đua số 3 ",
    "holders": "Bộ Công an Cụm thi đua số 3 ",
    "lists": "Cụm thi đua số 3 gồm các tỉnh Hà Giang, Cao Bằng, ",
    "roles": "Cụm thi đua số 3 Hà Giang là Cụm trưởng ",
    "dots": "Cụm thi đua" + "." * 50,
    "capitals": "HÀ",
    "decisions": "Quyết định số 309/QĐ-",
    "blanks": "Khối" + " " * 50,
    "friends": "Cụm thi đua số 3 cụm công nghiệp Cụm ",
    "years": "Cụm thi đua số 3 tổng kết thi đua năm 2023 ",
    "awards": "Cụm thi đua số 3 Sở Công Thương Hà Giang xếp thứ nhất, tặng Cờ thi đua của Chính phủ cho ",
    "provinces": "Sở Công Thương các tỉnh Hà Giang, Cao Bằng, ",
    "members": "thành viên của Cụm thi đua số 3 gồm có sở sở công sở các tỉnh ",
    "meetings": "tại tại ở tổng kết sơ kết ký kết giao ước ngày 3/4 Cụm thi đua số 3 ",
    "citations": "Quyết định 310 ",
}


def _cost(text: str) -> float:
    """CPU seconds, the better of two."""
    spent = []
    for _ in range(2):
        before = time.process_time()
        read("", text)
        spent.append(time.process_time() - before)
    return min(spent)


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_cost_is_linear(unit: str) -> None:
    """Four times the text may cost four times as much and some; a quadratic step would cost sixteen times."""
    small, large = (unit * (size // len(unit)) for size in (100_000, 400_000))
    assert _cost(large) < 8 * _cost(small) + 0.1


def test_a_megabyte_of_cum() -> None:
    article, mentions, claims = read("", "cụm " * 250_000)
    assert (len(article.text), mentions, claims) == (1_000_000, [], [])


def test_cost_of_an_article() -> None:
    """The aim is 1 ms for 5 kB on a quiet machine; the bound leaves room for a busy one."""
    text = (OWN_TEXT + "\n") * 4
    text = text.encode()[:5000].decode(errors="ignore")
    assert min(_cost(text) for _ in range(5)) < 0.010


def test_finders_are_functions_of_the_prepared_article() -> None:
    prepared = prepare(Article("s", "u", "", OWN_TEXT, ""))
    assert sum(len(finder(prepared, CONTEXT)) for finder in FINDERS) == len(OWN_MENTIONS) - 1  # all but the title's
