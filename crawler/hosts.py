"""Where a request may go: only the site's hosts over http(s), and no private address. Pure: who asks looks the addresses up."""

import ipaddress
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

LONGEST = 4096  # characters of an address; no page of a department is called more


def is_on(url: str, netlocs: Collection[str]) -> bool:
    """Is it an http(s) address on one of these hosts (in small letters, with the port where it is not the scheme's own)?"""
    if len(url) > LONGEST:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() in netlocs


def private(addresses: Iterable[str]) -> str | None:
    """The first of a host's IP addresses that is not of the public internet."""
    return next((one for one in addresses if not ipaddress.ip_address(one.partition("%")[0]).is_global), None)
