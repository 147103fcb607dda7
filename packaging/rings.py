"""How well rings are told after a round on 376 labelled galaxies: the table of the README.

    python packaging/rings.py --data DATA --weights NAME --out rings.jsonl

Each cell is one way to fit and one 80/20 split. A finished cell is a line of the output file, so
that a killed run goes on; what the network says of images is kept in a folder beside it. The ways:

    head            the head alone, on cached features
    head-8          the same, with the seven turned and mirrored views
    blocks-N[@LR]   from head-8, the last N blocks too, at a learning rate of 1e-5 or LR

It fits as rounds do, with the functions that rounds call.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gzactive.inference import (
    base_head,
    extract_features,
    feature_store,
    features_for,
    load_backbone,
)
from gzactive.inference.activations import Activations, views_that_fit
from gzactive.inference.extraction import extract
from gzactive.inference.features import N_VIEWS
from gzactive.model.head import Head
from gzactive.model.training import FitResult, fit_head
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.model.weights_file import find_weights, read_backbone, read_header
from gzactive.progress import silent
from gzactive.project import Project
from gzactive.terminal import progress_bars

_REPORTED = ("minimal example of Zoobot, as the report ran it", "≈ 0.77", "< 2 min")
_TEST_SHARE = 0.2


class Rings:
    """The galaxies with all that is computed of them but once."""

    def __init__(self, data: Path, weights: str, work: Path) -> None:
        table = pd.read_csv(data / "decals_rings" / "labels.csv")
        catalog = pd.DataFrame(
            {
                "id_str": table["iauname"],
                "file_loc": [str(data.resolve() / "decals_rings" / name) for name in table["file"]],
            }
        )
        self.header = read_header(weights)
        folder = work / self.header.sha256[:12]
        if (folder / "project").exists():
            self.project = Project.open(folder / "project")
        else:
            path = find_weights(weights).resolve()
            self.project = Project.create(folder / "project", catalog, "rings", weights=path)
        self.folder, self.tree = folder, self.project.tree
        self.ids = self.project.catalog["id_str"].to_numpy(dtype=object)
        self.files = self.project.catalog["file_loc"].tolist()
        columns = table.set_index("iauname").loc[self.ids, list(self.tree.columns)]
        self.votes = columns.to_numpy(dtype=np.float64)
        self.looked = 0.0  # seconds in which images went through the network, or were found to have
        self._tails: dict[Unfreezing, tuple[Any, Activations]] = {}

    def features(self, views: int) -> NDArray[np.float32]:
        """(views, galaxies, 1280), the first as the galaxies are."""
        began = time.monotonic()
        with progress_bars() as progress:
            extract_features(self.project, progress=progress)
            for view in range(1, views):
                extract(
                    self.ids.tolist(),
                    self.files,
                    feature_store(self.project, view=view),
                    self.project.problems,
                    lambda: load_backbone(self.project),
                    settings=self.project.image_settings,
                    view=view,
                    progress=progress,
                )
        self.looked += time.monotonic() - began
        stores = [feature_store(self.project, view=view) for view in range(1, views)]
        found = [features_for(self.project), *(store.load(self.ids) for store in stores)]
        return np.stack([one.values for one in found])

    def fit_head(self, rows: NDArray[np.intp], seed: int, views: int) -> FitResult:
        """A head, fitted as a round fits it; groups are places in ``rows``."""
        features = self.features(views)[:, rows]
        galaxy = np.tile(np.arange(len(rows)), views)
        return fit_head(
            features.reshape(views * len(rows), -1),
            self.votes[rows][galaxy],
            self.tree,
            base_head(self.project),
            groups=galaxy,
            weights=np.full(len(galaxy), 1 / views),
            seed=seed,
        )

    def tail(self, settings: Unfreezing) -> tuple[Any, Activations]:
        """The trained part of the network, and what the other says of all galaxies."""
        from gzactive.model.unfreezing import SplitNetwork, TailTraining

        if settings not in self._tails:
            images = self.project.image_settings
            network = SplitNetwork(
                read_backbone(self.header.path),
                settings.blocks,
                channels=images.channels,
                size=images.crop,
                turned=self.header.turned,
            )
            views = views_that_fit(len(self.ids), network.shape, self.folder)
            folder = self.folder / f"before-{settings.blocks}-blocks"
            looks = Activations(folder, len(self.ids), views, network.shape)
            began = time.monotonic()
            with progress_bars() as progress:
                looks.compute(self.files, network.front, images, progress)
            self.looked += time.monotonic() - began
            self._tails[settings] = (TailTraining(network, self.tree, 1, settings), looks)
        return self._tails[settings]

    def fit_blocks(
        self, rows: NDArray[np.intp], seed: int, settings: Unfreezing, test: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Concentrations of the test galaxies after blocks were trained, and how it went."""
        training, looks = self.tail(settings)
        head = self.fit_head(rows, seed, N_VIEWS)
        with tempfile.TemporaryDirectory() as folder, progress_bars() as progress:
            fit = training.fit(
                looks,
                rows,
                self.votes[rows],
                head.head,
                Path(folder),
                validation=np.isin(np.arange(len(rows)), head.spared),
                seed=seed,
                progress=progress,
            )
        told = {"epochs": len(fit.history["loss"]), "best_epoch": fit.best_epoch}
        return training.concentrations(looks, test, silent), told

    def cell(self, mode: str, seed: int) -> dict[str, Any]:
        """Fit in one way on one split; accuracy on the other fifth."""
        order = np.random.default_rng(seed).permutation(len(self.ids))
        held = round(_TEST_SHARE * len(order))
        test, rows = np.sort(order[:held]), np.sort(order[held:])
        self.looked = 0.0
        began = time.monotonic()
        if mode.startswith("blocks-"):
            alpha, told = self.fit_blocks(rows, seed, _settings(mode), test)
        else:
            fit = self.fit_head(rows, seed, N_VIEWS if mode == "head-8" else 1)
            alpha, told = _scored(fit.head, self.features(1)[0, test]), {"epochs": fit.epochs}
        seconds = time.monotonic() - began - self.looked
        right = (alpha[:, 0] > alpha[:, 1]) == (self.votes[test, 0] > self.votes[test, 1])
        return {
            "weights": self.header.sha256,
            "mode": mode,
            "seed": seed,
            "accuracy": float(right.mean()),
            "seconds": round(seconds, 2),
            "looking": round(self.looked, 2),
            **told,
        }


def _scored(head: Head, features: NDArray[np.float32]) -> NDArray[np.float64]:
    return head.concentrations(features).astype(np.float64)


def _settings(mode: str) -> Unfreezing:
    blocks, _, rate = mode.removeprefix("blocks-").partition("@")
    return Unfreezing(blocks=int(blocks), learning_rate=float(rate or 1e-5))


def table(cells: list[dict[str, Any]], modes: list[str]) -> str:
    """The Markdown table: a row a way to fit, over all splits."""
    lines = [
        "| fitted | accuracy on the other 94 | time of a fit | images looked at, once |",
        "|---|---|---|---|",
        f"| {_REPORTED[0]} | {_REPORTED[1]} | {_REPORTED[2]} | |",
    ]
    for mode in modes:
        mine = [cell for cell in cells if cell["mode"] == mode]
        if mine:
            accuracy = np.array([cell["accuracy"] for cell in mine])
            seconds = np.mean([cell["seconds"] for cell in mine])
            looking = sum(cell["looking"] for cell in mine)
            spread = accuracy.std(ddof=1) if len(mine) > 1 else 0.0
            lines.append(
                f"| {mode} ({len(mine)} splits) | {accuracy.mean():.3f} ± {spread:.3f} "
                f"| {seconds:.0f} s | {looking:.0f} s |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with decals_rings/")
    parser.add_argument("--weights", default="sdss-b0", help="a name or a file")
    parser.add_argument("--out", type=Path, default=Path("rings.jsonl"))
    parser.add_argument("--modes", nargs="+", default=["head", "head-8", "blocks-0", "blocks-2"])
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    options = parser.parse_args()
    rings = Rings(options.data, options.weights, options.out.with_suffix(".work"))
    lines = options.out.read_text().splitlines() if options.out.exists() else []
    cells = [json.loads(line) for line in lines]
    cells = [cell for cell in cells if cell["weights"] == rings.header.sha256]
    done = {(cell["mode"], cell["seed"]) for cell in cells}
    with rings.project, options.out.open("a", encoding="utf-8") as file:
        for mode in options.modes:
            for seed in options.seeds:
                if (mode, seed) not in done:
                    cells.append(rings.cell(mode, seed))
                    file.write(json.dumps(cells[-1]) + "\n")
                    file.flush()
    print(table(cells, options.modes))


if __name__ == "__main__":
    main()
