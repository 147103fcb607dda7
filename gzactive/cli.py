"""The command line: thin commands over the same Python API that the app uses.

Every command imports what it needs when it runs, so that ``--help`` answers at once. A
:class:`~gzactive.errors.GzactiveError` becomes its one sentence and exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gzactive.errors import GzactiveError
from gzactive.logs import relay_uncaught
from gzactive.progress import Cancelled
from gzactive.terminal import console, count, print_table, progress_bars, show_or_write

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["app", "main"]

app = typer.Typer(
    name="gzactive",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    help=(
        "Label the galaxies your model is least sure of, and watch it learn from you.\n\n"
        "New here? [bold]gzactive demo[/bold] makes a simulated sky and opens it. With galaxies of "
        "your own: [bold]new[/bold] → [bold]features[/bold] → [bold]app[/bold], or from the "
        "terminal [bold]rank[/bold] → [bold]label[/bold] → [bold]finetune[/bold] → "
        "[bold]predict[/bold] or [bold]top[/bold]."
    ),
)

ProjectFolder = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="The project's folder, made by `gzactive new`.")
]
_COLLECT, _WORK = "Projects", "The loop"
_SHOWN = 20  # unreadable images that `info` names


@app.command("app", rich_help_panel=_COLLECT)
def open_app(
    project: Annotated[
        Path | None, typer.Argument(metavar="[PROJECT]", help="Open this project at once.")
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


@app.command(rich_help_panel=_COLLECT)
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
        console().print(f"Label on from here: [bold]gzactive app {outcome.project}[/bold]")
        return
    with progress_bars() as progress:
        project = make_demo_project(folder, n=galaxies, seed=seed, progress=progress)
    project.close()
    open_app(project.path)


@app.command(rich_help_panel=_COLLECT)
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
            help="Table with id_str and file_loc (CSV, Parquet, FITS, VOTable …); answer columns "
            "with counts become catalogue votes. With --images, file_loc is not needed.",
        ),
    ] = None,
    match: Annotated[
        str | None,
        typer.Option("--match", help="Catalogue column equal to the images' file stems."),
    ] = None,
    tree: Annotated[
        str,
        typer.Option("--tree", help="A shipped decision tree (`gzactive trees`) or a TOML file."),
    ] = "gz-decals-dr5",
    name: Annotated[str | None, typer.Option("--name", help="Name shown in the app.")] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="Shipped weights by name, or a file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides which 20 % are reserved for testing.")] = 0,
) -> None:
    """Make a project from images, from a table, or from both joined by file stem."""
    from gzactive.intake import new_project

    made = new_project(
        project,
        images=images or [],
        catalog=catalog,
        match=match,
        tree=tree,
        name=name,
        weights=weights,
        seed=seed,
    )
    with made.project as opened:
        reserved = int(opened.catalog["reserved"].sum())
        total = len(opened.catalog)
        console().print(
            f"Made [bold]{opened.name}[/bold]: {total:,} galaxies, tree {opened.tree.id}; "
            f"{reserved:,} are reserved to test on and never train."
        )
        for sentence in made.remarks:
            console().print(sentence)
    console().print(f"Next: [bold]gzactive features {project}[/bold]")


@app.command(rich_help_panel=_WORK)
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

    with _open(project) as opened, progress_bars() as progress:
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


@app.command(rich_help_panel=_WORK)
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

    with _open(project) as opened, progress_bars() as progress:
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


@app.command(rich_help_panel=_WORK)
def label(
    project: ProjectFolder,
    votes: Annotated[
        Path, typer.Argument(metavar="VOTES.csv", help="id_str and answer columns with counts.")
    ],
    labeller: Annotated[str, typer.Option("--labeller", help="Whose labels these are.")] = "script",
) -> None:
    """Add labels from a table: `id_str` and answer columns with vote counts."""
    from gzactive.intake import add_labels

    with _open(project) as opened:
        added = add_labels(opened, votes, labeller=labeller)
    console().print(f"{labeller}: {count(added.galaxies, 'galaxy')}, {count(added.votes, 'vote')}.")
    for sentence in added.remarks:
        console().print(sentence)
    console().print(f"Next: [bold]gzactive finetune {project}[/bold]")


@app.command(rich_help_panel=_WORK)
def finetune(
    project: ProjectFolder,
    seed: Annotated[int | None, typer.Option(help="Repeats a round exactly.")] = None,
) -> None:
    """Fit the head to all labels so far, judge it on reserved galaxies, re-score everything."""
    import time

    from gzactive.active.ranking import rescore
    from gzactive.active.rounds import run_round

    with _open(project) as opened, progress_bars() as progress:
        made = run_round(opened, seed=seed, progress=progress)
        started = time.perf_counter()
        scores = rescore(opened, progress=progress)
        seconds = time.perf_counter() - started
    console().print(made.sentence)
    console().print(f"{len(scores.id_str):,} galaxies re-scored in {seconds:.2f} s.")


@app.command(rich_help_panel=_WORK)
def predict(
    project: ProjectFolder,
    out: Annotated[Path, typer.Option("--out", help="FILE.hdf5, FILE.csv or FILE.parquet.")],
    samples: Annotated[int, typer.Option("--samples", min=1, help="Dropout passes.")] = 5,
    catalog: Annotated[
        Path | None,
        typer.Option("--catalog", help="Other galaxies: a table with id_str and file_loc."),
    ] = None,
) -> None:
    """Write concentrations (galaxy, answer, sample) in Zoobot's layout."""
    from gzactive.inference import predict as run

    with _open(project) as opened, progress_bars() as progress:
        count = run(opened, out, n_samples=samples, catalog=catalog, progress=progress)
    console().print(f"{count:,} galaxies × {samples} passes written to {out}.", soft_wrap=True)


@app.command(rich_help_panel=_WORK)
def top(
    project: ProjectFolder,
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help="For instance has-spiral-arms_yes.")
    ],
    n: Annotated[int, typer.Option("-n", min=1, help="How many galaxies.")] = 10,
    out: Annotated[Path | None, typer.Option("--out", help="Write them to this CSV.")] = None,
) -> None:
    """List the galaxies most confidently predicted to have a feature."""
    from gzactive.active.ranking import top as best

    with _open(project) as opened, progress_bars() as progress:
        table = best(opened, answer, n, progress=progress)
    show_or_write(table, out, f"Top {len(table):,} for {answer}")


@app.command(rich_help_panel=_COLLECT)
def trees(
    tree: Annotated[
        str | None, typer.Argument(metavar="[TREE]", help="Show this tree's questions.")
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


@app.command(rich_help_panel=_COLLECT)
def info(project: ProjectFolder) -> None:
    """Say what a project holds: galaxies, labels, rounds, problems, where it lies."""
    from gzactive.summary import summarise

    with _open(project) as opened:
        summary = summarise(opened)
        print_table(summary.facts, opened.name, headings=False)
        if len(summary.rounds):
            print_table(summary.rounds, "Rounds")
        if len(summary.problems):
            shown = summary.problems.head(_SHOWN)
            print_table(
                shown, f"Images that cannot be read: {len(shown)} of {len(summary.problems)}"
            )


@contextmanager
def _open(path: Path) -> Iterator[Project]:
    from gzactive.project import Project

    project = Project.open(path)
    try:
        yield project
    finally:
        project.close()


_INTERRUPTED = 130  # what shells expect; Typer ends with it on Ctrl-C


def main() -> None:
    """Run the command line; a person's mistake is one sentence and exit code 2."""
    relay_uncaught(_tell)
    try:
        app()
    except GzactiveError as error:
        _tell(str(error))
        raise SystemExit(2) from error
    except (Cancelled, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != _INTERRUPTED:
            raise
        _tell("stopped; what was done is kept, and the same command goes on from there.")
        raise SystemExit(_INTERRUPTED) from None


def _tell(sentence: str) -> None:
    """Say one sentence on the error stream."""
    print(f"gzactive: {sentence}", file=sys.stderr)  # noqa: T201
