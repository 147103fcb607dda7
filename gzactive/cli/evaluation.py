"""Commands that say how good the model is, and what it says of one galaxy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.cli.tables_read import IdColumn, PseudoVotes, Where, print_read, vote_table
from gzactive.errors import GzactiveError
from gzactive.terminal import console, print_table, progress_bars

if TYPE_CHECKING:
    from gzactive.active.detail import Detail
    from gzactive.assessment import Assessment

__all__ = ["evaluate", "show"]


def evaluate(
    project: Annotated[
        Path,
        typer.Argument(
            metavar="PROJECT", help="A project, or with --split the folder of `gzactive train`."
        ),
    ],
    votes: Annotated[
        Path | None,
        typer.Option(
            "--votes",
            metavar="FILE",
            help="Table of votes to judge by, instead of the project's own; any form that "
            "[bold]import[/bold] reads.",
        ),
    ] = None,
    where: Where = None,
    id_column: IdColumn = None,
    pseudo_votes: PseudoVotes = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", metavar="PART", help="Judge this part of a training run: test, usually."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write a report, one HTML file.")
    ] = None,
    matrix: Annotated[
        list[str] | None,
        typer.Option(
            "--matrix",
            metavar="QUESTION",
            help="Print this question's confusion matrix; may be given again.",
        ),
    ] = None,
    min_votes: Annotated[
        int, typer.Option("--min-votes", min=1, help="Votes that a question needs of a galaxy.")
    ] = 1,
    saving: Annotated[
        bool,
        typer.Option("--saving/--no-saving", help="Estimate what active choice saves."),
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="Of samples and bootstrap.")] = 0,
) -> None:
    """Judge the model on galaxies that it never trained on.

    Accuracy and error of the vote fractions, question by question, with intervals; how sure it may
    be; what rounds brought. [bold]--out report.html[/bold] adds confusion matrices and curves.
    """
    from gzactive.assessment import (
        assess,
        assess_labellers,
        assess_part,
        assess_saving,
        check_judged,
        write_assessment,
    )

    if out is not None and not out.absolute().parent.is_dir():
        raise GzactiveError(f"There is no folder {out.absolute().parent} for {out.name}: make it.")
    table = vote_table(votes, where, id_column, pseudo_votes)
    if split is not None:
        with progress_bars() as progress:
            found = assess_part(
                project,
                split,
                votes=table,
                min_votes=min_votes,
                seed=seed,
                progress=progress,
            )
        _print(found, matrix or [])
        if out is not None:
            write_assessment(out, found)
            _say_where(out)
        return
    with open_project(project) as opened, progress_bars() as progress:
        for question in matrix or []:
            check_judged(opened.tree, question)
        found = assess(opened, votes=table, min_votes=min_votes, seed=seed, progress=progress)
        saved = None
        if saving and found.judgement is not None and votes is None:
            saved = assess_saving(opened, seed=seed, progress=progress)
        people = assess_labellers(opened)
    if found.judgement is None:
        raise GzactiveError(found.empty)
    _print(found, matrix or [])
    if saved is not None:
        console().print(saved.sentence)
    if out is not None:
        write_assessment(out, found, saving=saved, labellers=people)
        _say_where(out)


def show(
    project: ProjectFolder,
    galaxy: Annotated[str, typer.Argument(metavar="ID", help="The galaxy's id_str.")],
) -> None:
    """Show every question about one galaxy, with the vote fractions that the model expects.

    Answers above the published cut are bold; questions that most volunteers would not be asked of
    this galaxy are dimmed.
    """
    from gzactive.active.detail import detail_of

    with open_project(project) as opened, progress_bars() as progress:
        found = detail_of(opened, galaxy, progress=progress)
    _print_detail(found)


def _print(found: Assessment, matrices: Sequence[str]) -> None:
    from gzactive.assessment import (
        accuracy_table,
        calibration_table,
        confusion_table,
        fraction_table,
    )
    from gzactive.evaluation.words import headline

    if found.judgement is None:
        return
    print_read(found.read)
    console().print(f"{found.name}: {found.model}, judged by {found.votes_from}.", soft_wrap=True)
    console().print(headline(found.judgement))
    print_table(accuracy_table(found.judgement), "How often the leading answer is right")
    print_table(fraction_table(found.judgement), "How far vote fractions are off")
    calibration = calibration_table(found.judgement, intervals=False)
    print_table(calibration, "Whether it is as sure as it may be")
    for question in matrices:
        title = f"{question}: galaxies by what the model says (rows) and volunteers say (columns)"
        print_table(confusion_table(found.judgement, found.tree, question), title)


def _say_where(out: Path) -> None:
    console().print(f"Report: [bold]{out}[/bold]", soft_wrap=True)


def _print_detail(found: Detail) -> None:
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=found.id_str, title_justify="left", box=None, pad_edge=False)
    drawn.add_column("question")
    drawn.add_column("asked", justify="right")
    drawn.add_column("expected answers")
    unseen = True
    for question in found.questions:
        answers = Text()
        for answer in sorted(question.answers, key=lambda one: -(one.fraction or 0.0)):
            if answer.fraction is None:
                continue
            unseen = False
            answers.append(", " if answers else "")
            answers.append(answer.text, style="bold" if answer.confident else "")
            answers.append(f" {answer.fraction:.2f}")
        asked = question.path_probability
        drawn.add_row(
            question.text,
            "" if asked is None else f"{100 * asked:.0f} %",
            answers,
            style="" if question.relevant else "dim",
        )
    if unseen:
        console().print(
            f"{found.id_str} has not been looked at by the network yet: run `gzactive features`."
        )
        return
    console().print(drawn)
