"""Learns from some addresses how a site names its articles, as the two patterns of a site file. Knows only what the addresses show."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

LEAST = 3  # addresses of one form before it counts as one
FILE = re.compile(r"(?P<stem>.*?)(?P<extension>\.[A-Za-z]{2,5})?")
NUMBER = re.compile(r"(?P<words>.*?)(?P<sign>[-_.]*[a-z]?)(?P<number>\d+)")
SLUG = r"[\w%.]+(?:-+[\w%.]+){3,}"  # four words are a title
ID = re.compile(r"\d+|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
END = "(?:[?]|$)"


@dataclass(frozen=True, slots=True)
class Learned:
    article: str  # as `discovery.article`
    identity: str | None  # as `layout.identity`; None where no part of the address names the article for ever


def learn(articles: Iterable[str], others: Iterable[str] = ()) -> Learned | None:
    """The form that most of the addresses share, if at least three do and it fits none of the others."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for url in dict.fromkeys(articles):
        groups[_shape(url)].append(url)
    unlike = [_target(url) for url in others]
    for group in sorted(groups.values(), key=len, reverse=True):
        if len(group) < LEAST:
            return None
        found = _by_query(group) if urlsplit(group[0]).query else _by_path(group)
        if found and all(re.search(found.article, _target(url)) for url in group) and not any(re.search(found.article, one) for one in unlike):
            return found
    return None


def _target(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _shape(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    *folders, last = parts.path.strip("/").split("/")
    file = FILE.fullmatch(last)
    stem, extension = (file["stem"], file["extension"]) if file else (last, None)
    return len(folders), parts.path.endswith("/"), extension, stem[-1:].isdigit(), tuple(sorted(name for name, _ in parse_qsl(parts.query)))


def _folders(rows: Sequence[Sequence[str]]) -> str:
    """`/vi/[^/?]+/`: what all have in common as it is, what differs open."""
    return "/" + "".join(f"{re.escape(column[0]) if len(set(column)) == 1 else '[^/?]+'}/" for column in zip(*rows, strict=True))


def _by_path(group: Sequence[str]) -> Learned | None:
    rows = [urlsplit(url).path.strip("/").split("/") for url in group]
    slash = "/" if urlsplit(group[0]).path.endswith("/") else ""
    files = [found for row in rows if (found := FILE.fullmatch(row[-1]))]
    extension = re.escape(files[0]["extension"] or "") + slash
    head = "^" + _folders([row[:-1] for row in rows])
    numbers = [found for file in files if (found := NUMBER.fullmatch(file["stem"]))]
    if len(numbers) == len(group) == len({one["number"] for one in numbers}):
        signs = {one["sign"] for one in numbers}
        sign = re.escape(signs.pop()) if len(signs) == 1 else ""
        words = "[^/?]*?" if any(one["words"] for one in numbers) else ""
        return Learned(f"{head}{words}{sign}\\d+{extension}{END}", f"{sign if words else '/' + sign}(\\d+){extension}{END}")
    if len({row[-1] for row in rows}) < len(group):
        return None
    fixed = extension or any(len({row[at] for row in rows}) == 1 for at in range(len(rows[0]) - 1))
    return Learned(f"{head}{'[^/?]+' if fixed and extension else SLUG}{extension}{END}", None)


def _by_query(group: Sequence[str]) -> Learned | None:
    """One parameter tells the articles apart; those that all have in common belong to the form."""
    queries = [dict(parse_qsl(urlsplit(url).query)) for url in group]
    telling = [name for name in queries[0] if len({one[name] for one in queries}) == len(group) and all(ID.fullmatch(one[name]) for one in queries)]
    paths = {urlsplit(url).path for url in group}
    if not telling:
        return None
    shared = [(name, value) for name, value in queries[0].items() if {one[name] for one in queries} == {value}]
    same = "".join(f"(?=.*\\b{re.escape(name)}={re.escape(value)}(?:&|$))" for name, value in shared)
    path = re.escape(paths.pop()) if len(paths) == 1 else r"/[^?]*"
    name = re.escape(telling[0])
    return Learned(f"^{path}\\?{same}(?:.*&)?{name}=[\\w-]", f"[?&]{name}=([\\w-]+)")
