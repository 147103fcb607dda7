"""How near MC scoring comes to the bare matrix product that it consists of."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from gzactive.model.head import Head

GALAXIES, ANSWERS, SAMPLES = 32_768, 34, 30


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.mark.benchmark
def test_mc_scoring_reaches_60_percent_of_the_bare_matrix_product(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rng = np.random.default_rng(0)
    features = (0.3 * rng.random((GALAXIES, 1280), dtype=np.float32)).astype(np.float16)
    head = Head(rng.normal(scale=0.02, size=(1280, ANSWERS)), np.zeros(ANSWERS))
    wide = features.astype(np.float32)
    kernel = rng.standard_normal((1280, ANSWERS * SAMPLES)).astype(np.float32)
    out = np.empty((GALAXIES, ANSWERS * SAMPLES), np.float32)
    bare, whole, streamed = [], [], []
    for _ in range(5):  # in turn, so that what else the machine does burdens both alike
        bare.append(seconds(lambda: np.matmul(wide, kernel, out=out)))
        whole.append(seconds(lambda: head.mc_concentrations(features, SAMPLES, seed=1)))
        streamed.append(seconds(lambda: sum(1 for _ in head.mc_blocks(features, SAMPLES, seed=1))))
    with capsys.disabled():
        print(
            f"\nMC scoring, T = {SAMPLES}, float16 features of {GALAXIES:,} galaxies: bare product "
            f"{min(bare):.3f} s; streamed {min(streamed):.3f} s, {min(bare) / min(streamed):.0%}; "
            f"in one array {min(whole):.3f} s, {min(bare) / min(whole):.0%}"
        )
    assert min(bare) / min(streamed) >= 0.6
