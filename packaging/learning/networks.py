"""Few labels on another survey, three ways: features kept, last blocks trained, all from nothing.

All ways learn from the same galaxies and are judged on the same 120 others. A fit that is finished
is a row of a CSV, so that a killed run goes on; the long ones go on within.
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from transfer import SIZES, TEST, features_of

from gzactive.evaluation.metrics import area_under_curve
from gzactive.images import ImageSettings
from gzactive.inference.activations import Activations, views_that_fit
from gzactive.inference.image_stack import stack_images
from gzactive.model.backbone_settings import BackboneSettings
from gzactive.model.head import Head
from gzactive.model.posterior import Posterior, fit_posterior
from gzactive.model.training import HeadFit, fit_head
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.model.weights_file import read_backbone, read_header
from gzactive.progress import silent
from gzactive.trees import load_tree

#: Way → splits, and how its blocks are trained. At a round's own 1e-5 blocks hardly move in 50
#: epochs of so few galaxies; ten times that and fewer epochs tell more in less time.
WAYS: dict[str, tuple[int, Unfreezing | None]] = {
    "frozen": (10, None),
    "unfrozen": (3, Unfreezing(learning_rate=1e-4, epochs=15, patience=5)),
    "scratch": (3, None),
    "unfrozen, as a round does": (1, Unfreezing()),
}
#: A network that knows nothing looks at half the resolution: a quarter of the time an epoch.
_HALF = ImageSettings(size=150, crop=112)
_SCRATCH = BackboneSettings(crop=_HALF.crop, epochs=15, patience=8, batch=16)
_SPARED = 0.2  # of the labels, to stop by


class FewLabels:
    """One set of galaxies of two classes, and every way to learn to tell them apart.

    Parameters
    ----------
    name
        Of the set, as it is written down.
    table
        ``id_str``, ``file_loc``, ``yes``.
    folder
        For all that is kept.
    weights
        The shipped network.
    """

    def __init__(self, name: str, table: pd.DataFrame, folder: Path, weights: Path) -> None:
        self.name, self.folder, self.weights = name, folder, weights
        self.files, self.yes = table["file_loc"].tolist(), table["yes"].to_numpy(bool)
        self.votes = np.where(self.yes[:, None], [1, 0], [0, 1])
        self.tree = load_tree("rings")  # any tree of one question with two answers
        self.features = features_of(table, folder / "features", weights, 1)[0]
        self._tails: dict[Unfreezing, tuple[Any, Activations]] = {}

    def run(self, out: Path, ways: Sequence[str] = tuple(WAYS)) -> None:
        """Append a row a way, number of labels and seed to a CSV; those that are there stay."""
        known = pd.read_csv(out) if out.exists() else pd.DataFrame()
        keys = ["set", "way", "labels", "seed"]
        done = set(known[keys].itertuples(index=False, name=None)) if len(known) else set()
        for way in ways:
            for seed in range(WAYS[way][0]):
                order = np.random.default_rng(seed).permutation(len(self.yes))
                test, pool = order[:TEST], order[TEST:]
                for labels in SIZES:
                    key = (self.name, way, labels, seed)
                    if labels > len(pool) or key in done:
                        continue
                    began = time.monotonic()
                    said, epochs = self._fit(way, pool[:labels], test, seed)
                    row = {
                        **dict(zip(keys, key, strict=True)),
                        **self._figures(said, test),
                        "epochs": epochs,
                        "seconds": round(time.monotonic() - began, 1),
                    }
                    pd.DataFrame([row]).to_csv(out, mode="a", header=not out.exists(), index=False)
                    print(*key, f"{row['accuracy']:.3f} {row['seconds']:.0f} s", flush=True)

    def _fit(
        self, way: str, rows: np.ndarray, test: np.ndarray, seed: int
    ) -> tuple[np.ndarray, int]:
        """Predicted fraction of "yes" of the test galaxies, and epochs that it took."""
        if way == "frozen":
            fit = fit_posterior(
                self.features[rows],
                self.votes[rows],
                self.tree,
                Head.fresh(self.tree),
                posterior=Posterior("laplace"),
                settings=HeadFit(validation_share=0.0),
                seed=seed,
            )
            return _share(fit.whole.mc_concentrations(self.features[test], 32, seed)), fit.epochs
        if way == "scratch":
            return self._from_scratch(rows, test, seed)
        return self._unfrozen(rows, test, seed, WAYS[way][1] or Unfreezing())

    def _unfrozen(
        self, rows: np.ndarray, test: np.ndarray, seed: int, settings: Unfreezing
    ) -> tuple[np.ndarray, int]:
        """The last two blocks, from a head that was fitted to the features, as a round does."""
        training, looks = self._tail(settings)
        head = fit_head(
            self.features[rows], self.votes[rows], self.tree, Head.fresh(self.tree), seed=seed
        )
        folder = self.folder / "unfinished"
        shutil.rmtree(folder, ignore_errors=True)
        fit = training.fit(
            looks,
            rows,
            self.votes[rows].astype(float),
            head.head,
            folder,
            validation=np.isin(np.arange(len(rows)), head.spared),
            seed=seed,
        )
        said = _share(training.concentrations(looks, test, silent)[:, :, None])
        return said, len(fit.history["loss"])

    def _tail(self, settings: Unfreezing) -> tuple[Any, Activations]:
        from gzactive.model.unfreezing import SplitNetwork, TailTraining

        if settings not in self._tails:
            images = ImageSettings()
            network = SplitNetwork(
                read_backbone(self.weights),
                settings.blocks,
                size=images.crop,
                turned=read_header(self.weights).turned,
            )
            views = views_that_fit(len(self.files), network.shape, self.folder)
            looks = Activations(self.folder / "before", len(self.files), views, network.shape)
            looks.compute(self.files, network.front, images, silent)
            self._tails[settings] = (TailTraining(network, self.tree, 1, settings), looks)
        return self._tails[settings]

    def _from_scratch(
        self, rows: np.ndarray, test: np.ndarray, seed: int
    ) -> tuple[np.ndarray, int]:
        """The whole network from random weights, images turned and cut at random."""
        from gzactive.model.backbone_training import concentrations_of, train_backbone

        images = stack_images(self.files, self.folder / "images.npy", _HALF).images
        spared = round(_SPARED * len(rows))
        folder = self.folder / f"scratch-{len(rows)}-{seed}"
        fit = train_backbone(
            images,
            self.votes,
            self.tree,
            folder,
            training=rows[spared:],
            validation=rows[:spared],
            settings=replace(_SCRATCH, batch=min(_SCRATCH.batch, len(rows) - spared)),
            seed=seed,
        )
        said = _share(concentrations_of(fit, images, test)[:, :, None])
        shutil.rmtree(folder)
        return said, len(fit.history["loss"])

    def _figures(self, said: np.ndarray, test: np.ndarray) -> dict[str, float]:
        yes = self.yes[test]
        return {
            "loss": float(-np.log(np.where(yes, said, 1 - said)).mean()),
            "accuracy": float(((said > 0.5) == yes).mean()),
            "area": area_under_curve(said, yes),
        }


def _share(alpha: np.ndarray) -> np.ndarray:
    """Mean fraction of the first answer, (n,), of (n, 2, samples)."""
    result: np.ndarray = (alpha[:, 0] / alpha.sum(axis=1)).mean(axis=1)
    return result


def few_labels_table(rows: pd.DataFrame) -> str:
    """The Markdown table: a row a set and way, a column a number of labels; mean ± deviation."""
    lines = ["| galaxies | network | seeds | 50 labels | 100 | 300 |", "|" + "---|" * 6]
    for (name, way), part in rows.groupby(["set", "way"], sort=False):
        cells = []
        for labels in SIZES:
            one = part[part["labels"] == labels]
            spread = one["accuracy"].std() if len(one) > 1 else 0.0
            cells.append(
                f"{one['accuracy'].mean():.3f} ± {spread:.3f}, {one['area'].mean():.3f}, "
                f"{one['loss'].mean():.3f}, {one['seconds'].mean():.0f} s"
                if len(one)
                else "–"
            )
        lines.append(f"| {name} | {way} | {part['seed'].nunique()} | {' | '.join(cells)} |")
    return "\n".join(lines)
