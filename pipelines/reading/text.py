"""Words as the archive keeps them: one Unicode form, plain blanks, no furniture lines. The site's own spelling stays.

Works on single lines; knows nothing of tags or of where on the page a line stands.
"""

import re
import unicodedata

INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffc\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
SPACES = re.compile(r"\s+")  # no-break and other Unicode blanks and line separators too
UNTELLING = re.compile(r"[\W_]+")
LETTERS = "ăâđêôơưàảãạằẳẵặắầẩẫậấèẻẽẹềểễệếìỉĩịòỏõọồổỗộốờởỡợớùủũụừửữựứỳỷỹỵý"
VIETNAMESE = re.compile(f"[{LETTERS}{LETTERS.upper()}]")

FURNITURE = re.compile(
    r"""
    chia[ ]s[ẻẽ](?:[ ](?:bài[ ]viết|lên|qua|trên|với|facebook|zalo|twitter|email|mạng|xã|hội))*
    | (?:facebook|zalo|twitter|email|google\+?|linkedin|pinterest|print|share|tweet|like|in)(?:[ ](?:facebook|zalo|twitter|email|print|share))*
    | (?:in|gửi|lưu|đọc|nghe|tải|sao[ ]chép)[ ](?:bài|trang|tin|email|bài[ ]viết|liên[ ]kết)(?:[ ](?:viết|này|email|cho[ ]bạn[ ]bè|qua[ ]email))*
    | (?:số[ ])?(?:lượt|lần)[ ](?:xem|đọc|truy[ ]cập|tải)(?:[ ](?:tin|bài))?[ ]?:?[ ]?[\d.,]*
    | [\d.,]+[ ]lượt[ ](?:xem|đọc)(?:[ ]?in[ ]trang)? | chia[ ]sẻ[ ]?:[ ]?gửi[ ]cho[ ]bạn[ ]bè
    | (?:xem[ ])?(?:với[ ])?cỡ[ ]chữ.{0,20} | a-?[ ]a[ ]a\+ | a-[ ]a\+
    | \d{3,4}x\d{3,4} | leftcenterrightdel | normal[ ]0(?:[ ](?:false|true|en-us|vi-vn|vi|x-none|\d+))* | (?:false[ ]?){2,}
    | /\*[ ]style[ ]definitions.* | microsoftinternetexplorer\d
    | view[ ]counter | (?:total[ ])?views(?:[ ](?:today|yesterday|this[ ]\w+|last[ ].{1,12}))?[ ]?:[ ]?[\d.,]+
    | (?:được[ ])?(?:viết|đăng)[ ]bởi[ ]?:?[ ](?:admin\w*|super[ ]user|administrator|quản[ ]trị\w*|quantri\w*) | chi[ ]tiết
    | (?:trang|bài|tin)[ ](?:trước|sau|kế[ ]tiếp) | (?:không[ ]có|chưa[ ]có|\d+)[ ](?:phản[ ]hồi|bình[ ]luận)
    | language | skip[ ]to[ ](?:main[ ])?content | truy[ ]cập[ ]nội[ ]dung[ ]luôn | skip[ ]ribbon[ ]commands
    | (?:click[ ]để[ ])?đánh[ ]giá[ ]bài[ ]viết(?:[ ]?:.{0,80})? | tổng[ ]số[ ]điểm[ ]của[ ]bài[ ]viết[ ]là.*
    | xếp[ ]hạng.{0,40}phiếu[ ]bầu | \(?\d+[ ]phiếu[ ]bầu\)?
    | (?:ngày[ ])?cập[ ]nh[ậâ][tp](?:[ ](?:lúc|ngày|lần[ ]cuối))?[ ]?:?[ ][\d/.:,\s-]{8,30}
    | (?:người[ ]đăng|đăng[ ]bởi|đăng[ ]tin)[ ]?:[ ]?[\w.@]+ | đánh[ ]giá[ ]?:?[ ]?(?:[\d/.,]+[ ]?)?(?:\(?\d+[ ]lượt\)?)?
    | (?:đang[ ])?online[ ]?:?[ ]?\d+
    | \[?(?:quay[ ]lại|lên[ ]đầu[ ]trang|về[ ]đầu[ ]trang|in[ ]trang)\]?(?:[ ]\[?(?:quay[ ]lại|lên[ ]đầu[ ]trang|về[ ]đầu[ ]trang|in[ ]trang)\]?)*
    | (?:ngày[ ]đăng|người[ ]đăng)[ ]?:(?:[ ].{0,40})?[ ]?(?:lượt[ ]xem[ ]?:?[ ]?[\d.,]*|[\d.,]+[ ]lượt[ ]xem) | \d+[ ]phút[ ]đọc
    | (?:các[ ])?(?:tệp|file|tập[ ]tin|tài[ ]liệu)(?:[ ]tin)?[ ](?:đính[ ]kèm|kèm[ ]theo)(?:[ ]\|?[ ]?dung[ ]lượng)?
    | (?:left|center|right|del)(?:[ ](?:left|center|right|del))+
    | (?:bạn[ ])?(?:đánh[ ]giá[ ])?bài[ ]viết[ ](?:này[ ])?(?:thế[ ]nào|có[ ]hữu[ ]ích).*
    | quay[ ]lại | trở[ ](?:về|lại)(?:[ ]đầu[ ]trang)? | về[ ](?:đầu[ ]trang|trang[ ]trước) | lên[ ]đầu[ ]trang
    | (?:ý[ ]kiến|bình[ ]luận)(?:[ ](?:bạn[ ]đọc|của[ ]bạn))?[ ]?\(?\d*\)?
    """,
    re.VERBOSE,
)
TOOL = (
    r"bản in|in ấn|in(?: (?:ra giấy|bài viết|bài này|bài|trang này|trang|tin))?|lưu(?: (?:lại|bài|tin))?|trở (?:lại|về)|quay lại|về trang trước"
    r"|gửi (?:bài viết này|bài viết|bài|tin|e-?mail|mail|cho bạn(?: bè)?)|(?:số )?lượt (?:xem|đọc|truy cập)|(?:đã|người) xem|(?:cỡ|phông) chữ"
    r"|(?:đọc|nghe) bài(?: viết)?|(?:về|lên) đầu trang|trước|tiếp(?: theo)?|sau|chia sẻ|facebook|zalo|twitter|google|print|email"
)
TOOLBAR = re.compile(rf"\W*(?:(?:{TOOL})(?!\w)[\W\d]*){{2,}}")
FILE_NAME = re.compile(r"[(\[]?\S(?:.{0,80}\S)?\.(?:jpe?g|png|gif|bmp|webp)[)\]]?", re.IGNORECASE)
RELATED = re.compile(
    r"""
    (?:(?:các|những)[ ])?(?:tin|bài[ ]viết|bài|tin[ ]tức|tin[ ]bài|bản[ ]tin|văn[ ]bản|thông[ ]báo)
    [ ](?:cùng|liên[ ]quan|khác|mới(?:[ ](?:nhất|hơn|đăng|cập[ ]nhật))?|cũ(?:[ ]hơn)?|xem[ ]nhiều|đọc[ ]nhiều|đã[ ](?:đưa|đăng)|tiếp[ ]theo)
    (?:[ ](?:(?:chuyên[ ]|danh[ ])?mục|chủ[ ]đề|thể[ ]loại|loại|khác))?
    | thông[ ]tin[ ]cùng[ ](?:loại|(?:chuyên[ ]|danh[ ])?mục|chủ[ ]đề)
    | câu[ ]hỏi[ ](?:khác|liên[ ]quan|mới) | cùng[ ](?:(?:chuyên[ ]|danh[ ])?mục(?:[ ].{3,40})?|chủ[ ]đề|thể[ ]loại)
    | (?:xem|đọc)[ ]thêm | đọc[ ]tiếp | mới[ ](?:đăng|cập[ ]nhật) | có[ ]thể[ ]bạn[ ]quan[ ]tâm
    | đọc[ ]nhiều(?:[ ]nhất)? | view[ ]counter | về[ ](?:người[ ]đăng|tác[ ]giả) | about[ ]the[ ]author
    """,
    re.VERBOSE,
)
COMMENTS = re.compile(
    r"(?:gửi |viết |các )?(?:ý kiến|bình luận|phản hồi|nhận xét|thảo luận)(?: (?:bạn đọc|của bạn|mới|phản hồi))?(?: ?\(? ?\d* ?\)?)?"
    r"|để lại (?:một )?bình luận.*"
)
SAMPLE = 1000  # letters looked at before it is asked whether that is enough
BAR = re.compile(r"\s*[|•·]\s*|\s+[-–]\s+")
MARKS = " :.…«»<>‹›←→-–"


def normal(text: str) -> str:
    """NFC, no invisible characters, every run of white space one blank, none at the ends."""
    return " ".join(visible(unicodedata.normalize("NFC", text)).split())


def visible(text: str) -> str:
    """Without invisible characters. Most texts have none, and are not searched for them letter by letter."""
    plain = text.isprintable() and "\u034f" not in text and "\ufffc" not in text  # the two that Python takes for printable
    return text if plain else INVISIBLE.sub("", text)


def single_spaced(text: str) -> str:
    """Every run of white space one blank, at the ends too."""
    return text if text.isprintable() and "  " not in text else SPACES.sub(" ", text)  # the blank is the only white space that is printable


def folded(text: str) -> str:
    """For comparing only: letters and digits, lower case."""
    return UNTELLING.sub(" ", text.casefold()).strip()


def is_furniture(line: str) -> bool:
    """A share, print or counter line, Word residue, or an image file's name standing as text. `line` is normal."""
    if len(line) > 160:  # noqa: PLR2004 - longer than any furniture seen
        return False
    lower = line.casefold()
    if TOOLBAR.fullmatch(lower):
        return True
    parts = [part for part in (piece.strip(MARKS) for piece in BAR.split(lower)) if part]
    return all(FURNITURE.fullmatch(part) or FILE_NAME.fullmatch(part) for part in parts)


def opens_related(line: str) -> bool:
    """The heading of a box of other articles. `line` is normal."""
    return len(line) <= 60 and RELATED.fullmatch(line.casefold().strip(MARKS)) is not None  # noqa: PLR2004 - headings are short


def opens_comments(line: str) -> bool:
    """The heading of what readers say. `line` is normal."""
    return len(line) <= 60 and COMMENTS.fullmatch(line.casefold().strip(MARKS)) is not None  # noqa: PLR2004 - headings are short


def is_vietnamese(text: str) -> bool:
    """Written with Vietnamese letters: an English or Chinese text has at most a few names with them."""
    marked = 0
    for start in range(0, len(text), SAMPLE):  # of a text that is, a fifth tells
        marked += len(VIETNAMESE.findall(text[start : start + SAMPLE]))
        if marked > len(text) * 0.04:
            return True
    return marked > sum(map(str.isalpha, text)) * 0.04
