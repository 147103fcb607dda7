"""The head in use is that of the weights or of the round, or one sentence says why not."""

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.inference import (
    base_head,
    current_head,
)
from gzactive.model.head import Head
from gzactive.trees import load_tree

from .fakes import make_project, random_head


def test_the_base_head_is_that_of_the_weights_where_it_answers_the_same_questions(tmp_path):
    head = random_head()
    with make_project(tmp_path, n=2, head=head) as project:
        used, weights_id, number = current_head(project)
        assert number == 0
        assert weights_id == used.id == base_head(project).id
        assert np.allclose(used.kernel, head.kernel, atol=1e-3)


def test_a_tree_that_the_weights_do_not_know_starts_with_equal_fractions(tmp_path):
    rings = load_tree("rings")
    with make_project(tmp_path, n=2, head=random_head(), tree=rings) as project:
        assert base_head(project).id == Head.fresh(rings).id


def test_the_head_of_the_round_in_use_is_the_current_one(project):
    folder = project.rounds_path / "0003"
    folder.mkdir(parents=True)
    head = random_head(seed=3)
    head.save(folder / "head.safetensors")
    (project.rounds_path / "current.json").write_text('{"round": 3}')
    used, weights_id, number = current_head(project)
    assert (used.id, weights_id, number) == (head.id, head.id, 3)
    assert base_head(project).id != head.id
    (project.rounds_path / "current.json").write_text('{"round": 0}')
    assert current_head(project)[2] == 0


def test_a_broken_note_or_head_is_told(project):
    folder = project.rounds_path / "0001"
    folder.mkdir(parents=True)
    (project.rounds_path / "current.json").write_text("{")
    with pytest.raises(GzactiveError, match="cannot be read"):
        current_head(project)
    (project.rounds_path / "current.json").write_text('{"round": 1}')
    with pytest.raises(GzactiveError, match="head"):
        current_head(project)
    Head.fresh([2]).save(folder / "head.safetensors")
    with pytest.raises(GzactiveError, match="2 answers"):
        current_head(project)
