"""Vietnamese as it was typed before Unicode, on pages that still say so by their fonts: TCVN3 (`.VnTime`) and VNI (`VNI-Times`), to Unicode.

Both put Vietnamese letters in the places of Western ones, so the font is the only witness. Works on a parsed page; pages without such fonts are left
alone.
"""

import re
import unicodedata
from functools import lru_cache

from lxml.etree import XPath

from pipelines.reading.tree import Element

TCVN3_FONT, VNI_FONT = re.compile(rb"\.Vn"), re.compile(rb"VNI-")  # two patterns of plain letters: looked for in a twentieth of what one takes
FONTS = re.compile(rb"""(?:face\s*=\s*["']?|font-family\s*:\s*["']?|&quot;)\s*(?:\.Vn|VNI-)""", re.IGNORECASE)
LEGACY = XPath("//*[contains(@face, '.Vn') or contains(@face, 'VNI-') or contains(@style, '.Vn') or contains(@style, 'VNI-')]")
FONT = re.compile(r"(?:^|font-family\s*:\s*|[\"',;\s])(?P<tcvn>\.Vn(?P<name>\w*))|(?P<vni>VNI-)", re.IGNORECASE)
OTHER = re.compile(r"font-family\s*:", re.IGNORECASE)

# TCVN 5712:1993, third set, as its bytes look in Windows-1252.
TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
# VNI for Windows: a letter and after it a sign for tone and hat; some letters are signs of their own.
_VNI_SIGNS = {"a": "øùûõïêèéúüëâàáåãä", "e": "øùûõïâàáåãä", "o": "øùûõïâàáåãä", "u": "øùûõï", "y": "øùûõ", "ô": "øùûõï", "ö": "øùûõï"}
_VNI_LETTERS = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ", "e": "èéẻẽẹêềếểễệ", "o": "òóỏõọôồốổỗộ", "u": "ùúủũụ", "y": "ỳýỷỹ", "ô": "ờớởỡợ", "ö": "ừứửữự",
}  # fmt: skip
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}
VIETNAMESE_ONLY = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


@lru_cache(maxsize=1)
def _vni() -> tuple[re.Pattern[str], dict[str, str]]:
    table = dict(_VNI_ALONE)
    for letter, signs in _VNI_SIGNS.items():
        table |= {letter + sign: meant for sign, meant in zip(signs, _VNI_LETTERS[letter], strict=True)}
    table |= {legacy.upper(): meant.upper() for legacy, meant in table.items()} | {
        legacy[0].upper() + legacy[1:]: meant.upper() for legacy, meant in table.items()
    }
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True))), table


def from_tcvn3(text: str, *, capitals: bool = False) -> str:
    """`capitals`: of a font whose small letters look large (`.VnTimeH`)."""
    meant = "".join(TCVN3.get(letter, letter) for letter in unicodedata.normalize("NFC", text))
    return meant.upper() if capitals else meant


def from_vni(text: str) -> str:
    pattern, table = _vni()
    return pattern.sub(lambda found: table[found[0]], unicodedata.normalize("NFC", text))


def convert(root: Element, source: bytes) -> None:
    """Put what stands in such fonts into Unicode, in place; and the title of the page, where it is written like them."""
    if not (TCVN3_FONT.search(source) or VNI_FONT.search(source)) or not FONTS.search(source):
        return
    kinds = set[str]()
    done = set[Element]()
    for outer in LEGACY(root):
        if outer not in done:
            kinds |= _inside(outer, done)
    if len(kinds) == 1:
        [kind] = kinds
        for element in root.iter("title", "meta"):
            for name in ("text",) if element.tag == "title" else ("content",):
                said = element.text if name == "text" else element.get(name)
                if said and not VIETNAMESE_ONLY.search(said):
                    _put(element, name, from_vni(said) if kind == "vni" else from_tcvn3(said))


def _put(element: Element, name: str, value: str) -> None:
    if name == "text":
        element.text = value
    else:
        element.set(name, value)


def _font(element: Element) -> tuple[str, bool] | None:
    """(kind, capitals) of the font an element names; ("", False) of another font; None where it names none."""
    said = f"{element.get('face') or ''} {element.get('style') or ''}"
    if found := FONT.search(said):
        return ("vni", False) if found["vni"] else ("tcvn3", (found["name"] or "").endswith("H"))
    return ("", False) if element.get("face") or OTHER.search(said) else None


def _inside(outer: Element, done: set[Element]) -> set[str]:
    kinds = set[str]()
    around: dict[Element, tuple[str, bool]] = {}
    for element in outer.iter():
        parent = element.getparent()
        inherited = around.get(parent, ("", False)) if element is not outer and parent is not None else ("", False)
        own = _font(element) if isinstance(element.tag, str) else None
        font = around[element] = own if own is not None else inherited
        done.add(element)
        if isinstance(element.tag, str) and element.text:
            element.text = _meant(element.text, font)
        if element is not outer and element.tail:
            element.tail = _meant(element.tail, inherited)
        kinds |= {font[0]} - {""}
    return kinds


def _meant(text: str, font: tuple[str, bool]) -> str:
    kind, capitals = font
    if kind == "vni":
        return from_vni(text)
    return from_tcvn3(text, capitals=capitals) if kind else text
