"""Where a text says Cụm or Khối and means emulation: finds the places and their extent, not yet whose they are."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.mentions import names
from pipelines.mentions.names import pattern
from pipelines.mentions.numbers import number_at
from pipelines.mentions.words import Words, occurrences

Kind: TypeAlias = Literal["cluster", "block"]
# numbered, named: one cluster · general: several or none in particular · bare: "Cụm thi đua" · brief: "Cụm III", "Cụm" · friend: cụm công nghiệp …
Form: TypeAlias = Literal["numbered", "named", "general", "bare", "brief", "friend"]


@dataclass(frozen=True, slots=True)
class Spot:
    start: int
    end: int
    kind: Kind
    form: Form
    number: str | None = None
    region: str | None = None  # as printed, for a cluster named by its region, or told beside the number
    inner: bool = False  # brief ones: said as of something known ("trong Cụm", "toàn Cụm")
    members: bool = False  # brief ones: said as of something that has members ("thành viên trong cụm"), or does what they do


_STEMS = ("cụm", "khối")
_WORD = pattern(r"(?:cụm|khối)(?!\w)")
_JOINT = pattern(r"(?:khối {0,3}[,/-]? {0,3}(?:và )?cụm|cụm {0,3}[,/-]? {0,3}(?:và )?khối) {1,3}thi {1,3}đua(?!\w)")
_FULL = pattern(r"(?:cụm|khối) {1,3}thi {1,3}đua(?!\w)(?! nhau)")
_COUNTED_PAIR = pattern(r"(?:cụm|khối)(?=,? (?:và )?\d{1,2} (?:cụm|khối) thi đua(?!\w))")  # "2 cụm, 16 khối thi đua"
_ROLE = pattern(r"(?:cụm|khối) {1,3}(?:trưởng|phó)(?!\w)")
_ROLE_BEFORE = pattern(r"(?<!\w)(?<!cụm )(?:trưởng|phó) {1,3}$")  # "Trưởng cụm", but not "Cụm trưởng Cụm I"
_FRIEND = pattern(r"""(?:
    cụm {1,3}(?:công nghiệp|cn|liên kết|ngành|thiết bị|trường|dân cư|di tích|tiểu thủ|làng|điểm|công trình|đô thị
    |kinh tế|văn hóa|nhà|máy|từ|cảng|kho|xã|bản|thôn|sản phẩm|chi tiết|linh kiện|pano|loa|camera|đèn|chợ|logistics|tin|hồ|thủy|điện|rừng|đảo|miền)
    |khối {1,3}(?:lượng|doanh nghiệp|các|cơ quan|quân|đảng|dân|mặt trận|ngoại|nội|văn phòng|phố|đoàn|kinh|thị trường|tài liệu|nhà nước
    |tư nhân|óc|u|đá|đại|liên|cán bộ|hành chính|sự nghiệp|trường|mầm|tiểu|trung|bộ|tế|ngân hàng|đông|tây|lập|hình|nhà|sản|dịch|công|nông|bê|thông)
    )(?!\w)""")
_COUNT = pattern(r"(?<![\w/.,:-])(?<!\d )(\d{1,2}|(?:hai|ba|bốn|sáu|bảy|tám|chín|mười(?: [^\W\d_]+)?)) {1,3}$")
_NO_COUNT = pattern(r"(?<!\w)(?:ngày|tháng|quý|số|năm|thứ|lần|điều|khoản|mục|bảng) +\d{1,2} {1,3}$|(?<!\w)(?:thứ|hạng|giải|xếp) +(?:hai|ba) {1,3}$")
_SEVERAL = pattern(r"(?<!\w)(?:các|chia|những|mỗi|từng|nhiều|mọi) {1,3}$")
_INNER = pattern(r"(?<!\w)(?:trong|toàn|của|thuộc|nội|vào|cho|tại|cả|do|với|thư ký) {1,3}$")
_MEMBERS = pattern(
    r"""(?<!\w)(?:(?:thành viên|đơn vị|các sở|sở bạn)(?: của| trong| thuộc)?|(?:tỉnh|lđlđ|công an|công đoàn|cấp hội|huyện) trong|(?:thứ )?(?:nhất
    |nhì|ba)|dẫn đầu|toàn) {1,3}$"""
)  # no cụm công nghiệp has these
_HAS = pattern(
    r"(?: (?:hiện )?(?:có|gồm) (?:có )?(?:\d{1,2}|[^\W\d_]+) (?:đơn vị )?thành viên|,? (?:bao )?gồm (?:các )?(?:sở|ubnd|công an|tòa án|lđlđ))(?!\w)"
)
# what only a cluster of people does
_ACTS = pattern(r"""(?:,? gồm| có \d| có [^\W\d_]+ thành viên| (?:đã|sẽ|cũng|tăng cường|tổ chức|thống nhất|đề nghị|tiếp tục|cần|phát động
    |bình xét|suy tôn))(?!\w)""")
# and what a cụm công nghiệp of the same paragraph never does
_EMULATES = pattern(r"""(?: (?:đã|sẽ|cũng|cũng sẽ|tiếp tục|cùng)){0,2} (?:phát động|thống nhất|đề nghị|kiến nghị|bình xét|suy tôn|chấm điểm
    |ký kết|luân phiên|tổng kết|sơ kết|tổ chức (?:hội nghị|tổng kết|sơ kết))(?!\w)""")
_LOOK_BACK = 24


_FORMER = pattern(r"""(?<!\w)(?:sáp nhập|hợp nhất|tách (?:ra )?từ|tiền thân là|thay (?:cho|thế))
    (?:,? (?:các|hai|từ|của|giữa|cụm|khối|thi đua|số|[ivx]+|\d{1,2}|và|với|trước đây)){0,12} $""")


def is_former(words: Words, start: int) -> bool:
    """Is it one that another was made of ("trên cơ sở sáp nhập Cụm thi đua số III với …")? It is not what the article is about."""
    low, _ = words.sentences.around(start)
    return _FORMER.search(words.folded, max(low, start - _LOOK_BACK * 4), start) is not None


def find_spots(words: Words) -> tuple[Spot, ...]:
    spots: list[Spot] = []
    end = 0
    for start in occurrences(words, _STEMS):
        if start >= end and (spot := _spot_at(words, start)):
            spots.append(spot)
            end = spot.end
    return tuple(spots)


def _spot_at(words: Words, start: int) -> Spot | None:
    folded = words.folded
    if not _WORD.match(folded, start):
        return None
    low = max(0, start - _LOOK_BACK)
    if joint := _JOINT.match(folded, start):
        number = number_at(words, joint.end())
        return Spot(start, number[1], "cluster", "numbered", number[0]) if number else Spot(start, joint.end(), "cluster", "general")
    kind: Kind = "cluster" if folded.startswith("cụm", start) else "block"
    count = _COUNT.search(folded, low, start)
    counted = count.start() if count and not _NO_COUNT.search(folded, low, start) else None
    if full := _FULL.match(folded, start):
        return _full(words, start, full.end(), kind, counted)
    if counted is not None and (pair := _COUNTED_PAIR.match(folded, start)):
        return Spot(counted, pair.end(), kind, "general")
    if _ROLE.match(folded, start) or _ROLE_BEFORE.search(folded, low, start):
        return None
    return _brief(words, start, kind)


def _full(words: Words, start: int, end: int, kind: Kind, counted: int | None) -> Spot:
    folded = words.folded
    if number := number_at(words, end):
        tail = names.tail(folded, number[1])
        return Spot(start, number[1], kind, "numbered", number[0], words.printed[slice(*tail.span("region"))] if tail else None)
    if counted is not None:
        return Spot(counted, end, kind, "general")
    if region := names.regional(folded, end):
        return Spot(start, region.end(), kind, "named", region=words.printed[slice(*region.span("region"))])
    named = names.kind_of_members(folded, end)
    if named and (named["capital"] is None or words.capital(named.start("capital"))):
        return Spot(start, named.end(), kind, "named")
    return Spot(start, end, kind, "general" if _SEVERAL.search(folded, max(0, start - _LOOK_BACK), start) else "bare")


def _brief(words: Words, start: int, kind: Kind) -> Spot | None:
    folded = words.folded
    end = start + (3 if kind == "cluster" else 4)
    low = max(0, start - _LOOK_BACK)
    if kind == "cluster" and (region := names.bare_regional(folded, end)):
        return Spot(start, region.end(), kind, "named", region=words.printed[slice(*region.span("region"))])
    if _FRIEND.match(folded, start):
        return Spot(start, end, kind, "friend")
    number = number_at(words, end)
    behind = number[1] if number else end
    members = bool(_MEMBERS.search(folded, low, start) or _HAS.match(folded, behind) or _EMULATES.match(folded, behind))
    inner = members or bool(_INNER.search(folded, low, start))
    capital = words.capital(start)
    if number and (capital or folded.startswith(" số", end)):
        return Spot(start, number[1], kind, "brief", number[0], inner=inner, members=members)
    if (capital or (inner and kind == "cluster") or (kind == "cluster" and _ACTS.match(folded, end))) and not _SEVERAL.search(folded, low, start):
        return Spot(start, end, kind, "brief", inner=inner, members=members)
    return None
