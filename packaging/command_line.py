"""Write the guide's page of the command line from the commands themselves.

    python packaging/command_line.py [--check]

Run it after a command or an option has changed; ``--check`` only says whether the page is as it
would be written.
"""

import argparse
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from gzactive.cli import app

PAGE = Path(__file__).resolve().parent.parent / "resources" / "guide" / "command-line.md"

HEAD = """# The command line

Everything that the app does can be done in a terminal too, without a display: on a server, in a
script, on a schedule. `gzactive --help` lists the commands, and `gzactive COMMAND --help` says what
one takes; this page is made from the same words.

The usual way through:

```sh
gzactive new my-project --images ~/galaxies     # a folder of images becomes a project
gzactive features my-project                    # each image goes through the network once
gzactive app my-project                         # label; or, with answers from elsewhere:
gzactive label my-project answers.csv
gzactive finetune my-project                    # the model learns, is judged, and ranks again
gzactive top my-project has-spiral-arms_yes     # what it is surest of
```

A mistake is answered by one sentence and exit code 2. Ctrl-C stops at once (exit code 130); what
was done is kept, and the same command goes on from there. The app and a command can work on one
project at the same time.
"""


def page() -> str:
    """The page's Markdown."""
    parts = [HEAD]
    panel = None
    for command in app.registered_commands:
        if command.hidden:
            continue
        if command.rich_help_panel != panel:
            panel = command.rich_help_panel
            parts.append(f"## {panel}\n")
        parts.append(section(str(command.name), command.callback))
    return "\n".join(parts)


def section(name: str, run: Callable[..., None]) -> str:
    """One command: what it does, its usage, and a table of what it takes."""
    rows, usage, needed, options = [], [], [], False
    hints = get_type_hints(run, include_extras=True)
    for param in inspect.signature(run).parameters.values():
        kind, info = get_args(hints[param.name])[:2]
        told = plain(info.help or "")
        if isinstance(info, ArgumentInfo):
            word = argument(param, kind, info)
            usage.append(word)
            rows.append((f"`{word}`", told))
        elif not info.hidden:
            word = option(param, kind, info)
            rows.append((f"`{word}`", told + default(param, info)))
            if param.default is inspect.Parameter.empty:
                needed.append(word)
            else:
                options = True
    call = " ".join(["gzactive", name, *(["[OPTIONS]"] if options else []), *needed, *usage])
    lines = [f"### {name}\n", words(inspect.getdoc(run) or ""), "", f"```sh\n{call}\n```", ""]
    if rows:
        lines += ["| takes | for |", "|---|---|"]
        lines += [f"| {cell(one)} | {cell(told)} |" for one, told in rows]
        lines.append("")
    return "\n".join(lines)


def argument(param: inspect.Parameter, kind: Any, info: ArgumentInfo) -> str:
    name = str(info.metavar or param.name).upper().strip("[].…") + ("…" if many(kind) else "")
    return name if param.default is inspect.Parameter.empty else f"[{name}]"


def option(param: inspect.Parameter, kind: Any, info: OptionInfo) -> str:
    # Inside Annotated the first name stands where a default would: Typer itself reads it so.
    given = (*([info.default] if isinstance(info.default, str) else []), *(info.param_decls or ()))
    names = ", ".join(given or (f"--{param.name.replace('_', '-')}",))
    of = next((each for each in get_args(kind) if each is not type(None)), kind)
    of = (get_args(of) or (of,))[0] if many(kind) else of
    if of is bool:
        return names
    word = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH"}.get(of, "TEXT")
    return f"{names} {info.metavar or word}"


def many(kind: Any) -> bool:
    """Whether a parameter may be given several times."""
    return any(get_origin(each) is list for each in (kind, *get_args(kind)))


def default(param: inspect.Parameter, info: OptionInfo) -> str:
    value = param.default
    if isinstance(info.show_default, str):
        value = info.show_default
    if isinstance(value, bool) and isinstance(info.default, str) and "/" in info.default:
        return f" Default: {info.default.split('/')[not value]}."
    if value is None or isinstance(value, bool) or value in ("", inspect.Parameter.empty):
        return ""
    if isinstance(value, Path) and value.is_absolute():
        return ""
    return f" Default: {value}."


def words(text: str) -> str:
    """Paragraphs of a help text, each on one line."""
    parts = re.split(r"\n\s*\n", plain(text).strip())
    return "\n\n".join(" ".join(part.replace("\b", "").split()) for part in parts)


def plain(text: str) -> str:
    """Without the marks of the terminal."""
    return re.sub(r"\[/?(bold|dim|italic|cyan)\]", "", text)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    written = page()
    if parser.parse_args().check:
        return int(PAGE.read_text(encoding="utf-8") != written)
    PAGE.write_text(written, encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
