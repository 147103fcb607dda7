"""Few labels on another survey: the shipped network's features against an untrained network's.

Rings on DECaLS, and smooth or featured among Galaxy Zoo's own examples; besides, whether it helps
to look at a galaxy turned and mirrored, on average or another way with each sample.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from gzactive.inference import extract_features, feature_store, features_for, load_backbone
from gzactive.inference.extraction import extract
from gzactive.model.head import Head
from gzactive.model.likelihood import predictive_nll
from gzactive.model.posterior import Posterior, fit_posterior
from gzactive.model.training import HeadFit
from gzactive.project import Project
from gzactive.trees import load_tree

SIZES = (50, 100, 300)
TEST = 120
_SAMPLES = 32


def ring_galaxies(data: Path) -> pd.DataFrame:
    """DECaLS galaxies with and without a ring."""
    folder = data.resolve() / "decals_rings"
    table = pd.read_csv(folder / "labels.csv")
    yes = table["ring_yes"] > 0
    return _catalog(table["iauname"], [str(folder / one) for one in table["file"]], yes)


def example_galaxies(data: Path) -> pd.DataFrame:
    """Pictures by which Galaxy Zoo explains its questions: the question tells the class."""
    folder = data.resolve() / "gz_examples"
    table = pd.read_csv(folder / "labels.csv").drop_duplicates("file")
    question, answer = table["question"], table["answer"]
    smooth = question.str.startswith("How rounded") | (answer == "Smooth")
    featured = answer.str.startswith("Features") | question.str.contains(
        "bar feature|spiral arm|tightly wound|edge-on|prominent is"
    )
    table, featured = table[smooth | featured], (featured & ~smooth)[smooth | featured]
    names = pd.Series([Path(one).stem for one in table["file"]])
    return _catalog(names, [str(folder / one) for one in table["file"]], featured)


def _catalog(names: pd.Series, files: list[str], yes: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"id_str": names.to_numpy(), "file_loc": files, "yes": yes.to_numpy()})


def features_of(table: pd.DataFrame, folder: Path, weights: Path, views: int) -> np.ndarray:
    """(views, galaxies, 1280), the first as the galaxies are; killed, the same call goes on."""
    if folder.exists():
        project = Project.open(folder)
    else:
        project = Project.create(folder, table[["id_str", "file_loc"]], "rings", weights=weights)
    with project:
        extract_features(project)
        ids = table["id_str"].tolist()
        found = [features_for(project, ids).values]
        for view in range(1, views):
            store = feature_store(project, view=view)
            extract(
                ids,
                table["file_loc"].tolist(),
                store,
                project.problems,
                lambda: load_backbone(project),
                settings=project.image_settings,
                view=view,
            )
            found.append(store.load(ids).values)
    return np.stack(found).astype(np.float32)


def few_labels(features: np.ndarray, yes: np.ndarray, seeds: int) -> pd.DataFrame:
    """A row a number of labels, seed and way to look: loss and accuracy on 120 other galaxies."""
    tree = load_tree("rings")  # any tree of one question with two answers
    votes = np.where(yes[:, None], [1, 0], [0, 1])
    # An untrained network's features are tiny: brought to the scale of a trained one's.
    features = features / np.sqrt((features[0] ** 2).sum(axis=1).mean()) * 12.5
    rows = []
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(yes))
        test, pool = order[:TEST], order[TEST:]
        for labels in SIZES:
            if labels > len(pool):
                continue
            for fitted in sorted({1, len(features)}):
                head = _fitted(features[:fitted, pool[:labels]], votes[pool[:labels]], tree, seed)
                for way, alpha in _looks(head, features[:, test], seed).items():
                    share = (alpha[:, 0] / alpha.sum(axis=1)).mean(axis=1)
                    rows.append(
                        {
                            "labels": labels,
                            "seed": seed,
                            "fitted to views": fitted,
                            "looks": way,
                            "loss": predictive_nll(votes[test], alpha, tree).mean(),
                            "accuracy": ((share > 0.5) == yes[test]).mean(),
                        }
                    )
    return pd.DataFrame(rows)


def _fitted(features: np.ndarray, votes: np.ndarray, tree: object, seed: int) -> Head:
    views, n = features.shape[:2]
    return fit_posterior(
        features.reshape(views * n, -1),
        np.tile(votes, (views, 1)),
        tree,
        Head.fresh(tree),
        posterior=Posterior("laplace"),
        groups=np.tile(np.arange(n), views),
        weights=np.full(views * n, 1 / views),
        settings=HeadFit(validation_share=0.0),
        seed=seed,
    ).whole


def _looks(head: Head, features: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    alphas = [head.mc_concentrations(one, _SAMPLES, seed) for one in features]
    if len(alphas) == 1:
        return {"as it is": alphas[0]}
    drawn = [one[:, :, view :: len(alphas)] for view, one in enumerate(alphas)]
    return {
        "as it is": alphas[0],
        "another view each sample": np.concatenate(drawn, axis=2),
        "mean features of 8 views": head.mc_concentrations(features.mean(axis=0), _SAMPLES, seed),
    }
