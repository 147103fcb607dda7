"""Dropout, ensemble and Laplace beside each other: loss, coverage and spread on unseen galaxies."""

from pathlib import Path

import numpy as np
import pandas as pd

from gzactive.active.comparison import KnownGalaxies
from gzactive.active.judging import held_out_loss, plurality_accuracy
from gzactive.active.votes import fraction_spread, vote_fractions
from gzactive.evaluation.calibration import coverage, predicted_counts
from gzactive.model.head import Head
from gzactive.model.posterior import POSTERIORS, Posterior, fit_posterior
from gzactive.model.training import HeadFit

_LEVEL = np.array([0.8])
_MIN_VOTES = 5  # on a question, of a galaxy whose coverage counts
_JUDGES = 200


def posteriors(
    name: str, galaxies: KnownGalaxies, start: str, sizes: tuple[int, ...], seeds: int, out: Path
) -> pd.DataFrame:
    """A row a size, seed and posterior, kept in a file, so that a killed run goes on."""
    rows = pd.read_csv(out).to_dict("records") if out.exists() else []
    done = {(r["set"], r["start"], r["labels"], r["seed"], r["posterior"]) for r in rows}
    judges = np.flatnonzero(galaxies.reserved)[:_JUDGES]
    pool = np.flatnonzero(~galaxies.reserved)
    base = galaxies.base if start == "base" else Head.fresh(galaxies.tree)
    for labels in sizes:
        for seed in range(seeds):
            chosen = np.random.default_rng(seed).permutation(pool)[:labels]
            for kind in POSTERIORS:
                if (name, start, labels, seed, kind) in done:
                    continue
                head = fit_posterior(
                    galaxies.features[chosen],
                    galaxies.votes[chosen],
                    galaxies.tree,
                    base,
                    posterior=Posterior(kind),
                    settings=HeadFit(validation_share=0.0),
                    seed=seed,
                ).whole
                told = {"set": name, "start": start, "labels": labels, "seed": seed}
                rows.append(told | {"posterior": kind} | _judged(head, galaxies, judges))
                pd.DataFrame(rows).to_csv(out, index=False)
    return pd.DataFrame(rows)


def _judged(head: Head, galaxies: KnownGalaxies, judges: np.ndarray) -> dict[str, float]:
    tree, votes = galaxies.tree, galaxies.votes[judges]
    features = galaxies.features[judges]
    concentrations = head.mc_concentrations(features, 30, 0)
    inside = []
    for question in tree.modelled:
        part = tree.slice(question.name)
        asked = votes[:, part].sum(axis=1) >= min(_MIN_VOTES, votes.sum(axis=1).max())
        if asked.any():
            found = predicted_counts(votes[asked][:, part], concentrations[asked][:, part])
            inside.append(coverage(found, _LEVEL)[:, 0])
    fractions = vote_fractions(concentrations, tree)
    return {
        "held_out_loss": float(held_out_loss(head, features, votes, tree).mean()),
        "accuracy": plurality_accuracy(fractions, votes, tree),
        "coverage": float(np.concatenate(inside).mean()),
        "spread": float(fraction_spread(concentrations, tree).mean()),
    }
