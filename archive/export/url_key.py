"""The key under which replay tools look a URL up in a CDXJ index: hosts from behind, in small letters, arguments sorted (SURT).

It has to be what the readers of WACZ make of the same address, so it follows the rules of the Internet Archive's canonicalisation that all of them
share; it is for nothing else: the identity of an article is in `pipelines.urls`. Their own library is under the AGPL and asks the network.
"""

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

PORTS = {"http": 80, "https": 443}
WWW = re.compile(r"^www\d*\.")
KEPT = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"  # what is not percent-encoded besides letters and digits
SESSION_IN_PATH = re.compile(r"(.*/)(?:\([a-z0-9]{24}\)|\((?:[a-z]\([0-9a-z]{24}\))+\))/([^?]+\.aspx.*)")
SESSIONS_IN_QUERY = tuple(
    re.compile(rf"(.*){name}(?:&(.*))?")
    for name in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)


def url_key(url: str) -> str:
    """`http://www.Example.vn:80/Tin/?b=2&a=1#x` → `vn,example)/tin?a=1&b=2`. What is no web address with a host is its own key."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").strip("."), parts.port
    except ValueError:
        return _plain(url)
    if not host or parts.scheme not in PORTS:
        return _plain(url)
    if not host.isascii():
        host = _ascii(host)
    key = ",".join(reversed(WWW.sub("", host, count=1).split(".")))
    if port not in {None, PORTS[parts.scheme]}:
        key += f":{port}"
    query = _query(parts.query)
    return f"{key}){_path(parts.path)}" + (f"?{query}" if query else "")


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return _plain(host)


def _path(path: str) -> str:
    steps: list[bytes] = []
    for step in _bare(path).split(b"/"):
        if step == b"..":
            steps = steps[:-1]
        elif step not in {b"", b"."}:
            steps.append(step)
    plain = _escaped(b"/" + b"/".join(steps)).lower()
    found = SESSION_IN_PATH.fullmatch(plain)
    return found.group(1) + found.group(2) if found else plain


def _query(query: str) -> str:
    plain = _plain(query)
    for pattern in SESSIONS_IN_QUERY:
        if found := pattern.fullmatch(plain):
            plain = found.group(1) + (found.group(2) or "")
    return "&".join("=".join(one) for one in sorted(argument.split("=", 1) for argument in plain.split("&")))


def _plain(text: str) -> str:
    return _escaped(_bare(text)).lower()


def _bare(text: str) -> bytes:
    """With every percent-encoding undone, also of percent-encodings."""
    bare = text.encode("utf-8", "surrogatepass")
    while (undone := unquote_to_bytes(bare)) != bare:
        bare = undone
    return bare


def _escaped(bare: bytes) -> str:
    return quote_from_bytes(bare, safe=KEPT)
