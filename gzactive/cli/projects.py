"""Commands that make, open and describe projects, and list the decision trees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.errors import GzactiveError
from gzactive.terminal import console, count, print_table, progress_bars, spelled

__all__ = ["demo", "info", "new", "open_app", "trees"]

_SHOWN = 20  # unreadable images that `info` names


def open_app(
    project: Annotated[
        Path | None, typer.Argument(metavar="PROJECT", help="Open this project at once.")
    ] = None,
) -> None:
    """Open the window: label the highest-ranked galaxy, one key a question."""
    import os

    from gzactive.demo import has_display

    if not has_display() and not os.environ.get("QT_QPA_PLATFORM"):
        raise GzactiveError(
            "There is no display to open a window on: use the other commands, or "
            "`gzactive demo --headless`."
        )
    from gzactive.app.launch import run_app

    raise typer.Exit(run_app(project))


def demo(
    folder: Annotated[
        Path, typer.Argument(help="Where the simulated sky and its project are kept.")
    ] = Path("gzactive-demo"),
    headless: Annotated[
        bool,
        typer.Option("--headless", help="Run the loop in the terminal and write report.html."),
    ] = False,
    galaxies: Annotated[int, typer.Option(min=100, help="Size of the simulated sky.")] = 600,
    rounds: Annotated[int, typer.Option(min=1, help="Fine-tune rounds (headless).")] = 4,
    batch: Annotated[int, typer.Option(min=5, help="Galaxies labelled a round (headless).")] = 40,
    seed: Annotated[int, typer.Option(help="Another seed, another sky.")] = 0,
) -> None:
    """Try everything on a simulated sky: no galaxies, no network, no account needed.

    Opens the app on it; with [bold]--headless[/bold], or without a display, simulated volunteers
    do the labelling in the terminal and the result is a report with pictures.
    """
    from rich.markup import escape

    from gzactive.demo import has_display, make_demo_project, run_headless

    if headless or not has_display():
        if not headless:
            console().print("There is no display: running in the terminal.")
        with progress_bars() as progress:
            outcome = run_headless(
                folder, n=galaxies, rounds=rounds, batch=batch, seed=seed, progress=progress
            )
        print_table(outcome.table, "Held-out loss, round by round")
        console().print(outcome.sentence)
        console().print(f"Report: [bold]{outcome.report}[/bold]", soft_wrap=True)
        call = escape(spelled("app", outcome.project))
        console().print(f"Label on from here: [bold]{call}[/bold]", soft_wrap=True)
        return
    with progress_bars() as progress:
        project = make_demo_project(folder, n=galaxies, seed=seed, progress=progress)
    project.close()
    open_app(project.path)


def new(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="Folder to make.")],
    images: Annotated[
        list[Path] | None,
        typer.Option(
            "--images", help="Folder (nested is fine) or ZIP of galaxy images; may be repeated."
        ),
    ] = None,
    catalog: Annotated[
        Path | None,
        typer.Option(
            "--catalog",
            help="Table with id_str and file_loc (CSV, Parquet, FITS, VOTable …), or columns that "
            "look like them; answer columns with counts become catalogue votes. With --images, "
            "file_loc is not needed.",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="NAME=MEANING",
            help="What a column of the table means: id_str, file_loc, ra, dec, pixel_scale, an "
            "answer of the tree, or nothing (kept as it is); else guessed. May be repeated.",
        ),
    ] = None,
    keep_first: Annotated[
        bool,
        typer.Option("--keep-first", help="Keep the first of several rows with the same id."),
    ] = False,
    match: Annotated[
        str | None,
        typer.Option("--match", help="Catalogue column equal to the images' file stems."),
    ] = None,
    tree: Annotated[
        str | None,
        typer.Option(
            "--tree",
            help="A shipped decision tree (`gzactive trees`) or a TOML file.",
            show_default="the one whose answers the table has, else gz-decals-dr5",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name shown in the app.")] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="By name (`gzactive weights`), or a file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides which 20 % are reserved for testing.")] = 0,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            metavar="URL",
            help="Share the labels with a team: postgresql+psycopg://USER@HOST/DATABASE. The "
            "password comes from ~/.pgpass or PGPASSWORD and is never written down.",
            show_default="in the project's folder",
        ),
    ] = None,
) -> None:
    """Make a project from images, from a table, or from both joined by file stem."""
    from gzactive.intake import new_project

    with progress_bars() as progress:
        made = new_project(
            project,
            images=images or [],
            catalog=catalog,
            match=match,
            columns=_meanings(column or []),
            keep_first=keep_first,
            tree=tree,
            name=name,
            weights=weights,
            seed=seed,
            labels=labels,
            progress=lambda stage, done, total: progress(f"Preparing, {stage}", done, total),
        )
    with made.project as opened:
        reserved = int(opened.catalog["reserved"].sum())
        total = len(opened.catalog)
        console().print(
            f"Made [bold]{opened.name}[/bold]: {count(total, 'galaxy')}, tree {opened.tree.id}; "
            f"{reserved:,} {'is' if reserved == 1 else 'are'} reserved to test on and never train."
        )
        for sentence in made.remarks:
            console().print(sentence)
    console().print(f"Next: [bold]gzactive features {project}[/bold]")


def _meanings(given: list[str]) -> dict[str, str]:
    """Columns and their meanings, as they were given."""
    found = {}
    for one in given:
        name, sign, meaning = one.rpartition("=")
        if not sign:
            raise GzactiveError(
                f"--column {one} names no meaning: write NAME=MEANING, for instance objid=id_str."
            )
        found[name] = meaning.strip()
    return found


def trees(
    tree: Annotated[
        str | None, typer.Argument(metavar="TREE", help="Show this tree's questions.")
    ] = None,
) -> None:
    """List the decision trees, or show (and check) one: a shipped one or a file of your own."""
    import pandas as pd

    from gzactive.trees import available_trees, load_tree

    if tree is None:
        loaded = [load_tree(name) for name in available_trees()]
        rows = [(t.id, t.title, len(t.questions), len(t.columns)) for t in loaded]
        table = pd.DataFrame(rows, columns=["tree", "what", "questions", "answers modelled"])
        print_table(table, "Decision trees")
        return
    shown = load_tree(tree)
    rows_ = [
        (q.name, q.text, a.text, (q.next if q.kind == "checkboxes" else a.next) or "the end")
        for q in shown.questions
        for a in q.answers
    ]
    table = pd.DataFrame(rows_, columns=["question", "text", "answer", "then"])
    repeated = table["question"].duplicated()
    table.loc[repeated, ["question", "text"]] = ""
    print_table(table, f"{shown.title} ({shown.id}), {len(shown.columns)} answers")


def info(project: ProjectFolder) -> None:
    """Say what a project holds: galaxies, labels, rounds, problems, where it lies."""
    from gzactive.summary import summarise

    with open_project(project) as opened:
        summary = summarise(opened)
        print_table(summary.facts, opened.name, headings=False)
        if len(summary.rounds):
            print_table(summary.rounds, "Rounds")
        if len(summary.problems):
            shown = summary.problems.head(_SHOWN)
            print_table(
                shown, f"Images that cannot be read: {len(shown)} of {len(summary.problems)}"
            )
