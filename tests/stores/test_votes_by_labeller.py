"""Votes as each labeller gave them add up to the votes of all."""

import pandas as pd

from gzactive.stores.labels import LabelLog
from gzactive.trees import load_tree

RINGS = load_tree("rings")


def test_a_row_a_labeller_and_galaxy_adds_up_to_the_votes(tmp_path) -> None:
    with LabelLog(tmp_path / "labels.sqlite") as log:
        assert log.votes_by_labeller(RINGS).empty
        for name, yes in (("bob", [1, 0]), ("ada", [3, 2])):
            table = pd.DataFrame({"id_str": ["g2", "g1"], "ring_yes": yes, "ring_no": [1, 1]})
            log.add_scripted(table, RINGS, name)
        found = log.votes_by_labeller(RINGS)
        assert found.index.tolist() == [("ada", "g1"), ("ada", "g2"), ("bob", "g1"), ("bob", "g2")]
        assert found.loc[("ada", "g2")].tolist() == [3, 1]
        assert found.groupby("id_str").sum().equals(log.votes(RINGS))
