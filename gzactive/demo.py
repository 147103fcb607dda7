"""The whole loop on a sky whose truth is known: what `gzactive demo` does.

It makes a project from a simulated sky; without a display it also lets simulated volunteers label
what the queue hands out, round after round, and reports what came of it. Everything goes through
the same functions as a real project; nothing here is simulated but the sky and the volunteers.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.trees import DEFAULT_TREE, load_tree

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.evaluation.report import Card, Chart, Section
    from gzactive.stores.features import Features

__all__ = ["Outcome", "has_display", "make_demo_project", "run_headless"]

#: Whose labels the simulated ones are.
_VOLUNTEERS = "simulated volunteers"
#: Volunteers a galaxy before it is retired (Walmsley et al. 2022).
_RETIREMENT = 40
#: Ways of choosing that are compared, and what the figure calls them: the active one first.
_STRATEGIES = {"diverse-information@2": "unsure and unlike", "random": "random"}
#: Independent repeats of that comparison.
_REPEATS = 3
#: Galaxies shown of each round.
_CARDS = 6
#: Why a galaxy was asked about, as the report says it.
_REASONS = {
    "active": "the model is unsure",
    "random": "at random, for testing",
    "start-random": "at random, to start",
    "start-diverse": "unlike the others",
}
#: Features whose surest galaxies are shown, as in the report's Figure 7.
_SURE = (
    ("smooth-or-featured", "smooth"),
    ("disk-edge-on", "yes"),
    ("has-spiral-arms", "yes"),
    ("bar", "strong"),
    ("merging", "merger"),
)


@dataclass(frozen=True)
class Outcome:
    """What a headless demonstration leaves: a table of its rounds, one sentence, and two paths."""

    table: pd.DataFrame
    sentence: str
    report: Path
    project: Path


def has_display() -> bool:
    """Whether a window can be shown: always assumed on macOS and Windows."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_demo_project(
    folder: Path, *, n: int = 600, seed: int = 0, progress: Progress = silent
) -> Project:
    """Make, or open again, a project on a simulated sky of ``n`` galaxies.

    Parameters
    ----------
    folder
        Gets ``sky/`` (the images) and ``project/``. A killed run goes on where it stopped.

    Raises
    ------
    GzactiveError
        If the folder holds the demonstration of another size or seed.
    """
    from gzactive.simulated.sky import make_sky

    path = folder / "project"
    if path.exists():
        project = Project.open(path)
        if (len(project.catalog), project.seed) != (n, seed):
            found = f"{len(project.catalog)} galaxies, seed {project.seed}"
            project.close()
            raise GzactiveError(
                f"{folder} holds a demonstration of {found}: name another folder, or delete it."
            )
        return project
    catalogue = make_sky(folder / "sky", n, seed=seed, progress=progress)
    return Project.create(path, catalogue, load_tree(DEFAULT_TREE), name="Simulated sky", seed=seed)


def run_headless(
    folder: Path,
    *,
    n: int = 600,
    rounds: int = 4,
    batch: int = 40,
    seed: int = 0,
    progress: Progress = silent,
) -> Outcome:
    """Run the loop with simulated volunteers and write ``report.html`` into ``folder``.

    Features → rank → volunteers label the queue → fine-tune round → re-score, ``rounds`` times;
    then the same number of labels, chosen as a project does and at random, is replayed from a
    head that knows nothing and judged on all reserved galaxies.
    """
    import pandas as pd

    from gzactive.active.queue import build_queue
    from gzactive.active.rounds import run_round
    from gzactive.evaluation.report import write_report
    from gzactive.inference import extract_features, features_for
    from gzactive.simulated.volunteers import vote

    with make_demo_project(folder, n=n, seed=seed, progress=progress) as project:
        if by_hand := project.labels.finished_count():
            raise GzactiveError(
                f"{folder} holds {by_hand:,} galaxies labelled by hand, which simulated volunteers "
                f"must not mix with: name another folder, for instance {folder}-headless."
            )
        extract_features(project, progress=progress)
        volunteers = vote(
            project.catalog, project.tree, n_volunteers=_RETIREMENT, seed=seed
        ).set_index("id_str")
        asked: list[pd.DataFrame] = []
        made = []
        for number in range(1, rounds + 1):
            queue = build_queue(project, n=batch, labeller=_VOLUNTEERS, progress=progress)
            answers = volunteers.loc[queue["id_str"]].reset_index()
            project.labels.add_scripted(answers, project.tree, _VOLUNTEERS, selection=None)
            progress("Rounds", number - 1, rounds)
            made.append(run_round(project))
            asked.append(queue.assign(round=made[-1].number))
            progress("Rounds", number, rounds)
        curves = _compare(features_for(project), volunteers, project, rounds, batch, progress)
        table = pd.DataFrame(
            {
                "round": [r.number for r in made],
                "trained on": [r.n_training for r in made],
                "judged on": [r.n_held_out for r in made],
                "held-out loss": [r.loss for r in made],
                "before": [r.previous_loss for r in made],
                "in use": ["yes" if r.promoted else "no" for r in made],
            }
        )
        sentence = _saving(curves)
        report = folder / "report.html"
        write_report(
            report,
            "What the model asked, and what it learned",
            f"{n:,} simulated galaxies, {rounds} rounds of {batch} labels by {_RETIREMENT} "
            f"simulated volunteers each. {sentence}",
            _sections(project, pd.concat(asked), volunteers, curves, table),
        )
        return Outcome(table, sentence, report, project.path)


def _compare(
    features: Features,
    volunteers: pd.DataFrame,
    project: Project,
    rounds: int,
    batch: int,
    progress: Progress,
) -> pd.DataFrame:
    """Replay both ways of choosing, several times each, from a head that knows nothing.

    The start weights were trained on this kind of sky: from them, there would be little to see.
    """
    import pandas as pd

    from gzactive.active.simulation import simulate
    from gzactive.model.head import Head

    tree = project.tree
    nothing = Head.fresh(tree)
    votes = volunteers.loc[list(features.id_str), list(tree.columns)].to_numpy()
    reserved = project.catalog.set_index("id_str").loc[list(features.id_str), "reserved"].to_numpy()
    curves: list[pd.DataFrame] = []
    total = len(_STRATEGIES) * _REPEATS
    for strategy, name in _STRATEGIES.items():
        for repeat in range(_REPEATS):
            progress("Comparing with random", len(curves), total)
            rows = simulate(
                features.values, votes, reserved, tree, nothing, strategy, rounds, batch, repeat
            )
            curves.append(rows.assign(strategy=name, seed=repeat, labels=rows["n_labels"]))
    progress("Comparing with random", total, total)
    return pd.concat(curves, ignore_index=True)


def _saving(curves: pd.DataFrame) -> str:
    """Say how many labels each way needed for the same held-out loss."""
    from gzactive.active.savings import savings

    found = savings(curves).set_index("strategy").loc[next(iter(_STRATEGIES.values()))]
    start = float(curves["held_out_loss"].iloc[0])
    last = curves[curves["labels"] == curves["labels"].max()]
    target = last.groupby("strategy")["held_out_loss"].mean().max()
    saved = f"{found['saved']:.0%} of them saved" if found["saved"] > 0 else "nothing saved"
    random, active = found["random_labels"], found["labels"]
    return (
        f"Held-out loss fell from {start:.1f} nats a galaxy, knowing nothing, to {target:.2f}: "
        f"with {random:.0f} labels chosen at random, or with {active:.0f} where the model is "
        f"unsure, so {saved} ({_REPEATS} repeats leave it between {found['low']:.0%} and "
        f"{found['high']:.0%})."
    )


def _sections(
    project: Project,
    asked: pd.DataFrame,
    volunteers: pd.DataFrame,
    curves: pd.DataFrame,
    table: pd.DataFrame,
) -> list[Section]:
    """Compose the report: what it asked, what it predicts, what it learned, what it is sure of."""
    from gzactive.evaluation.plots import learning_curves
    from gzactive.evaluation.report import Chart, Section

    tree = project.tree
    shown = table.copy()
    for name in ("held-out loss", "before"):
        shown[name] = [f"{value:.3f}" if value == value else "–" for value in shown[name]]
    return [
        Section(
            "The galaxies it asked about",
            "The first of each round. “Unsure” galaxies are those on which the model's samples "
            "disagree most about what volunteers will say; the random ones are reserved for "
            "testing and never train the model.",
            cards=_asked_cards(project, asked),
        ),
        Section(
            "Vote fractions and their spread",
            "Reserved galaxies, which the model never trained on. Dots are predicted vote "
            "fractions, bars span the middle 90 % of the model's samples, crosses are what "
            "volunteers said. Questions that most volunteers would not be asked are left out.",
            pairs=_fraction_pairs(project, volunteers),
        ),
        Section(
            "What it learned",
            "Held-out loss: how surprised the model is by the votes on reserved galaxies, lower "
            "is better.",
            charts=[
                Chart(
                    learning_curves(
                        curves[curves["labels"] > 0], label="held-out loss (nats a galaxy)"
                    ),
                    "Labels of galaxies that the model is unsure of, unlike each other, "
                    f"and of galaxies at random, {_REPEATS} times each, from a head that knows "
                    "nothing, judged on all reserved galaxies. Bands span the repeats. The table "
                    "is the project itself, whose start weights have seen such skies before: there "
                    "is little left to learn, and a round must not spoil it.",
                )
            ],
            table=shown,
        ),
        *(
            Section(f"Surest of: {tree.question(question).text} {text}", cards=cards)
            for question, text, cards in _top_cards(project)
        ),
    ]


def _asked_cards(project: Project, asked: pd.DataFrame) -> list[Card]:
    from gzactive.evaluation.report import Card, thumbnail

    images = project.catalog.set_index("id_str")["file_loc"].to_dict()
    rows: Any = asked.groupby("round").head(_CARDS).itertuples()
    cards = []
    for row in rows:
        lines = [_REASONS.get(row.selection, row.selection)]
        if row.selection == "active":
            lines.append(f"{row.acquisition:.3f} nats")
        cards.append(
            Card(thumbnail(images[row.id_str]), f"Round {row.round}, no. {row.rank}", tuple(lines))
        )
    return cards


def _fraction_pairs(project: Project, volunteers: pd.DataFrame) -> list[tuple[Card, Chart]]:
    """Four reserved galaxies, from the surest to the least sure, each with its fractions."""
    import numpy as np

    from gzactive.active.ranking import ranking
    from gzactive.active.votes import path_probabilities, sample_fractions
    from gzactive.evaluation.plots import fraction_intervals
    from gzactive.evaluation.report import Card, Chart, thumbnail
    from gzactive.inference import current_head, features_for

    tree = project.tree
    catalog = project.catalog.set_index("id_str")
    ranked = ranking(project, by="mutual-information", question="tree")["id_str"]
    ranked = ranked[catalog.loc[ranked, "reserved"].to_numpy()].to_numpy()
    ids = ranked[np.linspace(len(ranked) - 1, 0, 4).round().astype(int)]
    features = features_for(project, ids)
    head, _, _ = current_head(project)
    concentrations = head.mc_concentrations(features.values, 30, project.seed)
    fractions = sample_fractions(concentrations, tree)
    paths = path_probabilities(concentrations, tree)
    pairs = []
    for row, id_str in enumerate(features.id_str):
        votes = volunteers.loc[id_str, list(tree.columns)].to_numpy(float)
        kept: list[int] = []
        names: list[str] = []
        voted: list[float] = []
        for column, question in enumerate(tree.modelled):
            if paths[row, column] < 0.5:
                continue
            part = tree.slice(question.name)
            total = votes[part].sum()
            kept += range(part.start, part.stop)
            names += [f"{question.name}: {answer.text}" for answer in question.answers]
            voted += list(votes[part] / total if total else votes[part] * np.nan)
        svg = fraction_intervals(names, fractions[row][kept], votes=np.array(voted))
        pairs.append((Card(thumbnail(catalog.loc[id_str, "file_loc"]), id_str), Chart(svg, "")))
    return pairs


def _top_cards(project: Project) -> list[tuple[str, str, list[Card]]]:
    from gzactive.active.ranking import top
    from gzactive.evaluation.report import Card, thumbnail

    images = project.catalog.set_index("id_str")["file_loc"].to_dict()
    found = []
    for question, answer in _SURE:
        rows: Any = top(project, f"{question}_{answer}", 6).itertuples()
        cards = [
            Card(thumbnail(images[row.id_str]), f"{row.fraction:.0%} of votes", (row.id_str,))
            for row in rows
        ]
        found.append((question, project.tree.question(question).answer(answer).text, cards))
    return found
