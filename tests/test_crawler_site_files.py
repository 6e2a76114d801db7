"""Site and family files: merged as said, and wrong ones named by file and key."""

from pathlib import Path

import pytest

from archive.errors import SiteFileError, StorageError, UnknownSite
from crawler.site_files import families, load_site, read_site_file, save_site, site_ids, site_of_folder

GOOD = """
name = "Sở Công Thương tỉnh Bắc Kạn"
province = [{ id = "bac-kan" }, { id = "thai-nguyen-2025", from = 2025-07-01 }]
home = "https://socongthuong.example.vn/"
family = "wordpress"
status = "seen"
"""


def written(folder: Path, text: str, name: str = "a-site.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_id_is_the_name_of_the_file_and_the_family_gives_what_is_left_out(tmp_path: Path) -> None:
    site = read_site_file(written(tmp_path, GOOD))
    assert site.id == "a-site"
    assert site.layout[0].body
    assert site.discovery.article
    assert site.pace == 2.0


def test_tables_merge_key_by_key_and_arrays_replace(tmp_path: Path) -> None:
    site = read_site_file(written(tmp_path, GOOD + '[discovery]\nlistings = ["/only/"]\n'))
    family = read_site_file(written(tmp_path, GOOD, "plain.toml"))
    assert site.discovery.listings == ["/only/"]
    assert site.discovery.article == family.discovery.article


@pytest.mark.parametrize(
    ("wrong", "said"),
    (
        (GOOD.replace("status", "statuss"), "statuss: unknown key"),
        (GOOD.replace('"seen"', '"live"'), "status: Input should be 'seen', 'guess' or 'gone'"),
        (GOOD + "[discovery]\nlisting = []\n", "discovery.listing: unknown key"),
        (GOOD + '[[layout]]\nbody = ["div["]\n', "layout.0.body.0: 'div[' is no CSS selector"),
        (GOOD + "[[layout]]\nbody = ['p']\nidentity = '('\n", "layout.0.identity: '(' is no regular expression"),
        (GOOD + "[[layout]]\ntitle = ['h1.tin']\n", "layout.0: a layout that names a title names the body too"),
        (GOOD + "[[layout]]\nbody = ['p']\nvalid_until = 2024-01-01\n", "the last layout must have no valid_until"),
        (GOOD.replace("wordpress", "wordpres"), "family: 'wordpres' is unknown; there is"),
        (GOOD.replace('family = "wordpress"', ""), "family: a site file names its family"),
        (GOOD.replace("bac-kan", "bac-can"), "no province bac-can"),
        (GOOD.replace("https://socongthuong.example.vn/", "socongthuong.example.vn"), "home: 'socongthuong.example.vn' is no http(s) address"),
        (GOOD + "pace = 0.5\n", "pace 0.5 is faster than 2 s"),
        (GOOD + 'id = "x"\n', "id: a site's id is the name of its file"),
        ("name = ", "is no TOML"),
    ),
)
def test_what_is_wrong_is_named_by_file_and_key(tmp_path: Path, wrong: str, said: str) -> None:
    path = written(tmp_path, wrong)
    with pytest.raises(SiteFileError) as caught:
        read_site_file(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match=r"nowhere\.toml: no such file"):
        read_site_file(tmp_path / "nowhere.toml")


def test_an_unknown_site_says_what_is_near() -> None:
    with pytest.raises(UnknownSite, match="did you mean bac-kan"):
        load_site("bac-kan-2")


def test_every_site_and_family_of_the_project_is_right() -> None:
    assert "bac-kan" in site_ids()
    assert {"wordpress", "nukeviet", "liferay", "sharepoint"} <= set(families())
    for name in site_ids():
        site = load_site(name)
        assert not site.allow_private, name
        assert site.context().layouts


@pytest.mark.parametrize("family", families())
def test_home_name_and_province_make_a_site_of_every_family(tmp_path: Path, family: str) -> None:
    site = read_site_file(written(tmp_path, GOOD.replace("wordpress", family)))
    assert (site.family, site.allow_private, site.layout[-1].valid_until) == (family, False, None)


def test_a_layout_of_a_site_may_name_no_body_and_replaces_that_of_its_family(tmp_path: Path) -> None:
    site = read_site_file(written(tmp_path, GOOD + "[[layout]]\nidentity = '/xem/([^/]+)'\n"))
    assert [(one.body, one.identity) for one in site.layout] == [([], "/xem/([^/]+)")]
    folder = tmp_path / "a-site"
    folder.mkdir()
    save_site(site, folder)
    assert site_of_folder(folder) == site


def test_a_site_folder_can_be_read_by_itself(tmp_path: Path) -> None:
    site = read_site_file(written(tmp_path, GOOD))
    folder = tmp_path / "a-site"
    folder.mkdir()
    save_site(site, folder)
    assert site_of_folder(folder) == site
    with pytest.raises(UnknownSite):
        site_of_folder(tmp_path / "nothing")


def test_the_saved_site_is_the_old_one_or_the_new_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a-site"
    folder.mkdir()
    site = read_site_file(written(tmp_path, GOOD))
    save_site(site, folder)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            save_site(site.model_copy(update={"name": "Tên mới"}), folder)
    assert site_of_folder(folder) == site


def test_a_saved_site_that_is_damaged_or_cannot_be_saved_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "a-site"
    folder.mkdir()
    (folder / "site.json").write_text('{"id": "a-s', encoding="utf-8")
    with pytest.raises(SiteFileError, match=r"site\.json"):
        site_of_folder(folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="a file stands where a folder should be"):
        save_site(read_site_file(written(tmp_path, GOOD)), tmp_path / "file")
