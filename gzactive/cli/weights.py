"""Commands about weights: list them, read their cards, and bring in those of other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gzactive.errors import GzactiveError
from gzactive.terminal import console, print_table

__all__ = ["import_weights", "weights"]

_KINDS = {1: "grey", 3: "colour"}


def weights(
    which: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE]", help="Show the model card of these weights."),
    ] = None,
) -> None:
    """List the weights that a project can start from, or show the model card of one."""
    import pandas as pd
    from rich.markup import escape

    from gzactive.model.weights_file import (
        available_weights,
        default_weights,
        find_weights,
        read_header,
        shipped_weights,
    )

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
    for name in available_weights():
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


def import_weights(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="CHECKPOINT",
            help="Zoobot v1's TensorFlow checkpoint, or an EfficientNet-B0 as .weights.h5, .npz or "
            ".safetensors (with our names, or as timm's efficientnet_b0).",
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

    done = importing.import_weights(
        checkpoint, out, name=name, tree=tree, credits=credits, licence=licence
    )
    screen = console()
    for remark in done.remarks:
        screen.print(escape(remark), soft_wrap=True)
    path = done.header.path
    size = path.stat().st_size / 1e6
    screen.print(f"Weights of {size:.1f} MB written to {escape(str(path))}.", soft_wrap=True)
    chosen = quote(str(path if out is not None else done.header.name))
    command = f"gzactive new PROJECT --images FOLDER --weights {escape(chosen)}"
    screen.print(f"Next: [bold]{command}[/bold]", soft_wrap=True)


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
