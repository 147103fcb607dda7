"""Commands about weights: list them, read their cards, and bring in those of other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gzactive.errors import GzactiveError, meant
from gzactive.terminal import console, count, print_table, progress_bars

__all__ = ["import_weights", "weights"]

_KINDS = {1: "grey", 3: "colour"}


def weights(
    which: Annotated[
        str | None,
        typer.Argument(metavar="NAME|FILE", help="Show the model card of these weights."),
    ] = None,
    fetch: Annotated[
        bool,
        typer.Option("--download", help="Fetch NAME, one of the published weights, and import it."),
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every tensor and check it; without NAME, of all.")
    ] = False,
) -> None:
    """List the weights that a project can start from, show one's card, or fetch published ones."""
    import pandas as pd
    from rich.markup import escape

    from gzactive.model.published import published_weights
    from gzactive.model.weights_file import (
        available_weights,
        default_weights,
        find_weights,
        read_header,
        shipped_weights,
    )

    if fetch:
        _download(which)
        return
    if verify:
        _verify((which,) if which else available_weights())
        return
    if which is not None:
        header = read_header(which)
        kind = _KINDS.get(header.channels, header.channels)
        answers = f"{len(header.columns)} of {header.tree_id}" if header.tree_id else "no head"
        facts = [("file", header.path), ("SHA-256", header.sha256)]
        facts += [("images", kind), ("answers", answers), *_lines(header.card)]
        table = pd.DataFrame(facts, columns=["", " "]).astype(str).map(escape)
        print_table(table, escape(header.name), headings=False)
        return
    rows = []
    names = available_weights()
    for name in names:
        path = find_weights(name)
        where = "shipped" if name in shipped_weights() else str(path.parent)
        if name == default_weights():
            where += " (default)"
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        try:
            header = read_header(path)
        except GzactiveError as error:
            rows.append((name, "", "", "", size, where, str(error)))
            continue
        tree, answers = header.tree_id or "no head", str(len(header.columns))
        kind = _KINDS.get(header.channels, str(header.channels))
        about = str(header.card.get("description") or header.card.get("data", ""))
        rows.append((name, tree, answers, kind, size, where, about))
    headings = ["weights", "tree", "answers", "images", "size", "where", "what"]
    print_table(pd.DataFrame(rows, columns=headings).map(escape), "Weights")
    there = {name: one for name, one in published_weights().items() if name not in names}
    if there:
        print_table(
            pd.DataFrame([(name, one.description) for name, one in there.items()]).map(escape),
            "Published by others: gzactive weights NAME --download",
            headings=False,
        )


def import_weights(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="CHECKPOINT",
            help="Zoobot v1's TensorFlow checkpoint, or an EfficientNet-B0 as .weights.h5, .npz, "
            ".safetensors (with our names, or as timm's efficientnet_b0), .bin or .pt (PyTorch's).",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write; else they join your own, found by name."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="What to call them, without --out; else as CHECKPOINT."),
    ] = None,
    tree: Annotated[
        str | None,
        typer.Option(
            "--tree",
            help="Tree whose answers the head gives, in that order: an id or a TOML file.",
            show_default="what the file says, else gz-decals-dr5",
        ),
    ] = None,
    credits: Annotated[
        str | None, typer.Option("--credits", help="Whom to thank, for the model card.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", help="The weights' licence, for the model card.")
    ] = None,
) -> None:
    """Make a weights file of Zoobot's, Keras's or PyTorch's weights: tensors only, none lost."""
    from shlex import quote

    from rich.markup import escape

    from gzactive.model.quiet import hushed

    with hushed():
        from gzactive.model import importing

    told = {"credits": credits, "licence": licence}
    told = {key: value for key, value in told.items() if value is not None}
    done = importing.import_weights(checkpoint, out, name=name, tree=tree, card=told)
    screen = console()
    for remark in done.remarks:
        screen.print(escape(remark), soft_wrap=True)
    path = done.header.path
    size = path.stat().st_size / 1e6
    screen.print(f"Weights of {size:.1f} MB written to {escape(str(path))}.", soft_wrap=True)
    chosen = quote(str(path if out is not None else done.header.name))
    command = f"gzactive new PROJECT --images FOLDER --weights {escape(chosen)}"
    screen.print(f"Next: [bold]{command}[/bold]", soft_wrap=True)


def _download(name: str | None) -> None:
    from rich.markup import escape

    from gzactive.model.published import fetch_published, published_weights

    published = published_weights()
    if name is None or name not in published:
        said = f"'{name}' is none of the published weights" if name else "Which weights"
        raise GzactiveError(
            f"{said}: {meant(name or '', published)} A file of your own comes in by "
            "`gzactive import-weights`."
        )
    with progress_bars() as progress:
        remarks = fetch_published(published[name], progress=progress)
    screen = console()
    for remark in remarks:
        screen.print(escape(remark), soft_wrap=True)
    command = f"gzactive new PROJECT --images FOLDER --weights {name}"
    screen.print(f"Next: [bold]{command}[/bold]", soft_wrap=True)


def _verify(names: Iterable[str]) -> None:
    from rich.markup import escape

    from gzactive.model.quiet import hushed
    from gzactive.model.weights_file import verify_weights

    faults = 0
    for name in names:
        try:
            with hushed():  # the list of tensors comes from the network itself
                verdict = verify_weights(name)
        except GzactiveError as error:
            verdict, faults = str(error), faults + 1
        console().print(f"[bold]{escape(name)}[/bold]: {escape(verdict)}", soft_wrap=True)
    if faults:
        raise GzactiveError(f"{count(faults, 'weights file')} cannot be used: see above.")


def _lines(card: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    """A card as lines of a table; what lies within something is indented under it."""
    indent = "  " * depth
    for key, value in card.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}", ""
            yield from _lines(value, depth + 1)
        elif isinstance(value, list):
            yield f"{indent}{key}", "\n".join(map(str, value))
        else:
            yield f"{indent}{key}", str(value)
