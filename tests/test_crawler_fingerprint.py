"""Systems recognised by what their pages show, and not by less."""

from pathlib import Path

import pytest

from archive.errors import SiteFileError
from crawler import site_files
from crawler.fingerprint import Shown, recognise
from crawler.site_files import families, fingerprints, read_site_file
from test_crawler_site_files import GOOD, written

NOTHING = Shown((), "<html></html>", (), ())


def page(source: str = "", *, header: tuple[str, str] | None = None, generator: str | None = None, targets: tuple[str, ...] = ()) -> Shown:
    return Shown((header,) if header else (), source, (generator,) if generator else (), targets)


@pytest.mark.parametrize(
    ("shown", "family"),
    (
        (page(generator="WordPress 6.8.2"), "wordpress"),
        (page('<link href="/wp-content/themes/a/style.css"><script src="/wp-includes/js/b.js">'), "wordpress"),
        (page(header=("Link", '<https://sct.example.vn/wp-json/>; rel="https://api.w.org/"')), "wordpress"),
        (page(generator="NukeViet v4.5"), "nukeviet"),
        (page(header=("X-Powered-By", "NukeViet")), "nukeviet"),
        (page(header=("Liferay-Portal", "Liferay Community Edition Portal 7.0.6 GA7")), "liferay"),
        (page('<script>var Liferay = {}</script><div class="portlet-boundary portlet-boundary_101_">'), "liferay"),
        (page(header=("MicrosoftSharePointTeamServices", "16.0.0.10337")), "sharepoint"),
        (page(generator="Microsoft SharePoint"), "sharepoint"),
        (page(targets=tuple(f"/webcenter/portal/so/pages_tin-tuc?dDocName=P{n}" for n in range(3))), "webcenter"),
        (page(targets=tuple(f"/wps/portal/Home/tin/{n}" for n in range(3))), "websphere"),
        (page(targets=tuple(f"/so/1286/31831/57551/{n}/tin/ten-tin" for n in range(3))), "vnpt-portal"),
        (page(targets=tuple(f"/so.gplist.161.gpopen.{n}.gpside.1.asmx" for n in range(3))), "aspnet-gplist"),
    ),
)
def test_each_family_is_known_by_its_marks(shown: Shown, family: str) -> None:
    found = recognise(fingerprints(), shown)
    assert found is not None
    assert (found.family, found.enough) == (family, True)
    assert found.signs


@pytest.mark.parametrize(
    "shown",
    (
        NOTHING,
        page('<img src="/wp-content/uploads/anh.jpg">'),  # one picture taken from elsewhere
        page(generator="Joomla! - Open Source Content Management"),
        page(targets=("/so/1/2/3/4/tin/ten", "/so/1/2/3/5/tin/ten")),  # two links are no habit
        Shown((), "", ("WordPress 6.8", "NukeViet v4.5"), ()),  # both: neither
    ),
)
def test_less_is_no_family(shown: Shown) -> None:
    assert recognise(fingerprints(), shown) is None


def test_every_family_but_the_generic_one_has_marks() -> None:
    assert sorted(fingerprints()) == [name for name in families() if name != "generic"]


def test_marks_are_the_familys_and_never_a_sites(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match="fingerprint: unknown key"):
        read_site_file(written(tmp_path, GOOD + "[fingerprint]\ngenerator = 'x'\n"))


def test_a_wrong_mark_is_named_by_file_and_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_files, "FAMILIES", tmp_path)
    (tmp_path / "nha-lam.toml").write_text("[fingerprint]\nmarkup = ['(']\n", encoding="utf-8")
    with pytest.raises(SiteFileError, match=r"nha-lam\.toml: fingerprint\.markup\.0: '\(' is no regular expression"):
        fingerprints()
