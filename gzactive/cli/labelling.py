"""Commands of the labelling loop: compute features, rank, label, fit, and rank again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.errors import GzactiveError
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
    from gzactive.inference import (
        extract_features,
        extract_views,
        measure_rates,
        read_serving,
    )

    with open_project(project) as opened, progress_bars() as progress:
        rates = measure_rates(opened, progress=progress) if measure else None
        waiting = read_serving(opened).next
        report = extract_features(opened, progress=progress)
        seen = extract_views(opened, progress=progress) if views else 0
    console().print(
        f"{report.done:,} galaxies computed in {report.seconds:.1f} s "
        f"({report.rate:.1f} a second), {report.cached:,} were cached, "
        f"{report.problems:,} cannot be read"
        + (": see `gzactive info`." if report.problems else ".")
    )
    if waiting:
        console().print(f"The network of round {waiting} has seen all galaxies: it is in use.")
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
            help="mutual-information, predictive-information, entropy, random, alike, "
            "alike-and-unsure or second-opinion; by default as the project is set.",
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
    labeller: Annotated[
        str | None,
        typer.Option(
            "--labeller",
            help="Leave out what this person labelled; by default what anybody did, but for second "
            "opinions.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write them to this CSV.")] = None,
) -> None:
    """List the galaxies worth asking about next, as the app would hand them out.

    One in five is drawn at random from the reserved galaxies, to judge the model without bias
    (selection "random"); the others are drawn in favour of a high acquisition (nats) and of what is
    unlike each other and all that is labelled ("active"). A head that knows nothing yet starts with
    random and unlike galaxies ("start-random", "start-diverse").

    With [bold]--by alike[/bold] those most like the galaxies labelled with the question's first
    answer ("alike"): a search for what is rare, see [bold]ask[/bold].

    With [bold]--by second-opinion[/bold] those that somebody labelled and another person should:
    people disagree on them, or a sure model contradicts the one or two who answered.
    """
    from gzactive.active.queue import build_queue

    with open_project(project) as opened, progress_bars() as progress:
        queue = build_queue(
            opened,
            n=n,
            by=by or opened.settings.by,
            question=question or opened.settings.question,
            labeller=labeller,
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
    selection: Annotated[
        str | None,
        typer.Option(
            "--selection",
            help="How these galaxies were chosen, such as second-opinion; by default as the queue "
            "handed them out last, else external.",
        ),
    ] = None,
) -> None:
    """Add labels from a table: `id_str` and answer columns with vote counts.

    They are one labeller's answers to this project's queue, and go to its label log. What a
    survey's volunteers said elsewhere comes in with [bold]import[/bold].
    """
    from gzactive.intake import add_labels

    with open_project(project) as opened:
        added = add_labels(opened, votes, labeller=labeller, selection=selection)
    console().print(f"{labeller}: {count(added.galaxies, 'galaxy')}, {count(added.votes, 'vote')}.")
    for sentence in added.remarks:
        console().print(sentence)
    console().print(f"Next: [bold]gzactive finetune {project}[/bold]")


def finetune(
    project: ProjectFolder,
    unfreeze_blocks: Annotated[
        int | None,
        typer.Option(
            "--unfreeze-blocks",
            metavar="0-7",
            help="Train the last so many of the network's 7 blocks too: minutes, not seconds.",
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option("--learning-rate", help="Of the blocks.", show_default="1e-5"),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            "--where",
            help="Fit only galaxies that this holds for: a pandas query on the catalogue's columns "
            'and the votes, for instance "`smooth-or-featured_featured-or-disk` > 5".',
        ),
    ] = None,
    balance: Annotated[
        str | None,
        typer.Option(
            "--balance",
            help="Let the answers to this question weigh the same, however rare; probabilities are "
            "then corrected to their prevalence among the reserved galaxies.",
        ),
    ] = None,
    posterior: Annotated[
        str | None,
        typer.Option(
            "--posterior",
            metavar="laplace|ensemble|dropout",
            help="How the head finds out how sure it is; by default as the project is set.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Repeats a round exactly.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make a round also where there is nothing new to learn.")
    ] = False,
) -> None:
    """Fit the head to all labels so far, judge it on reserved galaxies, re-score everything.

    With [bold]--unfreeze-blocks[/bold] the network itself learns, and then looks at all galaxies
    again; until that is through, what was in use goes on serving. Stopped or killed, the same
    command goes on, and [bold]features[/bold] goes on with the looking.
    """
    import time

    from gzactive.active.novelty import made_of_the_same
    from gzactive.active.ranking import rescore
    from gzactive.active.rounds import run_round
    from gzactive.inference import extract_features, read_serving
    from gzactive.model.unfreezing_settings import Unfreezing

    unfreezing = None
    if unfreeze_blocks is not None:
        chosen = Unfreezing(blocks=unfreeze_blocks)
        unfreezing = (
            chosen if learning_rate is None else replace(chosen, learning_rate=learning_rate)
        )
    elif learning_rate is not None:
        raise GzactiveError(
            f"A learning rate of {learning_rate:g} is that of blocks: say how many, with "
            "--unfreeze-blocks."
        )
    ordinary = all(one is None for one in (unfreezing, where, balance, posterior, seed))
    with open_project(project) as opened, progress_bars() as progress:
        last = made_of_the_same(opened) if ordinary and not again else None
        if last is not None:
            console().print(
                f"There is nothing new since round {last.number}: no label was added or taken "
                "back, so another round would learn the same. Label more galaxies, or make one "
                "all the same with --again."
            )
            return
        made = run_round(
            opened,
            seed=seed,
            posterior=posterior,
            where=where,
            balance=balance,
            unfreezing=unfreezing,
            tell=console().print,
            progress=progress,
        )
        console().print(made.sentence)
        if read_serving(opened).next == made.number:
            extract_features(opened, progress=progress)
            console().print(f"Its network has seen all galaxies: round {made.number} is in use.")
        started = time.perf_counter()
        scores = rescore(opened, progress=progress)
        seconds = time.perf_counter() - started
    console().print(f"{len(scores.id_str):,} galaxies re-scored in {seconds:.2f} s.")
