"""How far labels should move a head: one pull for all, against the votes' own evidence for it."""

from pathlib import Path

import numpy as np
import pandas as pd

from gzactive.active.comparison import KnownGalaxies
from gzactive.active.judging import held_out_loss
from gzactive.model.head import Head
from gzactive.model.posterior import Posterior, fit_posterior
from gzactive.model.training import HeadFit

SIZES = (10, 20, 50, 100, 300)
#: What a round does, and one pull for every question.
WAYS = {"a round's": HeadFit(validation_share=0.0)} | {
    f"{pull:g}": HeadFit(pull=pull, evidence_steps=0, validation_share=0.0)
    for pull in (10.0, 30.0, 100.0, 300.0)
}
_JUDGES = 250


def pulls(name: str, galaxies: KnownGalaxies, start: str, seeds: int, out: Path) -> None:
    """A row a size, seed and way, kept in a file, so that a killed run goes on."""
    rows = pd.read_csv(out).to_dict("records") if out.exists() else []
    done = {(r["set"], r["start"], r["labels"], r["seed"], r["pull"]) for r in rows}
    judges = np.flatnonzero(galaxies.reserved)[:_JUDGES]
    judging = galaxies.features[judges], galaxies.votes[judges], galaxies.tree
    pool = np.flatnonzero(~galaxies.reserved)
    base = galaxies.base if start == "base" else Head.fresh(galaxies.tree)
    before = float(held_out_loss(base, *judging).mean())
    for labels in SIZES:
        for seed in range(seeds):
            chosen = np.random.default_rng(seed).permutation(pool)[:labels]
            for way, settings in WAYS.items():
                if (name, start, labels, seed, way) in done:
                    continue
                head = fit_posterior(
                    galaxies.features[chosen],
                    galaxies.votes[chosen],
                    galaxies.tree,
                    base,
                    posterior=Posterior("laplace"),
                    settings=settings,
                    seed=seed,
                ).whole
                loss = float(held_out_loss(head, *judging).mean())
                told = {"set": name, "start": start, "labels": labels, "seed": seed, "pull": way}
                rows.append(told | {"before": before, "held_out_loss": loss})
        pd.DataFrame(rows).to_csv(out, index=False)


def pulls_table(rows: pd.DataFrame) -> str:
    """Mean held-out loss a set, start and way, with a column a size, as Markdown."""
    keys = ["set", "start", "before", "pull"]
    mean = rows.groupby([*keys, "labels"], sort=False)["held_out_loss"].mean().unstack("labels")
    lines = [f"| galaxies | start | before | pull | {' | '.join(map(str, mean.columns))} |"]
    lines.append("|" + "---|" * (4 + mean.shape[1]))
    for (name, start, before, pull), losses in mean.iterrows():
        cells = " | ".join(f"{loss:.2f}" for loss in losses)
        lines.append(f"| {name} | {start} | {before:.2f} | {pull} | {cells} |")
    return "\n".join(lines)
