"""What a few words at the end of an article name: a person, an office, a paper, initials, or nobody. Judges words only, not where they stand."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, TypeAlias

from pipelines.reading.text import folded

Kind: TypeAlias = Literal["person", "unit", "agency", "initials"]

ONSET = "ngh|ng|nh|kh|gh|gi|ph|th|tr|ch|qu|[bcdghklmnpqrstvx]"
SYLLABLE = re.compile(rf"(?:{ONSET})?[aeiouy]{{1,3}}(?:ch|nh|ng|[cmnpt])?")
INITIALS = re.compile(r"(?:[^\W\d_]\.\s?){1,4}(?:[^\W\d_]{1,2}\.?)?|[^\W\d_]{2,4}|[^\W\d_]\.\s?[^\W\d_][^\W\d_]+")
ACCOUNT = re.compile(
    r"(?:admin|administrator|root|editor|user|quan ?tri|super ?user|webmaster|system|manager|guest)[\w .]*"
    r"|quản trị(?: viên| hệ thống| website)?|\S+@\S+"
)
UNIT = re.compile(
    r"(?:văn phòng|vp|phòng|ban biên tập|ban|bbt|trung tâm|tt|nhóm|pv|btv|ctv|phóng viên|biên tập viên|tổ|chi cục|đội|thanh tra|công đoàn"
    r"|đoàn thanh niên|chi đoàn|hội cựu chiến binh|khối|cổng ttđt sở|cổng thông tin điện tử sở|website sở)(?![^\W\d_]).*"
)
SHORT_UNIT = re.compile(r"(?:P|TT|VP)\.\s?[A-ZĐ&]{3,}")  # P.QLCN
AGENCY = re.compile(
    r"(?:báo|tạp chí|thời báo|cổng|trang|cục|tổng cục|vụ|ubnd|ủy ban|uỷ ban|chính phủ|bộ|sở|đài|website|hội|hiệp hội|viện|tổng công ty|tập đoàn"
    r"|công ty|thông tấn xã|tỉnh ủy|ttxvn)(?![^\W\d_]).*"
    r"|vov\d*|vtv\d*|vnexpress|vietnam\+|vietnamplus|vinanet|vneconomy|chinhphu|dân trí|tuổi trẻ|thanh niên|nhân dân|vietnamnet|bnews|bct|moit"
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+(?:vn|com|net|org|info|gov|edu)(?:/\S*)?", re.IGNORECASE)
NO_NAME = re.compile(  # what is written with capitals at the end of a page and names nobody
    r"việt nam|công thương|xem thêm|tin liên quan|(?:xin )?trân trọng(?: cảm ơn)?|xin cảm ơn|hết|nơi nhận|lưu ý|ghi chú|chi tiết"
    r"|thời sự|sự kiện|kinh tế|xã hội|văn hóa|du lịch|giáo dục|pháp luật|chính trị|đời sống|thể thao|quốc tế|trong nước|hội nhập|môi trường"
    r"|thị trường|hoạt động|tiêu điểm|nổi bật|điểm tin|phóng sự|ký sự|làng nghề|cải cách|khoa học|công nghệ|tuổi trẻ|nông thôn|điểm báo"
    r"|(?:xem )?tại đây|tải về|sưu tầm|tổng hợp|kết luận|trang chủ|tin tức|đảng ủy"
    r"|hồ chí minh|tây nguyên|tây bắc|đông bắc|việt bắc|biển đông|tết (?:nguyên đán|trung thu|thiếu nhi)|giáng sinh"
)
HOLIDAY = "quốc khánh"  # a name too
NO_PART = re.compile(  # words of headings, which some sites write with capitals: no name has them
    r"(?<!\w)(?:hội nghị|hội chợ|thông báo|thư mời|giấy mời|tin tức|tin vắn|liên hệ|công thương|kế hoạch|quyết định|thủ tục|văn bản|tài liệu"
    r"|phụ lục|danh sách|đầu tư|sản xuất|doanh nghiệp|xuất khẩu|nhập khẩu|thi đua|khen thưởng|chuyển đổi|khuyến công|thương mại|công nghiệp"
    r"|năng lượng|kết quả|chương trình|việt nam|giám đốc|chủ tịch|trưởng phòng)(?!\w)"
)
NO_INITIALS = re.compile(  # abbreviations of something else
    r"stt|ubnd|hđnd|bct|tw|hcm|tp|sct|tm|kt|tl|ttg|nđ|qđ|cp|vn|eu|usd|vnd|asean|ocop|evn|gdp|fdi|iip|wto|fta|hđh|nlđ|cbcc|ttđt|vov|vtv|pv|bbt|btv|ctv|qltt|ks|ts|ths"
)
NO_UNIT = re.compile(  # whoever signs a letter, and a sentence that begins with an office
    r"ban (?:giám đốc|lãnh đạo)|trân trọng|thông báo|kính (?:mời|đề nghị)|đề nghị|xin (?:cảm ơn|mời)|[.:;!?]"
)
MARKED = re.compile(r"[HKY]['’][^\W\d_]{2,8}")  # K'Brếu: one word is a whole name
SURNAMES = frozenset(  # Kinh, Tày, Nùng, Thái, Mông, Dao, Khmer
    re.findall(
        r"\w+",
        """nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh lương trịnh mai tô hà lưu phùng cao tạ thái châu chu triệu nông
        hứa đàm bế lộc vi hoàn lục ma vàng giàng sùng lò lường cầm quàng tòng thào mùa hạng cứ chảo tẩn phàn bàn đèo kiều văn tăng quách lâm thạch kim
        sơn danh chau khúc đoàn đào tống vương nghiêm bạch la hồng từ ông mạc doãn khuất ninh nhâm cù lại đồng âu viên""",
    )
)
FOREIGN = re.compile(r"(?:[^\W\d_]{1,2}['’])?[^\W\d_]{2,9}")  # a part of a name in another language of Vietnam: H'Linh, Bkrông, Phol
LEVEL = re.compile(r" (?:tỉnh|thành phố|tp) ")
ADDITION = re.compile(r"\s*\((?P<words>[^()]*)\)\s*$")
COMPILED = re.compile(r"(?:t/h|th|tổng hợp|st|sưu tầm|biên soạn|lược dịch|biên tập)", re.IGNORECASE)
LONGEST = 60  # characters of a name or an office


def kind_of(words: str, *, labelled: bool = False) -> Kind | None:
    """Whom the words name. After a label ("Tác giả:") a foreign or long name counts too, and any office or paper."""
    lower = words.casefold()
    if not words or len(words) > LONGEST or ACCOUNT.fullmatch(lower) or NO_NAME.fullmatch(lower) or (lower == HOLIDAY and not labelled):
        return None
    if ADDRESS.fullmatch(words):
        return "agency"
    if SHORT_UNIT.fullmatch(words) or (UNIT.fullmatch(lower) and words[0].isupper() and not NO_UNIT.search(lower)):
        return "unit"
    if AGENCY.fullmatch(lower) and (words[0].isupper() or labelled):
        return "agency"
    if is_person(words, labelled=labelled):
        return "person"
    return "initials" if is_initials(words) else None


def is_person(words: str, *, labelled: bool = False) -> bool:
    """Two to five Vietnamese syllables, each with a capital or all in capitals; after a label one to six words of any origin."""
    parts = words.split()
    if MARKED.fullmatch(words):
        return True
    fewest, most = (1, 6) if labelled else (2, 5)
    lower = words.casefold()
    if not fewest <= len(parts) <= most or NO_NAME.fullmatch(lower) or NO_PART.search(lower):
        return False
    capitals = words.isupper()
    if labelled:
        return all(_has_capital(part) for part in parts) and not (len(parts) == 1 and (words.isupper() or "." in words))
    if len(parts) == 1:
        return False
    plain = [part for part in parts if part.isalpha() and (capitals or part.istitle()) and _is_syllable(part)]
    others = [part for part in parts if part not in plain]
    if not others:
        return True
    marked = any("'" in part or "’" in part for part in others)
    return len(others) == 1 and (marked or len(parts) > 2) and FOREIGN.fullmatch(others[0]) is not None and _has_capital(others[0])  # noqa: PLR2004 - of two, both are Vietnamese


def is_initials(words: str) -> bool:
    """H.N., N.P, TBT, T.Đình; no word that is known as an abbreviation of something else."""
    if not INITIALS.fullmatch(words) or not words[0].isupper():
        return False
    plain = words.replace(".", "").replace(" ", "")
    return ("." in words or plain.isupper()) and not NO_INITIALS.fullmatch(plain.casefold())


def is_same(words: str, other: str) -> bool:
    """The same name, whatever the case and punctuation; "Sở Công Thương" is the site "Sở Công Thương tỉnh Bắc Kạn" too."""
    one, two = (LEVEL.sub(" ", folded(name)) for name in (words, other))
    return bool(one) and (one == two or (one.startswith("sở công thương") and two.startswith(one)))


def _has_capital(word: str) -> bool:
    letters = word.replace("'", "").replace("’", "").replace("-", "").replace(".", "")
    return bool(letters) and letters.isalpha() and letters[0].isupper()


@lru_cache(maxsize=8192)
def _is_syllable(word: str) -> bool:
    plain = "".join(char for char in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(char)).replace("đ", "d")
    return SYLLABLE.fullmatch(plain) is not None


SITE = re.compile(
    r"(?:(?:trang|cổng)(?: thông tin)?(?: điện tử)?(?: của)? )?sở công thương(?: (?:tỉnh|thành phố|tp\.?))?(?: \S+){0,4}", re.IGNORECASE
)


def is_site(words: str) -> bool:
    """The name of a department or its site and nothing else, as pages print it at their head."""
    return SITE.fullmatch(words) is not None


def is_full_name(words: str) -> bool:
    """A person by surname and all: enough where nothing else sets a name apart."""
    parts = words.split()
    return len(parts) > 1 and parts[0].casefold() in SURNAMES and is_person(words)
