"""What votes on one galaxy would teach about the others, against exact answers."""

import numpy as np
import pytest

from gzactive.active.population import Population
from gzactive.errors import GzactiveError
from gzactive.trees import load_tree

RINGS = load_tree("rings")


def concentrations_of(yes, total=50.0):
    """(galaxies, answers, samples) with these fractions of yes."""
    return np.stack([total * yes, total * (1 - yes)], axis=1)


def two_kinds(n_common=90, n_rare=10, samples=400):
    """Samples agree on all galaxies of a kind, and know as little of one kind as of the other."""
    rng = np.random.default_rng(0)
    common, rare = 0.5 + 0.1 * rng.standard_normal((2, samples))
    return np.clip(
        np.vstack([np.tile(common, (n_common, 1)), np.tile(rare, (n_rare, 1))]), 0.1, 0.9
    )


def test_galaxies_like_many_others_teach_more_than_strange_ones():
    alpha = concentrations_of(two_kinds())
    gain = Population.of(alpha, RINGS).information(alpha, n_votes=10)
    assert gain[:90].min() == pytest.approx(9 * gain[90:].max(), rel=0.15)


def test_of_gaussian_doubt_it_is_the_variance_that_votes_remove():
    """Two answers, each ½·cov²/(p(1−p))/(variance + noise), a mean over all galaxies."""
    yes = two_kinds()
    alpha = concentrations_of(yes)
    variance, p = yes.var(axis=1, ddof=1)[0], yes.mean(axis=1)[0]
    noise = p * (1 - p) * (10 + 50) / (10 * 51)
    expected = 0.9 * variance**2 / (p * (1 - p)) / (variance + noise)
    found = Population.of(alpha, RINGS).information(alpha, n_votes=10)[0]
    assert found == pytest.approx(expected, rel=0.05)


def test_galaxies_on_which_all_samples_agree_teach_next_to_nothing():
    yes = two_kinds()
    known = np.full((1, yes.shape[1]), 0.5) + 1e-4 * yes[:1]
    population = Population.of(concentrations_of(yes), RINGS)
    gains = [population.information(concentrations_of(one), 10)[0] for one in (yes[:1], known)]
    assert 0 < gains[1] < 1e-3 * gains[0]


def test_more_votes_teach_more_and_chance_is_not_taken_for_kinship():
    rng = np.random.default_rng(1)
    alone = np.clip(0.5 + 0.1 * rng.standard_normal((200, 30)), 0.1, 0.9)  # nothing in common
    kin = np.tile(alone[:1], (200, 1))
    gains = {}
    for name, yes in (("alone", alone), ("kin", kin)):
        alpha = concentrations_of(yes)
        population = Population.of(alpha, RINGS)
        few, many = (population.information(alpha, votes).mean() for votes in (1, 40))
        assert few < many
        gains[name] = many
    assert gains["alone"] < 0.05 * gains["kin"]


def test_a_question_counts_by_the_chance_that_it_is_asked(decals_sky):
    rng = np.random.default_rng(2)
    tree = decals_sky.tree
    alpha = rng.uniform(2, 20, (50, len(tree.columns), 20)).astype(np.float32)
    alpha[:25, tree.columns.index("smooth-or-featured_smooth")] = 5000  # nobody asks of their bars
    population = Population.of(alpha, tree)
    gain = population.information(alpha, 10, "bar")
    assert gain[:25].max() < 0.1 * gain[25:].min()
    parts = [population.information(alpha, 10, one.name) for one in tree.modelled]
    np.testing.assert_allclose(population.information(alpha, 10), np.sum(parts, axis=0), rtol=1e-6)


def test_a_single_sample_says_nothing():
    with pytest.raises(GzactiveError, match="at least 2 samples"):
        Population.of(concentrations_of(np.full((3, 1), 0.5)), RINGS)
