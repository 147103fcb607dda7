"""The guide: Markdown pages that the app's Help shows and the site is built from.

Here a folder of pages becomes contents, sections that can be searched, and, in
:mod:`gzactive.guide.markdown`, HTML. The pages that are written from decision trees are in
:mod:`gzactive.guide.field_guide`. No Qt lives here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.guide.markdown import Section, contents, plain_sections
from gzactive.paths import resource

__all__ = ["Found", "Guide", "Page", "find", "load_guide"]

#: The page whose headings and lists of links are the contents.
INDEX = "index"


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    name
        Its file without the suffix: ``labelling``.
    title
        What the contents call it.
    part
        The heading of the contents under which it stands; empty for the index.
    source
        Markdown.
    """

    name: str
    title: str
    part: str
    source: str

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its text without markup, heading by heading."""
        return plain_sections(self.source, self.title)


@dataclass(frozen=True)
class Found:
    """A place where what was looked for stands.

    Attributes
    ----------
    page, anchor
        Where: a page's name, and the anchor of the heading.
    title, heading
        What page and section are called.
    excerpt
        Some words around the first match.
    """

    page: str
    anchor: str
    title: str
    heading: str
    excerpt: str


@dataclass(frozen=True)
class Guide:
    """All pages, in the order of the contents; the index is the first.

    Attributes
    ----------
    pages
        At least one.
    folder
        Where pages and images lie.
    """

    pages: tuple[Page, ...]
    folder: Path

    @property
    def parts(self) -> dict[str, tuple[Page, ...]]:
        """The headings of the contents, each with its pages."""
        names = dict.fromkeys(page.part for page in self.pages if page.part)
        return {part: tuple(page for page in self.pages if page.part == part) for part in names}

    def page(self, name: str) -> Page:
        """Look a page up; GzactiveError if there is none such."""
        for page in self.pages:
            if page.name == name:
                return page
        raise GzactiveError(
            f"The guide has no page '{name}': it has {', '.join(each.name for each in self.pages)}."
        )


def load_guide(folder: Path | None = None) -> Guide:
    """Read the shipped guide, or another folder of pages.

    Raises
    ------
    GzactiveError
        If a page that the index names is missing or cannot be read.
    """
    folder = folder or resource("guide")
    index = _read(folder, INDEX)
    listed = contents(index)
    pages = [Page(INDEX, plain_sections(index, "")[0].heading, "", index)]
    for part, entries in listed.items():
        pages += [Page(name, title, part, _read(folder, name)) for name, title in entries]
    return Guide(tuple(pages), folder)


def find(
    words: str, places: Iterable[tuple[str, str, tuple[Section, ...]]], most: int = 40
) -> list[Found]:
    """Look for words in sections; each word must occur, in any order and as part of a word.

    Parameters
    ----------
    words
        What was typed; blanks part the words, case does not matter.
    places
        (page, its title, its sections).
    most
        Places that are returned.

    Returns
    -------
    list of Found
        Those whose heading or title holds the words before those that hold them in the text.
    """
    wanted = words.casefold().split()
    if not wanted:
        return []
    ranked: list[tuple[int, Found]] = []
    for page, title, sections in places:
        for section in sections:
            names = f"{title} {section.heading}".casefold()
            text = section.text.casefold()
            if not all(word in names or word in text for word in wanted):
                continue
            missing = sum(word not in section.heading.casefold() for word in wanted)
            missing += sum(word not in names for word in wanted)
            found = Found(
                page, section.anchor, title, section.heading, _excerpt(section.text, wanted)
            )
            ranked.append((missing, found))
    ranked.sort(key=lambda each: each[0])
    return [found for _, found in ranked[:most]]


def _excerpt(text: str, wanted: list[str], room: int = 140) -> str:
    """Some words around the first match; the beginning if the text holds none."""
    folded = text.casefold()
    places = [place for word in wanted if (place := folded.find(word)) >= 0]
    start = max(0, min(places, default=0) - room // 3)
    if start:
        start = text.find(" ", start) + 1
    cut = text[start : start + room]
    if start + room < len(text):
        cut = f"{cut.rsplit(' ', 1)[0]} …"
    return f"… {cut}" if start else cut


def _read(folder: Path, name: str) -> str:
    path = folder / f"{name}.md"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise GzactiveError(
            f"The guide's page '{path}' cannot be read ({error.strerror}): install gzactive again."
        ) from error
