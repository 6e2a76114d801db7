"""Links and pictures of a body: absolute addresses, files and icons told apart. Fetches nothing."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from archive.records import Image
from pipelines.reading.text import normal
from pipelines.reading.tree import Element
from pipelines.urls import clean

FILES = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".zip", ".rar")
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp")
SOURCES = ("data-src", "data-lazy-src", "data-original", "src")
ICONS = (
    "/_layouts/",
    "/icons/",
    "/emoji/",
    "/smilies/",
    "/file-icon/",
    "/m_images/",
    "/media/system/images/",
    "printbutton",
    "emailbutton",
)  # the last are Joomla's
ICON = re.compile(  # what pictures of lists and tools are called
    r"(?:[\w-]*icon[\w-]*|arrow|attach(?:ment)?|bullet|dot|line|spacer|blank|print(?:er)?|mail|email|new|hot|pdf|docx?|xlsx?|word|excel|zip|file|top|back|home|rss|facebook|zalo"
    r"|twitter|mui-?_?ten|tai-?_?ve|download|loading|zoom-?(?:in|out)|p|gr)[_-]?\d*\.(?:gif|png|ico|svg)",
    re.IGNORECASE,
)
OTHER_ARTICLE = 25  # letters of the shortest title of another article, as a link
TINY = 24  # pixels: what is smaller illustrates nothing


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    name: str

    @property
    def is_file(self) -> bool:
        """A document or an archive, by what it is called, or the name at the end of its path or in a parameter (`?file=ke-hoach.pdf`)."""
        return names_file(self.name) or is_file(self.url)


def is_picture(address: str) -> bool:
    return address.lower().partition("?")[0].endswith(PICTURES)


def names_file(words: str) -> bool:
    return words.lower().endswith(FILES)


def is_file(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    names = [parts.path, *parts.path.split("/"), *(one.partition("=")[2] for one in parts.query.split("&"))]
    return any(unquote(name).lower().endswith(FILES) for name in names)


def absolute(address: str, base: str) -> str | None:
    """The http(s) address a link means; None for javascript:, mailto:, data: and what cannot be joined."""
    address = address.strip()
    if not address or address.startswith("#"):
        return None
    try:
        url = clean(urljoin(base, address))
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def image_of(tag: Element, base: str) -> Image | None:
    """The picture an `<img>` shows, from where lazy loading keeps it; None for icons and counting pixels."""
    url = next((url for name in SOURCES if (url := absolute(str(tag.get(name) or ""), base))), None)
    if (
        url is None
        or any(icon in url.lower() for icon in ICONS)
        or ICON.fullmatch(url.rpartition("/")[2])
        or any(_tiny(str(tag.get(side) or "")) for side in ("width", "height"))
    ):
        return None
    return Image(url, normal(str(tag.get("alt") or "")))


def _tiny(length: str) -> bool:
    digits = length.strip().removesuffix("px")
    return digits.isdecimal() and int(digits) < TINY
