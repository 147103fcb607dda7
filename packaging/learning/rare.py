"""A rare feature sought from ten examples: what is at the top of the list after some labels.

Ten of the galaxies that have the feature are given as examples, all others are the catalogue. The
list in hand is what a person then has: galaxies that were labelled yes first, those labelled no
left out, the others in order of the ranking; examples never count. Besides, a fifth that is never
labelled tells how well the ranking does where nothing is known. Labelling, fitting and ranking are
the functions that a project goes through.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sets import in_margin
from transfer import ring_galaxies

from gzactive.active.strategies import STRATEGIES, Situation
from gzactive.active.votes import vote_fractions
from gzactive.catalog import reserved_mask, split_parts
from gzactive.inference import extract_features, features_for
from gzactive.inference.similarity import likeness_of, towards
from gzactive.model.head import Head
from gzactive.model.posterior import Posterior, fit_posterior
from gzactive.model.training import HeadFit
from gzactive.paths import atomic_write
from gzactive.project import Project
from gzactive.trees import load_tree

EXAMPLES = 10
TOPS = (10, 50, 100)
JUDGED = (0, 50, 100, 200)  # after so many labels
_SPLIT_SEED = 5281  # of packaging/base_model: what its network was trained on
_OUTER_RING = 0.5  # of EFIGI's attribute, which experts gave in steps of a quarter
_THIN = 0.03
_SAMPLES = 30
_TREE = load_tree("rings")  # any tree of one question with yes and no


@dataclass(frozen=True, eq=False)
class Search:
    """A catalogue, and which of it has the feature."""

    features: NDArray[np.float32]
    ids: NDArray[np.object_]
    yes: NDArray[np.bool_]
    batch: int
    labels: int
    kept: bool  #: whether a fifth is kept apart
    thin: float = 0.0  #: so rare are the galaxies that have it made, by leaving most of them out


def searches(data: Path, work: Path, weights: Path) -> dict[str, Search]:
    """The searches by name; images go through the network once."""
    table = pd.read_csv(data / "efigi" / "labels.csv")
    table = table[table["Outer_Ring"] >= 0].reset_index(drop=True)  # −1 is undefined
    frames = work / "rare" / "efigi"
    (frames / "images").mkdir(parents=True, exist_ok=True)
    files = [in_margin(data / "efigi" / one, frames / "images") for one in table["file"]]
    ids = table["PGCname"].to_numpy(dtype=object)
    features = _features(ids, files, frames / "project", weights)
    yes = (table["Outer_Ring"] >= _OUTER_RING).to_numpy()
    unseen = split_parts(ids, _SPLIT_SEED) == "test"
    rings = ring_galaxies(data)
    names = rings["id_str"].to_numpy(dtype=object)
    place = work / "rare" / "decals"
    place.mkdir(parents=True, exist_ok=True)
    decals = _features(names, rings["file_loc"].tolist(), place / "project", weights)
    return {
        "efigi": Search(features, ids, yes, 25, 200, True),
        "efigi-unseen": Search(features[unseen], ids[unseen], yes[unseen], 25, 200, False),
        "decals": Search(decals, names, rings["yes"].to_numpy(bool), 10, 100, False, _THIN),
    }


def _features(
    ids: NDArray[np.object_], files: list[str], folder: Path, weights: Path
) -> NDArray[np.float32]:
    if folder.exists():
        project = Project.open(folder)
    else:
        catalog = pd.DataFrame({"id_str": ids, "file_loc": files})
        project = Project.create(folder, catalog, _TREE, weights=weights, seed=1)
    with project:
        extract_features(project)
        found = features_for(project, ids)
    if len(found) < len(ids):
        raise RuntimeError(f"{len(ids) - len(found)} images of {folder} cannot be read")
    return found.values.astype(np.float32)


# ---- one search ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class State:
    """How far a search is: rows with labels, in their order, and what was learned of them."""

    search: Search
    examples: NDArray[np.intp]
    labelled: NDArray[np.intp]
    candidates: NDArray[np.intp]
    head: Head
    rng: np.random.Generator
    seed: int

    @property
    def likeness(self) -> NDArray[np.float32]:
        """How like the galaxies labelled yes, and unlike those labelled no."""
        known = np.concatenate([self.examples, self.labelled])
        yes = self.search.yes[known]
        features = self.search.features
        return likeness_of(features, towards(features, features[known[yes]], features[known[~yes]]))

    @property
    def fraction(self) -> NDArray[np.float64]:
        """The head's fraction of yes."""
        blocks = self.head.mc_blocks(self.search.features, _SAMPLES, self.seed)
        return np.concatenate([vote_fractions(alpha, _TREE)[:, 0] for _, alpha in blocks])

    @property
    def both(self) -> NDArray[np.float64]:
        """Likeness and the head's log odds, each in standard deviations."""
        if self.untrained:
            return self.likeness.astype(np.float64)
        share = self.fraction
        return _standard(np.log(share / (1 - share))) + _standard(self.likeness)

    @property
    def untrained(self) -> bool:
        return not self.head.kernel.any()


Choose = Callable[[State, int], NDArray[np.intp]]


def _by(name: str) -> Choose:
    def choose(state: State, n: int) -> NDArray[np.intp]:
        situation = Situation(
            features=state.search.features,
            candidates=state.candidates,
            labelled=np.concatenate([state.examples, state.labelled]),
            head=state.head,
            tree=_TREE,
            n=n,
            rng=state.rng,
            n_samples=_SAMPLES,
            seed=state.seed,
            n_best=300,
        )
        strategy, _, beta = name.partition("@")
        if beta:
            situation = replace(situation, beta=float(beta))
        return STRATEGIES[strategy](situation)

    return choose


def _alike(state: State, n: int) -> NDArray[np.intp]:
    return state.candidates[np.argsort(-state.likeness[state.candidates], kind="stable")[:n]]


def _begin_alike(strategy: str) -> Choose:
    """By likeness until there is a head, then by a strategy."""
    choose = _by(strategy)
    return lambda state, n: (_alike if state.untrained else choose)(state, n)


def _half(first: Choose, second: Choose) -> Choose:
    def choose(state: State, n: int) -> NDArray[np.intp]:
        some = first(state, (n + 1) // 2)
        rest = np.setdiff1d(state.candidates, some)
        return np.concatenate([some, second(replace(state, candidates=rest), n - len(some))])

    return choose


CHOICES: dict[str, Choose] = {
    "random": _by("random"),
    "likely": _begin_alike("likely"),
    "likely and unsure": _half(_begin_alike("likely"), _begin_alike("mutual-information@4")),
    "unsure": _begin_alike("mutual-information@4"),
    "alike": _alike,
    "alike and unsure": _half(_alike, _begin_alike("mutual-information@4")),
}


def replay(search: Search, choice: str, seed: int) -> Iterator[dict[str, object]]:
    """A row after each batch and way of ranking."""
    rng = np.random.default_rng(seed)
    positives = rng.permutation(np.flatnonzero(search.yes))
    examples, others = np.sort(positives[:EXAMPLES]), positives[EXAMPLES:]
    negatives = np.flatnonzero(~search.yes)
    if search.thin:
        others = others[: round(len(negatives) * search.thin / (1 - search.thin))]
    catalogue = np.sort(np.concatenate([others, negatives]))
    kept = reserved_mask(search.ids, seed) if search.kept else np.zeros(len(search.ids), bool)
    # Only these rows are there: features of what was thinned out are not looked at either.
    rows = np.sort(np.concatenate([examples, catalogue]))
    search = replace(
        search,
        features=search.features[rows],
        ids=search.ids[rows],
        yes=search.yes[rows],
    )
    examples, catalogue = np.searchsorted(rows, examples), np.searchsorted(rows, catalogue)
    kept = np.intersect1d(catalogue, np.flatnonzero(kept[rows]))
    state = State(
        search=search,
        examples=examples,
        labelled=np.empty(0, np.intp),
        candidates=np.setdiff1d(catalogue, kept),
        head=Head.fresh(_TREE),
        rng=rng,
        seed=seed,
    )
    while True:
        if len(state.labelled) in JUDGED:
            yield from _judged(state, catalogue, kept)
        if len(state.labelled) >= search.labels:
            return
        chosen = CHOICES[choice](state, min(search.batch, len(state.candidates)))
        labelled = np.concatenate([state.labelled, chosen])
        known = np.concatenate([examples, labelled])
        fit = fit_posterior(
            search.features[known],
            np.where(search.yes[known, None], [1, 0], [0, 1]),
            _TREE,
            Head.fresh(_TREE),
            posterior=Posterior("laplace"),
            settings=HeadFit(validation_share=0.0),
            seed=seed,
        )
        state = replace(
            state,
            labelled=labelled,
            candidates=np.setdiff1d(state.candidates, chosen),
            head=fit.whole,
        )


def _judged(
    state: State, catalogue: NDArray[np.intp], kept: NDArray[np.intp]
) -> Iterator[dict[str, object]]:
    yes = state.search.yes
    alike = state.likeness
    scores = {"alike": alike.astype(np.float64)}
    if not state.untrained:
        scores["head"] = state.fraction
        scores["both"] = state.both
    found = state.labelled[yes[state.labelled]]
    open_ = np.setdiff1d(catalogue, state.labelled)
    for name, score in scores.items():
        listed = open_[np.argsort(-score[open_], kind="stable")]
        hand = np.concatenate([found, listed])
        row: dict[str, object] = {
            "labels": len(state.labelled),
            "ranked by": name,
            "found": len(found),
            "of": int(yes[catalogue].sum()),
        }
        for top in TOPS:
            row[f"hand {top}"] = float(yes[hand[:top]].mean())
            row[f"new {top}"] = float(yes[listed[:top]].mean())
        if len(kept):
            row["kept"] = _average_precision(score[kept], yes[kept])
        yield row


def _standard(values: NDArray[np.floating]) -> NDArray[np.float64]:
    return (values - values.mean()) / max(float(values.std()), 1e-9)


def _average_precision(score: NDArray[np.floating], yes: NDArray[np.bool_]) -> float:
    ranked = yes[np.argsort(-score, kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean()) if ranked.any() else float("nan")


# ---- all of them ---------------------------------------------------------------------------------


def rare(data: Path, work: Path, weights: Path, seeds: int) -> pd.DataFrame:
    """All searches, choices and seeds; killed, the same call goes on."""
    path = work / "rare.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pd.read_csv(path) if path.exists() else pd.DataFrame()
    keys = ["set", "choice", "seed"]
    done = set() if table.empty else set(table[keys].itertuples(index=False, name=None))
    found = searches(data, work, weights)
    for seed in range(seeds):
        for name, search in found.items():
            for choice in CHOICES:
                if (name, choice, seed) in done:
                    continue
                rows = [
                    {"set": name, "choice": choice, "seed": seed, **row}
                    for row in replay(search, choice, seed)
                ]
                table = pd.concat([table, pd.DataFrame(rows)], ignore_index=True)
                atomic_write(path, table.to_csv(index=False).encode())
                print("rare", name, choice, seed, flush=True)
    return table


def rare_table(path: Path, ranked: str = "alike") -> str:
    """Markdown: precision in the top after some labels, with 90 % intervals over seeds."""
    if not path.exists():
        return ""
    table = pd.read_csv(path)
    table = table[(table["ranked by"] == ranked) | (table["labels"] == 0)]
    table = table[table["choice"].isin(CHOICES)]
    heads = [f"top {top}" for top in TOPS]
    lines = [
        f"| galaxies | chosen | labels | {' | '.join(heads)} | found | next ten | kept apart |",
        "|" + "---|" * (len(heads) + 6),
    ]
    for (name, choice, labels), part in table.groupby(["set", "choice", "labels"], sort=False):
        if labels not in JUDGED or (labels == 0 and choice != "random"):
            continue
        if labels == 0:
            choice = ""
        cells = [_interval(part[f"hand {top}"]) for top in TOPS]
        found = f"{part['found'].mean():.0f} of {part['of'].mean():.0f}"
        kept = _interval(part["kept"]) if part["kept"].notna().any() else ""
        lines.append(
            f"| {name} | {choice} | {labels} | {' | '.join(cells)} | {found} "
            f"| {_interval(part['new 10'])} | {kept} |"
        )
    return "\n".join(lines)


def _interval(values: pd.Series) -> str:
    from scipy.stats import t

    values = values.dropna()
    half = t.ppf(0.95, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.2f} ± {half:.2f}" if len(values) > 1 else f"{values.mean():.2f}"
