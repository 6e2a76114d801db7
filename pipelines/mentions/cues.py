"""Words that tell whose a cluster is: ministries, sectors, organisations, provincial bodies. Finds them; `whose` weighs them."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from archive.records import Scheme
from pipelines.mentions.names import pattern
from pipelines.mentions.words import Words, move_tones, occurrences, other_tones

_FIELDS = r"""(?:công thương|công an|quốc phòng|ngoại (?:giao|vụ)|nội vụ|tư pháp|tài chính|xây dựng|y tế|du lịch|kế hoạch (?:và|&) đầu tư|kh ?& ?đt
    |giao thông vận tải|gtvt|tài nguyên (?:và|&) môi trường|tn ?& ?mt|tn-mt|tnmt|nông nghiệp (?:và|&) (?:phát triển nông thôn|môi trường|ptnt)
    |nn ?& ?(?:ptnt|mt)|nông nghiệp|lao động ?[-,] ?thương binh và xã hội|lđ ?-? ?tb ?& ?xh|lđtbxh|giáo dục (?:và|&) đào tạo|gd ?& ?đt
    |giáo dục|khoa học (?:và|&) công nghệ|kh ?& ?cn|thông tin (?:và|&) truyền thông|tt ?& ?tt|văn hóa(?:, | và )thể thao(?: và du lịch)?
    |vh,? ?tt ?& ?dl|dân tộc(?: và tôn giáo)?|thuế|hải quan|kiểm sát(?: nhân dân)?|ksnd|tòa án(?: nhân dân)?|ngân hàng|kho bạc
    |bảo hiểm xã hội|thanh tra|thống kê|thi hành án(?: dân sự)?|kiểm lâm|điện lực)"""
_BODIES = r"""(?:công an|cand|viện (?:kiểm sát|ksnd)(?: nhân dân)?|vksnd|tòa án(?: nhân dân)?|tand|(?:tổng )?cục (?:thuế|hải quan|thống kê)
    |(?:tổng )?cục thi hành án(?: dân sự)?|(?:tổng )?liên đoàn lao động|lđlđ|liên minh (?:hợp tác xã|htx)|mặt trận tổ quốc|ubmttq
    |thanh tra(?= (?:chính phủ|tỉnh|thành phố|các tỉnh|các thành|\d{1,2} tỉnh))(?: chính phủ)?|tỉnh đoàn|ban dân tộc
    |bộ đội biên phòng|bđbp|bộ chỉ huy quân sự|quân khu|kho bạc nhà nước|ngân hàng nhà nước|bảo hiểm xã hội|bhxh
    |quỹ bảo vệ và phát triển rừng|công đoàn (?:ngành )?công thương(?: việt nam)?
    |hội (?:liên hiệp phụ nữ|lhpn|nông dân|cựu chiến binh|ccb|luật gia|chữ thập đỏ|nhà báo|người cao tuổi|khuyến học))"""
_CUE = pattern(rf"""
    (?P<decision>qđ ?- ?(?:(?P<bct>bct)|(?P<ubnd>ubnd)|b[a-zđ&]{{1,7}})(?!\w))
    |(?P<ministry>bộ (?:(?P<our_ministry>công thương)|{_FIELDS})(?!\w))
    |(?P<sector>ngành (?:(?P<our_sector>công thương)|{_FIELDS})(?!\w))
    |(?P<department>(?:(?P<our_department>sở công thương|sct)|sở {_FIELDS})(?!\w))
    |(?P<body>{_BODIES}(?!\w))
    |(?P<governments>ubnd (?:các|\d{{1,2}}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) tỉnh(?:, thành phố)?(?!\w))
    |(?P<company>(?:tổng công ty|tập đoàn|vietinbank|vietcombank|agribank|bidv|ngân hàng(?! nhà nước))(?!\w))
    |(?P<council>hội đồng thi đua ?[-,]? ?khen thưởng (?:tỉnh|thành phố|(?P<state>trung ương))(?!\w))
    |(?P<provincial>(?:ubnd (?:tỉnh|thành phố|tp\.?(?: ?hcm)?|các huyện)|(?:của|cấp|thuộc|toàn|trong|trên địa bàn) tỉnh(?! [^\W\d_]+,)|(?:của|cấp
    |thuộc|trên địa bàn) (?:thành phố(?! trực thuộc)|huyện|quận|thị xã|xã|phường)|trường (?:tiểu học|trung học|thcs|thpt|mầm non)|tỉnh ủy
    |các (?:sở, (?:ban, )?ngành|huyện))(?!\w))
    """)
# Every cue begins with one of these: with a capital letter as printed ("bộ", "sở" and most bodies in small letters are other words: cán bộ, cơ sở) …
_CAPITAL_STEMS = tuple(
    move_tones(
        "qđ|bộ |ngành |sở |sct|công an|cand|viện k|vksnd|tòa án|tand|cục |tổng cục |tổng liên|liên đoàn|lđlđ|liên minh|mặt trận|ubmttq|bđbp|quân khu"
        "|kho bạc|ngân hàng|bảo hiểm|bhxh|quỹ bảo|công đoàn|hội |ubnd|trường |tỉnh ủy|các sở,|các huyện|tổng công ty|tập đoàn|vietinbank|vietcombank"
        "|agribank|bidv|thanh tra|tỉnh đoàn|ban dân tộc"
    ).split("|")
)

_BOTH_TONES = (*_CAPITAL_STEMS, *map(other_tones, _CAPITAL_STEMS))
_FIRST, _SECOND = {stem[0].upper() for stem in _BOTH_TONES}, {letter for stem in _BOTH_TONES for letter in (stem[1], stem[1].upper())}
_CAPITAL = re.compile(rf"[{''.join(sorted(_FIRST))}][{''.join(sorted(_SECOND))}](?<!\w\w\w)")  # looking back last: three times as quick
# … or in small letters.
_SMALL_STEMS = tuple(
    move_tones(
        "công an|ngành |ubnd|của |cấp |thuộc |toàn tỉnh|trong tỉnh|trên địa bàn|trường |tỉnh ủy|các sở,|các huyện|tổng công ty|tập đoàn|ngân hàng"
    ).split("|")
)
_PRINTED_SMALL = {"sector", "provincial", "governments", "company"}
_ONE_OR_MANY = {"department", "body", "provincial"}  # of which several tell more than one
_ONE_OF_MANY = pattern(r"(?<!\w)(?:các|\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) $")
_SEVERAL_PLACES = pattern(r" (?:các|\d{1,2}) (?:tỉnh|thành)(?!\w)")


@dataclass(frozen=True, slots=True)
class Cue:
    start: int
    end: int
    scheme: Scheme
    strong: bool  # names a holder of clusters; weak: one department or body of one province, which may be a guest
    kind: str  # ministry, sector, department …


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one field, in order."""

    all: tuple[Cue, ...]
    starts: tuple[int, ...]

    def before(self, offset: int, low: int, most: int = 8) -> Iterator[Cue]:
        """Those that begin in [low, offset), nearest first; at most `most`, so that no text makes asking dear."""
        index = bisect_left(self.starts, offset)
        for cue in reversed(self.all[max(0, index - most) : index]):
            if cue.start < low:
                return
            yield cue

    def after(self, offset: int, high: int, most: int = 8) -> Iterator[Cue]:
        """Those that begin in [offset, high), nearest first; at most `most`."""
        index = bisect_left(self.starts, offset)
        for cue in self.all[index : index + most]:
            if cue.start >= high:
                return
            yield cue


def find_cues(words: Words) -> Cues:
    found: list[Cue] = []
    end = 0
    for start in sorted({*_capital_starts(words), *occurrences(words, _SMALL_STEMS)}):
        if start >= end and (cue := _cue_at(words, start)):
            found.append(cue)
            end = cue.end
    return Cues(tuple(found), tuple(cue.start for cue in found))


def _capital_starts(words: Words) -> Iterator[int]:
    """Where a word with a capital begins that may be a cue: far fewer places than letters."""
    return (start for one in _CAPITAL.finditer(words.printed) if words.folded.startswith(_CAPITAL_STEMS, start := one.start()))


def _cue_at(words: Words, start: int) -> Cue | None:
    found = _CUE.match(words.folded, start)
    kind = found.lastgroup if found else None  # the outermost group closes last
    if not found or not kind:
        return None
    if kind not in _PRINTED_SMALL and not words.capital(start) and found[0] != "công an":
        return None
    several = kind in _ONE_OR_MANY and bool(
        _ONE_OF_MANY.search(words.folded, max(0, start - 6), start) or _SEVERAL_PLACES.match(words.folded, found.end())
    )
    if several and kind == "provincial":
        kind = "governments" if found[0] == "ubnd tỉnh" else kind
    return Cue(start, found.end(), _scheme(found, kind), _strong(found, kind, several=several), kind)


def _scheme(found: re.Match[str], kind: str) -> Scheme:
    if any(found[name] for name in ("bct", "our_ministry", "our_sector", "our_department")):
        return "moit"
    if found["state"]:
        return "other"
    return "province" if kind in {"provincial", "council"} or found["ubnd"] else "other"


def _strong(found: re.Match[str], kind: str, *, several: bool) -> bool:
    if kind in {"department", "body"}:
        return several
    return kind not in {"provincial", "company"} and not (kind == "sector" and not found["our_sector"])
