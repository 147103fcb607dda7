"""What people ask of a program to label with, and that each of it is proved by a test that says so.

A test names what it proves with ``@pytest.mark.requirement(number)``.
"""

import ast
from pathlib import Path

import pytest

#: What users of other labelling programs asked for, by number.
REQUIREMENTS = {
    1: "number keys answer, from the row and the pad, and can be remapped",
    2: "undo without limit, after the last question and after a restart, and it is itself saved",
    3: "every answer is committed at once, half-done galaxies resume, finishing twice stores once",
    4: "back, restart, skip, artifact, flag and note",
    5: "nobody waits for the model between galaxies; ten are prefetched",
    6: "look and zoom stay; 16-bit values and floats below 1 are seen; reset",
    7: "catalogues and grids of a million rows stay smooth",
    8: "vote and path probabilities are shown, never concentrations",
    9: "how galaxies are chosen is on screen",
    12: "training in the background with progress, cancel, and a reason when it does not start",
    14: "no picture is painted for each image of a batch job",
    18: "many artifacts are told to the labeller, and repeats measure steadiness",
    20: "a field guide, help with each question by icons and examples, a short tour",
    21: "positions and images go to DS9, Aladin and TOPCAT, SIMBAD and the Legacy viewer",
}

TESTS = Path(__file__).parents[1]


def proofs() -> dict[int, list[str]]:
    """Tests by the requirement that they name."""
    found: dict[int, list[str]] = {number: [] for number in REQUIREMENTS}
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for test in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            for mark in test.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith(".requirement"):
                    for number in mark.args:
                        found.setdefault(ast.literal_eval(number), []).append(test.name)
    return found


@pytest.mark.parametrize("number", sorted(REQUIREMENTS))
def test_a_test_proves_it(number: int) -> None:
    assert proofs()[number], f"no test is marked for requirement {number}: {REQUIREMENTS[number]}"


def test_only_known_requirements_are_named() -> None:
    assert set(proofs()) == set(REQUIREMENTS)
