"""Every conformance case of the two Zalo platforms is named by a test that runs: whoever takes one away is told here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CASES = {
    **dict.fromkeys(range(1, 19), "bot, outbound"), **dict.fromkeys(range(19, 28), "bot, polling"),
    **dict.fromkeys(range(28, 37), "bot, webhook"), **dict.fromkeys(range(37, 39), "choices"),
    **dict.fromkeys(range(39, 57), "official account"),
}
"""Case number -> where it belongs. The numbers stand here and nowhere else."""
NAMED = re.compile(r"test((?:_\d+)+)_[a-z]")


def zalo_tests() -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for file in sorted(TESTS.glob("*/test_zalo*.py")):
        for thing in ast.parse(file.read_bytes()).body:
            if isinstance(thing, ast.FunctionDef | ast.AsyncFunctionDef):
                yield thing


def numbers(name: str) -> set[int]:
    """The cases that a test's name begins with: test_11_12_13_what_becomes_of_a_row."""
    found = NAMED.match(name)
    return {int(number) for number in found[1].split("_")[1:]} if found else set()


def is_left_out(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether something switches it off."""
    return any(word in ast.unparse(each) for each in test.decorator_list for word in ("skip", "xfail"))


def proofs(test: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many things it asserts, itself or by expecting an error."""
    return sum(isinstance(each, ast.Assert) or (isinstance(each, ast.Attribute) and each.attr in ("raises", "timeout"))
               for each in ast.walk(test))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case}-{CASES[case]}")
def test_each_case_is_named_by_a_test_that_runs(case: int) -> None:
    mine = [test for test in zalo_tests() if case in numbers(test.name)]
    assert mine, f"no test is named test_{case}_..."
    assert all(proofs(test) and not is_left_out(test) for test in mine)


def test_no_test_names_a_case_that_does_not_exist() -> None:
    named = {number for test in zalo_tests() for number in numbers(test.name)}
    assert named <= set(CASES) and len(CASES) == 56


def test_names_are_read_as_they_are_meant() -> None:
    assert numbers("test_2_3_a_wrong_token") == {2, 3} and numbers("test_55_documents") == {55}
    assert not numbers("test_other_things") and not numbers("test_2things")
