"""Reads site and family files and says clearly what is wrong with one. Touches no network.

A site file names its family. Tables merge key by key, the site's over the family's; arrays, `[[layout]]` too, replace whole.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from archive.data import storing
from archive.errors import SiteFileError, UnknownSite
from crawler.fingerprint import Fingerprint
from crawler.site import Site

HERE = Path(__file__).parent
SITES = HERE / "sites"
FAMILIES = HERE / "families"
SAVED = "site.json"  # in a site's folder: the site as it was when last crawled


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        msg = f"{path}: no such file"
        raise SiteFileError(msg) from error
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read: {error}"
        raise SiteFileError(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: is no TOML: {error}"
        raise SiteFileError(msg) from error


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _say(path: Path, error: ValidationError, *, under: str = "") -> str:
    """One line for each thing that is wrong: file, key, what."""
    lines = []
    for one in error.errors():
        key = ".".join(str(part) for part in ((under,) if under else ()) + one["loc"]) or "(whole file)"
        what = "unknown key" if one["type"] == "extra_forbidden" else one["msg"].removeprefix("Value error, ")
        lines.append(f"{path}: {key}: {what}")
    return "\n".join(lines)


def read_site_file(path: Path) -> Site:
    """The site a file describes, its family merged in. Raises SiteFileError naming file and key."""
    return site_of(_toml(path), path)


def site_of(own: Mapping[str, Any], path: Path) -> Site:
    """The site that a file at `path` describes by saying `own`. Raises SiteFileError naming that file and key."""
    if not isinstance(family := own.get("family"), str):
        msg = f"{path}: family: a site file names its family, one of {', '.join(families())}"
        raise SiteFileError(msg)
    if family not in families():
        msg = f"{path}: family: {family!r} is unknown; there is {', '.join(families())}"
        raise SiteFileError(msg)
    if "id" in own:
        msg = f"{path}: id: a site's id is the name of its file, {path.stem!r}"
        raise SiteFileError(msg)
    try:
        return Site.model_validate(_merge(_family(family)[0], own) | {"id": path.stem})
    except ValidationError as error:
        raise SiteFileError(_say(path, error)) from error


def _family(name: str) -> tuple[dict[str, Any], Fingerprint | None]:
    """What a family gives its sites, and apart from that by what it is recognised."""
    path = FAMILIES / f"{name}.toml"
    defaults = _toml(path)
    said = defaults.pop("fingerprint", None)
    try:
        return defaults, Fingerprint.model_validate(said) if said is not None else None
    except ValidationError as error:
        raise SiteFileError(_say(path, error, under="fingerprint")) from error


def fingerprints() -> dict[str, Fingerprint]:
    """By what the families are recognised; those that nothing shows are left out."""
    return {name: found for name in families() if (found := _family(name)[1])}


def families() -> list[str]:
    return sorted(path.stem for path in FAMILIES.glob("*.toml"))


def site_ids() -> list[str]:
    """The sites of the project, by name."""
    return sorted(path.stem for path in SITES.glob("*.toml"))


def load_site(site: str) -> Site:
    """The project's site of that name. Raises UnknownSite."""
    path = SITES / f"{site}.toml"
    if site not in site_ids():
        close = [one for one in site_ids() if site in one or one in site]
        hint = f"; did you mean {', '.join(close)}?" if close else "; `congthuong sites` lists them, --site-file runs one from outside"
        msg = f"no site {site!r}{hint}"
        raise UnknownSite(msg)
    return read_site_file(path)


def save_site(site: Site, folder: Path) -> None:
    """Leave the whole site, family merged in, in its folder, so that the folder can be read again by itself."""
    saved, said = folder / SAVED, site.model_dump_json(by_alias=True, indent=1)
    with storing(saved):
        if saved.exists() and saved.read_text(encoding="utf-8") == said:
            return
        unfinished = saved.with_suffix(".new")  # a kill leaves the old one or the new one, whole
        unfinished.write_text(said, encoding="utf-8")
        unfinished.replace(saved)


def site_of_folder(folder: Path) -> Site:
    """The site a folder of the data holds: by today's site file where there is one, else as it was when last crawled."""
    try:
        return load_site(folder.name)
    except UnknownSite:
        saved = folder / SAVED
        if not saved.exists():
            raise
    try:
        return Site.model_validate_json(saved.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise SiteFileError(_say(saved, error)) from error
