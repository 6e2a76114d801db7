"""`congthuong sites new` and `sites check` on loopback: the sample departments, a system nobody knows, and sites that cannot be had."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import Cli, Crawled, Samples, congthuong
from congthuong.demo.cms import Department, Response
from congthuong.demo.server import Served
from crawler.probe import MOST
from crawler.site_files import read_site_file
from crawler.survey.cases import CASE, GOLDEN, PAGE, check_case
from test_end_to_end import query

FAMILIES = {"demo-bac-kan": "wordpress", "demo-lang-son": "nukeviet", "demo-cao-bang": "liferay", "demo-ha-giang": "sharepoint"}
PROVINCES = {
    "demo-bac-kan": ["bac-kan", "thai-nguyen-2025"],
    "demo-lang-son": ["lang-son", "lang-son-2025"],
    "demo-cao-bang": ["cao-bang", "cao-bang-2025"],
    "demo-ha-giang": ["ha-giang", "tuyen-quang-2025"],
}
WORDS = "Các hộ kinh doanh đã trở lại buôn bán sau hai tháng sửa chữa chợ, hàng hóa đủ loại và giá cả ổn định. "


@dataclass
class Unknown(Department):
    """A system of its own: articles by a bare number, sections by a name, a box of the newest on every page."""

    robots: str = ""
    title: str = "Sở Công Thương tỉnh Yên Bái"
    dated: bool = True
    requests: list[str] = field(default_factory=list)

    def respond(self, path: str, query: dict[str, str]) -> Response:
        self.requests.append(path)
        pages = {"/": self.links(range(9, 3, -1)), "/muc/tin-tuc": self.links(range(9, 2, -1)), "/muc/thong-bao": self.links(range(3, 0, -1))}
        if path == "/robots.txt":
            return Response(body=self.robots.encode(), content_type="text/plain") if self.robots else Response(404, b"")
        if path == "/gioi-thieu-chung":
            return self.page("<p>Địa chỉ và điện thoại.</p>")
        if path in pages:
            return self.page(f'<div class="danh-sach">{pages[path]}</div>')
        number = path.removeprefix("/doc-bai/")
        if not number.isdigit() or not 1 <= int(number) <= 9:
            return Response(404, b"")
        date = f'<meta property="article:published_time" content="2024-03-0{number}T08:00:00+07:00">' if self.dated else ""
        return self.page(f"{date}<h1>{self.headline(int(number))}</h1><div><p>{WORDS * 2}</p><p>{WORDS * 2}</p></div>")

    @staticmethod
    def headline(number: int) -> str:
        return f"Phiên chợ vùng cao thứ {number} mở lại sau mùa mưa"

    def links(self, numbers: range) -> str:
        return "".join(f'<p><a href="/doc-bai/{n}">{self.headline(n)}</a></p>' for n in numbers)

    def page(self, body: str) -> Response:
        menu = '<nav><a href="/">Trang chủ</a><a href="/gioi-thieu-chung">Bộ máy</a><a href="/muc/tin-tuc">Tin tức</a><a href="/muc/thong-bao">Thông báo</a></nav>'
        newest = f'<aside class="moi-nhat">{self.links(range(9, 6, -1))}</aside>'
        return Response(
            body=f"<!doctype html><html lang=vi><head><title>{self.title}</title></head><body>{menu}{body}{newest}</body></html>".encode()
        )


class Nothing(Unknown):
    """A home page that is a picture."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        return Response(404, b"") if path != "/" else Response(body=f"<title>{self.title}</title><a href='/vao'><img src='/a.jpg'></a>".encode())


class OwnTheme(Unknown):
    """WordPress with addresses and a theme of its own, and its REST interface under the plain address."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if query.get("rest_route") == "/wp/v2/posts":
            posts = [
                {"link": f"{self.origin}/doc-bai/{n}", "date": "2024-03-01T08:00:00", "modified_gmt": "2024-03-01T01:00:00"} for n in range(1, 10)
            ]
            return Response(body=json.dumps(posts).encode(), content_type="application/json", headers={"X-WP-Total": "9", "X-WP-TotalPages": "1"})
        return super().respond(path, query)

    def page(self, body: str) -> Response:
        return super().page(f'<meta name="generator" content="WordPress 6.8.2">{body}')


class Hostile(Unknown):
    """Links that are no addresses, words that would steer a terminal or end a comment."""

    def page(self, body: str) -> Response:
        bad = '<a href="http://[x">Tin tức</a><a href="//[">Thông báo</a><link rel="alternate" type="application/rss+xml" href="http://[">'
        return super().page(f"{bad}<meta name='generator' content='X&#10;[discovery]\x1b[2J'>{body}")


def new(home: str, out: Path, *args: object) -> Cli:
    return congthuong("sites", "new", home, "--out", out, "--allow-private", *args)


def articles(data: Path, site: str) -> set[tuple[str, str]]:
    return {(one["id"], one["title"]) for one in query(data / "archive.db", f"SELECT id, title FROM articles WHERE site_id = '{site}'")}


def test_each_sample_department_is_recognised_and_its_new_file_crawls_to_the_same_articles(
    samples: Samples, crawled: Crawled, tmp_path: Path
) -> None:
    out = tmp_path / "moi"
    for name, served in samples.served.items():
        before = len(served.asked)
        said = new(f"{served.department.origin}/", out, "--id", name)
        assert said.code == 0, said.err
        assert f"found: family {FAMILIES[name]}" in said.out
        assert said.out.count("found: article: ") == 3
        assert len(served.asked) - before <= MOST
        site = read_site_file(out / f"{name}.toml")
        assert (site.family, [one.id for one in site.province]) == (FAMILIES[name], PROVINCES[name])
        [case] = (out / "tests" / name).iterdir()
        assert sorted(path.name for path in case.iterdir()) == [CASE, PAGE]
        assert "Review it" in str(check_case(case, site))
        assert (case / GOLDEN).exists()
    files = [arg for name in samples.served for arg in ("--site-file", out / f"{name}.toml")]
    done = congthuong("crawl", *files, "--data", tmp_path / "data", "--json")
    assert {(one["outcome"], one["new"]) for one in json.loads(done.out)} == {("complete", 12)}, done.out
    for name in samples.served:
        assert articles(tmp_path / "data", name) == articles(crawled.data, name)
    checked = congthuong("sites", "check", *files, "--json")
    assert checked.code == 0, checked.out
    assert {one["check"] for one in json.loads(checked.out)} == {"robots", "home", "family", "articles", "layout"}


def test_the_form_of_an_unknown_system_is_learned_and_crawls_whole(tmp_path: Path) -> None:
    with Served(Unknown("la")) as served:
        said = new(f"{served.department.origin}/", tmp_path)
        assert said.code == 0, said.err
        assert "not found: no family of crawler/families/ is recognised" in said.out
        assert "not found: feed" in said.out
        file = tmp_path / "yen-bai.toml"
        site = read_site_file(file)
        assert (site.family, site.discovery.listings) == ("generic", ["/muc/tin-tuc", "/muc/thong-bao"])
        assert (site.name, [one.id for one in site.province]) == ("Sở Công Thương tỉnh Yên Bái", ["yen-bai", "lao-cai-2025"])
        done = congthuong("crawl", "--site-file", file, "--data", tmp_path / "data", "--json")
        assert (json.loads(done.out)[0]["outcome"], json.loads(done.out)[0]["new"]) == ("complete", 9)
        checked = congthuong("sites", "check", "--site-file", file)
    assert checked.code == 0, checked.out
    assert [line.split()[1] for line in checked.out.splitlines()] == ["robots", "home", "family", "articles", "layout", "layout", "layout"]


def test_what_does_not_fit_the_family_is_the_sites_own(tmp_path: Path) -> None:
    with Served(OwnTheme("rieng")) as served:
        said = new(f"{served.department.origin}/", tmp_path)
        assert said.code == 0, said.err
        assert "found: REST: /?rest_route=/wp/v2/posts, 9 posts" in said.out
        assert "not found: layout: that of the family wordpress reads none of 3 articles" in said.out
        file = tmp_path / "yen-bai.toml"
        site = read_site_file(file)
        assert (site.family, site.discovery.rest, site.discovery.items, site.layout[-1].body) == ("wordpress", ["/?rest_route=/wp/v2/posts"], [], [])
        done = congthuong("crawl", "--site-file", file, "--data", tmp_path / "data", "--json")
    assert (json.loads(done.out)[0]["outcome"], json.loads(done.out)[0]["new"]) == ("complete", 9)


def test_what_a_page_says_ends_no_line_and_steers_no_terminal(tmp_path: Path) -> None:
    with Served(Hostile("hiem")) as served:
        said = new(f"{served.department.origin}/", tmp_path)
    assert said.code == 0, said.err
    assert "Traceback" not in said.err
    assert "\x1b" not in said.out + (tmp_path / "yen-bai.toml").read_text(encoding="utf-8")
    assert read_site_file(tmp_path / "yen-bai.toml").family == "generic"


def test_what_could_not_be_found_is_said_and_stands_in_the_file(tmp_path: Path) -> None:
    with Served(Unknown("la", dated=False)) as served:
        said = new(f"{served.department.origin}/", tmp_path)
        checked = congthuong("sites", "check", "--site-file", tmp_path / "yen-bai.toml")
    assert said.code == 0
    assert "not found: date: none read in /doc-bai/9" in said.out
    end = (tmp_path / "yen-bai.toml").read_text(encoding="utf-8").partition("# Not found:\n")[2].splitlines()
    assert [f"  not found: {line.removeprefix('# - ')}" for line in end] == [line for line in said.out.splitlines() if "not found:" in line]
    assert checked.code == 1
    assert checked.out.count("no date, as in all that were read") == 3


def test_a_site_of_which_nothing_can_be_read_gets_a_file_to_begin_with(tmp_path: Path) -> None:
    with Served(Nothing("trong")) as served:
        said = new(f"{served.department.origin}/", tmp_path)
    assert said.code == 1
    assert "only a beginning" in said.err
    assert "not found: articles: none was found" in said.out
    assert read_site_file(tmp_path / "yen-bai.toml").discovery.listings == ["/"]
    assert not (tmp_path / "tests").exists()


def test_what_is_not_known_of_whose_it_is_has_to_be_said(tmp_path: Path) -> None:
    with Served(Unknown("la", title="Trang thông tin")) as served:
        said = new(f"{served.department.origin}/", tmp_path)
        assert (said.code, said.out) == (2, "")
        assert "--province" in said.err
        named = new(f"{served.department.origin}/", tmp_path, "--province", "lao-cai-2025", "--id", "lao-cai-moi")
        wrong = new(f"{served.department.origin}/", tmp_path, "--province", "lao-kay")
    assert named.code == 0, named.err
    assert [one.id for one in read_site_file(tmp_path / "lao-cai-moi.toml").province] == ["lao-cai-2025"]
    assert (wrong.code, "no province 'lao-kay'" in wrong.err) == (2, True)


def test_a_file_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    file = tmp_path / "yen-bai.toml"
    file.write_text("# mine\n", encoding="utf-8")
    with Served(Unknown("la")) as served:
        said = new(f"{served.department.origin}/", tmp_path)
        named = new(f"{served.department.origin}/", tmp_path, "--id", "yen-bai")
        asked = len(served.asked)
        assert file.read_text(encoding="utf-8") == "# mine\n"
        forced = new(f"{served.department.origin}/", tmp_path, "--force")
    assert (said.code, named.code, forced.code) == (2, 2, 0)
    assert "--force" in said.err
    assert asked <= MOST  # with --id it was known before anything was asked for
    assert read_site_file(file).id == "yen-bai"


def test_a_site_that_robots_txt_closes_is_left_alone(tmp_path: Path) -> None:
    with Served(Unknown("la", robots="User-agent: *\nDisallow: /\n")) as served:
        said = new(f"{served.department.origin}/", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert "RobotsDenied" in said.err
    assert [one.target for one in served.asked] == ["/robots.txt"]
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_is_not_there_is_said_and_nothing_written(tmp_path: Path) -> None:
    with Served(Unknown("la")) as served:
        home = f"{served.department.origin}/"
    said = new(home, tmp_path)
    assert (said.code, said.out) == (1, "")
    assert "RobotsUnreachable" in said.err
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "code", "says"),
    (
        (("new", "sct.example.vn"), 2, "is no http(s) address"),
        (("new", "http://127.0.0.1:1/"), 2, "CONGTHUONG_CONTACT"),
        (("new", "http://127.0.0.1:1/", "--allow-private", "--id", "Yen Bai"), 2, "is no site id"),
        (("check", "nowhere"), 2, "no site 'nowhere'"),
        (("--json", "check", "bac-kan"), 2, "options before `check` are the list's"),
        (("nonsense",), 2, "nonsense"),
    ),
)
def test_wrong_use_is_one_clear_message(cli: Callable[..., Cli], tmp_path: Path, args: tuple[str, ...], code: int, says: str) -> None:
    out = ("--out", tmp_path) if args[0] == "new" else ()
    said = cli("sites", *args, *out)
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert "Traceback" not in said.err


def test_private_addresses_are_refused_unless_allowed(cli: Callable[..., Cli], tmp_path: Path) -> None:
    import os  # noqa: PLC0415

    with Served(Unknown("la")) as served:
        said = cli(
            "sites", "new", f"{served.department.origin}/", "--out", tmp_path, env={**os.environ, "CONGTHUONG_CONTACT": "webmaster@example.vn"}
        )
    assert said.code == 1
    assert "RefusedAddress" in said.err
    assert served.asked == []


@pytest.mark.parametrize("command", ("new", "check"))
def test_each_has_help_with_an_example(cli: Callable[..., Cli], command: str) -> None:
    said = cli("sites", command, "--help")
    assert said.code == 0
    assert f"congthuong sites {command}" in said.out.partition("Examples:")[2]


def test_a_redesign_and_a_change_of_system_are_seen(samples: Samples, tmp_path: Path) -> None:
    """The file of one system against a site that runs on another."""
    wrong = tmp_path / "doi-he-thong.toml"
    home = f"{samples.served['demo-lang-son'].department.origin}/"
    lines = samples.files["demo-bac-kan"].read_text(encoding="utf-8").splitlines()
    wrong.write_text("\n".join(f'home = "{home}"' if line.startswith("home =") else line for line in lines), encoding="utf-8")
    said = congthuong("sites", "check", "--site-file", wrong, "--json")
    assert said.code == 1
    found = {one["check"]: one for one in json.loads(said.out)}
    assert found["robots"]["ok"]
    assert found["home"]["ok"]
    assert not found["family"]["ok"]
    assert "looks like nukeviet now, not wordpress" in found["family"]["detail"]
    assert not found["articles"]["ok"]
    broken = tmp_path / "doi-giao-dien.toml"
    text = samples.files["demo-lang-son"].read_text(encoding="utf-8")
    broken.write_text(f'{text}\n[[layout]]\ntitle = ["h1.moi"]\nbody = [".noi-dung-moi"]\n', encoding="utf-8")
    said = congthuong("sites", "check", "--site-file", broken)
    assert said.code == 1
    assert [line.split()[1:3] for line in said.out.splitlines()] == [
        ["robots", "ok"],
        ["home", "ok"],
        ["family", "ok"],
        ["articles", "ok"],
        *[["layout", "NOT"]] * 3,
    ]
    assert "FieldMissing" in said.out
