"""What Help can show, without widgets: each page as HTML, the contents, and what a search finds.

A page has a name: that of its file (``labelling``), or ``field-guide/<tree>/<question>``.
"""

from collections.abc import Callable, Iterable, Mapping

from gzactive.guide import INDEX, Found, Guide, find, load_guide
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
from gzactive.trees import DecisionTree, Question, available_trees, load_tree

__all__ = ["SCHEME", "Library"]

#: Pages and pictures are at ``help:/<name>``; other schemes are ``app:`` (actions) and the web.
SCHEME = "help"

#: Qt's documents give room around code, and lines without gaps, to tables alone.
_DRESSED = (
    ("<table>", '<table cellspacing="0" cellpadding="0">'),
    ("<p><img ", '<p class="picture"><img '),
    ("<pre>", '<table class="code" width="100%" cellspacing="0" cellpadding="0"><tr><td><pre>'),
    ("</pre>", "</pre></td></tr></table>"),
    ("</table>", '</table><p class="gap">&nbsp;</p>'),
)

#: A row of the sheet of keys: where, what, keys, tip.
Row = tuple[str, str, str, str]


class Library:
    """The shelf of pages.

    Parameters
    ----------
    sheet
        Gives the rows of the sheet of keys.
    guide
        The written pages; the shipped ones by default.
    """

    def __init__(
        self, sheet: Callable[[], Iterable[Row]] = tuple, guide: Guide | None = None
    ) -> None:
        self._sheet = sheet
        self._guide = guide
        #: The tree of the open project, which the field guide shows first.
        self.tree: DecisionTree | None = None
        self._trees: dict[str, DecisionTree] = {}

    @property
    def guide(self) -> Guide:
        """The written pages, read when the first is wanted."""
        if self._guide is None:
            self._guide = load_guide()
        return self._guide

    @property
    def trees(self) -> tuple[DecisionTree, ...]:
        """Trees of the field guide: the project's, then those that come with gzactive."""
        if not self._trees:
            self._trees = {name: load_tree(name) for name in available_trees()}
        own = {self.tree.id: self.tree} if self.tree is not None else {}
        return tuple((own | {k: v for k, v in self._trees.items() if k not in own}).values())

    def title(self, name: str) -> str:
        """What a page is called."""
        found = self.question_of(name)
        if found is not None:
            return found[1].text
        tree = self._tree_of(name)
        return tree.title if tree is not None else self.guide.page(name).title

    def has(self, name: str) -> bool:
        """Whether there is such a page."""
        if self.question_of(name) is not None or self._tree_of(name) is not None:
            return True
        return any(page.name == name for page in self.guide.pages)

    def question_of(self, name: str) -> tuple[DecisionTree, Question] | None:
        """Tree and question that a page of the field guide is about."""
        parts = name.split("/")
        tree = self._tree_of("/".join(parts[:2]))
        if tree is None or len(parts) != 3:
            return None
        return next(((tree, each) for each in tree.questions if each.name == parts[2]), None)

    def html(self, name: str, sights: Mapping[str, Sight]) -> str:
        """A page; ``sights`` are the pictures of a question's answers, by column."""
        found = self.question_of(name)
        if found is not None:
            return question_page(*found, self, sights)
        tree = self._tree_of(name)
        if tree is not None:
            return tree_page(tree, self)
        source = self.guide.page(name).source
        written = to_html(source, self.link, self.image, self._keys)
        for plain, dressed in _DRESSED:
            written = written.replace(plain, dressed)
        if name == FIELD_GUIDE:
            entries = "".join(
                f'<p class="entry"><a href="{self.page(page_name(each))}">{each.title}</a><br>'
                f'<span class="muted">{each.description}</span></p>'
                for each in self.trees
            )
            written += entries
        return written

    def search(self, words: str) -> list[Found]:
        """Places in all pages; of questions that trees share, the project's or the first."""
        places = [(page.name, page.title, page.sections) for page in self.guide.pages]
        seen = set[tuple[str, str]]()
        for tree in self.trees:
            for question in tree.questions:
                told = section(question)
                if (told.heading, told.text) not in seen:
                    seen.add((told.heading, told.text))
                    places.append((page_name(tree, question), "Field guide", (told,)))
        return find(words, (each for each in places if each[0] != INDEX))

    # --- where things are -----------------------------------------------------------------------

    def page(self, name: str) -> str:
        """Target of a link to a page."""
        return f"{SCHEME}:/{name}"

    def icon(self, name: str) -> str:
        """Source of an icon."""
        return f"icon:{name}"

    def link(self, target: str) -> str:
        """Target of a link as it stands in a page's file, for the app."""
        name, hash_, anchor = target.partition("#")
        if name.endswith(".md"):
            return f"{self.page(name.removesuffix('.md'))}{hash_}{anchor}"
        return target

    def image(self, source: str) -> str:
        """Source of an image as it stands in a page's file, for the app."""
        return f"{SCHEME}:/{source}"

    def _keys(self, where: str) -> str:
        return keys_table(self._sheet(), where)

    def _tree_of(self, name: str) -> DecisionTree | None:
        first, _, which = name.partition("/")
        if first != FIELD_GUIDE or not which:
            return None
        return next((tree for tree in self.trees if tree.id == which), None)
