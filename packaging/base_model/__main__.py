"""Train the weights that ship, on real galaxies and a simulated sky: one command.

    nohup nice python packaging/base_model DATA > scratch/base.log 2>&1 &

DATA holds ``gz1_sdss/`` and ``efigi/`` to learn from, ``gz_examples/`` to judge by. The stages are
a simulated sky alone, everything at half the size, everything whole, that again with the rarer
classes seen more often, and the head brought back to how common these are. Killed, it goes on where
it was. Three to four hours on two idle cores.
"""

import argparse
import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from galaxies import auxiliary, balanced, efigi, galaxy_zoo_1, load_images, simulated
from judge import judge
from prevalence import at_natural_prevalence

from gzactive.catalog import split_parts
from gzactive.model.augmentation import Augmentation
from gzactive.model.backbone import backbone_tensors, build_backbone, set_backbone_tensors
from gzactive.model.backbone_settings import BackboneSettings
from gzactive.model.backbone_training import train_backbone
from gzactive.model.weights import load_model, save_model
from gzactive.progress import Progress
from gzactive.trees import DEFAULT_TREE, DecisionTree, load_tree

_ROOT = Path(__file__).resolve().parents[2]
_SEED = 5281  # far from the seeds of demonstrations, which must not show training galaxies
_SKY = 4000
_VOLUNTEERS = 16
#: Wide, since surveys that nobody has seen yet differ in scale, seeing, depth and noise.
_AUGMENTATION = Augmentation(
    zoom=0.75, scale=0.45, contrast=0.2, brightness=0.03, noise=0.06, blur=1.5, coarse=3, faint=1.3
)
_HALF = BackboneSettings(crop=112, batch=64, warm_up=0.5, augmentation=_AUGMENTATION)
_WHOLE = BackboneSettings(
    crop=224,
    batch=32,
    learning_rate=5e-4,
    warm_up=0.1,
    augmentation=replace(_AUGMENTATION, zoom=1.0, blur=2.5),
)
#: Whole images cost four times as much and are where it is decided; each stage is a warm restart.
_STAGES = {
    "sky alone": replace(_HALF, epochs=14),
    "half": replace(_HALF, epochs=14),
    "whole": replace(_WHOLE, epochs=4),
    "balanced": replace(_WHOLE, epochs=6),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--folder", type=Path, default=_ROOT / "scratch" / "base")
    parser.add_argument("--epochs", type=int, nargs=len(_STAGES), metavar="N", help="of each stage")
    parser.add_argument("--start", help="weights in place of the stage on the sky alone")
    parser.add_argument(
        "--out", type=Path, default=_ROOT / "resources" / "weights" / "sdss-b0.safetensors"
    )
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    network = arguments.folder / "network.safetensors"
    stages = dict(_STAGES)
    for name, epochs in zip(_STAGES, arguments.epochs or (), strict=False):
        stages[name] = replace(stages[name], epochs=epochs)
    if not network.exists():
        train(arguments.data, arguments.folder, stages, arguments.start, network)
    model = load_model(network)
    figures = judge(arguments.data, arguments.folder, model)
    card = json.loads((Path(__file__).parent / "card.json").read_text()) | {"metrics": figures}
    assert model.tree_id is not None
    save_model(arguments.out, model.backbone, model.head, model.tree_id, model.columns, card)
    digest = hashlib.sha256(arguments.out.read_bytes()).hexdigest()
    (arguments.out.parent / "SHA256SUMS").write_text(f"{digest}  {arguments.out.name}\n")
    print(json.dumps(card, indent=1))


def train(
    data: Path, folder: Path, stages: dict[str, BackboneSettings], given: str | None, out: Path
) -> None:
    """All stages; each goes on where it was, and a finished one is only read."""
    tree = load_tree(DEFAULT_TREE)
    tables = {
        "gz1": galaxy_zoo_1(data / "gz1_sdss", tree),
        "efigi": efigi(data / "efigi", tree),
        "sky": simulated(folder / "sky", _SKY, _SEED, tree, _VOLUNTEERS),
    }
    images = np.concatenate(
        [
            load_images(table["file_loc"].tolist(), folder / f"{name}.npy", margin)
            for (name, table), margin in zip(tables.items(), (1, 2, 1), strict=True)
        ]
    )
    table = pd.concat(tables, names=["source"]).reset_index("source").reset_index(drop=True)
    part = split_parts(table["id_str"], _SEED)
    table.assign(part=part)[["source", "id_str", "part"]].to_csv(folder / "split.csv", index=False)
    print(table.groupby(["source", part]).size().unstack().to_string(), flush=True)
    rows = {name: np.flatnonzero(part == name) for name in ("train", "validation")}
    sky = {name: some[(table["source"] == "sky")[some]] for name, some in rows.items()}

    start: dict[str, Any] = {}
    if given:
        model = load_model(given)
        start = {"start": backbone_tensors(model.backbone), "start_head": model.head}
        stages = {name: stage for name, stage in stages.items() if name != "sky alone"}
    for seed, (name, settings) in enumerate(stages.items(), start=_SEED):
        chosen = sky if name == "sky alone" else rows
        learnt = chosen["train"]
        fit = train_backbone(
            images,
            table[list(tree.columns)].to_numpy(),
            tree,
            folder / name.replace(" ", "-"),
            auxiliary=auxiliary(table, weight=0.5),
            training=balanced(table, learnt) if name == "balanced" else learnt,
            validation=chosen["validation"],
            settings=settings,
            seed=seed,
            progress=report(),
            **start,
        )
        start = {"start": backbone_tensors(fit.backbone), "start_head": fit.head}
    backbone = build_backbone()
    set_backbone_tensors(backbone, start["start"])
    save_model(out, backbone, start["start_head"], tree.id, tree.columns, {})
    settle(out, images, table, part, tree)


def settle(out: Path, images: Any, table: pd.DataFrame, part: Any, tree: DecisionTree) -> None:
    """Bring the head of a finished network to the natural prevalence."""
    model = load_model(out)
    chosen = np.flatnonzero((table["source"] == "gz1").to_numpy() & (part == "validation"))
    votes = table[list(tree.columns)].to_numpy()[chosen]
    head = at_natural_prevalence(model, images[chosen], votes, tree, _WHOLE.augmentation, _SEED)
    save_model(out, model.backbone, head, tree.id, tree.columns, {})


def report() -> Progress:
    """Print progress, at most every ten seconds."""
    last = [0.0]

    def progress(stage: str, done: int, total: int) -> None:
        if time.monotonic() - last[0] > 10:
            last[0] = time.monotonic()
            print(f"{time.strftime('%H:%M:%S')} {stage}: {done} of {total}", flush=True)

    return progress


if __name__ == "__main__":
    main()
