"""How galaxies are chosen, in words."""

import pytest

from gzactive.app.label.selection import RANKED_BY, mix, of_a_hundred, reason
from gzactive.stores.settings import Settings


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


def test_second_opinions_are_said_to_come_first() -> None:
    assert mix({"second-opinion", "active"}, 0.2) == "Second opinions on what others labelled"
    usual = of_a_hundred(0.2, 0.0, 0.05)
    assert usual.startswith("Of 100 galaxies, 76 teach the model most")
    told = of_a_hundred(0.2, 0.0, 0.05, "second-opinion")
    assert told == f"Second opinions come first. Then, o{usual[1:]}"


def test_all_that_galaxies_can_be_ranked_by_can_be_chosen_in_words() -> None:
    by = next(one for one in Settings.registry() if one.name == "by")
    assert tuple(RANKED_BY) == by.choices


def test_every_selection_has_a_reason() -> None:
    for selection in ("active", "random", "start-random", "start-diverse", "repeat", "external"):
        assert reason(selection).endswith(".")
    assert reason("by hand") == "Chosen by the rule 'by hand'."
