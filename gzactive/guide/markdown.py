"""From Markdown to HTML, to contents and to plain sections.

Headings get anchors made of their words, as code hosts make them, so that one link works
everywhere: in the app, on the site, and where the files themselves are read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["Section", "anchor_of", "contents", "links", "plain_sections", "to_html"]


@dataclass(frozen=True)
class Section:
    """A heading and the text up to the next.

    Attributes
    ----------
    anchor, heading
        Of the heading; the anchor is empty for what stands before all headings.
    text
        Without markup, blanks made one.
    """

    anchor: str
    heading: str
    text: str


def anchor_of(heading: str) -> str:
    """Anchor of a heading: lower case, blanks made hyphens, other signs left out."""
    kept = re.sub(r"[^\w\- ]", "", heading.casefold().strip())
    return kept.replace(" ", "-")


def to_html(
    source: str,
    link: Callable[[str], str] | None = None,
    image: Callable[[str], str] | None = None,
    keys: Callable[[str], str] | None = None,
) -> str:
    """Turn Markdown into HTML.

    Parameters
    ----------
    source
        Markdown with tables; HTML in it is shown, not obeyed.
    link, image
        Turn the target of a link, or of an image, into the one that the reader's program wants.
    keys
        HTML for a fenced block that is marked ``keys`` and names a menu: its actions and keys.
    """
    tokens = _parser().parse(source)
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(_plain(tokens[position + 1])))
        if token.type == "fence":
            token.content = token.content.rstrip("\n")
        if token.type == "fence" and token.info == "keys" and keys is not None:
            token.type, token.content = "html_block", keys(token.content.strip())
        for child in token.children or ():
            if child.type == "link_open" and link is not None:
                child.attrSet("href", link(str(child.attrGet("href"))))
            elif child.type == "image" and image is not None:
                child.attrSet("src", image(str(child.attrGet("src"))))
    html: str = _parser().renderer.render(tokens, _parser().options, {})
    return html


def links(source: str) -> list[tuple[str, str]]:
    """(target, text) of every link and image of a page."""
    found = []
    for token in _parser().parse(source):
        inside = token.children or []
        for position, child in enumerate(inside):
            if child.type == "link_open":
                text = "".join(each.content for each in inside[position + 1 : position + 3])
                found.append((str(child.attrGet("href")), text))
            elif child.type == "image":
                found.append((str(child.attrGet("src")), child.content))
    return found


def contents(index: str) -> dict[str, list[tuple[str, str]]]:
    """Headings of an index page, each with the (name, title) of the pages listed under it."""
    parts: dict[str, list[tuple[str, str]]] = {}
    part, depth = "", 0
    tokens = _parser().parse(index)
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            part = _plain(tokens[position + 1])
        depth += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type == "inline" and depth and part:
            for child, following in pairwise(token.children or []):
                target = str(child.attrGet("href") or "")
                if child.type == "link_open" and target.endswith(".md"):
                    entry = (target.removesuffix(".md"), following.content)
                    parts.setdefault(part, []).append(entry)
                    break
    return parts


def plain_sections(source: str, title: str) -> tuple[Section, ...]:
    """A page heading by heading; text before the first heading goes under ``title``."""
    sections: list[Section] = []
    anchor, heading, texts = "", title, list[str]()
    tokens = _parser().parse(source)
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            if texts or anchor:
                sections.append(Section(anchor, heading, " ".join(texts)))
            heading, texts = _plain(tokens[position + 1]), []
            anchor = anchor_of(heading)
        elif token.type == "inline" and tokens[position - 1].type != "heading_open":
            texts.append(_plain(token))
        elif token.type in ("fence", "code_block") and token.info != "keys":
            texts.append(" ".join(token.content.split()))
    return (*sections, Section(anchor, heading, " ".join(texts)))


def _plain(token: "Token") -> str:
    parts = [
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
        if child.type != "image"
    ]
    return "".join(parts)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # when the first page is read

    return MarkdownIt("commonmark", {"html": False}).enable("table")
