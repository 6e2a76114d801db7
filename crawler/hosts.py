"""Where a request may go: only the site's hosts over http(s), and no private address. Pure: who asks looks the addresses up."""

import ipaddress
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
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
    return next((one for one in addresses if not _public(one)), None)


def _public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and (within := found.sixtofour or _translated(found)):
        return within.is_global
    return found.is_global and not found.is_multicast


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a NAT64 gateway leads to."""
    return ipaddress.IPv4Address(address.packed[-4:]) if address in NAT64 else None
