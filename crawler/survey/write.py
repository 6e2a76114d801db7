"""A survey as files: the site file, readable and commented, and the first test folder. Overwrites nothing unless told to."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from archive.data import SITE_ID, storing
from archive.errors import UsageError
from archive.search import fold
from crawler.site_files import read_site_file
from crawler.survey.cases import write_case
from crawler.survey.draft import Survey

WIDE = 120  # columns of an array on one line
PATTERNS = {"article", "exclude", "identity", "gone"}


def site_path(out: Path, site_id: str, *, force: bool) -> Path:
    """Where a site's file goes. Raises UsageError if the name will not do, or a file is there and not to be overwritten."""
    if not SITE_ID.fullmatch(site_id):
        msg = f"{site_id!r} is no site id: small letters, digits, - and _"
        raise UsageError(msg)
    path = out / f"{site_id}.toml"
    if path.exists() and not force:
        msg = f"{path} is there already; give the site another name with --id, or overwrite it with --force"
        raise UsageError(msg)
    return path


def write_site(survey: Survey, path: Path) -> None:
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(site_toml(survey), encoding="utf-8")
    read_site_file(path)  # what we write is what the project reads


def first_case(survey: Survey, tests: Path) -> Path | None:
    """The test folder of the first article that could be read, made unless it is there; None where no article could be read."""
    if not survey.articles:
        return None
    answer, reading = survey.articles[0]
    words = "".join(char if char.isalnum() and char.isascii() else " " for char in fold(reading.article.title)).split()
    folder = tests / survey.site.id / ("-".join(words[:6]) or "first")
    if not folder.exists():
        write_case(folder, survey.site.id, answer)
    return folder


def site_toml(survey: Survey) -> str:
    """The site file's text."""
    notes = [*survey.missing, *(f"perhaps a section, not looked at: {one}" for one in survey.not_looked_at)]
    end = "; what was not found stands at the end" if notes else ""
    lines = [f"# Made by `congthuong sites new` from some pages of {survey.site.checked}{end}."]
    tables = {key: value for key, value in survey.own.items() if isinstance(value, dict)}
    lines += [f"{key} = {_value(key, value)}" for key, value in survey.own.items() if key not in tables and key != "layout"]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_value(key, value)}" for key, value in table.items())] if table else []
    for layout in survey.own.get("layout", []):
        why = "the family's, but for what names an article" if "body" in layout else "without `body`: title and body are the generic reader's finds"
        lines += ["", f"[[layout]] # {why}"]
        lines += [f"{key} = {_value(key, value)}" for key, value in layout.items()]
    if notes:
        lines += ["", "# Not found:", *(f"# - {one_line(note)}" for note in notes)]
    return "\n".join(lines) + "\n"


def _value(key: str, value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'" if key in PATTERNS and "'" not in value and value.isprintable() else _quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(name, one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        short = f"[{', '.join(_value(key, one) for one in value)}]"
        return short if len(short) <= WIDE else "[\n" + "".join(f"  {_value(key, one)},\n" for one in value) + "]"
    return value.isoformat() if isinstance(value, date) else str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def one_line(text: str) -> str:
    """Without what could end a line or steer a terminal: a page's words may stand in it."""
    return "".join(char if char.isprintable() else " " for char in text)
