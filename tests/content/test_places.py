"""The list of places: whole, with official codes, and found by whatever name people know."""

from collections import Counter
from datetime import date

import pytest

from content.places import COMMUNE, PROVINCE, gazetteer, source

KNOWN = gazetteer()


def test_the_map_of_today_is_whole() -> None:
    levels = Counter(unit.level for unit in KNOWN.units.values())
    assert levels == {PROVINCE: 34, COMMUNE: 3_321}
    assert sum(len(KNOWN.communes(each.code)) for each in KNOWN.provinces()) == 3_321
    kinds = Counter(unit.name.split()[0] for unit in KNOWN.units.values() if unit.level == COMMUNE)
    assert kinds == {"Xã": 2_611, "Phường": 697, "Đặc": 13}
    assert all(len(unit.code) == (2 if unit.level == PROVINCE else 5) and unit.code.isdigit() for unit in KNOWN.units.values())
    assert "QD-TTg" in source() and "2026-11-23" in source()


def test_what_changed_after_the_first_day_has_its_own_day() -> None:
    late = {unit.name for unit in KNOWN.units.values() if unit.since > date(2025, 7, 1)}
    assert len(late) == 11 and {"Thành phố Đồng Nai", "Phường Long Thành"} <= late


@pytest.mark.parametrize("typed, code", [
    ("01933", "01933"), ("Xã Đồng Phúc", "01933"), ("dong phuc, thai nguyen", "01933"), ("Xã cũ Bằng Phúc", "01933"),
    ("x. bang phuc, h. cho don", "01933"), ("bang phuc cho don bac kan", "01933"), ("BẰNG PHÚC CŨ, Chợ Đồn, Bắc Kạn", "01933"),
    ("tp hcm", "79"), ("TP.HCM", "79"), ("sg", "79"), ("hn", "01"), ("tỉnh Bình Phước cũ", "75"), ("Tỉnh Đồng Nai cũ", "75"),
    ("p. Bến Nghé, Q.1, HCM", "26740"), ("P.15, Q.10, tphcm", "27163"), ("lam son, bim son", "14812"),
    ("côn đảo", "26732"), ("huyện Côn Đảo", "26732"), ("dak lak", "66"), ("Xã Trảng Bom", "26248"), ("cao phong", "05089"),
])
def test_a_place_is_found(typed: str, code: str) -> None:
    assert KNOWN.find(typed)[0].unit.code == code


def test_an_older_name_says_where_it_was() -> None:
    found = KNOWN.find("xã cũ bằng phúc")[0]
    assert found.former == "Xã Bằng Phúc, Huyện Chợ Đồn, Tỉnh Bắc Kạn" and not found.divided
    assert KNOWN.full_name(found.unit.code) == "Xã Đồng Phúc, Tỉnh Thái Nguyên"
    assert all(each.divided for each in KNOWN.find("huyện Chợ Đồn"))


def test_every_older_commune_and_every_name_of_today_leads_somewhere() -> None:
    lost = [unit.name for unit in KNOWN.units.values()
            if unit not in [found.unit for found in KNOWN.find(KNOWN.full_name(unit.code), 50)]]
    assert lost == []


@pytest.mark.parametrize("typed", ["", " , ", "zzz", "xã", "12345678", "cũ", "x" * 5_000, "' OR 1=1 --", "(((("])
def test_what_is_no_place_is_not_found(typed: str) -> None:
    assert KNOWN.find(typed) == []
