"""Which runs of digits are identity numbers, bank numbers or one-time codes."""

import re
from collections.abc import Iterator
from itertools import pairwise

from content.redact_runs import TEN, Group, Run, is_everyday, is_list, is_phone, looks_like_phone, runs

Span = tuple[int, int]
_WEIGHED = 500  # groups of one run that are weighed one against another; nobody writes more, a flood goes whole
_LONGEST = 19  # digits of a card; more in one piece are several numbers run together
_SHORT = frozenset({"111", "112", "113", "114", "115", "156", "1022", "1414", "5656"})
_PHONE_SIZES = frozenset({8, 10, 11, 12, 13, 14})
_SIZES = _PHONE_SIZES | frozenset(range(9, _LONGEST + 1))
_WIDE = re.compile(r"[,;\n]")
_ID_WORD = re.compile(
    r"(?<![a-z])(?:cccd|cmnd|cmtnd|cmt|ddcn|can ?cuoc|chung minh|dinh danh|cong dan|id card|id number|citizen id)"
    r"(?![a-z])"
)
_ID_TOLD = re.compile(rf"{_ID_WORD.pattern}(?:[\s:=,.()\-–]+(?!chua|khong|k |ko|het|con )[a-z]+){{0,4}}[\s:=,.()\-–]*$")
_PHONE_AND_TWO = re.compile(
    r"(?<![0-9])(?:0[35789][0-9]{8}[^0-9a-z\x02,;\n]{1,4}[0-9]{2}|[0-9]{2}[^0-9a-z\x02,;\n]{1,4}0[35789][0-9]{8})(?![0-9])"
)
_PHONE_WORD = re.compile(
    r"(?<![a-z])(?:sdt|dt|dien thoai|goi|lien he|lh|hotline|tong dai|zalo|alo|so may|phone|call)(?![a-z])"
)
_LINK = r"[\s:=\-–>(\"'“]*(?:(?:la|is|thanh|nhu sau|day|ne)[\s:=\-–>(\"'“]*){0,2}"
_BANKS = (
    r"vietcombank|vcb|agribank|bidv|vietinbank|ctg|techcombank|tcb|mb ?bank|mb|acb|sacombank|vpbank|tpbank|hdbank|vib|"
    r"shb|ocb|msb|seabank|lpbank|lienvietpostbank|scb|eximbank|abbank|nam a bank|bac a bank|pvcombank|kienlongbank|momo"
)
_ACCOUNT = (
    r"(?:stk|sotk|so\s?tai\s?khoan|so\s?tk|tai khoan ngan hang|tk ngan hang|account (?:number|no\.?)|bank account|"
    r"so\s?the|ma the|the (?:atm|visa|master|mastercard|napas|tin dung|ngan hang|ghi no)|card number|visa|mastercard|"
    r"napas)"
)
_ACCOUNT_BEFORE = re.compile(rf"(?<![a-z]){_ACCOUNT}(?![a-z])((?:[\s,:.=()\-/]+[a-z.]+){{0,9}}){_LINK}$")
_LOOSE_BEFORE = re.compile(
    rf"(?<![a-z])(?:tk|tai khoan|ck|{_BANKS})(?![a-z])(?:\s+(?:{_BANKS}|cua|em|toi|minh|nay|so)){{0,3}}{_LINK}$"
)
_ANY_ACCOUNT = re.compile(rf"(?<![a-z])(?:tk|tai khoan|ck|{_ACCOUNT}|{_BANKS}|ngan hang)(?![a-z])")
_ACCOUNT_AFTER = re.compile(rf"[\s,\-]*(?:(?:day )?la\s+)?(?:{_ACCOUNT}|{_BANKS}|ngan hang)(?![a-z])")
_CODE_WORD = (
    r"(?:o\.?t\.?p|ma\s?(?:so )?(?:xac\s?(?:thuc|nhan|minh)|kich hoat|dang nhap|bao mat|an toan|giao dich|la|ve la|nhan duoc|ve|"
    r"ve may)|"
    r"ma\s?xn|ma\s?xt|(?:verification|security|confirmation|activation|login|auth\w*) code|code (?:is|la)|2fa)"
)
_CODE = re.compile(rf"(?<![a-z]){_CODE_WORD}(?![a-z])")
_SIX_TOLD = re.compile(
    r"(?<![0-9a-z])(?:6|sau) (?:chu )?so(?:[\s:=,.]+(?:la|do|nay|day|ne))*[\s:=]+"
    r"([0-9](?:[ .\-]?[0-9]){5})(?![ .\-]?[0-9])"
)
_BACK = re.compile(
    r"(?<![a-z])(?:cvv|cvc)2?(?:[\s:=]+(?:so|the|visa|cua|em|toi|minh|la|is)){0,4}[\s:=]*([0-9]{3,4})(?![0-9])"
)
"""Six digits said to be six; the number on the back of a card."""
_NEAR_WORD = (
    r"(?:vneid|zalo|cua|em|e|toi|t|minh|m|bac|con|chau|anh|chi|ban|tui|quy|khach|nhan|duoc|dc|gui|ve|moi|vua|no|may|dien|thoai|"
    r"sms|tin|nhan|la|is|day|ne|nay|nha|nhe|a|ak|roi|ma|so|code|your|dvc|ngan|hang|bank|cho|den|hien|len|xac|thuc|nhap|doc)"
)
_CODE_BEFORE = re.compile(rf"(?<![a-z]){_CODE_WORD}(?![a-z])(?:[\s:=,()\-]+{_NEAR_WORD}(?![a-z])){{0,7}}{_LINK}$")
_CODE_AFTER = re.compile(
    rf"[\s,:=\-]*(?:(?:day |chinh )?(?:la|is)\s+)?(?:my |the |cai )?(?:ma\s+)?{_CODE_WORD}(?![a-z])"
)
_WEAK = re.compile(r"(?<![a-z])(?:ma|code|nhan|gui|tin|sms|nhap|doc|so|ve|verify|g-)(?![a-z])|g-$")
_NOT_A_CODE = re.compile(
    r"(?<![a-z])(?:buu chinh|zip|ho so|thu tuc|ma ho|ma xa|ma tinh|don vi|van ban|cong van|gia|phi|tien|luong|phat|"
    r"kiem tra|hom nay)[\s:]*(?:so|la)?[\s:]*$"
)
_UNIT = re.compile(
    r"\s*(?:phut|giay|gio|ngay|thang|tuan|nam|lan|so|chu so|ky tu|ki tu|nguoi|ho|"
    r"nha(?!\s+(?:bac|anh|chi|em|con|co|chu|ong|ba|e)(?![a-z])|\W*$)|may|cai|k|tr|trieu|d|dong|vnd|"
    r"m2|km|kg|met|m|%)(?![a-z])"
)
_POLITE = re.compile(
    r"(?:[^\w\x02]|(?<![a-z])(?:da|vang|a|ak|ah|day|ne|nay|nha|nhe|em|e|bac|chau|anh|chi|ban|con|oi|roi|ok|u|uh|thua|co|chu|ong|ba"
    r"|g)(?![a-z]))*"
)
_DOUBLED = str.maketrans("0123456789", "0246813579")  # twice a digit, its two digits added


def luhn(digits: str) -> bool:
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def accounts(plain: str) -> Iterator[Span]:
    """Bank accounts and cards named as such, even when they look like a phone number."""
    if not _ANY_ACCOUNT.search(plain):
        return
    for run in runs(plain, 6):
        piece = _first_piece(run)
        if 6 <= sum(len(group.digits) for group in piece) <= 19 and _names_account(run, piece):
            yield piece[0].start, piece[-1].end


def _first_piece(run: Run) -> list[Group]:
    """The groups up to the first comma or line end, or only the first group when it is long by itself."""
    groups = run.groups[:20]
    if len(_gaps(run.plain, groups)) == 1 and all(len(group.digits) <= 4 for group in groups):
        return groups  # one number in small groups, whatever stands between them
    for place in range(1, len(groups)):
        if _WIDE.search(run.plain, groups[place - 1].end, groups[place].start):
            groups = groups[:place]
            break
    return groups if sum(len(group.digits) for group in groups) <= 19 else groups[:1]


def _gaps(plain: str, groups: list[Group]) -> set[str]:
    return {plain[one.end : two.start] for one, two in pairwise(groups)}


def _names_account(run: Run, piece: list[Group]) -> bool:
    digits = "".join(group.digits for group in piece)
    before = run.plain[max(0, run.start - 70) : run.start]
    named = _ACCOUNT_BEFORE.search(before)
    if named and not _PHONE_WORD.search(named[1]):
        return True
    if len(digits) < 8 or is_phone(piece, digits) or is_everyday(run.plain[piece[0].start : piece[-1].end]):
        return False
    return bool(_LOOSE_BEFORE.search(before) or _ACCOUNT_AFTER.match(run.plain, piece[-1].end))


def told_identities(plain: str) -> Iterator[Span]:
    """Twelve digits right after the words for them, though ten of them look like a telephone number."""
    for found in _PHONE_AND_TWO.finditer(plain):
        named = _ID_TOLD.search(plain, max(0, found.start() - 45), found.start())
        if named and not _PHONE_WORD.search(named[0]):
            yield found.span()


def identities(plain: str) -> Iterator[tuple[int, int, bool]]:
    """Spans of identity numbers and (True) of bank cards."""
    for run in runs(plain, 8):
        if len(run.groups) > _WEIGHED:
            if not is_list(run.groups, run.listed):
                yield run.start, run.end, False
            continue
        if len(run.groups) == 1 and len(run.digits) > _LONGEST:
            yield run.start, run.end, False
            continue
        found, known = _weigh(run)
        if _is_read_out(run) or (not known and (_is_misspelt(run) if not found else run.spoken)):
            found = [(run.start, run.end, False)]
        yield from found


def _names_identity(run: Run) -> bool:
    before = run.plain[max(0, run.start - 45) : run.start]
    named = list(_ID_WORD.finditer(before))
    return bool(named) and not _PHONE_WORD.search(before, named[-1].end())


def _is_read_out(run: Run) -> bool:
    """Named and in words, where a digit too few may be only how the tens were read."""
    return run.spoken and 8 - run.in_tens <= len(run.digits) <= 15 and _names_identity(run)


def _is_misspelt(run: Run) -> bool:
    """A digit too many or too few beside the word CCCD is still an identity number; so is a long one in words."""
    size = len(run.digits)
    long = size >= 9 - run.in_tens and run.spoken and not is_list(run.groups, True)
    return long or (8 <= size <= 15 and _names_identity(run))


def _weigh(run: Run) -> tuple[list[tuple[int, int, bool]], bool]:
    """Read the run as phones, identity numbers and cards so that the fewest digits stay unexplained."""
    groups, whole = run.groups, run.digits
    starts = [0]
    for group in groups:
        starts.append(starts[-1] + len(group.digits))
    gaps = [run.plain[one.end : two.start] for one, two in pairwise(groups)]
    mixed = len(set(gaps)) > 1
    wide = [mixed and bool(_WIDE.search(gap)) for gap in gaps]
    named = _names_identity(run) if len(whole) >= 9 else False
    if not named and is_list(groups, run.listed):
        return [], False
    best: list[tuple[float, int, str]] = [(0.0, 0, "")] * (len(groups) + 1)
    for one in range(len(groups) - 1, -1, -1):
        choice = (len(groups[one].digits) + best[one + 1][0], one + 1, "")
        crossed = 0
        for two in range(one, len(groups)):
            size = starts[two + 1] - starts[one]
            if size > _LONGEST:
                break
            crossed += two > one and wide[two - 1]
            if (size in _SIZES or two == one) and crossed + best[two + 1][0] + 0.1 < choice[0]:
                digits = whole[starts[one] : starts[two + 1]]
                kind = _kind(run, one, two + 1, digits, named)
                cost = crossed + best[two + 1][0] + (0.1 if kind == "phone" or digits[:1] == "0" else 0.3)
                if kind and cost < choice[0]:
                    choice = (cost, two + 1, kind)
        best[one] = choice
    return _spans(groups, best)


def _spans(groups: list[Group], best: list[tuple[float, int, str]]) -> tuple[list[tuple[int, int, bool]], bool]:
    spans, known, at = [], False, 0
    while at < len(groups):
        _, after, kind = best[at]
        known = known or kind == "phone"
        if kind in ("identity", "card"):
            spans.append((groups[at].start, groups[after - 1].end, kind == "card"))
        at = after
    return spans, known


def _kind(run: Run, one: int, after: int, digits: str, named: bool) -> str:
    """What these groups of a run are together; the dear questions last, for there are many to ask about."""
    size = len(digits)
    if digits in _SHORT or (size in _PHONE_SIZES and looks_like_phone(digits) and _is_phone(run, one, after, digits)):
        return "phone"
    if size < 13 and size not in (9, 12):
        return ""
    if size >= 13 and not (luhn(digits) or digits.startswith("9704")):
        return ""
    groups = run.groups[one:after]
    if not named and is_list(groups, run.listed):
        return ""
    if size < 13:
        return "identity" if named or not _phone_and_more(groups, digits) else ""
    return "card" if _is_card(run.plain, groups, digits) else ""


def _is_phone(run: Run, one: int, after: int, digits: str) -> bool:
    start = run.groups[one].start
    return is_phone(run.groups[one:after], digits, run.plain[max(0, start - 1) : start] == "+")


def _phone_and_more(groups: list[Group], digits: str) -> bool:
    """0912 345 678 12: a phone number in its usual groups and a household number after it."""
    sizes = [len(group.digits) for group in groups]
    return sizes in ([4, 3, 3, 2], [3, 3, 4, 2], [4, 3, 3, 1, 1], [3, 3, 4, 1, 1]) and is_phone(groups, digits[:10])


def _is_card(plain: str, groups: list[Group], digits: str) -> bool:
    sizes = [len(group.digits) for group in groups]
    alike = len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]
    told_apart = sizes[0] != 2 or _gaps(plain, groups).isdisjoint({" ", ", ", ","})  # pairs may be household numbers
    even = all(size >= 4 for size in sizes[:-1]) or (alike and told_apart)
    return even and (luhn(digits) or (digits.startswith("9704") and len(digits) in (16, 19)))


def codes(plain: str) -> Iterator[Span]:
    """One-time codes: short numbers beside the words for them, or six digits alone."""
    named = bool(_CODE.search(plain))
    for told in (_SIX_TOLD, _BACK):
        yield from (found.span(1) for found in told.finditer(plain))
    for run in runs(plain, 3 if TEN in plain else 4):
        if (4 - run.in_tens) <= len(run.digits) <= 9 and _is_code(run, named):
            yield _code_span(run)


def _code_span(run: Run) -> Span:
    groups = run.groups
    if len(groups) > 1 and _UNIT.match(run.plain, run.end) and len(groups[0].digits) >= 4:
        return groups[0].start, groups[-2].end  # "482913 3 phút": the minutes stay
    return run.start, run.end


def _is_code(run: Run, named: bool) -> bool:
    if is_phone(run.groups, run.digits) or (len(run.groups) == 1 and _UNIT.match(run.plain, run.end)):
        return False
    before, after = run.plain[max(0, run.start - 60) : run.start], run.plain[run.end : run.end + 45]
    if named and (_CODE_BEFORE.search(before) or _CODE_AFTER.match(after)):
        return True
    size = 6 if run.in_tens and 5 <= len(run.digits) <= 7 else len(run.digits)
    if is_list(run.groups, run.listed) or size != 6 or _NOT_A_CODE.search(before):
        return False
    return _is_six_code(run, before, after, named)


def _in_even_groups(run: Run) -> bool:
    gaps = {gap.strip() for gap in _gaps(run.plain, run.groups)}
    return run.spoken or len(gaps) == 0 or (len(gaps) == 1 and gaps <= {"", "-", ".", "_", "–", "—", "·", "•"})


def _in_one_piece(run: Run) -> bool:
    """One group, or single digits with a sign between them: nobody lists households so."""
    return len(run.groups) == 1 or (len(run.groups) == len(run.digits) and _gaps(run.plain, run.groups) <= {".", "-", "_", "/"})


def _is_six_code(run: Run, before: str, after: str, named: bool) -> bool:
    if run.plain[max(0, run.start - 1) : run.start].isalpha() or not _in_even_groups(run):
        return False
    if _POLITE.fullmatch(run.plain, 0, run.start) and _POLITE.fullmatch(run.plain, run.end):
        return True
    if run.digits.endswith("000") or run.spoken:
        return False
    if named and (_CODE.search(before) or _CODE.search(after)):
        return True
    return _in_one_piece(run) and bool(_WEAK.search(before[-40:]) or _WEAK.search(after[:25]))
