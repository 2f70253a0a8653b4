"""A second corpus of made-up secrets, written from what people could send and not from what the guard looks for."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

SPACES = (" ", "\u00a0", "\u2009", "\u202f", "\u3000", "\t", "  ", "\n", "\r\n", " \n ")
POINTS = (".", "-", "/", "_", "·", "•", "–", "—", "*", "|", "~", "'", "’", ":", "+", ",", "、", "…", "‧", "⁃", "−")
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u180e", "\ufe0f")
ZEROS = "0０٠۰०০๐໐០၀߀𝟎𝟘𝟢𝟬𝟶"
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
LOWERED = "₀₁₂₃₄₅₆₇₈₉"
RINGED = "⓪①②③④⑤⑥⑦⑧⑨"
KEYCAP = "\ufe0f\u20e3"
NAMES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
OTHER_NAMES = {0: ("ko", "hông", "zero", "lẻ", "linh"), 1: ("mốt", "mot"), 4: ("tư",), 5: ("lăm", "nhăm"), 7: ("bẩy",)}
CUTS = ((3, 3, 3, 3), (4, 4, 4), (2, 2, 2, 2, 2, 2), (6, 6), (1,) * 12, (3, 1, 2, 6), (5, 4, 3), (3, 4, 5), (1, 2, 3, 6), (9, 3),
        (7, 5), (2, 10), (8, 4))


@dataclass(frozen=True)
class Attack:
    text: str
    secret: str
    way: str
    bare: int
    """How many digits and letters beside the secret stay, however it is masked."""

    def leaks(self, out: str) -> str:
        """What is left of the secret: digits of any script, or a part of three signs and more; nothing where it is gone."""
        left = unicodedata.normalize("NFC", out)
        secret = unicodedata.normalize("NFC", self.secret)
        if secret in left:
            return secret
        over = _digits(left) - self.bare
        return f"{over} digits" if over > 0 else ""


def _digits(text: str) -> int:
    return sum(unicodedata.numeric(sign, -1.0) in range(10) and not sign.isalpha() for sign in text)


def unmarked(text: str) -> str:
    split = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def _cut(rng: Random, digits: str) -> list[str]:
    fitting = [cut for cut in CUTS if sum(cut) == len(digits)]
    if not fitting:
        size = rng.choice((1, 2, 3, 4))
        return [digits[at:at + size] for at in range(0, len(digits), size)]
    parts, at = [], 0
    for size in rng.choice(fitting):
        parts.append(digits[at:at + size])
        at += size
    return parts


def _read(rng: Random, digits: str) -> str:
    return " ".join(rng.choice((NAMES[int(d)], NAMES[int(d)], *OTHER_NAMES.get(int(d), ())[:1])) for d in digits)


def _pair(rng: Random, two: str) -> str:
    """Two digits read as a number: 21 "hai mốt" or "hai mươi mốt", 05 "lẻ năm", 14 "mười bốn"."""
    ten, one = int(two[0]), int(two[1])
    if ten == 0:
        return f"{rng.choice(('không', 'lẻ', 'linh'))} {NAMES[one]}"
    last = {1: "mốt" if ten > 1 else "một", 4: "tư" if ten > 1 else "bốn", 5: "lăm"}.get(one, NAMES[one])
    if ten == 1:
        return "mười" if one == 0 else f"mười {last}"
    if one == 0:
        return f"{NAMES[ten]} mươi"
    return rng.choice((f"{NAMES[ten]} mươi {last}", f"{NAMES[ten]} {last}"))


def _in_pairs(rng: Random, digits: str) -> str:
    mark = rng.choice((" ", ", ", " - "))
    return mark.join(_pair(rng, digits[at:at + 2]) if len(digits[at:at + 2]) == 2 else NAMES[int(digits[at])]
                     for at in range(0, len(digits), 2))


def _shaded(row: str, digits: str) -> str:
    return "".join(row[int(digit)] for digit in digits)


def _script(rng: Random, digits: str) -> str:
    zero = ord(rng.choice(ZEROS))
    return "".join(chr(zero + int(digit)) for digit in digits)


def _half_words(rng: Random, digits: str) -> str:
    return " ".join(rng.choice((digit, NAMES[int(digit)])) for digit in digits)


def _lookalike(rng: Random, digits: str) -> str:
    return "".join(rng.choice((d, {"0": "O", "1": "l"}.get(d, d))) for d in digits)


WAYS: dict[str, Callable[[Random, str], str]] = {
    "plain": lambda _, d: d,
    "spaces": lambda r, d: r.choice(SPACES).join(_cut(r, d)),
    "points": lambda r, d: r.choice(POINTS).join(_cut(r, d)),
    "wide points": lambda r, d: f" {r.choice(POINTS)} ".join(_cut(r, d)),
    "mixed marks": lambda r, d: r.choice((". ", "- ", ", ", " /", "\u00a0- ")).join(_cut(r, d)),
    "unseen": lambda r, d: r.choice(UNSEEN).join(r.choice((list(d), _cut(r, d)))),
    "unseen and spaced": lambda r, d: (r.choice(UNSEEN) + " ").join(_cut(r, d)),
    "script": _script,
    "script in groups": lambda r, d: " ".join(_script(r, p) for p in _cut(r, d)),
    "raised": lambda r, d: _shaded(r.choice((RAISED, LOWERED, RINGED)), d),
    "keycaps": lambda r, d: r.choice(("", " ")).join(x + KEYCAP for x in d),
    "words": _read,
    "words unmarked": lambda r, d: unmarked(_read(r, d)),
    "words with stops": lambda r, d: r.choice((", ", ". ", " - ", "\n", "… ")).join(_read(r, d).split()),
    "pairs": _in_pairs,
    "pairs unmarked": lambda r, d: unmarked(_in_pairs(r, d)),
    "half words": _half_words,
    "half words unmarked": lambda r, d: unmarked(_half_words(r, d)),
    "decomposed words": lambda r, d: unicodedata.normalize("NFD", _read(r, d)),
    "capitals": lambda r, d: _read(r, d).upper(),
    "letters for digits": _lookalike,
    "brackets": lambda r, d: "".join(f"({p})" for p in _cut(r, d)),
}
SHORT = tuple(way for way in WAYS if way not in ("letters for digits", "brackets"))

ID_TALK = ("{}", "số nè anh {}", "cccd mẹ em {} á", "gửi bác số căn cước {} cháu xin cảm ơn", "cmnd: {}",
           "em có cái thẻ ghi {} là số gì",
           "tra giùm con {}", "cho con hỏi {} có đúng ko", "số định danh cá nhân {} đăng nhập không được",
           "căn cước của tui nè: {}",
           "my citizen id is {}", "the number on my card: {}", "thẻ ghi {}", "Căn cước công dân số {} cấp tại Hà Nội",
           "cụ bà nhà cháu, {}, chưa có VNeID", "anh nhập giúp: {}", "hộ 15, cccd {}", "bố tên Hùng, cccd là {}", "số giấy tờ {}")
OTP_TALK = ("otp {}", "otp là {}", "mã otp: {}", "ma otp {}", "Mã xác thực là {}", "ma xac nhan {}", "mã OTP của em {}",
            "otp nè {}",
            "mã otp gửi về là {} đúng không bác", "vneid gửi mã otp {}", "cháu nhận được mã otp {}", "mã kích hoạt {}",
            "my otp is {}", "verification code {}", "otp về rồi: {}", "đây mã otp nhé {}", "{} là otp", "mã đăng nhập {}")
BARE_SIX = ("{}", "dạ {}", "{} ạ", "{} nha bác", "dạ đây ạ {}", "nè {}", "vâng {}")
PASS_TALK = ("mật khẩu là {}", "mk {}", "mk là {} nha", "pass: {}", "pass em là {}", "mat khau {}", "mật khẩu vneid: {}",
             "mật khẩu của tôi là {}", "mật khẩu đây: {}", "password is {}", "mk em đặt {}", "passcode là {}",
             "mat khau cua me em la {}",
             "nhập mật khẩu {} giúp em", "mật khẩu điện thoại {}", "mật khẩu mới là {} nhé bác")
CARD_TALK = ("{}", "số thẻ {}", "thẻ ATM {}", "thẻ visa của em {}", "số thẻ ngân hàng là {}", "em bị nuốt thẻ {}", "card {}",
             "thẻ số {} bị khóa")
ACCOUNT_TALK = ("stk {}", "số tài khoản {}", "so tai khoan cua em {}", "STK vietcombank: {}", "gửi vào stk {} giúp",
                "tài khoản ngân hàng số {}")
SYLLABLES = ("tho", "meo", "lan", "hung", "gao", "nui", "bien", "que", "sen", "mai", "vuon", "trang")


def _drawn(rng: Random, size: int) -> str:
    return "".join(str(rng.randint(0, 9)) for _ in range(size))


def _citizen(rng: Random) -> str:
    return f"{rng.choice((1, 2, 4, 25, 30, 34, 38, 49, 66, 79, 92, 96)):03}{rng.randint(0, 3)}{_drawn(rng, 8)}"


def _card(rng: Random) -> str:
    body = rng.choice(("4", "52", "54", "9704", "3530", "62")) + _drawn(rng, 15)
    body = body[:15]
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _password(rng: Random) -> str:
    word = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 2)))
    number = _drawn(rng, rng.randint(2, 5))
    return rng.choice((word + number, word.capitalize() + number, f"{word}@{number}", f"{word.capitalize()}#{number}!",
                       number + word,
                       f"{word}-{number}", f"{word.upper()}{number}", f"{word}.{number}", _drawn(rng, 6), f"{word}*{number}#"))


def _six(rng: Random) -> str:
    return str(rng.randint(1, 9)) + _drawn(rng, 4) + str(rng.randint(1, 9))


def _made(rng: Random, way: str, talk: Sequence[str], digits: str) -> Attack:
    before, after = rng.choice(talk).split("{}")
    if rng.random() < 0.35:
        before, after = unmarked(before), unmarked(after)
    secret = WAYS[way](rng, digits) if way in WAYS else digits
    text = before + secret + after
    if rng.random() < 0.25:
        text = unicodedata.normalize("NFD", text)
    return Attack(text, secret, way, _digits(before) + _digits(after))


def attacks(count: int = 6000, seed: int = 5) -> Iterator[Attack]:
    rng = Random(seed)
    ways, short = list(WAYS), list(SHORT)
    for place in range(count):
        way, brief = ways[place % len(ways)], short[place % len(short)]
        kind = rng.randrange(12)
        if kind < 4:
            yield _made(rng, way, ID_TALK, _citizen(rng))
        elif kind < 5:
            yield _made(rng, way, ID_TALK[2:9], rng.choice("0123") + _drawn(rng, 8))
        elif kind < 8:
            yield _made(rng, brief, OTP_TALK, _drawn(rng, rng.choice((4, 6, 6, 6, 8))))
        elif kind < 9:
            way = rng.choice(("plain", "spaces", "script", "words", "words unmarked", "pairs", "keycaps"))
            yield _made(rng, way, BARE_SIX, _six(rng))
        elif kind < 10:
            yield _made(rng, "password", PASS_TALK, _password(rng))
        elif kind < 11:
            yield _made(rng, rng.choice(("plain", "spaces", "points", "wide points", "unseen", "script", "keycaps", "words")),
                        CARD_TALK, _card(rng))
        else:
            way = rng.choice(("plain", "spaces", "points", "script", "unseen"))
            yield _made(rng, way, ACCOUNT_TALK, _drawn(rng, rng.randint(9, 14)))


PHONE_MARKS = (" ", ".", "-", "\u00a0", " - ", "\u2009", "")
PHONE_TALK = ("{}", "gọi lại em {}", "sđt mẹ em {} nha", "sdt: {}", "số dt bác Tư {}", "zalo em {}", "có gì alo {}", "lh {}",
              "{} nhé", "hộ 7 đt {} chưa gặp", "máy bàn {}", "em bị lừa, số nó gọi là {}", "báo {} giúp bác",
              "tổng đài {} có đúng không")
HOTLINES = ("18001096", "1800 1096", "19000368", "1900 0368", "1900.0368", "19009068", "1900 9068", "0692342593",
            "069 2348 560", "113",
            "114", "115", "156", "1022", "5656", "1414")


def phones(count: int = 3000, seed: int = 6) -> Iterator[str]:
    rng = Random(seed)
    for _ in range(count):
        body = rng.choice(("32", "33", "36", "39", "52", "56", "58", "70", "77", "81", "85", "86", "90", "93", "97",
        "98")) + _drawn(rng, 7)
        mark = rng.choice(PHONE_MARKS)
        parts = rng.choice(((2, 3, 4), (3, 3, 3), (2, 2, 2, 3), (3, 2, 4)))
        cut, at = [], 0
        for size in parts:
            cut.append(body[at:at + size])
            at += size
        said = rng.choice(("0", "0", "0", "+84", "+84 ", "84", "(+84) ")) + mark.join(cut)
        landline = "02" + rng.choice(("4", "8", "09", "13", "16", "36")) + _drawn(rng, 8)
        number = rng.choice((said, said, said, said, landline[:11], rng.choice(HOTLINES)))
        yield rng.choice(PHONE_TALK).replace("{}", number)


DAYS = ("23/11/2026", "1/7/2025", "05-03-2026", "30.4.2027", "2026-11-23", "23/11", "2/9")
DAILY = ("{h} xong", "{h} {h} {h} vang; {h} xong", "{h}, {h}, {h} vắng, {h} xong", "{h} hẹn {d}", "hôm qua {h} xong",
         "{h}-{h} vang", "{h} vuong otp",
         "{h} vướng: quên mật khẩu", "{d} {h} {h} xong", "hộ {h} {h} {h} {h} {h} {h} đã cài", "{h} đi xa đến 2/2027",
         "{h} xong\n{h} vang\n{h} hen t7",
         "phí {m}", "lệ phí {m} hay {m}", "đóng {m} ngày {d}", "mất {m} rồi", "nộp {m} x 2 = {m}", "hồ sơ {c}",
         "mã hồ sơ {c} đến đâu rồi", "{c}",
         "hẹn {t} {d}", "từ {t} đến {t} ngày {d}", "sinh ngày {d}", "kiểm tra {q}", "xã có {q} hộ, {h} đã xong",
         "thủ tục 1.004194.000.00.00.H23",
         "Luật 26/2023/QH15 và nghị định 69/2024/NĐ-CP", "số nhà {h}/{h} đường 3/2", "chờ otp {h} phút",
         "năm sinh 1965, 1968, 1970", "được {h}/{h} hộ rồi",
         "hộ {h} có {h} người, {h} máy, {h} tài khoản", "tuần 47 năm 2026: {h} hộ, tuần 48: {h} hộ", "{h} xong 2 nguoi",
         "xom 5: {h} {h} {h} hen 19h")


def daily(count: int = 3000, seed: int = 7) -> Iterator[str]:
    """Household numbers, quick logs, dates, fees and codes of dossiers."""
    rng = Random(seed)
    for _ in range(count):
        line = rng.choice(DAILY)
        while "{" in line:
            for blank, value in _everyday(rng).items():
                line = line.replace(blank, value, 1)
        yield unmarked(line) if rng.random() < 0.4 else line


def _everyday(rng: Random) -> dict[str, str]:
    amount = f"{rng.choice((5, 20, 75, 100, 200, 1500)) * 1000:,}".replace(",", rng.choice((".", ".", ",")))
    office = rng.choice((f"H{rng.randint(10, 63)}.{rng.randint(10, 99)}", f"000.00.{rng.randint(10, 99)}.H{rng.randint(10, 63)}",
                         f"000.{rng.randint(10, 99)}.{rng.randint(10, 99)}.G{rng.randint(10, 22)}"))
    return {
        "{h}": str(rng.randint(1, 320)), "{d}": rng.choice(DAYS), "{m}": amount + rng.choice(("đ", " đồng", " vnd", "đ")),
        "{t}": f"{rng.randint(6, 20)}{rng.choice(('h', 'h30', ':15', 'g'))}", "{q}": _drawn(rng, 4),
        "{c}": f"{office}-{_drawn(rng, 6)}-{_drawn(rng, 4)}",
    }
