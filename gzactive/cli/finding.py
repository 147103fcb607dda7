"""Commands that start from examples: find galaxies like them, and ask a question of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gzactive.cli.project_argument import ProjectFolder, open_project
from gzactive.terminal import progress_bars, show_or_write

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["ask", "find"]

Like = Annotated[
    list[str] | None,
    typer.Option(
        "--like",
        metavar="ID",
        help="An example: an id, several with commas between them, or a file of ids (one a line, "
        "or a table with id_str). May be repeated.",
    ),
]
Unlike = Annotated[
    list[str] | None,
    typer.Option(
        "--unlike", metavar="ID", help="What is not meant, in the same ways: refines the search."
    ),
]


def find(
    project: ProjectFolder,
    like: Like = None,
    unlike: Unlike = None,
    labelled: Annotated[
        str | None,
        typer.Option(
            "--labelled",
            metavar="ANSWER",
            help="Take what is labelled with this answer as examples too, and what is labelled "
            "with another one as not meant; for instance ring_yes.",
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many galaxies.")] = 20,
    out: Annotated[Path | None, typer.Option("--out", help="Write them to this CSV.")] = None,
) -> None:
    """List the galaxies most like some examples, by what the network sees in them.

    All galaxies with features are compared; no label and no round is needed. The similarity is
    in standard deviations of this catalogue: 0 is its mean galaxy. One example will do, ten of
    the same kind find far more; the examples themselves are left out.
    """
    from gzactive.inference.similarity import find_similar

    with open_project(project) as opened, progress_bars() as progress:
        wanted = read_ids(opened, like or [])
        against = read_ids(opened, unlike or [])
        if labelled is not None:
            yes, no = _labelled(opened, labelled)
            wanted = list(dict.fromkeys([*wanted, *yes]))
            against = [one for one in dict.fromkeys([*against, *no]) if one not in wanted]
        found = find_similar(opened, wanted, against, n, progress=progress)
    some = wanted[0] if len(wanted) == 1 else f"{len(wanted)} examples"
    show_or_write(found, out, f"{len(found):,} galaxies most like {some}")


def ask(
    project: ProjectFolder,
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of the project to make.")],
    feature: Annotated[
        str, typer.Option("--for", metavar="FEATURE", help="What to look for, such as rings.")
    ],
    question: Annotated[
        str, typer.Option("--question", help="As people are asked.", show_default="made of FEATURE")
    ] = "",
    like: Like = None,
    unlike: Unlike = None,
    unsure: Annotated[
        bool, typer.Option("--unsure", help="Let people also answer that they are unsure.")
    ] = False,
    labeller: Annotated[
        str | None,
        typer.Option("--labeller", help="Whose labels the examples are.", show_default="you"),
    ] = None,
) -> None:
    """Ask a question of your own: a yes/no project on the same galaxies, begun from examples.

    It shares the features that are computed already. The examples are its first labels, and its
    queue shows what is most like them; each answer makes the search better. Ten examples will do,
    one is a start.
    """
    from gzactive.active.asking import OwnQuestion, ask
    from gzactive.terminal import console, count

    with open_project(project) as opened, progress_bars() as progress:
        made = ask(
            opened,
            new,
            OwnQuestion(feature, question, unsure),
            read_ids(opened, like or []),
            read_ids(opened, unlike or []),
            labeller=labeller,
            progress=progress,
        )
    with made:
        total, yes = len(made.catalog), made.labels.finished_count()
        column = made.tree.columns[0]
    console().print(
        f"Made [bold]{made.name}[/bold]: {total:,} galaxies, {count(yes, 'example')}; yes is the "
        f"column {column}."
    )
    console().print(
        f"Next: [bold]gzactive app {new}[/bold], or [bold]gzactive rank {new}[/bold] and label."
    )


def _labelled(project: Project, answer: str) -> tuple[list[str], list[str]]:
    from gzactive.active.browsing import check_answer
    from gzactive.active.search import labelled_examples

    check_answer(answer, project.tree)
    return labelled_examples(project, answer)


def read_ids(project: Project, given: list[str]) -> list[str]:
    """Ids as they were given: one, several with commas, or a file of them; each once."""
    known = set(project.catalog["id_str"])
    found: list[str] = []
    for one in given:
        if one in known:  # also where it has a comma, or is the name of a file
            found.append(one)
        elif _is_file(one):
            found += _of_file(Path(one))
        else:
            found += [part.strip() for part in one.split(",") if part.strip()]
    return list(dict.fromkeys(found))


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # a long list of ids is no name that a file could have
        return False


def _of_file(path: Path) -> list[str]:
    """Ids of a table's ``id_str``, or the lines of a text file."""
    from gzactive.catalog import read_table

    if path.suffix.lower() in ("", ".txt"):
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        return [line.strip() for line in lines if line.strip()]
    table = read_table(path)
    return table["id_str" if "id_str" in table else table.columns[0]].astype(str).tolist()
