"""What the base model is worth, on galaxies that it was never trained on.

    python packaging/base_model/judge.py DATA --weights FILE [--folder scratch/base]

The test parts of the real sets, the same made fainter and coarser, examples of other surveys, a
simulated sky of another seed, and the frozen features with few labels against random weights.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from galaxies import efigi, galaxy_zoo_1, load_images, simulated
from numpy.typing import NDArray

from gzactive.evaluation.calibration import central_coverage
from gzactive.evaluation.metrics import area_under_curve, binary_figures
from gzactive.model.augmentation import Augmentation, augment, centre_crop
from gzactive.model.backbone import build_backbone, fold_normalisation
from gzactive.model.head import Head
from gzactive.model.likelihood import per_question_nll
from gzactive.model.training import fit_head
from gzactive.model.weights import BATCH, GalaxyModel, load_model
from gzactive.trees import DEFAULT_TREE, DecisionTree, load_tree

_ROOT = Path(__file__).resolve().parents[2]
_SKY_SEED = 6007
_FAINT = Augmentation(
    scale=0.0,
    shift=0.0,
    contrast=0.0,
    brightness=0.0,
    noise=0.08,
    blur=0.0,
    coarse=3.0,
    zoom=0.6,
    faint=2.0,
)
_LABELS = (100, 300, 1000)
_SEEDS = 3


def judge(data: Path, folder: Path, model: GalaxyModel) -> dict[str, Any]:
    """All figures, by set."""
    tree = load_tree(DEFAULT_TREE)
    assert model.head is not None
    head = model.head
    split = pd.read_csv(folder / "split.csv", dtype=str).set_index(["source", "id_str"])["part"]
    result: dict[str, Any] = {}
    gz1 = galaxy_zoo_1(data / "gz1_sdss", tree)
    kind = pd.read_csv(data / "gz1_sdss" / "labels.csv")["gz1_class_name"].to_numpy()
    images = load_images(gz1["file_loc"].tolist(), folder / "gz1.npy")
    test = split["gz1"].reindex(gz1["id_str"]).to_numpy() == "test"
    for name, views in {
        "Galaxy Zoo 1 (SDSS)": centre_crop(images[test], 224),
        "the same at 0.6 of the size, up to 2 mag fainter and 3 times coarser": _faint(
            images[test]
        ),
    }.items():
        result[name] = _judge_classes(head.concentrations(model.features(views)), kind[test], tree)
    experts = efigi(data / "efigi", tree)
    big = load_images(experts["file_loc"].tolist(), folder / "efigi.npy", 2)
    chosen = split["efigi"].reindex(experts["id_str"]).to_numpy() == "test"
    alpha = head.concentrations(model.features(centre_crop(big[chosen], 224)))
    result["EFIGI (SDSS), in frames twice as wide"] = _judge_experts(alpha, experts[chosen], tree)
    result.update(_judge_examples(data / "gz_examples", folder, model, tree))
    result["simulated sky"] = _judge_sky(folder, model, tree)
    result["frozen features, labels needed"] = _judge_frozen(
        model, images, kind, test, data / "decals_rings", folder
    )
    return result


def _faint(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    rng = np.random.default_rng(7)
    return np.stack([augment(image, 224, rng, _FAINT, mirrored=False) for image in images])


def _fraction(alpha: NDArray[Any], tree: DecisionTree, question: str, *answers: str) -> Any:
    part = tree.slice(question)
    columns = [tree.columns.index(f"{question}_{answer}") for answer in answers]
    return alpha[:, columns].sum(axis=1) / alpha[:, part].sum(axis=1)


def _featured(alpha: NDArray[Any], tree: DecisionTree) -> Any:
    smooth = _fraction(alpha, tree, "smooth-or-featured", "smooth")
    featured = _fraction(alpha, tree, "smooth-or-featured", "featured-or-disk")
    return featured / (smooth + featured)


def _two_classes(scores: Any, positive: NDArray[np.bool_]) -> dict[str, Any]:
    """Area under the curve, accuracy at ½ and at the best threshold, and the majority's."""
    found = binary_figures(scores, positive)
    return {
        "galaxies": found.galaxies,
        "area under curve": round(found.area_under_curve, 4),
        "accuracy at 0.5": round(found.accuracy, 4),
        "at the best threshold": round(found.best_accuracy, 4),
        "always the majority": round(found.majority, 4),
    }


def _judge_classes(alpha: Any, kind: NDArray[Any], tree: DecisionTree) -> dict[str, Any]:
    spiral = np.char.startswith(kind.astype(str), "spiral")
    disc, smooth = spiral | (kind == "edge_on"), kind == "elliptical"
    known = disc | smooth
    featured = _featured(alpha, tree)
    edge_on = _fraction(alpha, tree, "disk-edge-on", "yes")
    arms = featured * (1 - edge_on) * _fraction(alpha, tree, "has-spiral-arms", "yes")
    merging = 1 - _fraction(alpha, tree, "merging", "none")
    return {
        "elliptical or disc": _two_classes(featured[known], disc[known]),
        "edge-on or spiral": _two_classes(edge_on[disc], ~spiral[disc]),
        "spiral or anything else, area under curve": round(area_under_curve(arms, spiral), 4),
        "merger or anything else, area under curve": round(
            area_under_curve(merging, kind == "merger"), 4
        ),
    }


def _judge_experts(alpha: Any, table: pd.DataFrame, tree: DecisionTree) -> dict[str, Any]:
    stage = table["stage"].to_numpy() * 17 - 6
    known = (stage < -2.5) | (stage > 0.5)
    bar = table["bar_length"].to_numpy()
    arms = table["arm_strength"].to_numpy()
    face_on = (stage > 0.5) & (table["inclination"].to_numpy() <= 0.5)
    barred = face_on & ((bar >= 0.5) | (bar == 0))
    armed = face_on & ((arms >= 0.5) | (arms == 0))
    disc = stage > 0.5
    tilt = table["inclination"].to_numpy()
    strength = _fraction(alpha, tree, "bar", "strong", "weak")
    return {
        "early or late": _two_classes(_featured(alpha, tree)[known], stage[known] > 0.5),
        "edge-on or not, area under curve": round(
            area_under_curve(_fraction(alpha, tree, "disk-edge-on", "yes")[disc], tilt[disc] == 1),
            4,
        ),
        "long bar or none": _two_classes(strength[barred], bar[barred] >= 0.5),
        "strong arms or none": _two_classes(
            _fraction(alpha, tree, "has-spiral-arms", "yes")[armed], arms[armed] >= 0.5
        ),
    }


def _judge_examples(
    folder: Path, cache: Path, model: GalaxyModel, tree: DecisionTree
) -> dict[str, Any]:
    """Pictures by which Galaxy Zoo explains its questions: the question tells the class."""
    table = pd.read_csv(folder / "labels.csv").drop_duplicates("file").reset_index(drop=True)
    files = [str(folder / name) for name in table["file"]]
    images = load_images(files, cache / "examples.npy")
    assert model.head is not None
    scores = _featured(model.head.concentrations(model.features(centre_crop(images, 224))), tree)
    question, answer = table["question"], table["answer"]
    smooth = question.str.startswith("How rounded") | (answer == "Smooth")
    featured = (
        answer.str.startswith("Features")
        | question.str.contains("bar feature|spiral arm|tightly wound|edge-on|prominent is")
    ) & ~smooth
    result = {}
    for survey, rows in table.groupby("survey").groups.items():
        part = np.zeros(len(table), bool)
        part[rows] = True
        part &= (smooth | featured).to_numpy()
        if survey in {"decals", "gama"}:
            result[f"examples of Galaxy Zoo, {survey}: smooth or featured"] = _two_classes(
                scores[part], featured.to_numpy()[part]
            )
    return result


def _judge_sky(folder: Path, model: GalaxyModel, tree: DecisionTree) -> dict[str, Any]:
    sky = simulated(folder / "sky-test", 1000, _SKY_SEED, tree, 40)
    images = load_images(sky["file_loc"].tolist(), folder / "sky-test.npy")
    votes = sky[list(tree.columns)].to_numpy()
    assert model.head is not None
    alpha = model.head.concentrations(model.features(centre_crop(images, 224))).astype(float)
    losses = per_question_nll(votes, alpha, tree)
    table = {}
    for index, question in enumerate(tree.modelled):
        part = tree.slice(question.name)
        total = votes[:, part].sum(axis=1, keepdims=True)
        asked = total[:, 0] >= 10
        share = votes[asked, part] / total[asked]
        said = alpha[asked, part] / alpha[asked, part].sum(axis=1, keepdims=True)
        always = votes[asked, part].sum(axis=0) / total[asked].sum()
        table[question.name] = {
            "galaxies": int(asked.sum()),
            "loss": round(float(losses[asked, index].mean()), 3),
            "mean absolute error of fractions": round(float(np.abs(said - share).mean()), 4),
            "always the mean": round(float(np.abs(always - share).mean()), 4),
            "share inside the 80 % interval": round(
                central_coverage(alpha[asked, part], votes[asked, part], 0.8), 3
            ),
        }
    return {"galaxies": len(sky), "loss a galaxy": round(float(losses.sum(1).mean()), 3), **table}


def _judge_frozen(
    model: GalaxyModel,
    images: NDArray[np.uint8],
    kind: NDArray[Any],
    test: NDArray[np.bool_],
    rings: Path,
    folder: Path,
) -> dict[str, Any]:
    """Heads fitted to a few labels on frozen features: these weights against random ones."""
    tree = load_tree("rings")  # any tree of one question with two answers
    rng = np.random.default_rng(3)
    known = np.isin(kind, ["elliptical", "edge_on"]) | np.char.startswith(
        kind.astype(str), "spiral"
    )
    pool = rng.permutation(np.flatnonzero(known & ~test))[: max(_LABELS)]
    rows = np.concatenate([pool, np.flatnonzero(known & test)])
    disc = kind[rows] != "elliptical"
    ringed = pd.read_csv(rings / "labels.csv")
    pictures = load_images([str(rings / name) for name in ringed["file"]], folder / "rings.npy")
    order = rng.permutation(len(ringed))
    untrained = _random_features(np.concatenate([images[rows], pictures]))
    networks = {
        "these weights": (
            model.features(centre_crop(images[rows], 224)),
            model.features(centre_crop(pictures, 224)),
        ),
        "random weights": (untrained[: len(rows)], untrained[len(rows) :]),
    }
    result: dict[str, Any] = {}
    for name, (galaxies, ring_features) in networks.items():
        scale = galaxies[: len(pool)].std() or 1.0
        result[f"elliptical or disc, {name}"] = {
            str(n): _few(galaxies / scale, disc, n, len(pool), tree) for n in _LABELS
        }
        result[f"DECaLS rings, {name}"] = {
            str(n): _few(
                ring_features[order] / scale, ringed["ring_yes"].to_numpy()[order] > 0, n, 370, tree
            )
            for n in _LABELS[:2]
        }
    return result


def _few(
    features: NDArray[Any], positive: NDArray[np.bool_], n: int, pool: int, tree: DecisionTree
) -> float:
    """Mean area under the curve beyond the pool, after n labels from it; over seeds."""
    votes = np.where(positive[:, None], [1, 0], [0, 1])
    areas = []
    for seed in range(_SEEDS):
        rows = np.random.default_rng(seed).permutation(pool)[:n]
        head = fit_head(features[rows], votes[rows], tree, Head.fresh(tree), seed=seed).head
        alpha = head.concentrations(features[pool:])
        areas.append(area_under_curve(alpha[:, 0] / alpha.sum(axis=1), positive[pool:]))
    return round(float(np.mean(areas)), 4)


def _random_features(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    network = fold_normalisation(build_backbone())
    padded = np.concatenate([images, np.repeat(images[:1], -len(images) % BATCH, axis=0)])
    parts = [
        network.predict_on_batch(centre_crop(padded[start : start + BATCH], 224))
        for start in range(0, len(padded), BATCH)
    ]
    return np.concatenate(parts)[: len(images)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--folder", type=Path, default=_ROOT / "scratch" / "base")
    arguments = parser.parse_args()
    figures = judge(arguments.data, arguments.folder, load_model(arguments.weights))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
