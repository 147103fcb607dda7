"""Every figure of the guide's page on active learning, from the data and a simulated sky.

    nohup nice python packaging/learning DATA > scratch/learning.log 2>&1 &

DATA holds ``gz1_sdss/``, ``efigi/``, ``decals_rings/`` and ``gz_examples/``. Galaxies, curves and
fits are kept in the work folder; killed, it goes on where it was. Hours on two cores, nearly all of
it for the curves. The tables are written to ``tables.md`` there, figures into the guide.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from networks import FewLabels, few_labels_table
from posteriors import posteriors
from pulls import pulls, pulls_table
from rare import rare, rare_table
from sets import make_set
from transfer import example_galaxies, features_of, few_labels, ring_galaxies

from gzactive.active.comparison import CURVES, Comparison, KnownGalaxies, compare, known_galaxies
from gzactive.active.oracle import Retirement
from gzactive.active.savings import savings
from gzactive.catalog.vote_tables import read_votes
from gzactive.evaluation.plots import learning_curves
from gzactive.figures import plain
from gzactive.model.backbone import backbone_tensors, build_backbone
from gzactive.model.weights_file import find_weights, write_weights
from gzactive.project import Project

_ROOT = Path(__file__).resolve().parents[2]
_GUIDE = _ROOT / "resources" / "guide" / "images"
_PROJECTS = "diverse-information@2"  # what projects do
_CHOSEN = ("random", _PROJECTS, "mutual-information@4", "diverse")
_OTHERS = ("diverse-information", "core-set", "entropy@4")
_SOFT = ("mutual-information@1", "predictive-information@1")
_SHARP = ("mutual-information@inf", "mutual-information-1@4", "entropy@1", "binomial@4",
          "predictive-information@4")  # fmt: skip
_FEW = (*_CHOSEN[:3], "half-random@2")
_ALONE = (*_CHOSEN[:2], "half-random@2", "diverse")
_ASKED = (*_CHOSEN[:3], "predictive-information@1")
#: The first seeds chose among the strategies, the others confirmed it.
_CONFIRMING = 5
#: Set, head to start from, strategies, and what differs from the usual comparison.
RUNS: tuple[tuple[str, str, tuple[str, ...], dict], ...] = (
    ("sky", "fresh", (*_CHOSEN, *_OTHERS), {}),
    ("gz1", "fresh", (*_CHOSEN, *_OTHERS, *_SOFT, *_SHARP), {}),
    ("sky", "base", (*_CHOSEN, *_OTHERS, *_SOFT), {}),
    ("gz1", "base", (*_CHOSEN, *_OTHERS), {}),
    ("efigi", "fresh", (*_CHOSEN, *_OTHERS), {}),
    ("efigi", "base", (*_CHOSEN, *_OTHERS), {}),
    ("sky", "fresh", _FEW, {"retirement": Retirement(votes=1), "seeds": 12}),
    ("sky", "base", _CHOSEN[:3], {"retirement": Retirement(votes=1)}),
    ("sky", "fresh", _FEW, {"retirement": Retirement(votes=5), "seeds": 8}),
    ("gz1", "fresh", _ALONE, {"retirement": Retirement(votes=1), "seeds": 6}),
    *(
        (name, "fresh", _ALONE, {"question": asked, "retirement": Retirement(votes=1), "seeds": 6})
        for name, asked in (
            ("gz1", "smooth-or-featured"),
            ("gz1", "has-spiral-arms"),
            ("rings", "ring"),
            ("sky", "smooth-or-featured"),
            ("sky", "bar"),
        )
    ),
    ("sky", "fresh", _CHOSEN[:3], {"retirement": Retirement(votes=40, artifacts=5)}),
    ("sky", "fresh", _ASKED, {"question": "bar"}),
    ("efigi", "fresh", _ASKED, {"question": "bar"}),
    ("efigi", "fresh", _ASKED, {"question": "has-spiral-arms"}),
    ("efigi", "fresh", _ASKED, {"question": "bulge-size"}),
    ("gz1", "fresh", _ASKED, {"question": "smooth-or-featured"}),
    ("gz1", "fresh", _ASKED, {"question": "disk-edge-on"}),
    ("gz1", "fresh", _ASKED, {"question": "has-spiral-arms"}),
    ("sky", "fresh", _ASKED, {"question": "spiral-arm-count"}),
    ("rings", "fresh", _CHOSEN, {}),
    ("gz1", "fresh", _CHOSEN[:3], {"initial": 100}),
    ("gz1", "fresh", _CHOSEN[:3], {"posterior": "dropout"}),
    ("gz1", "fresh", _CHOSEN[:3], {"posterior": "ensemble"}),
)
_POSTERIORS = (("sky", "fresh"), ("gz1", "fresh"), ("efigi", "fresh"), ("rings", "fresh"),
               ("sky", "base"), ("gz1", "base"), ("efigi", "base"))  # fmt: skip
_DRAWN = ("random", _PROJECTS, "mutual-information@4", "entropy@4")
_FIGURES = {
    "active-gz1": "gz1-fresh-laplace",
    "active-efigi": "efigi-fresh-laplace",
    "active-sky": "sky-fresh-laplace",
}


def folder_of(name: str, start: str, changes: dict) -> str:
    """The name of a comparison's folder."""
    parts = [name, start, changes.get("posterior", "laplace")]
    if "question" in changes:
        parts.append(changes["question"])
    if "retirement" in changes:
        parts.append(f"v{changes['retirement'].votes}")
        parts += [f"a{changes['retirement'].artifacts}"] * bool(changes["retirement"].artifacts)
    if "initial" in changes:
        parts.append(f"i{changes['initial']}")
    return "-".join(parts)


class Study:
    """A work folder with the galaxies, and what is done with them."""

    def __init__(self, data: Path, work: Path, weights: Path, seeds: int, share: str) -> None:
        self.data, self.work, self.weights, self.seeds = data, work, weights, seeds
        self.first, self.processes = (int(part) for part in share.split("/"))
        self._known: dict[str, KnownGalaxies] = {}

    def galaxies(self, name: str) -> KnownGalaxies:
        if name not in self._known:
            made = make_set(name, self.data, self.work, self.weights)
            with Project.open(made.project, read_only="replayed") as project:
                votes = read_votes(made.votes, project.tree)
                self._known[name] = known_galaxies(project, votes)
        return self._known[name]

    def curves(self) -> None:
        for name, start, strategies, changes in RUNS[self.first - 1 :: self.processes]:
            folder = self.work / "runs" / folder_of(name, start, changes)
            usual = {"rounds": 8, "start": start, "seeds": self.seeds, **changes}
            compare(self.galaxies(name), Comparison(strategies, **usual), folder)
            if len(strategies) > len(_ASKED):
                usual["seeds"] += _CONFIRMING
                compare(self.galaxies(name), Comparison(_CHOSEN, **usual), folder)
            print(folder.name, flush=True)

    def posteriors(self) -> None:
        for name, start in _POSTERIORS:
            out = self.work / "posteriors.csv"
            posteriors(name, self.galaxies(name), start, (50, 300), 3, out)
            print("posteriors", name, start, flush=True)

    def pulls(self) -> None:
        out = self.work / "pulls.csv"
        for name, start in _POSTERIORS:
            pulls(name, self.galaxies(name), start, 3, out)
            print("pulls", name, start, flush=True)

    def transfer(self) -> None:
        untrained = self.work / "untrained.safetensors"
        if not untrained.exists():
            tensors = backbone_tensors(build_backbone())
            write_weights(
                untrained, tensors, head=None, tree_id=None, columns=(), channels=1, card={}
            )
        found = []
        for name, table in (
            ("DECaLS rings", ring_galaxies(self.data)),
            ("examples", example_galaxies(self.data)),
        ):
            for network, weights, views in (
                ("shipped", self.weights, 8 if name == "DECaLS rings" else 1),
                ("untrained", untrained, 1),
            ):
                folder = self.work / "transfer" / f"{name.split()[-1]}-{network}"
                folder.parent.mkdir(exist_ok=True)
                features = features_of(table, folder, weights, views)
                rows = few_labels(features, table["yes"].to_numpy(bool), 10)
                found.append(rows.assign(set=name, network=network))
            folder = self.work / "transfer" / f"{name.split()[-1]}-networks"
            folder.mkdir(exist_ok=True)
            FewLabels(name, table, folder, self.weights).run(self.work / "networks.csv")
        pd.concat(found).to_csv(self.work / "transfer.csv", index=False)

    def rare(self) -> None:
        rare(self.data, self.work, self.weights, self.seeds)

    def tables(self) -> None:
        text = [self._savings(), self._posteriors(), self._transfer()]
        text.append(pulls_table(pd.read_csv(self.work / "pulls.csv")))
        text.append(rare_table(self.work / "rare.csv"))
        (self.work / "tables.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")
        for figure, folder in _FIGURES.items():
            table = pd.read_csv(self.work / "runs" / folder / CURVES)
            table = table[(table["n_labels"] > 20) & table["strategy"].isin(_DRAWN)]
            drawn = learning_curves(
                table.assign(labels=table["n_labels"]), label="held-out loss (nats a galaxy)"
            )
            (_GUIDE / f"{figure}.svg").write_text(plain(drawn), encoding="utf-8")

    def _savings(self) -> str:
        heading = "loss at the end | labels for the same loss (random's) | saved (90 %) | accuracy"
        lines = [f"| replay | chosen by | seeds | {heading} |", "|" + "---|" * 7]
        for folder in sorted((self.work / "runs").iterdir()):
            curves = pd.read_csv(folder / CURVES)
            whole = curves.groupby(["strategy", "seed"]).size()
            whole = whole[whole == whole.max()]
            if "random" not in whole.index.get_level_values(0):
                continue
            losses = savings(curves)
            last = curves[curves["round"] == curves["round"].max()]
            accuracy = last.groupby("strategy")["accuracy"].mean()
            for row in losses.to_dict("records"):
                saved = f"{row['saved']:.0%} ({row['low']:.0%} … {row['high']:.0%})"
                lines.append(
                    f"| {folder.name} | {row['strategy']} | {row['seeds']} | {row['final']:.3f} | "
                    f"{row['labels']:.0f} ({row['random_labels']:.0f}) | "
                    f"{'' if row['strategy'] == 'random' else saved} | "
                    f"{accuracy[row['strategy']]:.3f} |"
                )
        return "\n".join(lines)

    def _posteriors(self) -> str:
        table = pd.read_csv(self.work / "posteriors.csv")
        columns = ["held_out_loss", "coverage", "accuracy", "spread"]
        mean = table.groupby(["set", "start", "labels", "posterior"], sort=False)[columns].mean()
        lines = [
            "| galaxies | start | labels | posterior | loss | 80 % holds | accuracy | spread |"
        ]
        lines.append("|" + "---|" * 8)
        for (name, start, labels, kind), row in mean.iterrows():
            lines.append(
                f"| {name} | {start} | {labels} | {kind} | {row['held_out_loss']:.3f} | "
                f"{row['coverage']:.1%} | {row['accuracy']:.3f} | {row['spread']:.3f} |"
            )
        return "\n".join(lines)

    def _transfer(self) -> str:
        path = self.work / "transfer.csv"
        if not path.exists():
            return ""
        table = pd.read_csv(path)
        keys = ["set", "network", "labels", "fitted to views", "looks"]
        found = table.groupby(keys, sort=False)[["loss", "accuracy"]].agg(["mean", "std"])
        lines = ["| galaxies | network | labels | fitted to views | looks | loss | accuracy |"]
        lines.append("|" + "---|" * 7)
        for key, row in found.iterrows():
            lines.append(
                f"| {' | '.join(map(str, np.atleast_1d(key)))} | {row['loss', 'mean']:.4f} | "
                f"{row['accuracy', 'mean']:.3f} ± {row['accuracy', 'std']:.3f} |"
            )
        networks = few_labels_table(pd.read_csv(self.work / "networks.csv"))
        return "\n".join([*lines, "", networks])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=_ROOT / "scratch" / "learning")
    parser.add_argument("--weights", default="sdss-b0", help="a name or a file")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--share", default="1/1", help="of the curves: 1/2 and 2/2 side by side")
    steps = ["curves", "posteriors", "pulls", "transfer", "rare", "tables"]
    parser.add_argument("--only", nargs="+", choices=steps, default=steps)
    options = parser.parse_args()
    weights = find_weights(options.weights).resolve()
    study = Study(options.data, options.work, weights, options.seeds, options.share)
    for step in options.only:
        getattr(study, step)()


if __name__ == "__main__":
    main()
