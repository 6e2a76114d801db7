"""Names that clusters and blocks bear instead of a number: a region, or the kind of their members. A closed vocabulary, grown as names are met."""

import re

from pipelines.mentions.words import fold, move_tones


def pattern(text: str) -> re.Pattern[str]:
    """A pattern for folded text, written as people write it; a new line in it means nothing."""
    return re.compile(move_tones(re.sub(r"\n *", "", text)))


REGION = r"""
    (?:trung du(?:,? và|,)? miền núi (?:phía )?bắc(?: bộ)?|miền núi phía bắc
    |bắc trung bộ và duyên hải miền trung|(?:bắc|nam) miền trung|(?:duyên hải )?(?:bắc|nam) trung bộ|duyên hải (?:miền trung|bắc bộ)
    |đồng bằng (?:sông hồng|sông cửu long|bắc bộ|nam bộ)|miền trung(?:(?: và|,| -) tây nguyên)?|tây nguyên|việt bắc
    |(?:miền )?(?:đông|tây) nam bộ|(?:đông|tây) bắc(?: bộ)?|(?:miền núi,? (?:và )?)?biên giới (?:phía bắc|tây nam)|tây nam sông hậu
    |trực thuộc trung ương|(?:phía|miền) (?:bắc|trung|nam)|(?:bắc|trung|nam) bộ)
    (?!\w)(?: [12](?!\w|[/.,]\d)(?! (?:tháng|năm(?! (?:19|20)\d\d)|ngày|tỉnh|đơn|thành)))?"""

_MANY = r"(?:(?:các|\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) )"
_PLACES = r"(?:tỉnh,? (?:và )?thành(?: phố| đoàn)?|tỉnh|thành phố|đơn vị|địa phương)"
_OF = r"(?:(?:khu vực|vùng|miền|thuộc) )"
_MEMBERS = r"""(?:(?:các )?(?:liên minh (?:hợp tác xã|htx)|tòa án nhân dân|tand|vksnd|viện kiểm sát nhân dân|(?:cục )?thuế|kho bạc nhà nước
    |bhxh|bảo hiểm xã hội|thanh tra|tỉnh đoàn
    |(?:ngân hàng nhà nước|nhnn|ngân hàng chính sách xã hội|nhcsxh)(?: việt nam)?(?: chi nhánh)?
    |sở [\w&-]+(?: [\w&-]+){0,5}?|công an|lđlđ|liên đoàn lao động|ubnd
    |hội \w+(?: \w+){0,2}?|ngành(?: [\w&]+){1,5}?) )"""

_REGIONAL = pattern(rf" (?P<members>{_MEMBERS})?(?:{_MANY}?{_PLACES} )?{_OF}{{0,2}}(?P<region>{REGION})")
_BARE_REGIONAL = pattern(rf" {_MANY}{_PLACES} {_OF}{{0,2}}(?P<region>{REGION})")
_TAIL = pattern(rf"[ ,(-]{{0,3}}(?:gồm |{_MEMBERS})?(?:{_MANY}?{_PLACES} )?{_OF}{{0,2}}(?P<region>{REGION})")

_UNIT = r"""(?:sở|ban|ngành|cơ quan|đơn vị|doanh nghiệp|huyện|thị xã|thành phố|quận|xã|phường|thị trấn|trường|tập đoàn|tổng công ty|công ty
    |hội|đoàn thể|quỹ|hợp tác xã|ngân hàng|bệnh viện|tổng cục|cục|vụ|viện|trung tâm|tổ chức|văn phòng)(?!\w)"""
_DOMAIN = r"""(?:kinh tế|kỹ thuật|tổng hợp|nội chính|văn hóa|xã hội|tham mưu|đảng|mặt trận|chính trị|đại học|cao đẳng|khoa giáo|quản lý
    |nhà nước|sự nghiệp|hành chính|sản xuất|kinh doanh|dịch vụ|công nghiệp|thương mại|năng lượng|hóa chất|dệt may|phi nông nghiệp
    |nông nghiệp|lâm nghiệp|bảo vệ|phát triển|rừng|miền núi|đồng bằng|ven biển|vùng cao|chuyên môn|chuyên ngành|doanh nghiệp
    |cấp tỉnh|cấp huyện|ngành|xuất khẩu|nhập khẩu|đào tạo|hạ tầng|tài chính|ngân sách|nội vụ|tư pháp|thủ công|vừa và nhỏ|may mặc|cơ khí|xây dựng
    |giao thông
    |điện lực|dầu khí|than|khoáng sản|thủy sản|du lịch|logistics)(?!\w)"""
_JOINED = r"(?:, | và | - |/| )"
_KIND = pattern(rf""" (?:các {_UNIT}(?:{_JOINED}{_UNIT}){{0,5}}(?:{_JOINED}{_DOMAIN}){{0,6}}
    |(?P<capital>(?:phòng )?{_DOMAIN}(?:{_JOINED}{_DOMAIN}){{0,5}}(?: các {_UNIT}(?:{_JOINED}{_DOMAIN}){{0,4}})?))(?: {_OF}{{1,2}}{REGION})?""")

# Members of these kinds are found inside one province only.
OF_ONE_PROVINCE = pattern(r"(?<!\w)(?:sở, (?:ban, )?ngành|ban, ngành|huyện|thị xã|quận|(?<!tác )xã|phường|thị trấn|đảng)(?!\w)")

regional, bare_regional, tail = _REGIONAL.match, _BARE_REGIONAL.match, _TAIL.match
kind_of_members = _KIND.match


def plain_region(name: str) -> str:
    """A region name for comparing: folded, without what stands before it in some articles only."""
    return re.sub(r"^(?:miền|vùng|khu vực) ", "", fold(name))
