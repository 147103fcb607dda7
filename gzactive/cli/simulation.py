"""The command that replays the loop on galaxies whose votes are known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.cli.tables_read import IdColumn, PseudoVotes, Where, print_read, vote_table
from gzactive.errors import GzactiveError
from gzactive.terminal import console, count, print_table, progress_bars

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.progress import Progress
    from gzactive.project import Project
    from gzactive.survey.known_votes import ImportedFile, VoteTable

__all__ = ["simulate"]


def simulate(
    project: ProjectFolder,
    out: Annotated[
        Path, typer.Option(help="Folder of the outcome; the same call goes on with it.")
    ],
    votes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Table of votes, in any form that [bold]import[/bold] reads; by default the "
            "project's own labels.",
        ),
    ] = None,
    where: Where = None,
    id_column: IdColumn = None,
    pseudo_votes: PseudoVotes = None,
    strategies: Annotated[
        str,
        typer.Option(
            help="mutual-information, mutual-information-1 (of one vote), predictive-information, "
            "entropy, entropy-1, binomial, diverse, core-set, diverse-information (what projects "
            "do), half-random (half of them), likely, likely-and-unsure (for what is rare), "
            "random; with @4 the exponent of the score, @inf for the highest scores."
        ),
    ] = "diverse-information@2,mutual-information@4,entropy@4,random",
    rounds: Annotated[
        int, typer.Option(min=1, help="How often a head is fitted, with more labels each time.")
    ] = 10,
    batch: Annotated[int, typer.Option(min=1, help="Galaxies a round.")] = 20,
    initial: Annotated[
        int, typer.Option(min=1, help="Galaxies of the first round, drawn at random.")
    ] = 20,
    seeds: Annotated[int, typer.Option(min=1, help="Repeats of each strategy.")] = 5,
    start: Annotated[
        str, typer.Option(metavar="base|fresh", help="From the project's head, or from nothing.")
    ] = "base",
    question: Annotated[str, typer.Option(help="Rank by it, or by the whole tree.")] = "tree",
    votes_a_galaxy: Annotated[
        int, typer.Option("--votes-a-galaxy", min=0, help="Volunteers asked; 0 for all.")
    ] = 0,
    artifacts: Annotated[
        int, typer.Option(min=0, help="Retire a galaxy after so many votes for artifact.")
    ] = 0,
    posterior: Annotated[
        str | None,
        typer.Option(metavar="laplace|ensemble|dropout", help="By default as the project is set."),
    ] = None,
) -> None:
    """Replay the loop on known votes: what would choosing cleverly have saved?

    Stored votes are revealed batch by batch as if volunteers gave them now; a head is fitted after
    each and judged on the reserved galaxies. Killed, the same command goes on.
    """
    from gzactive.active.comparison import Comparison, compare, known_galaxies
    from gzactive.active.oracle import Retirement

    table = vote_table(votes, where, id_column, pseudo_votes)
    with open_project(project) as opened:
        comparison = Comparison(
            strategies=tuple(name.strip() for name in strategies.split(",")),
            rounds=rounds,
            batch=batch,
            seeds=seeds,
            initial=initial,
            start=start,
            question=question,
            retirement=Retirement(votes_a_galaxy, artifacts),
            posterior=posterior or opened.settings.posterior,
            n_samples=opened.settings.samples,
        )
        with progress_bars() as progress:
            known, read = _votes(opened, table, progress)
            galaxies = known_galaxies(opened, known)
            curves = compare(galaxies, comparison, out, progress=progress)
    print_read(read)
    judges = int(galaxies.reserved.sum())
    console().print(
        f"{count(len(galaxies.votes), 'galaxy')} with votes, {judges:,} of which judge; "
        f"{count(seeds, 'seed')} a strategy."
    )
    _show(curves, out)


def _votes(
    project: Project, table: VoteTable | None, progress: Progress
) -> tuple[pd.DataFrame, tuple[ImportedFile, ...]]:
    """Votes to reveal, with ``id_str``, and the table that they were read from."""
    import pandas as pd

    from gzactive.active.rounds import held_out_votes, training_votes

    if table is not None:
        read = table.read(project.catalog["id_str"], project.tree, progress=progress)
        return read.votes.rename_axis("id_str").reset_index(), read.files
    own = pd.concat([training_votes(project), held_out_votes(project)])
    if not len(own):
        raise GzactiveError("This project has no labels to replay: give a table with --votes.")
    return own.rename_axis("id_str").reset_index(), ()


def _show(curves: pd.DataFrame, out: Path) -> None:
    """Write the tables and figures, and say what was saved."""
    import pandas as pd

    from gzactive.active.savings import RANDOM, savings
    from gzactive.evaluation.plots import learning_curves
    from gzactive.figures import plain

    labelled = curves[curves["n_labels"] > 0].assign(labels=curves["n_labels"])
    told = {"held_out_loss": "held-out loss (nats a galaxy)", "accuracy": "accuracy"}
    for value, label in told.items():
        figure = plain(learning_curves(labelled, value=value, label=label))
        (out / f"{value}.svg").write_text(figure, encoding="utf-8")
    if RANDOM in set(curves["strategy"]):
        tables = []
        for value, label in told.items():
            found = savings(curves, value=value)
            tables.append(found.assign(judged_by=value))
            shown = pd.DataFrame(
                {
                    "strategy": found["strategy"],
                    "at the end": found["final"].map("{:.3f}".format),
                    "labels": found["labels"].map("{:.0f}".format),
                    "random's": found["random_labels"].map("{:.0f}".format),
                    "saved (90 % interval)": [
                        _percent(*one)
                        for one in zip(found["saved"], found["low"], found["high"], strict=True)
                    ],
                }
            )
            print_table(shown, f"Labels for the same {label}")
        pd.concat(tables).to_csv(out / "savings.csv", index=False)
    console().print(f"Curves, tables and figures: [bold]{out}[/bold]", soft_wrap=True)


def _percent(saved: float, low: float, high: float) -> str:
    if low != low:  # random itself, or a single seed
        return "–" if saved == 0 else f"{saved:.0%}"
    return f"{saved:.0%} ({low:.0%} to {high:.0%})"
