"""The test folders of sites: a page as it was answered, where and when, and beside it what reading must make of it."""

import hashlib
import json
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archive.data import storing
from archive.errors import UsageError
from archive.records import Capture, Failure, Place, Reading
from crawler.probe import Answer
from crawler.site import Site
from pipelines.read import read

PAGE, CASE, GOLDEN = "page.html", "case.toml", "article.json"
LEFT_OUT = ("site", "url", "html", "evidence")  # said in `case.toml`; how the text came about, which a better reader may change and not what it says


def capture_of(site: str, answer: Answer) -> Capture:
    """The answer as reading takes it."""
    digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
    return Capture(
        id="0" * 16, site=site, url=answer.url, fetched_at=answer.fetched_at, method="GET", status=answer.status, headers=answer.headers,
        body=answer.body, kind="article", place=Place("", 0, 0), payload_digest=digest, content_digest=digest,
    )  # fmt: skip


def read_answer(site: Site, answer: Answer) -> Reading | Failure:
    return read([capture_of(site.id, answer)], site.context())


def write_case(folder: Path, site: str, answer: Answer) -> None:
    """`page.html` and `case.toml`; what reading must make of them is left to be reviewed."""
    headers = "".join(f"{_quoted(name)} = {_quoted(value)}\n" for name, value in dict(answer.headers).items() if name.lower() != "date")
    said = f"site = {_quoted(site)}\nurl = {_quoted(answer.url)}\nfetched_at = {answer.fetched_at:%Y-%m-%dT%H:%M:%SZ}\n\n[headers]\n{headers}"
    with storing(folder):
        folder.mkdir(parents=True)
        (folder / PAGE).write_bytes(answer.body)
        (folder / CASE).write_text(said, encoding="utf-8")


def load_case(folder: Path) -> tuple[str, Answer]:
    """The site's id and the answer a folder holds. Raises UsageError naming what is wrong with it."""
    try:
        said = tomllib.loads((folder / CASE).read_text(encoding="utf-8"))
        return said["site"], Answer(said["url"], 200, tuple(said.get("headers", {}).items()), (folder / PAGE).read_bytes(), said["fetched_at"])
    except (OSError, KeyError, ValueError) as error:
        msg = f"{folder}: no test case: {error!r}; it needs {PAGE}, and {CASE} with site, url, fetched_at and [headers]"
        raise UsageError(msg) from error


def golden(reading: Reading) -> dict[str, Any]:
    """What is compared: the article as JSON has it."""
    article = {name: value for name, value in asdict(reading.article).items() if name not in LEFT_OUT}
    return json.loads(json.dumps(article, default=str))  # type: ignore[no-any-return]


def check_case(folder: Path, site: Site) -> str | None:
    """What is wrong, None if nothing is. Where nobody has said yet what is right, it writes down what was read and says that it must be reviewed."""
    _, answer = load_case(folder)
    reading = read_answer(site, answer)
    if isinstance(reading, Failure):
        return f"{folder}: {reading.reason}: {reading.detail}"
    found, expected = golden(reading), folder / GOLDEN
    if not expected.exists():
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return f"{expected} was not there and holds now what was read. Review it against {PAGE}, line by line, and run the test again"
    wanted, known = json.loads(expected.read_text(encoding="utf-8")), _differs(folder)
    wrong = [key for key in sorted({*found, *wanted} - known) if found.get(key) != wanted.get(key)]
    if mended := [key for key in sorted(known) if found.get(key) == wanted.get(key)]:
        return f"{folder / CASE}: {', '.join(mended)} is read right now: take it out of `differs`"
    differences = [f"{key}: {found.get(key)!r} instead of {wanted.get(key)!r}" for key in wrong]
    return f"{folder}: " + "; ".join(differences) if differences else None


def _differs(folder: Path) -> set[str]:
    """Fields of which it is known that reading does not get them right yet."""
    return set(tomllib.loads((folder / CASE).read_text(encoding="utf-8")).get("differs", []))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
