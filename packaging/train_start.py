"""Train the start weights, ``resources/weights/simulated-sky.safetensors``, from nothing.

One command makes a simulated sky, lets simulated volunteers vote, trains the backbone at the
image scale it will be used at (small crops first, whole images after), fits the head to the
features of whole images, judges both on galaxies kept aside, and writes weights with their card.
Killed, it goes on where it was. About half an hour on two cores:

    nohup nice python packaging/train_start.py > scratch/start.log 2>&1 &
"""

import argparse
import json
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from gzactive.images import ImageSettings, load_resized
from gzactive.model.augmentation import Augmentation, centre_crop
from gzactive.model.backbone import (
    backbone_tensors,
    build_backbone,
    fold_normalisation,
    set_backbone_tensors,
)
from gzactive.model.backbone_training import BackboneSettings, train_backbone
from gzactive.model.head import Head
from gzactive.model.likelihood import per_question_nll
from gzactive.model.training import HeadFit, fit_head
from gzactive.model.weights import BATCH, save_model
from gzactive.simulated.sky import make_sky
from gzactive.simulated.volunteers import vote
from gzactive.trees import DEFAULT_TREE, DecisionTree, load_tree

_ROOT = Path(__file__).resolve().parent.parent
_SEED = 5281  # far from the seeds of demonstrations, which must not show training galaxies
_VOLUNTEERS = 40
_KEPT_ASIDE = 0.2
_AUGMENTATION = Augmentation(scale=0.3)
#: With 40 votes a question for thousands of galaxies the data speak, not the start.
_HEAD_FIT = HeadFit(learning_rate=1e-3, pull=1.0, anchor=0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=_ROOT / "scratch" / "start")
    parser.add_argument("--galaxies", type=int, default=5000)
    parser.add_argument("--epochs", type=int, nargs=2, default=(14, 1), metavar=("SMALL", "WHOLE"))
    parser.add_argument(
        "--real",
        type=Path,
        help="folder of Galaxy Zoo 1 galaxies to check on (labels.csv: file, gz1_class_name)",
    )
    parser.add_argument(
        "--out", type=Path, default=_ROOT / "resources" / "weights" / "simulated-sky.safetensors"
    )
    arguments = parser.parse_args()
    began = time.monotonic()
    tree = load_tree(DEFAULT_TREE)
    folder: Path = arguments.folder
    sky = make_sky(folder / "sky", arguments.galaxies, seed=_SEED, progress=report())
    # Named after the sky's recipe, so that pictures of an older sky never meet newer votes.
    recipe = zlib.crc32((folder / "sky" / "sky.txt").read_bytes())
    images = load_images(sky["file_loc"].tolist(), folder / f"images-{recipe:08x}.npy")
    votes = vote(sky, tree, _VOLUNTEERS, seed=_SEED)[list(tree.columns)].to_numpy()
    aside = np.random.default_rng(_SEED).random(len(sky)) < _KEPT_ASIDE

    small = BackboneSettings(
        crop=112, epochs=arguments.epochs[0], batch=32, augmentation=_AUGMENTATION
    )
    whole = BackboneSettings(
        crop=224,
        epochs=arguments.epochs[1],
        batch=32,
        learning_rate=5e-4,
        warm_up=0.1,
        augmentation=_AUGMENTATION,
    )
    taught = images[~aside], votes[~aside], tree
    first = train_backbone(*taught, folder / "small", settings=small, seed=_SEED, progress=report())
    fit = train_backbone(
        *taught,
        folder / "whole",
        start=backbone_tensors(first.backbone),
        start_head=first.head,
        settings=whole,
        seed=_SEED,
        progress=report(),
    )
    backbone = build_backbone()
    set_backbone_tensors(backbone, backbone_tensors(fit.backbone))
    features = features_of(images, backbone)
    head = fit_head(
        features[~aside], votes[~aside], tree, fit.head, settings=_HEAD_FIT, seed=_SEED
    ).head
    metrics = judge(head, features[aside], votes[aside], tree)
    if arguments.real:
        metrics["real galaxies"] = judge_real(arguments.real, backbone, head, tree)
    minutes = (time.monotonic() - began) / 60
    card = {
        "data": (
            f"{(~aside).sum()} simulated galaxies (gzactive.simulated, seed {_SEED}) with the "
            f"votes of {_VOLUNTEERS} simulated volunteers; no real image, no real vote."
        ),
        "recipe": (
            f"EfficientNet-B0, one grey channel, from random weights; {small.epochs} epochs on "
            f"crops of {small.crop} of 300 pixels, then {whole.epochs} on crops of 224; Adam with "
            f"a cosine, batch {small.batch}, Dirichlet-multinomial loss; random rotation, flip, "
            "scale, shift, gain, noise and blur; the head fitted again on features of whole "
            f"images. {minutes:.0f} minutes since the last start, packaging/train_start.py."
        ),
        "metrics": metrics,
        "limits": (
            "A start for trying the program: it has never seen a real galaxy, so its answers about "
            "real ones are rough until labels arrive."
        ),
        "credits": "The gzactive developers",
        "licence": "BSD-3-Clause",
    }
    save_model(arguments.out, backbone, head, tree.id, tree.columns, card)
    print(json.dumps(card, indent=1))


def report() -> Any:
    """Print progress, at most every ten seconds."""
    last = [0.0]

    def progress(stage: str, done: int, total: int) -> None:
        if time.monotonic() - last[0] > 10:
            last[0] = time.monotonic()
            print(f"{time.strftime('%H:%M:%S')} {stage}: {done} of {total}", flush=True)

    return progress


def load_images(files: list[str], cache: Path) -> NDArray[np.uint8]:
    """Load images as the program does, (n, 300, 300, 1) uint8, once."""
    if cache.exists():
        loaded: NDArray[np.uint8] = np.load(cache, mmap_mode="r")
        if len(loaded) == len(files):
            return loaded
    settings = ImageSettings()
    with ThreadPoolExecutor(2) as pool:
        images = np.stack(list(pool.map(lambda name: load_resized(name, settings), files)))
    np.save(cache, images)
    return images


def features_of(images: NDArray[np.uint8], backbone: Any) -> NDArray[np.float32]:
    """Features of the centre crops, as they are scored."""
    network = fold_normalisation(backbone)
    padded = np.concatenate([images, np.repeat(images[:1], -len(images) % BATCH, axis=0)])
    parts = [
        network.predict_on_batch(centre_crop(padded[start : start + BATCH], 224))
        for start in range(0, len(padded), BATCH)
    ]
    return np.concatenate(parts)[: len(images)]


def area_under_curve(scores: NDArray[Any], positive: NDArray[np.bool_]) -> float:
    """Chance that a positive outranks a negative (Mann–Whitney)."""
    ranks = rankdata(scores)
    yes, no = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - yes * (yes + 1) / 2) / (yes * no))


def smooth_over_featured(head: Head, features: NDArray[Any], tree: DecisionTree) -> NDArray[Any]:
    """Predicted odds of smooth against featured."""
    alpha = head.concentrations(features)
    smooth, featured = (
        tree.columns.index(f"smooth-or-featured_{name}") for name in ("smooth", "featured-or-disk")
    )
    odds: NDArray[Any] = alpha[:, smooth] / alpha[:, featured]
    return odds


def judge(
    head: Head, features: NDArray[Any], votes: NDArray[Any], tree: DecisionTree
) -> dict[str, Any]:
    """Loss a question against two baselines, and smooth/featured, on galaxies kept aside."""
    shares = [votes[:, tree.slice(q.name)].sum(axis=0) for q in tree.modelled]
    always = np.concatenate([1 + 30 * share / share.sum() for share in shares])
    predictions = {
        "model": head.concentrations(features),
        "mean fractions": np.tile(always, (len(votes), 1)),
        "equal fractions": Head.fresh(tree).concentrations(features),
    }
    losses = {name: per_question_nll(votes, alpha, tree) for name, alpha in predictions.items()}
    table: dict[str, Any] = {}
    for index, question in enumerate(tree.modelled):
        asked = votes[:, tree.slice(question.name)].sum(axis=1) > 0
        table[question.name] = {
            name: round(float(loss[asked, index].mean()), 3) for name, loss in losses.items()
        }
    part = tree.slice("smooth-or-featured")
    clear = votes[:, part][:, :2].max(axis=1) > 0.5 * _VOLUNTEERS
    smooth = votes[:, part][:, 0] > votes[:, part][:, 1]
    odds = smooth_over_featured(head, features, tree)
    return {
        "galaxies kept aside": len(votes),
        "loss a galaxy": {
            name: round(float(v.sum(axis=1).mean()), 3) for name, v in losses.items()
        },
        "loss by question": table,
        "smooth or featured, area under curve": round(
            area_under_curve(odds[clear], smooth[clear]), 4
        ),
    }


def judge_real(
    folder: Path, backbone: Any, head: Head, tree: DecisionTree, n: int = 600
) -> dict[str, Any]:
    """Smooth against featured on real galaxies of Galaxy Zoo 1, half of each."""
    table = pd.read_csv(folder / "labels.csv")
    smooth = table[table["gz1_class_name"] == "elliptical"].sample(n // 2, random_state=1)
    featured = table[table["gz1_class_name"].str.match("spiral|edge_on")].sample(
        n // 2, random_state=1
    )
    chosen = pd.concat([smooth, featured])
    settings = ImageSettings()
    images = np.stack([load_resized(str(folder / name), settings) for name in chosen["file"]])
    odds = smooth_over_featured(head, features_of(images, backbone), tree)
    return {
        "galaxies": f"{n} of Galaxy Zoo 1 (SDSS)",
        "elliptical or spiral and edge-on, area under curve": round(
            area_under_curve(odds, np.arange(n) < n // 2), 4
        ),
    }


if __name__ == "__main__":
    main()
