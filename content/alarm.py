"""Signs that harm is done or being done: money gone, a code given away, a strange app installed, a caller pressing."""

import re
from collections.abc import Sequence

_GAVE = r"(?:doc|dua|cho|gui|goi|noi|nhap|cung cap|dien|khai|chuyen|quet|chup)"
_CODE = r"(?:otp|mat khau|passcode|pin)"
_TOLD = r"(?:otp|ma|mat khau|passcode|pin|sau so|6 so|may so|so the|thong tin the)"
_THEY = r"(?:no|ho|bon|ke|nguoi ta|nguoi la|nguoi goi|may thang|cong an gia)"
_APP = r"(?:app|apk|file|phan mem|link)"
_DONE = r"(?:lo|lo tay|da|vua|trot|moi|toi nghe)"
_OVER = r"(?:roi|xong|mat roi|luon|het)"
_THIEF = r"(?:lua|lua dao|gat|du|scam|lua gat|ke gian|chiem doat|hack)"
_NAME = r"(?:vneid|zalo|facebook|nick|tai khoan|dinh danh|so dien thoai)"
_PURSE = r"(?:tai khoan|ngan hang|the|tiet kiem|tien)"

# Words are the standard folded ones (content/spoken.yaml). A sign alone raises no alarm; the model must half agree.
_SIGNS = [
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        rf"bi (?:\S+ ){{0,2}}{_THIEF}",
        rf"{_THIEF} (?:\S+ ){{0,3}}(?:het|mat|sach|cua)",
        r"(?:het sach|mat sach|mat het|het|mat|bay|rut het|rut sach|rut trom|tru het|tru sach)"
        rf" (?:\S+ ){{0,3}}{_PURSE}",
        rf"{_PURSE} (?:\S+ ){{0,4}}(?:mat|bay|het sach|bi rut|bi tru|bi hack|mat sach|mat het)",
        rf"{_DONE} (?:\S+ ){{0,3}}{_GAVE} (?:\S+ ){{0,4}}{_TOLD}",
        rf"{_GAVE} (?:\S+ ){{0,3}}{_TOLD} (?:\S+ ){{0,4}}{_OVER}",
        rf"{_DONE} (?:\S+ ){{0,3}}(?:cai|tai|bam) (?:\S+ ){{0,4}}{_APP}",
        rf"(?:cai|tai) (?:\S+ ){{0,4}}{_APP} (?:\S+ ){{0,5}}{_OVER}",
        r"(?:cai|tai) (?:\S+ ){0,1}(?:gia|nham) (?:\S+ ){0,3}roi",
        r"(?:lo|da|vua) (?:\S+ ){0,2}quet mat",
        r"(?:dang|bi|roi|may|dien thoai) (?:\S+ ){0,4}(?:dieu khien|chiem quyen|tu bam|tu chay|tu chuyen|tu nhay|tu mo)",
        r"(?:lo|da|vua) (?:\S+ ){0,2}(?:nhap|dien|khai|cho phep|cap quyen)"
        r" (?:\S+ ){0,6}(?:link|trang|web|app|tro nang|la|gia|lua dao)",
        r"ke (?:lua|lua dao|gian)",
        rf"{_DONE} (?:\S+ ){{0,3}}chuyen (?:\S+ ){{0,5}}(?:no|ho|lua|lua dao|gia danh|ke|nguoi la)",
        r"chuyen (?:\S+ ){0,4}(?:no|lua dao|ke) (?:\S+ ){0,3}(?:roi|xong)",
        r"dang (?:\S+ ){0,4}(?:goi|doa|bat|nghe|noi chuyen|giuc) (?:\S+ ){0,8}(?:tien|ma|otp|may|app|khoan)",
        rf"(?:lay lai|doi lai|trinh bao|to cao|thu hoi|hoan) (?:\S+ ){{0,5}}{_THIEF}",
        rf"{_THIEF} (?:\S+ ){{0,5}}(?:lay lai|trinh bao|lay tien)",
        rf"(?:bi|ai|thang nao|{_THEY}) (?:\S+ ){{0,4}}(?:dang nhap|vao|chiem|lay|hack) (?:\S+ ){{0,3}}{_NAME}",
        rf"{_NAME} (?:\S+ ){{0,4}}(?:bi (?:\S+ )?(?:chiem|hack|lay mat|danh cap)|dang nhap (?:\S+ ){{0,3}}(?:khac|la))",
        rf"(?:biet|nam|co) (?:\S+ )?{_TOLD} (?:\S+ ){{0,3}}cua (?:\S+ )?(?:toi|em|me|bo|ba|ong|minh)",
        r"(?:doa|ham doa|hu|ep|bat) (?:\S+ ){0,6}(?:tien|bat|giam|khong duoc|mot minh|anh|hinh|clip)",
        r"(?:xong|roi|moi) (?:\S+ ){0,4}(?:chan|chan so|bien mat|mat hut|xoa nick|moi biet)",
        r"khong rut (?:\S+ ){0,2}duoc",
        r"mat song",
        r"(?:i|have|was|been|got|just) (?:\S+ )?(?:scammed|cheated|tricked|hacked|robbed)",
        r"(?:gave|told|sent|read|typed) (?:\S+ ){0,5}(?:otp|code|password|numbers|card)",
        r"(?:installed|controls?|controlled|threaten|blackmail|arrested|hang up|by itself)",
        r"(?:took|stole|lost) (?:\S+ ){0,3}(?:money|everything)|money (?:\S+ ){0,3}gone",
    )
]
# Said so plainly that the model is not asked.
_PLAINLY = [
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        rf"{_DONE} (?:\S+ ){{0,2}}{_GAVE} (?:\S+ ){{0,2}}{_THEY} (?:\S+ ){{0,3}}{_TOLD}",
        rf"{_DONE} (?:\S+ ){{0,2}}{_GAVE} (?:\S+ ){{0,5}}{_TOLD} (?:\S+ ){{0,2}}cho (?:\S+ ){{0,1}}{_THEY}",
        rf"{_GAVE} (?:\S+ ){{0,2}}{_TOLD} cho (?:\S+ ){{0,1}}{_THEY} (?:\S+ ){{0,3}}{_OVER}",
        rf"bi {_THIEF} (?:\S+ ){{0,3}}(?:het|sach|mat) (?:\S+ ){{0,2}}(?:tien|trieu|cua)",
        rf"bi {_THIEF} (?:\S+ ){{0,2}}(?:mat )?(?:\d+ )?(?:tien|trieu|tr|nghin) (?:\S+ ){{0,2}}roi",
        r"chuyen (?:\S+ ){0,3}tien cho (?:\S+ ){0,3}(?:lua dao|gia danh|ke gian)",
    )
]
# All that somebody says, and nothing besides: too short for the model to weigh, and never the answer to a question.
_CRIES = re.compile(
    rf"(?:(?:toi|da|vua|moi) )?(?:bi {_THIEF}|(?:bi )?mat (?:het |sach )?tien|(?:bi |lo )?lo {_CODE})(?: roi)?"
    r"|(?:i )?(?:was |got |have been )?(?:scammed|cheated|robbed)|(?:i )?lost (?:my |all my )?money"
)
# Still only asking, planning or afraid: then the model must be nearly certain.
_CALM = [
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        r"(?:chua|khong|so|tranh|phong|phong tranh|khoi|dinh|sap) (?:\S+ )?(?:bi|mat|cai|lua|lua dao|chuyen|nham|dua|nhap)",
        r"(?:co nen|la sao|la gi|the nao la|nhan biet|phan biet|lam sao tranh|co duoc)",
        r"(?:tru|nop|thanh toan|dong) (?:\S+ ){0,3}(?:2|hai) lan",
        r"(?:ho so|le phi|bien lai|cong dich vu cong|thu tuc|mien phi)",
        r"(?:bao|bi bao) (?:\S+ )?(?:sai|loi|khong dung|het han)",
        r"(?:nham|lon) (?:\S+ ){0,4}(?:tai khoan|nguoi|so|tien)",
        r"(?:facebook|gmail|tiktok|icloud|game|win|vssid|smartca|mysign|chu ki so)",
        r"(?:co|phai) (?:\S+ ){0,2}(?:mat|ton) (?:\S+ )?(?:tien|phi)",
        r"(?:het|ton|mat) (?:\S+ ){0,2}(?:bao nhieu|may) tien",
    )
]
# Chosen from the cost of each on the folds (docs/why/finding.md).
PLAINLY, SIGNED, CALMED_SIGN, UNSIGNED, CALMED = 0.0, 0.02, 0.35, 0.2, 0.5


def threshold(words: Sequence[str]) -> float:
    """How sure the model must be that the question is urgent, given these words."""
    text = " ".join(words)
    signed = any(sign.search(text) for sign in _SIGNS)
    if any(calm.search(text) for calm in _CALM):
        return CALMED_SIGN if signed else CALMED
    if _CRIES.fullmatch(text) or any(sign.search(text) for sign in _PLAINLY):
        return PLAINLY
    if signed:
        return SIGNED
    return UNSIGNED if len(words) > 2 else CALMED
