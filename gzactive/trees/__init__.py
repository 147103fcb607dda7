"""Decision trees: questions, answers and who follows whom; import all that concerns them here.

Trees are data (``resources/trees/*.toml``, or a file of the user's own); what a file may say is
told in :mod:`gzactive.trees.files`, and one person's walk in :mod:`gzactive.trees.walk`. Votes,
fractions and probabilities are not here: they are arrays whose columns follow
:attr:`DecisionTree.columns`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, cast

from gzactive.errors import meant
from gzactive.paths import resource
from gzactive.trees.fields import TreeError, TreeFields
from gzactive.trees.files import read_tree_file
from gzactive.trees.walk import Step, Walk

__all__ = [
    "DEFAULT_TREE",
    "USUAL_SCHEMES",
    "Answer",
    "DecisionTree",
    "Question",
    "Step",
    "TreeError",
    "Walk",
    "available_trees",
    "load_tree",
]

DEFAULT_TREE = "gz-decals-dr5"

#: Schemes in which every tree has names, if need be by default.
USUAL_SCHEMES = ("zoobot", "gz-catalogue", "zooniverse")


@dataclass(frozen=True)
class Answer:
    """One answer to a question.

    Attributes
    ----------
    name, text : str
        In column names, and on the button.
    icon : str
        Name of its picture, shared by the trees in which it means the same.
    column : str
        ``<question>_<answer>``.
    next : str or None
        Name of the question asked next; None where the walk ends.
    help : str
        What distinguishes it.
    names : mapping
        Scheme to that scheme's name: a column (``zoobot``, ``gz-catalogue``), or the label or key
        within the task (``zooniverse``).
    """

    name: str
    text: str
    icon: str
    column: str
    next: str | None
    help: str = ""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    name, text, help : str
        In column names, as people are asked, and what to look for.
    answers : tuple of Answer
        In the order shown, which within a question is also the order of the columns.
    kind : {"single", "checkboxes"}
        One answer, or any number of them, also none.
    modelled : bool
        Whether the model predicts it; never for checkboxes.
    names : mapping
        Scheme to that scheme's name: the Zooniverse task, or the column with the total votes.
    next : str or None
        For checkboxes, the question asked next whatever is ticked.
    """

    name: str
    text: str
    help: str
    answers: tuple[Answer, ...]
    kind: Literal["single", "checkboxes"] = "single"
    modelled: bool = True
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    next: str | None = None

    @property
    def optional(self) -> bool:
        """Whether it may be left without an answer."""
        return self.kind == "checkboxes"

    def answer(self, name: str) -> Answer:
        """Look one answer up by its name; TreeError if there is none such."""
        for answer in self.answers:
            if answer.name == name:
                return answer
        names = [answer.name for answer in self.answers]
        raise TreeError(f"'{name}' is no answer to '{self.name}': {meant(name, names)}")

    def after(self, answers: tuple[str, ...]) -> str | None:
        """Name of the question asked after these answers; None where the walk ends."""
        return self.next if self.kind == "checkboxes" else self.answer(answers[0]).next


@dataclass(frozen=True, eq=False)
class DecisionTree:
    """A decision tree; two are equal if they have the same id and the same :attr:`hash`.

    Attributes
    ----------
    id, title, description, source : str
        How projects refer to it, what people read, and whose work it is.
    questions : tuple of Question
        In asking order: the root first, and each after all questions that lead to it.
    modelled : tuple of Question
        Those that the model predicts, in the model's order: (n, questions) arrays follow it.
    fraction_schemes : tuple of str
        Schemes whose columns hold fractions of a question's votes instead of counts; the column
        with the question's votes is in its ``names``.
    file : Path or None
        Where it was read.
    """

    id: str
    title: str
    description: str
    source: str
    questions: tuple[Question, ...]
    modelled: tuple[Question, ...]
    fraction_schemes: tuple[str, ...] = ()
    file: Path | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DecisionTree):
            return NotImplemented
        return self.id == other.id and self.hash == other.hash

    def __hash__(self) -> int:
        return hash((self.id, self.hash))

    @property
    def root(self) -> Question:
        """The question asked first."""
        return self.questions[0]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Modelled answers in model order: (n, answers) arrays follow it."""
        return tuple(answer.column for question in self.modelled for answer in question.answers)

    @cached_property
    def unmodelled_columns(self) -> tuple[str, ...]:
        """The other answers, in asking order: labelled and exported, not predicted."""
        return tuple(
            answer.column
            for question in self.questions
            if not question.modelled
            for answer in question.answers
        )

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of what a label means.

        Labels of two trees with the same hash may be pooled. Names of questions and answers,
        their order, kinds, links and the model's order count. Texts, help, icons and the names in
        other schemes do not, so they can be improved while people label; to change what is asked,
        change a name.
        """
        content = {
            "questions": [
                [
                    question.name,
                    question.kind,
                    question.next,
                    [[answer.name, answer.next] for answer in question.answers],
                ]
                for question in self.questions
            ],
            "modelled": [question.name for question in self.modelled],
        }
        canonical = json.dumps(content, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def schemes(self) -> tuple[str, ...]:
        """Schemes in which every answer has a name, the usual ones first."""
        every = [set(answer.names) for _, answer in self._by_column.values()]
        others = sorted(set.intersection(*every).difference(USUAL_SCHEMES))
        return (*USUAL_SCHEMES, *others)

    def question(self, name: str) -> Question:
        """Look one question up by its name; TreeError if there is none such."""
        if name not in self._by_name:
            raise TreeError(
                f"'{name}' is no question of the tree '{self.id}': {meant(name, self._by_name)}"
            )
        return self._by_name[name]

    def locate(self, column: str) -> tuple[Question, Answer]:
        """Question and answer of a column, modelled or not; TreeError if there is none such."""
        if column not in self._by_column:
            raise TreeError(
                f"'{column}' is no answer of the tree '{self.id}': {meant(column, self._by_column)}"
            )
        return self._by_column[column]

    def slice(self, question_name: str) -> slice:
        """Where a modelled question's answers lie in :attr:`columns`."""
        question = self.question(question_name)
        if not question.modelled:
            raise TreeError(f"'{question_name}' is not modelled, so it has no columns.")
        start = self.columns.index(question.answers[0].column)
        return slice(start, start + len(question.answers))

    def parents(self, question_name: str) -> tuple[tuple[str, str], ...]:
        """Modelled (question, answer) pairs that lead to a question; none if always asked.

        A question that is not modelled leads on whatever its answer (checked when a tree is
        read), so it is seen through: its own parents stand for it.
        """
        self.question(question_name)
        found: dict[tuple[str, str], None] = {}
        for question in self.questions:
            if question.kind == "checkboxes":
                leads = [question.next == question_name]
            else:
                leads = [answer.next == question_name for answer in question.answers]
            if question.modelled:
                pairs = zip(question.answers, leads, strict=True)
                found |= {(question.name, answer.name): None for answer, lead in pairs if lead}
            elif any(leads):
                found |= dict.fromkeys(self.parents(question.name))
        return tuple(found)

    def column_names(self, scheme: str) -> dict[str, str]:
        """Names of all answers in another scheme.

        Parameters
        ----------
        scheme : str
            One of :attr:`schemes`, e.g. ``zoobot``, ``gz-catalogue`` or ``zooniverse``.

        Returns
        -------
        dict
            Column (the modelled ones first, in model order) to that scheme's column; for
            ``zooniverse``, which has no columns, to ``"<task>: <label>"``.

        Raises
        ------
        TreeError
            If the tree has no names in that scheme.
        """
        if scheme not in self.schemes:
            raise TreeError(
                f"The tree '{self.id}' has no names in the scheme '{scheme}'; it has "
                f"{', '.join(self.schemes)}."
            )
        names = {}
        for column in (*self.columns, *self.unmodelled_columns):
            question, answer = self._by_column[column]
            name = answer.names[scheme]
            names[column] = f"{question.names[scheme]}: {name}" if scheme == "zooniverse" else name
        return names

    @cached_property
    def _by_name(self) -> dict[str, Question]:
        return {question.name: question for question in self.questions}

    @cached_property
    def _by_column(self) -> dict[str, tuple[Question, Answer]]:
        return {a.column: (question, a) for question in self.questions for a in question.answers}


def available_trees() -> tuple[str, ...]:
    """Ids of the trees that come with gzactive, the default first."""
    ids = sorted(path.stem for path in resource("trees").glob("*.toml"))
    return tuple(sorted(ids, key=lambda tree_id: tree_id != DEFAULT_TREE))


def load_tree(name_or_path: str | Path) -> DecisionTree:
    """Load a tree that comes with gzactive by its id, or one of your own from its file.

    Parameters
    ----------
    name_or_path : str or Path
        An id such as ``gz-decals-dr5``, or the path of a TOML file (anything that ends in
        ``.toml`` or names a folder). Files are read again when they change.

    Raises
    ------
    TreeError
        If there is no such tree, the file has a fault, or it takes the id of a tree that comes
        with gzactive but asks other questions.
    """
    shipped = resource("trees")
    if str(name_or_path) in available_trees():
        return _load(shipped / f"{name_or_path}.toml")
    path = Path(name_or_path).expanduser()
    if isinstance(name_or_path, str) and path.suffix != ".toml" and path.name == name_or_path:
        raise TreeError(
            f"There is no tree '{name_or_path}': {meant(name_or_path, available_trees())} A tree "
            "of your own is given by the path of its .toml file."
        )
    tree = _load(path.absolute())
    if tree.id in available_trees() and tree.hash != _load(shipped / f"{tree.id}.toml").hash:
        raise TreeError(
            f"{path}: its id '{tree.id}' is that of a tree that comes with gzactive and asks other "
            'questions; give yours another, such as id = "my-tree".'
        )
    return tree


def _load(path: Path) -> DecisionTree:
    try:
        stat = path.stat()
    except OSError as error:
        raise TreeError(f"{path}: the tree cannot be read ({error.strerror}).") from error
    return _load_version(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _load_version(path: Path, mtime_ns: int, size: int) -> DecisionTree:
    """One version of a file: its time and size are there to tell versions apart in the cache."""
    return _build(read_tree_file(path), path)


def _build(fields: TreeFields, path: Path) -> DecisionTree:
    questions = {
        question["name"]: Question(
            name=question["name"],
            text=question["text"],
            help=question["help"],
            answers=tuple(Answer(**answer) for answer in question["answers"]),
            kind=cast(Literal["single", "checkboxes"], question["kind"]),
            modelled=question["modelled"],
            names=question["names"],
            next=question["next"],
        )
        for question in fields["questions"]
    }
    return DecisionTree(
        id=fields["id"],
        title=fields["title"],
        description=fields["description"],
        source=fields["source"],
        questions=tuple(questions.values()),
        modelled=tuple(questions[name] for name in fields["model_order"]),
        fraction_schemes=tuple(fields["fraction_schemes"]),
        file=path,
    )
