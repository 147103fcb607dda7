"""A head that is too sure is put right from galaxies it did not learn from, and only then."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.recalibration import Recalibration, Scaling, fit_recalibration
from gzactive.trees import DecisionTree, load_tree

RINGS = load_tree("rings")


def drawn_votes(alpha, totals, rng):
    """Votes of a Dirichlet-multinomial whose concentrations are known, (n, answers)."""
    return np.stack(
        [rng.multinomial(n, rng.dirichlet(a)) for a, n in zip(alpha, totals, strict=True)]
    )


def too_sure(n=600, evidence=0.2, temperature=1.6, votes=30, seed=0):
    """What a head says, (n, 2, 1), and votes of galaxies of which less is true."""
    rng = np.random.default_rng(seed)
    said = 1 + 100 * rng.beta(0.7, 0.7, (n, 2))
    true = said[:, :, None].copy()
    Recalibration((Scaling("ring", 0, 2, evidence, temperature),)).apply(true)
    return said[:, :, None], drawn_votes(true[:, :, 0], np.full(n, votes), rng)


def test_fractions_are_softened_and_evidence_is_scaled_apart_from_each_other() -> None:
    alpha = np.array([[[90.0], [10.0]]])
    Recalibration((Scaling("ring", 0, 2, 0.5, 2.0),)).apply(alpha)
    assert alpha.sum() == pytest.approx(50)
    assert alpha[0, 0, 0] / alpha[0, 1, 0] == pytest.approx(3)  # the root of nine to one


def test_the_scaling_that_spoilt_a_head_is_found_again() -> None:
    said, votes = too_sure()
    correction, fits = fit_recalibration(votes, said, RINGS)
    assert correction is not None
    (found,) = correction.scalings
    assert found.evidence == pytest.approx(0.2, rel=0.2)
    assert found.temperature == pytest.approx(1.6, rel=0.15)
    assert fits["ring"].loss_after < fits["ring"].loss_before - 0.1


def test_a_calibrated_head_is_left_alone() -> None:
    said, votes = too_sure(evidence=1.0, temperature=1.0)
    correction, fits = fit_recalibration(votes, said, RINGS)
    assert correction is None
    assert fits["ring"].evidence == 1.0
    assert fits["ring"].galaxies == 600


def test_single_votes_say_nothing_of_evidence_and_do_not_move_it() -> None:
    said, votes = too_sure(n=2000, votes=1)
    correction, _ = fit_recalibration(votes, said, RINGS)
    assert correction is not None
    (found,) = correction.scalings
    assert found.evidence == pytest.approx(1.0, abs=1e-3)
    assert found.temperature > 1.2


def test_fewer_than_twenty_galaxies_change_nothing() -> None:
    said, votes = too_sure(n=19)
    correction, fits = fit_recalibration(votes, said, RINGS)
    assert correction is None
    assert fits["ring"].galaxies == 19


def test_only_the_question_that_was_asked_is_corrected(tree: DecisionTree) -> None:
    rng = np.random.default_rng(1)
    said = 1 + 100 * rng.beta(0.7, 0.7, (300, len(tree.columns), 1))
    part = tree.slice("bar")
    votes = np.zeros(said.shape[:2], dtype=int)
    votes[:, part] = drawn_votes(said[:, part, 0] * 0.1, np.full(300, 20), rng)
    correction, fits = fit_recalibration(votes, said, tree)
    assert correction is not None
    assert set(fits) == {"bar"}
    corrected = said.copy()
    correction.apply(corrected)
    others = np.ones(len(tree.columns), dtype=bool)
    others[part] = False
    np.testing.assert_array_equal(corrected[:, others], said[:, others])
    assert (corrected[:, part] < said[:, part]).all()


def test_a_head_applies_it_to_every_pass_and_keeps_it_on_disk(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    plain = Head(rng.normal(size=(24, 2)), rng.normal(size=2))
    correction = Recalibration((Scaling("ring", 0, 2, 0.3, 1.7),))
    head = replace(plain, recalibration=correction)
    features = rng.random((200, 24), dtype=np.float32)
    expected = plain.mc_concentrations(features, 5, 3)
    correction.apply(expected)
    np.testing.assert_allclose(head.mc_concentrations(features, 5, 3), expected, rtol=1e-6)
    head.save(tmp_path / "head.safetensors")
    again = Head.load(tmp_path / "head.safetensors")
    assert again.recalibration == correction
    assert again.id == head.id != plain.id


def test_a_scaling_of_zero_is_refused() -> None:
    with pytest.raises(GzactiveError, match="above 0"):
        Scaling("ring", 0, 2, 0.0, 1.0)
