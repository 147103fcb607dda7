"""How galaxies are chosen, in words."""

import pytest

from gzactive.app.label.selection import mix, reason


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.2, "1 in 5"), (0.5, "1 in 2"), (0.3, "30 %"), (0.0, "none"), (1.0, "all")],
)
def test_the_mix_tells_the_random_share(share: float, words: str) -> None:
    told = mix({"active", "random"}, share)
    assert told == f"Galaxies the model is unsure about · {words} at random"


def test_the_mix_of_a_first_start_is_told() -> None:
    assert mix({"start-diverse", "random"}, 0.2).startswith("First galaxies")
    assert mix({"start-random", "random"}, 0.2) == "Galaxies at random"


def test_every_selection_has_a_reason() -> None:
    for selection in ("active", "random", "start-random", "start-diverse", "repeat", "external"):
        assert reason(selection).endswith(".")
    assert reason("by hand") == "Chosen by the rule 'by hand'."
