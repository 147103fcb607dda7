"""How fast galaxies are scored, beside the bare matrix product of the same shape."""

import resource
import time

import numpy as np
import pytest

from gzactive.active.acquisition import mutual_information, tree_mutual_information
from gzactive.active.scoring import acquisition_scores, measure
from gzactive.model.head import Head
from gzactive.trees import load_tree

pytestmark = pytest.mark.benchmark

DECALS = load_tree("gz-decals-dr5")
N_SAMPLES = 30
SURVEY = 272_725


def draw(n_galaxies, seed=0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(-1, 2, (n_galaxies, len(DECALS.columns), N_SAMPLES)).astype(np.float32)
    return 1 + 100 / (1 + np.exp(-logits))


def head_and_features(n_galaxies):
    rng = np.random.default_rng(0)
    features = rng.random((n_galaxies, 1280), dtype=np.float32).astype(np.float16)
    kernel = rng.normal(0, 0.1, (1280, len(DECALS.columns)))
    return Head(kernel, np.full(len(DECALS.columns), -1.0)), features


def fastest(function, repeats=3):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def test_ten_votes_on_all_questions_for_the_best_two_thousand():
    concentrations = draw(2000)

    def all_questions():
        for question in DECALS.modelled:
            mutual_information(concentrations, DECALS, question.name, 10)

    seconds = fastest(all_questions)
    print(f"\n10 questions, N = 10, 2,000 galaxies × {N_SAMPLES} samples: {seconds:.2f} s")
    assert seconds < 4


def test_one_vote_over_the_tree_for_a_whole_survey_in_a_block_stream():
    block = draw(2048)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = fastest(lambda: tree_mutual_information(block, DECALS)) * SURVEY / len(block)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\ntree, N = 1, {SURVEY:,} galaxies × {N_SAMPLES}: {seconds:.1f} s, {grown:.0f} MB more")
    assert seconds < 20
    assert grown < 300


def test_scoring_against_the_bare_matrix_product():
    n_galaxies, block = 20_480, 2048
    head, features = head_and_features(n_galaxies)
    wide = np.ascontiguousarray(features[:block], dtype=np.float32)
    kernel = np.repeat(head.kernel, N_SAMPLES, axis=1)
    out = np.empty((block, kernel.shape[1]), dtype=np.float32)

    def bare():
        for _ in range(n_galaxies // block):
            np.matmul(wide, kernel, out=out)

    def passes():
        for _ in head.mc_blocks(features, N_SAMPLES, 0):
            pass

    times = {
        "bare product": fastest(bare),
        "dropout passes": fastest(passes),
        "all measures": fastest(lambda: measure(head, features, DECALS, n_samples=N_SAMPLES)),
    }
    print()
    for name, seconds in times.items():
        share = times["bare product"] / seconds
        survey = seconds * SURVEY / n_galaxies
        print(f"{name}: {seconds:.3f} s, {share:.0%} of the bare product, {survey:.1f} s a survey")
    assert times["all measures"] < 5 * times["bare product"]


def test_a_project_of_the_size_of_galaxy_zoo_one_is_scored_again_in_two_seconds():
    head, features = head_and_features(6664)

    def rescored():
        found = measure(head, features, DECALS)
        acquisition_scores(found, head, features, DECALS)

    seconds = fastest(rescored)
    print(f"\n6,664 galaxies scored, the best 2,000 with ten votes: {seconds:.2f} s")
    assert seconds < 4  # 0.9 s on two idle cores
