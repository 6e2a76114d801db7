"""Addresses: cleaned for fetching, reduced to the key and id that name an article for ever. Changing an answer here is a migration.

Knows nothing of what stands at an address; two addresses have one key only if one rule below says they are the same.
"""

import hashlib
import re
import unicodedata
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

PORTS = {"http": 80, "https": 443}
TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "yclid", "zarsrc", "gidzl", "igshid", "mibextid", "mc_cid", "mc_eid", "_ga", "_gl", "replytocom"}
)
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_")
SESSION = frozenset({"jsessionid", "phpsessid", "sessionid", "session_id", "cfid", "cftoken", "p_auth", "p_p_auth"})
SESSION_PREFIXES = ("aspsessionid",)
PRINT = frozenset({"print", "dnnprintmode", "tmpl=component", "layout=print", "viewmode=print", "view=print", "p_p_state=pop_up"})

ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
ESCAPE = re.compile(r"(%[0-9A-F]{2})")
LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?;]*", re.IGNORECASE)
COOKIELESS_SESSION = re.compile(r"/\((?:[A-Z]\([^()/]*\))+\)(?=/|$)", re.IGNORECASE)  # ASP.NET: /(S(lit3py55t21z5v55vlm25s55))/
STORY = re.compile(r"\d{1,12}")  # ?sid=15: PHP-Nuke's story, no session
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
SAFE = "!$&'()*+,;=:@/?"


def clean(url: str) -> str:
    """The same page's address, fit to fetch: no fragment, session or tracking; escapes, case of scheme and host in one form.

    What is no absolute http(s) address comes back stripped of white space, else as it was. Order of parameters, `www.` and a trailing slash stay.
    """
    parts = _split(url)
    if parts is None:
        return url.strip()
    query = "&".join(_parameters(parts.query))
    return f"{parts.scheme}://{_netloc(parts)}{_path(parts.path)}" + (f"?{query}" if query else "")


def identity_key(url: str, pattern: re.Pattern[str] | str | None = None) -> str:
    """What names the article at `url` within its site: `#` and the groups of `pattern`, else `path?parameters`.

    The pattern is searched in the cleaned path and its sorted parameters (`/a/b-12.html?id=3&page=news`), without and then with a slash at the path's
    end. Its named groups are joined by `/` if it has some; else its first group that took part counts; without groups the whole match does.
    """
    parts = _split(url)
    path, query = (_path(parts.path), parts.query) if parts else (url.strip(), "")
    path = "/" + "/".join(segment for segment in path.split("/") if segment and segment != "print")
    kept = sorted({_spaced(one) for one in _parameters(query) if not _is_print(one)})
    tail = "?" + "&".join(kept) if kept else ""
    if pattern is not None:
        for form in (path + tail, path.rstrip("/") + "/" + tail):
            if (found := re.search(pattern, form)) and (name := _named(found)):
                return f"#{name}"
    return path + tail


def article_id(site: str, key: str) -> str:
    """16 hex digits, from the key of the article's earliest capture."""
    return hashlib.sha256(f"{site} {key}".encode()).hexdigest()[:16]


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.encode("utf-8", "ignore").decode().strip())
        good = parts.scheme in PORTS and parts.hostname and parts.port != 0  # `port` raises where it is no number
    except ValueError:
        return None
    return parts if good else None


def _netloc(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    return host if parts.port in {None, PORTS[parts.scheme]} else f"{host}:{parts.port}"


def _path(path: str) -> str:
    """Escapes in one form, `.` and `..` resolved, sessions gone."""
    path = COOKIELESS_SESSION.sub("", PATH_SESSION.sub("", _escaped(path)))
    segments: list[str] = []
    given = path.split("/")
    for segment in given[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    if given[-1] in {".", ".."}:
        segments.append("")
    return "/" + "/".join(segments)


def _parameters(query: str) -> list[str]:
    """Without noise and without the blanks that editors leave around one."""
    return [one for one in (_escaped(given.strip()) for given in query.split("&")) if one and not _is_noise(one)]


def _is_noise(parameter: str) -> bool:
    """Tracking or session, not part of what is asked for."""
    name, _, value = parameter.partition("=")
    name = name.lower()
    if name == "sid":
        return not STORY.fullmatch(value)
    return name in TRACKING or name in SESSION or name.startswith(TRACKING_PREFIXES) or name.startswith(SESSION_PREFIXES)


def _is_print(parameter: str) -> bool:
    """The same article laid out for paper; a portlet of Liferay puts its own name before the parameter's."""
    lower = parameter.lower()
    return not PRINT.isdisjoint({lower, lower.partition("=")[0], lower.rpartition("_")[2]})


def _spaced(parameter: str) -> str:
    return parameter.replace("+", "%20")


def _named(found: re.Match[str]) -> str:
    if named := found.groupdict():
        return "/".join(value for value in named.values() if value)
    return next((value for value in found.groups() if value), "") if found.re.groups else found.group()


def _escaped(text: str) -> str:
    """UTF-8 escapes of NFC text, upper case; what needs no escape has none; reserved characters stay as they are, escaped or not."""
    plain = ESCAPES.sub(_unescape, LONE_PERCENT.sub("%25", text))
    pieces = ESCAPE.split(plain)
    pieces[::2] = [quote(unicodedata.normalize("NFC", piece), safe=SAFE, errors="surrogateescape") for piece in pieces[::2]]
    return "".join(pieces)


def _unescape(run: re.Match[str]) -> str:
    """Unreserved and non-ASCII characters as themselves; bytes that are no UTF-8 as surrogates, which `quote` turns back."""
    decoded = unquote_to_bytes(run.group()).decode("utf-8", "surrogateescape")
    return "".join(char if char in UNRESERVED or ord(char) > 127 else f"%{ord(char):02X}" for char in decoded)  # noqa: PLR2004 - ASCII
