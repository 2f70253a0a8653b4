"""A seeded corpus of made-up secrets and of innocent messages, as people write them; numbers are drawn by chance."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from content.redact import MASK, Secret

_DIGIT_WORDS = (
    ("không",),
    ("một",),
    ("hai",),
    ("ba",),
    ("bốn", "tư"),
    ("năm", "lăm"),
    ("sáu",),
    ("bảy", "bẩy"),
    ("tám",),
    ("chín",),
)
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_PASSWORD_WORDS = (
    "hoa",
    "lan",
    "nha",
    "minh",
    "yeu",
    "bong",
    "vang",
    "bien",
    "xuan",
    "ha",
    "thu",
    "dong",
    "matkhau",
    "banmoi",
    "vneid",
    "hanoi",
    "saigon",
    "conmeo",
)
_TEEN = {
    "không": "ko",
    "được": "đc",
    "em": "e",
    "với": "vs",
    "rồi": "r",
    "gì": "j",
    "bạn": "b",
    "mình": "mk",
    "mật khẩu": "mk",
}


@dataclass(frozen=True)
class Case:
    before: str
    secret: str
    after: str
    kind: Secret

    @property
    def text(self) -> str:
        return self.before + self.secret + self.after

    @property
    def masked(self) -> str:
        return unicodedata.normalize("NFC", self.before + MASK + self.after)

    def leaks(self, out: str) -> bool:
        """Whether a piece of the secret stands in what came out more often than it would beside a perfect mask."""
        pieces = re.findall(r"\w+", unicodedata.normalize("NFC", self.secret))
        return any(out.count(piece) > self.masked.count(piece) for piece in pieces) or _digits(out) > _digits(
            self.masked
        )


def _digits(text: str) -> int:
    return sum(unicodedata.digit(char, -1) >= 0 for char in text)


def bare(text: str) -> str:
    text = text.replace("đ", "d").replace("Đ", "D")
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text)))


def _drawn(rng: Random, size: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(size))


def citizen_number(rng: Random) -> str:
    return f"{rng.randint(1, 96):03}{rng.randint(0, 3)}{rng.randint(0, 99):02}{_drawn(rng, 6)}"


def old_number(rng: Random) -> str:
    return rng.choice("0123") + _drawn(rng, 8)


def card_number(rng: Random) -> str:
    body = rng.choice(("4", "51", "55", "9704")) + _drawn(rng, 15)
    body = body[:15]
    doubled = "".join(str(int(digit) * (2 - place % 2)) for place, digit in enumerate(body))
    return body + str(-sum(map(int, doubled)) % 10)


def _grouped(rng: Random, digits: str) -> str:
    mark = rng.choice(
        (" ", ".", "-", " - ", "_", "/", "  ", "\u200b", "\u00a0", "\n", " . ", ",", ", ", "·", "\u2009", "–")
    )
    sizes = rng.choice(((3,), (4,), (1,), (2,), (3, 3, 6), (3, 1, 2, 6), (6,), (5,), (3, 9), (9, 3), (2, 4), (1, 2, 3)))
    pieces, at, turn = [], 0, 0
    while at < len(digits):
        pieces.append(digits[at : at + sizes[turn % len(sizes)]])
        at += sizes[turn % len(sizes)]
        turn += 1
    return mark.join(pieces)


def _spoken(rng: Random, digits: str) -> str:
    words = [rng.choice(_DIGIT_WORDS[int(digit)]) for digit in digits]
    every = rng.choice((0, 0, 3, 4))
    return " ".join(
        word + ("," if every and place % every == every - 1 and place + 1 < len(words) else "")
        for place, word in enumerate(words)
    )


def _mixed(rng: Random, digits: str) -> str:
    return " ".join(rng.choice((digit, rng.choice(_DIGIT_WORDS[int(digit)]))) for digit in digits)


def _other_script(rng: Random, digits: str) -> str:
    zero = rng.choice("０٠۰०๐𝟎𝟬")
    return "".join(chr(ord(zero) + int(digit)) for digit in digits)


def written(rng: Random, digits: str) -> str:
    forms: tuple[tuple[int, Callable[[], str]], ...] = (
        (6, lambda: digits),
        (8, lambda: _grouped(rng, digits)),
        (2, lambda: _spoken(rng, digits)),
        (2, lambda: bare(_spoken(rng, digits))),
        (1, lambda: _mixed(rng, digits)),
        (1, lambda: " ".join(_ENGLISH[int(digit)] for digit in digits)),
        (1, lambda: _other_script(rng, digits)),
        (1, lambda: "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(digit)] for digit in digits)),
        (1, lambda: "".join(digit + "\ufe0f\u20e3" for digit in digits)),
        (1, lambda: "\u200b".join(digits)),
    )
    return rng.choices([form for _, form in forms], [weight for weight, _ in forms])[0]()


def password(rng: Random) -> str:
    word = rng.choice(_PASSWORD_WORDS)
    word = rng.choice((word, word.title(), word.upper()))
    number = _drawn(rng, rng.randint(2, 6))
    return rng.choice(
        (
            f"{word}{number}",
            f"{word}@{number}",
            f"{word}{number}!",
            f"{word}#{number}",
            f"{number}{word}",
            f"{word}_{number}",
            number + _drawn(rng, 4),
            f"{word}.{number}x",
            f"@{word}{number}$",
        )
    )


_ID_SENTENCES = (
    "{}",
    "CCCD của em là {}",
    "số căn cước công dân: {}",
    "cccd {}",
    "em gửi số {} ạ",
    "Bác ơi số của mẹ cháu {} đúng chưa",
    "CMND cũ {} còn dùng được không",
    "căn cước mới {} đây anh",
    "đăng ký giúp tôi, số định danh {}",
    "Số: {}",
    "hộ 12 cccd {} chưa cài",
    "tôi sinh 12/05/1990, số {}",
    "{} là căn cước của bố em",
    "nhập {} mà nó báo sai",
    "sđt 0912345678 cccd {}",
    "chứng minh thư {} cấp ngày 3/4/2009",
    "CCCD:{}",
    "nhờ anh tra hộ ({}) nhé",
    "{}; em cảm ơn",
    "cho hỏi thẻ số {} làm lại ở đâu",
    "ho ten ba toi, can cuoc {}",
    "mã định danh cá nhân của cháu bé: {}",
    "vợ em {} còn em thì chưa có",
    "gọi em 0987 654 321, căn cước {}",
    "My ID number is {}",
    "số trên thẻ ghi là {}",
)
_CODE_SENTENCES = (
    "mã OTP là {}",
    "otp {}",
    "OTP của em là {}",
    "mã xác thực {}",
    "mã xác nhận: {}",
    "nó gửi mã xác nhận về là {}",
    "otp: {} ạ",
    "mã là {}",
    "Your verification code is {}",
    "{} là mã OTP",
    "{} là mã xác thực của bạn",
    "ma otp vneid {}",
    "OTP={}",
    "VNeID: Ma xac thuc cua ban la {}. Khong cung cap cho ai",
    "mã kích hoạt của bác là {}",
    "em nhận được otp là {} nhé",
    "otp nó gửi về {}",
    "bác ơi mã otp đây {}",
    "mã OTP của em nè: {}",
    "security code: {}",
    "mã bảo mật là {}",
)
_SIX_SENTENCES = (
    "{}",
    "dạ {}",
    "{} ạ",
    "đây ạ {}",
    "nó nhắn về {} bác ơi",
    "mã về rồi {}",
    "em đọc {} cho người ta rồi, có sao không",
    "người ta bảo đọc otp, em đọc {} rồi",
    "tin nhắn gửi về là {}",
    "nhập mã {} không được",
    "mã {} hết hạn rồi",
)
_PASSWORD_SENTENCES = (
    "mật khẩu là {}",
    "mật khẩu: {}",
    "mk: {}",
    "mk {}",
    "pass {}",
    "password={}",
    "mật khẩu VNeID của em là {}",
    "pass là {} nhé",
    "mật khẩu wifi {}",
    "mk của em là {}",
    "mật khẩu em đặt là {} mà nó báo sai",
    "Password: {}",
    "mật khẩu mới {}",
    "passcode {}",
    "tài khoản lan, mật khẩu {}",
    "mk zalo e là {} nha",
    "{} là mật khẩu của em",
    "đổi mật khẩu thành {}",
    "mật khẩu:\n{}",
    "mật khẩu đăng nhập là: {}",
    "my password is {}",
    "mk vneid {} bị khoá rồi",
    "mật khẩu của bác {}, nhập giúp bác",
)
_PIN_SENTENCES = (
    "passcode {}",
    "passcode là {}",
    "mã pin {}",
    "mã pin thẻ của em là {}",
    "mật khẩu {}",
    "mk là {}",
    "pin: {}",
)
_ACCOUNT_SENTENCES = (
    "stk {}",
    "STK: {} Vietcombank",
    "số tài khoản {}",
    "số tài khoản của em là {}",
    "so tk {} agribank",
    "stk mb {} nhé",
    "số tài khoản ngân hàng BIDV của tôi: {}",
    "chuyển vào stk {} giúp em",
    "Vietcombank {}",
    "tài khoản ngân hàng {}",
)
_CARD_SENTENCES = (
    "{}",
    "số thẻ {}",
    "thẻ visa {} hết hạn 12/27",
    "thẻ atm của em {}",
    "em có thẻ {} bị nuốt",
    "card number {}",
)


def _styled(rng: Random, sentence: str) -> str:
    style = rng.randrange(4)
    if style == 1:
        return bare(sentence)
    if style == 2:
        for word, short in _TEEN.items():
            sentence = re.sub(rf"\b{word}\b", short, sentence)
        return bare(sentence) if rng.random() < 0.5 else sentence
    return sentence.upper() if style == 3 and rng.random() < 0.3 else sentence


def _case(rng: Random, sentences: tuple[str, ...], secret: str, kind: Secret) -> Case:
    before, after = _styled(rng, rng.choice(sentences)).split("{}")
    case = Case(before, secret, after, kind)
    if rng.random() < 0.2:
        before, secret, after = (unicodedata.normalize("NFD", part) for part in (before, secret, after))
        case = Case(before, secret, after, kind)
    return case


def _code(rng: Random, size: int) -> str:
    digits = str(rng.randint(1, 9)) + _drawn(rng, size - 2) + str(rng.randint(1, 9))
    half = size // 2
    return rng.choice(
        (
            digits,
            digits,
            digits,
            f"{digits[:half]} {digits[half:]}",
            f"{digits[:half]}-{digits[half:]}",
            " ".join(digits),
            _spoken(rng, digits),
            bare(_spoken(rng, digits)),
            _other_script(rng, digits),
        )
    )


def secrets(count: int = 6000, seed: int = 20261123) -> Iterator[Case]:
    rng = Random(seed)
    for place in range(count):
        turn = place % 12
        if turn < 4:
            number = citizen_number(rng) if rng.random() < 0.7 else old_number(rng)
            yield _case(rng, _ID_SENTENCES, written(rng, number), Secret.id_number)
        elif turn < 6:
            yield _case(rng, _CODE_SENTENCES, _code(rng, rng.choice((4, 5, 6, 6, 6, 7, 8))), Secret.otp)
        elif turn < 7:
            digits = str(rng.randint(1, 9)) + _drawn(rng, 4) + str(rng.randint(1, 9))
            yield _case(rng, _SIX_SENTENCES, digits, Secret.otp)
        elif turn < 9:
            yield _case(rng, _PASSWORD_SENTENCES, password(rng), Secret.password)
        elif turn < 10:
            yield _case(rng, _PIN_SENTENCES, _drawn(rng, rng.choice((4, 6, 6))), Secret.password)
        elif turn < 11:
            number = rng.choice((card_number(rng),) * 2 + (_drawn(rng, rng.randint(9, 15)),))
            yield _account(rng, number)
        else:
            yield _account(rng, card_number(rng))


def _account(rng: Random, number: str) -> Case:
    fours = " ".join(re.findall(".{1,4}", number))
    shape = rng.choice((number, number, fours, fours.replace(" ", "-"), fours.replace(" ", ".")))
    sentences = _CARD_SENTENCES if len(number) == 16 else _ACCOUNT_SENTENCES
    return _case(rng, sentences, shape, Secret.bank_card)


def phone(rng: Random) -> str:
    mark = rng.choice(("", "", " ", ".", "-", " - "))
    if rng.random() < 0.25:
        area = rng.choice(("024", "028", "0209", "0236", "0204", "0225"))
        rest = _drawn(rng, 11 - len(area))
        return rng.choice((area + rest, f"({area}) {rest}", f"{area}{mark}{rest[:4]}{mark}{rest[4:]}"))
    body = rng.choice(("32", "38", "56", "70", "79", "81", "88", "90", "91", "96", "98")) + _drawn(rng, 7)
    head = rng.choice(("0", "0", "0", "+84", "+84 ", "84 ", "84", "0084", "0084 ", "+84-"))
    sizes = rng.choice(((2, 3, 4), (3, 3, 3), (3, 6), (1, 2, 3, 3), (3, 2, 2, 2), (9,)))
    pieces, at = [], 0
    for size in sizes:
        pieces.append(body[at : at + size])
        at += size
    return head + mark.join(pieces)


_HOTLINES = (
    "18001096",
    "1900 0368",
    "19009068",
    "1900.0368",
    "156",
    "5656",
    "113",
    "1022",
    "069 2348 560",
    "0692348560",
    "1414",
    "1800 1096",
    "1900 558818",
)
_PHONE_SENTENCES = (
    "sđt {}",
    "{}",
    "gọi em {} nhé",
    "số điện thoại của bác là {}",
    "liên hệ {} để được giúp",
    "hộ 12 sđt {} vắng",
    "zalo {}",
    "cccd chưa có, sđt {}",
    "không nhận được otp, gọi {} được không",
    "quên mật khẩu gọi {}",
    "{} hoặc {}",
    "{}, {}",
    "{} - {}",
    "{}\n{}",
    "số {} là của con em",
    "lừa đảo xin otp, báo {} nhé",
    "đổi mk vneid thì gọi {} hả",
)
_QUIET = (
    "quên mật khẩu thì làm sao",
    "đổi mk vneid",
    "mật khẩu là gì",
    "quên mật khẩu vneid phải làm thế nào",
    "OTP là gì vậy bác",
    "không nhận được otp",
    "mã otp không về",
    "mk là người mới",
    "đưa otp rồi có sao không",
    "mật khẩu có {small} ký tự trở lên",
    "passcode {small} số quên rồi",
    "chờ otp {small} phút chưa thấy",
    "nhập sai mk {small} lần bị khoá",
    "otp có mấy số",
    "đặt mật khẩu thế nào cho an toàn",
    "đổi mật khẩu ngày {date}",
    "mật khẩu gồm chữ và số đúng không",
    "mk vneid bị khoá {small} ngày",
    "số tài khoản sai thì sao",
    "chuyển nhầm số tài khoản lấy lại được không",
    "công an gọi đòi otp lúc {time} ngày {date}",
    "{home} vướng otp",
    "{home} quên mk; {home} vắng",
    "mật khẩu căn cước điện tử là sao",
    "mật khẩu và passcode khác gì nhau",
    "mất {money} vì đưa otp",
    "mã xác thực hết hạn sau {small} phút",
    "làm căn cước mất {money} đúng không",
    "cccd hết hạn {date}",
    "mật khẩu: làm sao lấy lại?",
    "cmnd 9 số còn dùng được không",
    "cccd 12 số là số nào",
    "quên passcode từ {time} tới giờ",
)
_DAILY = (
    "kiểm tra {day}",
    "mã hôm nay {day}",
    "lệ phí {money}",
    "{money}",
    "hẹn {date}",
    "{time} {date}",
    "từ {date} {time} đến {date} {time}",
    "thủ tục {procedure}",
    "mã {procedure} làm ở đâu",
    "hồ sơ {dossier} tới đâu rồi",
    "{dossier}",
    "Nghị định {law}",
    "theo {law} và {law}",
    "{homes} vang; {home} xong; {home} hen t{small}",
    "{homes} vắng",
    "{homes} xong",
    "hộ {homes}",
    "{home} di xa den {small}/2027",
    "{home} xong\n{home} vang\n{home} hen {date}",
    "tổ có {home} hộ, {home} đã cài, còn {small}",
    "giá {money} hay {money}",
    "thu {money}, chi {money}, còn {money}",
    "năm {year} đến {year}",
    "{small},{small} km",
    "nhà số {home} ngõ {small}",
    "đợt {date} - {date}",
    "đã đi {home}/{home} hộ",
    "không biết ba năm nữa có được không",
    "hai ba nhà nữa là xong",
    "VNeID 2.2.{small}",
)


def _money(rng: Random) -> str:
    amount = rng.choice((5, 20, 50, 150, 300, 1500, 25000, 150000)) * 1000
    dotted = f"{amount:,}".replace(",", ".")
    plain = rng.choice((" đồng", "đ", " VND", "đồng", " đ"))
    return rng.choice(
        (f"{amount}{plain}", f"{dotted}{plain}", f"{dotted}đ", f"{amount // 1000}k", f"{amount // 1000} nghìn")
    )


def _filled(rng: Random, sentence: str) -> str:
    def one(found: re.Match[str]) -> str:
        date = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(2020, 2027)}"
        homes = rng.sample(range(1, 180), rng.randint(2, 9))
        values: dict[str, Callable[[], str]] = {
            "small": lambda: str(rng.randint(2, 9)),
            "date": lambda: rng.choice(
                (date, date.replace("/", "-"), date.replace("/", "."), date[:5], date.lstrip("0"))
            ),
            "time": lambda: f"{rng.randint(6, 21)}{rng.choice(':hg')}{rng.choice(('00', '15', '30', '45'))}",
            "home": lambda: str(rng.randint(1, 1500)),
            "homes": lambda: rng.choice((" ", ", ", ",")).join(
                map(str, sorted(homes) if rng.random() < 0.6 else homes)
            ),
            "money": lambda: _money(rng),
            "day": lambda: _drawn(rng, 4),
            "procedure": lambda: f"{rng.randint(1, 3)}.{rng.randint(0, 14999):06}",
            "dossier": lambda: rng.choice(
                (
                    f"H{rng.randint(1, 63):02}.{rng.randint(1, 99):02}-{_drawn(rng, 6)}-{_drawn(rng, 4)}",
                    f"G22.99.08-{_drawn(rng, 6)}-{_drawn(rng, 4)}",
                    f"000.00.14.H23-{_drawn(rng, 6)}-{_drawn(rng, 4)}",
                )
            ),
            "law": lambda: (
                f"{rng.randint(1, 340)}/{rng.randint(2015, 2026)}/{rng.choice(('NĐ-CP', 'QH15', 'TT-BCA', 'QĐ-TTg'))}"
            ),
            "year": lambda: str(rng.randint(2015, 2030)),
        }
        return values[found[1]]()

    return re.sub(r"\{(\w+)\}", one, sentence)


def innocents(count: int = 5000, seed: int = 20261123) -> Iterator[str]:
    rng = Random(seed)
    for place in range(count):
        if place % 2:
            numbers = re.sub(
                r"\{\}",
                lambda _: phone(rng) if rng.random() < 0.8 else rng.choice(_HOTLINES),
                _styled(rng, rng.choice(_PHONE_SENTENCES)),
            )
            yield numbers
        else:
            yield _filled(rng, _plain_styled(rng, rng.choice(_QUIET + _DAILY)))


def _plain_styled(rng: Random, sentence: str) -> str:
    return bare(sentence) if rng.random() < 0.4 else sentence
