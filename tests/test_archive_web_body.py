"""An article's body for display: kept HTML with marks, for any HTML and any mentions."""

import tomllib
from pathlib import Path

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from archive.records import Reading
from archive.web.body import _Layout, body
from archive.web.marks import Marked, Piece
from pipelines import read_html

SITES = Path(__file__).parent / "sites"


def mention(start: int, end: int, text: str, **more: object) -> dict[str, object]:
    known = {"id": f"{start}-{end}", "start": start, "end": end, "quote": text[start:end], "kind": "cluster"}
    return {**known, "scheme": None, "entity": None, "number": None, "holder": None, "refers_to": None, **more}


def marked(text: str, *quotes: str, **more: object) -> Marked:
    return Marked(text, [mention(text.index(quote), text.index(quote) + len(quote), text, **more) for quote in quotes])


def shown(html: str, text: str, *quotes: str, lead: str | None = None, **more: object) -> BeautifulSoup:
    return BeautifulSoup(body(html, marked(text, *quotes, **more), lead), "html.parser")


def test_overlapping_mentions_show_the_narrower_one() -> None:
    text = "Cụm thi đua các tỉnh Bắc Kạn, Cao Bằng"
    outer, inner = mention(0, 28, text), mention(21, 28, text)
    assert [(piece.text, piece.mention and piece.mention["id"], piece.first) for piece in Marked(text, [outer, inner]).pieces()] == [
        ("Cụm thi đua các tỉnh ", "0-28", True),
        ("Bắc Kạn", "21-28", True),
        (", Cao Bằng", None, False),
    ]


def test_a_mention_that_begins_with_a_narrower_one_can_still_be_led_to() -> None:
    text = "Bắc Kạn họp"
    pieces = list(Marked(text, [mention(0, 11, text), mention(0, 7, text)]).pieces())
    assert [(piece.text, piece.first) for piece in pieces] == [("Bắc Kạn", True), (" họp", True)]


def test_a_mention_whose_quote_stands_elsewhere_is_not_marked() -> None:
    wrong = mention(0, 3, "abcdef") | {"quote": "xyz"}
    assert list(Marked("abcdef", [wrong, mention(4, 9, "abcdefghij"), mention(2, 2, "abcdef")]).pieces()) == [Piece("abcdef")]


@given(text=st.text(alphabet="aụđ \n", max_size=40), data=st.data())
def test_pieces_joined_are_the_text(text: str, data: st.DataObject) -> None:
    spans = data.draw(st.lists(st.tuples(st.integers(-2, 42), st.integers(-2, 42)), max_size=6))
    mentions = [mention(start, end, text) for start, end in spans if 0 <= start < end <= len(text)]
    begin, stop = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    found = list(Marked(text, mentions).pieces(begin, stop))
    assert "".join(piece.text for piece in found) == text[begin:stop]
    at, seen = begin, set()
    for piece in found:
        seen |= {(place, piece.mention["id"]) for place in range(at, at + len(piece.text)) if piece.mention}
        at += len(piece.text)
    marked = {(place, one["id"]) for one in mentions for place in range(int(str(one["start"])), int(str(one["end"]))) if begin <= place < stop}
    assert seen <= marked
    assert {place for place, _ in seen} == {place for place, _ in marked}


def test_marks_stand_within_the_markup() -> None:
    html = "<p>Hội nghị <strong>Cụm thi</strong> đua số III<br>tại Huế.</p>"
    soup = shown(html, "Hội nghị Cụm thi đua số III tại Huế.", "Cụm thi đua số III", entity="moit-309-2023-iii")
    assert [(mark.get_text(), mark.get("id")) for mark in soup.select("mark")] == [("Cụm thi", "m-9-27"), (" đua số III", None)]
    assert soup.select_one("strong mark a")["href"] == "/archive/clusters/moit-309-2023-iii"
    assert soup.p.get_text("|") == "Hội nghị |Cụm thi| đua số III|tại Huế."
    assert soup.select("p > br")


def test_tables_lists_headings_and_quotes_stay() -> None:
    html = (
        "<p>Mở đầu.</p><h3>Kết quả</h3><table><tr><td>STT</td><td></td><td>Cụm III</td></tr><tr><td>| 1</td><td>Huế</td></tr></table>"
        "\n<ul><li>một</li><li>hai</li></ul>\n<blockquote><p>Lời.</p></blockquote>"
    )
    text = "Mở đầu.\nKết quả\nSTT | Cụm III\n| 1 | Huế\nmột\nhai\nLời."
    soup = shown(html, text, "Cụm III", "Huế", "hai", lead="Mở đầu.")
    assert [cell.get_text() for cell in soup.select("td")] == ["STT", "", "Cụm III", "| 1", "Huế"]
    assert [mark.parent.name for mark in soup.select("mark")] == ["td", "td", "li"]
    assert (soup.h3.get_text(), soup.blockquote.get_text(), soup.select_one("p.lead").get_text()) == ("Kết quả", "Lời.", "Mở đầu.")
    assert len(soup.select(".lead")) == 1


def test_pictures_are_links_with_what_is_said_of_them() -> None:
    figure = '<figure><img src="{}" alt="{}">{}</figure>'
    html = (
        figure.format("https://x.example/1.jpg", "Toàn cảnh", "")
        + figure.format("https://x.example/2.jpg", "tệp", "<figcaption>Ảnh: A</figcaption>")
        + figure.format("javascript:alert(1)", "", "")
    )
    soup = shown(html + "<p>Tin.</p>", "Tin.", "Tin.")
    assert not soup.select("img")
    assert [(link.get_text(), link["href"]) for link in soup.select("figure a")] == [
        ("Picture", "https://x.example/1.jpg"),
        ("Picture", "https://x.example/2.jpg"),
    ]
    assert [caption.get_text() for caption in soup.select("figcaption")] == ["Toàn cảnh", "Ảnh: A"]
    assert "javascript:alert(1)" in soup.select("figure")[2].get_text()


def test_in_a_link_of_the_page_a_mark_is_no_link() -> None:
    html = '<p><a href="https://x.example/qd">Quyết định 309</a> và <a href="javascript:x()">khác</a></p>'
    soup = shown(html, "Quyết định 309 và khác", "Quyết định 309", entity="qd-309-bct-2023", kind="decision")
    assert [link["href"] for link in soup.select("a")] == ["https://x.example/qd"]
    assert soup.select_one("a")["rel"] == ["noopener", "noreferrer", "nofollow"]
    assert soup.select_one("a > mark.decision")


def test_html_that_says_something_else_gives_way_to_the_text() -> None:
    for html in ("<p>Khác hẳn.</p>", "<p>Một</p>", "<p>Một\nhai\nba</p>", ""):
        soup = shown(html, "Một\nhai", "hai", lead="Một")
        assert [(one.get_text(), one.get("class")) for one in soup.select("p")] == [("Một", ["lead"]), ("hai", None)]
        assert soup.mark.get_text() == "hai"


def test_what_is_read_of_kept_pages_says_what_its_text_says() -> None:
    """So that no article of theirs is shown without its markup."""
    read = 0
    for folder in sorted(file.parent for file in SITES.rglob("page.html")):
        url = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))["url"]
        reading = read_html((folder / "page.html").read_bytes(), url)
        if isinstance(reading, Reading):
            layout = _Layout(Marked(reading.article.text), 0)
            layout.feed(reading.article.html)
            assert layout.finished(), folder
            read += 1
    assert read > 120


ALLOWED = {"p", "h2", "h3", "h4", "li", "td", "tr", "ul", "ol", "table", "blockquote", "figure", "figcaption"} | {
    *("strong", "em", "b", "i", "u", "br", "a", "mark", "div")
}
PARTS = (
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<td>",
    "<tr>",
    "</table>",
    "<br>",
    "<li>",
    "một ",
    "hai",
    "|",
    "&lt;script>",
    "<script>",
    "</script>",
    "<a href='http",
)
PARTS += (
    "://x'>",
    "</a>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=x>",
    "<figure>",
    "<figcaption>",
    "</figure>",
    "\u202e",
    "<!--",
    "-->",
    "<p style=x>",
    "&#0;",
)


@given(parts=st.lists(st.sampled_from(PARTS), max_size=14), agreeing=st.booleans(), start=st.integers(0, 9), end=st.integers(0, 9))
def test_whatever_is_kept_only_allowed_tags_come_out_and_the_text_is_whole(parts: list[str], *, agreeing: bool, start: int, end: int) -> None:
    html = "".join(parts)
    text = BeautifulSoup(html, "html.parser").get_text() if agreeing else "một hai\nba"
    mentions = [mention(start, end, text)] if start < end <= len(text) else []
    written = body(html, Marked(text, mentions), "một")
    soup = BeautifulSoup(written, "html.parser")
    assert {tag.name for tag in soup.select("*")} <= ALLOWED
    assert {name for tag in soup.select("*") for name in tag.attrs} <= {"class", "href", "rel", "id", "title", "tabindex"}
    assert all(str(link["href"]).startswith("http") for link in soup.select("a"))
    assert "\u202e" not in written
    for opened in soup.select("*"):
        assert opened.name == "br" or written.count(f"</{opened.name}>") == len(soup.find_all(opened.name))
    plain = "".join(soup.get_text().split())
    assert agreeing or plain == "mộthaiba" or html.count("figcaption")
