"""Build the guide as a site: the same pages, the field guide with its pictures, and a search.

    python packaging/site OUT

Everything is in OUT: open index.html, or put the folder on any web server. Nothing is fetched.
"""

import argparse
import json
import re
import shutil
from html import escape
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from gzactive.app.actions import ACTIONS, GESTURES
from gzactive.app.tokens import DARK, LIGHT
from gzactive.guide import INDEX, Guide, load_guide
from gzactive.guide.field_guide import (
    FIELD_GUIDE,
    Sight,
    page_name,
    question_page,
    section,
    tree_page,
)
from gzactive.guide.keys import keys_table
from gzactive.guide.markdown import to_html
from gzactive.paths import resource
from gzactive.simulated.examples import draw_examples
from gzactive.simulated.rendering import render
from gzactive.trees import DecisionTree, available_trees, load_tree

HERE = Path(__file__).resolve().parent
SIDE, WIDER = 352, 1.6


class Links:
    """Where things are, seen from a page."""

    def __init__(self, depth: int) -> None:
        self.up = "../" * depth

    def page(self, name: str) -> str:
        return f"{self.up}{name}.html"

    def icon(self, name: str) -> str:
        known = (resource("icons") / f"{name}.svg").is_file()
        return f"{self.up}icons/{name if known else 'answer'}.svg"

    def link(self, target: str) -> str:
        name, sign, anchor = target.partition("#")
        if name.endswith(".md"):
            return f"{self.page(name[:-3])}{sign}{anchor}"
        return target

    def image(self, source: str) -> str:
        return f"{self.up}{source}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    count = build(out, load_guide(), [load_tree(name) for name in available_trees()])
    print(f"{count} pages in {out}")


def build(out: Path, guide: Guide, trees: list[DecisionTree]) -> int:
    """Write all pages; returns how many."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(guide.folder / "images", out / "images", dirs_exist_ok=True)
    copy_icons(out / "icons")
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        autoescape=lambda name: name.endswith(".html"),
    )
    template = environment.get_template("page.html")
    (out / "style.css").write_text(
        environment.get_template("style.css").render(dark=DARK, light=LIGHT), encoding="utf-8"
    )
    index: list[dict[str, str]] = []
    pages: list[tuple[str, str, str]] = []
    for page in guide.pages:
        links = Links(0)
        html = to_html(page.source, links.link, links.image, keys)
        html = without_app_links(html)
        if page.name == FIELD_GUIDE:
            html += "".join(
                f'<p class="entry"><a href="{links.page(page_name(tree))}">{escape(tree.title)}</a>'
                f'<br><span class="muted">{escape(tree.description)}</span></p>'
                for tree in trees
            )
        pages.append((page.name, page.title, html))
        index += [
            {
                "page": f"{page.name}.html#{each.anchor}",
                "title": f"{page.title}: {each.heading}"
                if each.heading != page.title
                else page.title,
                "text": each.text,
            }
            for each in page.sections
            if page.name != INDEX
        ]
    for tree in trees:
        sights = draw_sights(tree, out)
        pages.append((page_name(tree), tree.title, tree_page(tree, Links(1))))
        for question in tree.questions:
            name = page_name(tree, question)
            pages.append((name, question.text, question_page(tree, question, Links(2), sights)))
            told = section(question)
            index.append({"page": f"{name}.html", "title": told.heading, "text": told.text})
    (out / "search.js").write_text(
        f"const PAGES = {json.dumps(index, ensure_ascii=False)};\n"
        + (HERE / "search.js").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    for name, title, html in pages:
        path = out / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        written = template.render(
            title=title, name=name, body=html, parts=guide.parts, up="../" * name.count("/")
        )
        path.write_text(written, encoding="utf-8")
    return len(pages)


def keys(where: str) -> str:
    """Keys as they are declared, the mouse's at the end."""
    rows = [
        (spec.menu or spec.page.capitalize(), spec.text, "   ".join(spec.keys) or "–", spec.tip)
        for spec in ACTIONS
    ]
    return keys_table([*rows, *GESTURES], where)


def without_app_links(html: str) -> str:
    """What a link would do in the app is told here, in bold."""
    return re.sub(r'<a href="app:[^"]*">(.*?)</a>', r"<strong>\1</strong>", html, flags=re.DOTALL)


def draw_sights(tree: DecisionTree, out: Path) -> dict[str, Sight]:
    """Draw the examples of a tree; those that trees share are drawn once."""
    sights = {}
    for column, example in draw_examples(tree).items():
        name = f"examples/{example.truth['id_str']}.jpg"
        path = out / name
        if not path.is_file():
            path.parent.mkdir(exist_ok=True)
            whole = round(SIDE * WIDER)
            edge = (whole - SIDE) // 2
            frame = render(example.truth, whole)[edge : edge + SIDE, edge : edge + SIDE]
            Image.fromarray(np.ascontiguousarray(frame)).save(path, quality=90)
        sights[column] = Sight(f"../../{name}", example.share)
    return sights


def copy_icons(folder: Path) -> None:
    """Icons in a grey that is seen on both backgrounds."""
    folder.mkdir(exist_ok=True)
    for path in resource("icons").glob("*.svg"):
        drawing = path.read_text(encoding="utf-8").replace("currentColor", "#8492a4")
        (folder / path.name).write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
