"""Commands of the labelling loop: compute features, rank, label, fit, and rank again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.terminal import console, count, progress_bars, show_or_write

__all__ = ["features", "finetune", "label", "rank"]


def features(
    project: ProjectFolder,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Also time the bare network and the bare decoding."),
    ] = False,
    views: Annotated[
        bool,
        typer.Option(
            "--views",
            help="Also turned and mirrored views of labelled galaxies, for rounds to learn from.",
        ),
    ] = False,
) -> None:
    """Send each image through the network once; what is cached is not computed again."""
    from gzactive.inference import extract_features, extract_views, measure_rates

    with open_project(project) as opened, progress_bars() as progress:
        rates = measure_rates(opened, progress=progress) if measure else None
        report = extract_features(opened, progress=progress)
        seen = extract_views(opened, progress=progress) if views else 0
    console().print(
        f"{report.done:,} galaxies computed in {report.seconds:.1f} s "
        f"({report.rate:.1f} a second), {report.cached:,} were cached, "
        f"{report.problems:,} cannot be read"
        + (": see `gzactive info`." if report.problems else ".")
    )
    if views:
        console().print(f"{count(seen, 'view')} of labelled galaxies computed.")
    if rates is not None:
        line = (
            f"Bare network {rates.forward:.1f} a second, bare decoding {rates.decode:.1f}; "
            f"together they allow {rates.bound:.1f}"
        )
        if report.done:
            line += f", and this run reached {report.rate / rates.bound:.0%} of it"
        console().print(line + ".")


def rank(
    project: ProjectFolder,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="mutual-information, entropy or random; by default as the project is set.",
            show_default="mutual-information",
        ),
    ] = None,
    question: Annotated[
        str | None,
        typer.Option(
            "--question",
            help="One question of the tree, or 'tree' for all; by default as the project is set.",
            show_default="tree",
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many galaxies.")] = 20,
    out: Annotated[Path | None, typer.Option("--out", help="Write them to this CSV.")] = None,
) -> None:
    """List the galaxies worth asking about next, as the app would hand them out.

    One in five is drawn at random from the reserved galaxies, to judge the model without bias
    (selection "random"); the others are drawn in favour of a high acquisition (nats), with some
    noise so that they are not all alike ("active"). A head that knows nothing yet starts with
    random and unlike galaxies ("start-random", "start-diverse").
    """
    from gzactive.active.queue import build_queue

    with open_project(project) as opened, progress_bars() as progress:
        queue = build_queue(
            opened,
            n=n,
            by=by or opened.settings.by,
            question=question or opened.settings.question,
            progress=progress,
        )
    show_or_write(queue, out, f"Next {len(queue):,} galaxies to ask about")
    if queue.attrs.get("statement"):
        console().print(queue.attrs["statement"])


def label(
    project: ProjectFolder,
    votes: Annotated[
        Path, typer.Argument(metavar="VOTES.csv", help="id_str and answer columns with counts.")
    ],
    labeller: Annotated[str, typer.Option("--labeller", help="Whose labels these are.")] = "script",
) -> None:
    """Add labels from a table: `id_str` and answer columns with vote counts."""
    from gzactive.intake import add_labels

    with open_project(project) as opened:
        added = add_labels(opened, votes, labeller=labeller)
    console().print(f"{labeller}: {count(added.galaxies, 'galaxy')}, {count(added.votes, 'vote')}.")
    for sentence in added.remarks:
        console().print(sentence)
    console().print(f"Next: [bold]gzactive finetune {project}[/bold]")


def finetune(
    project: ProjectFolder,
    seed: Annotated[int | None, typer.Option(help="Repeats a round exactly.")] = None,
) -> None:
    """Fit the head to all labels so far, judge it on reserved galaxies, re-score everything."""
    import time

    from gzactive.active.ranking import rescore
    from gzactive.active.rounds import run_round

    with open_project(project) as opened, progress_bars() as progress:
        made = run_round(opened, seed=seed, progress=progress)
        started = time.perf_counter()
        scores = rescore(opened, progress=progress)
        seconds = time.perf_counter() - started
    console().print(made.sentence)
    console().print(f"{len(scores.id_str):,} galaxies re-scored in {seconds:.2f} s.")
