"""Tree files of one's own: what may be left out, what labels hang on, and every fault told."""

import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gzactive.errors import GzactiveError
from gzactive.paths import resource
from gzactive.trees import DecisionTree, Step, TreeError, Walk, load_tree

YES_NO = '[[question]]\nname = "tail"\nanswers = ["yes", "no"]\n'


@pytest.fixture
def tree_of(tmp_path: Path) -> Callable[..., DecisionTree]:
    """Write a tree file and load it."""

    def load(text: str, name: str = "mine.toml") -> DecisionTree:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return load_tree(path)

    return load


class TestATreeOfOnesOwn:
    def test_needs_three_lines(self, tree_of: Callable[..., DecisionTree]) -> None:
        tree = tree_of(YES_NO, "Tidal tails.toml")
        assert tree.id == "tidal-tails"
        assert tree.title == "Tidal tails"
        assert tree.columns == ("tail_yes", "tail_no")
        assert tree.root.text == "Tail?"
        assert [answer.text for answer in tree.root.answers] == ["Yes", "No"]
        assert tree.column_names("zoobot") == {"tail_yes": "tail_yes", "tail_no": "tail_no"}
        assert tree.column_names("zooniverse")["tail_yes"] == "T0: Yes"
        assert tree.file is not None

    def test_goes_on_to_the_following_question_unless_told_otherwise(
        self, tree_of: Callable[..., DecisionTree]
    ) -> None:
        tree = tree_of(
            '[[question]]\nname = "arms"\n'
            'answers = ["yes", { name = "no", next = "end" }, { name = "few", next = "merging" }]\n'
            '[[question]]\nname = "count"\nanswers = ["1", "2"]\n'
            '[[question]]\nname = "merging"\nanswers = ["yes", "no"]\n'
        )
        nexts = {answer.name: answer.next for answer in tree.root.answers}
        assert nexts == {"yes": "count", "no": None, "few": "merging"}
        assert {answer.next for answer in tree.question("count").answers} == {"merging"}
        assert {answer.next for answer in tree.question("merging").answers} == {None}

    def test_may_write_its_questions_in_any_order_after_the_first(
        self, tree_of: Callable[..., DecisionTree]
    ) -> None:
        tree = tree_of(
            '[[question]]\nname = "a"\nnext = "c"\nanswers = ["yes", "no"]\n'
            '[[question]]\nname = "b"\nnext = "end"\nanswers = ["yes", "no"]\n'
            '[[question]]\nname = "c"\nnext = "b"\nanswers = ["yes", "no"]\n'
        )
        assert [question.name for question in tree.questions] == ["a", "c", "b"]

    def test_may_put_checkboxes_in_the_middle_which_parents_see_through(
        self, tree_of: Callable[..., DecisionTree]
    ) -> None:
        tree = tree_of(
            '[[question]]\nname = "disk"\nanswers = ["yes", { name = "no", next = "end" }]\n'
            '[[question]]\nname = "extras"\nkind = "checkboxes"\nanswers = ["dust", "jet"]\n'
            '[[question]]\nname = "bar"\nanswers = ["yes", "no"]\n'
        )
        assert tree.columns == ("disk_yes", "disk_no", "bar_yes", "bar_no")
        assert tree.unmodelled_columns == ("extras_dust", "extras_jet")
        assert tree.parents("bar") == (("disk", "yes"),)
        walk = Walk(tree)
        walk.answer("yes")
        assert walk.answer(["jet", "dust", "jet"]) == Step("extras", ("dust", "jet"))
        assert walk.question is tree.question("bar")
        walk.answer("no")
        assert walk.columns == ("disk_yes", "extras_dust", "extras_jet", "bar_no")

    def test_may_ask_what_a_shipped_tree_asks_under_other_names(
        self, tree_of: Callable[..., DecisionTree]
    ) -> None:
        tree = tree_of(
            'id = "hsc"\nlike = "rings"\n[answer_names]\nzoobot = "{question}-hsc_{answer}"'
        )
        assert tree.columns == ("ring_yes", "ring_no")
        assert tree.column_names("zoobot")["ring_yes"] == "ring-hsc_yes"
        assert tree.title == "Hsc"

    def test_is_read_again_when_its_file_changes(
        self, tree_of: Callable[..., DecisionTree]
    ) -> None:
        assert len(tree_of(YES_NO).columns) == 2
        assert len(tree_of(YES_NO.replace('"no"', '"no", "maybe"')).columns) == 3

    def test_may_be_saved_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_text(YES_NO, encoding="utf-8-sig")
        assert load_tree(tmp_path / "mine.toml").columns == ("tail_yes", "tail_no")

    def test_may_copy_a_shipped_tree_and_only_better_its_texts(self, tmp_path: Path) -> None:
        text = resource("trees/rings.toml").read_text(encoding="utf-8")
        path = tmp_path / "rings.toml"
        path.write_text(text.replace("Does the galaxy have a ring?", "Ring?"), encoding="utf-8")
        assert load_tree(path).hash == load_tree("rings").hash
        path.write_text(text.replace('name = "no"', 'name = "none"'), encoding="utf-8")
        with pytest.raises(TreeError, match="its id 'rings' is that of a tree that comes with"):
            load_tree(path)

    def test_can_be_sent_to_another_process(self, tree_of: Callable[..., DecisionTree]) -> None:
        tree = tree_of(YES_NO)
        again = pickle.loads(pickle.dumps(tree))
        assert again == tree
        assert hash(again) == hash(tree)
        assert again.root == tree.root


class TestTheHash:
    def test_stays_when_words_are_improved(self, tree_of: Callable[..., DecisionTree]) -> None:
        plain = tree_of(YES_NO)
        better = tree_of(
            'title = "Tails"\ndescription = "x"\n[[question]]\nname = "tail"\nhelp = "Look!"\n'
            'text = "Is there a tail?"\nnames = { zooniverse = "T7" }\n'
            'answers = [{ name = "yes", icon = "tail", text = "Tail" }, { name = "no" }]\n'
        )
        assert better.hash == plain.hash
        assert re.fullmatch("[0-9a-f]{64}", plain.hash)

    @pytest.mark.parametrize(
        "other",
        [
            YES_NO.replace("tail", "tails"),
            YES_NO.replace('"no"', '"none"'),
            YES_NO.replace('"no"', '"no", "maybe"'),
            YES_NO.replace('"yes", "no"', '"no", "yes"'),
            YES_NO + '[[question]]\nname = "b"\nanswers = ["x", "y"]\n',
            YES_NO.replace('"no"', '{ name = "no", next = "end" }')
            + '[[question]]\nname = "b"\nanswers = ["x", "y"]\n',
            'model_order = ["b", "tail"]\n'
            + YES_NO
            + '[[question]]\nname = "b"\nanswers = ["x", "y"]\n',
        ],
    )
    def test_changes_with_what_is_asked(
        self, tree_of: Callable[..., DecisionTree], other: str
    ) -> None:
        hashes = {tree_of(YES_NO).hash, tree_of(other).hash}
        assert len(hashes) == 2

    def test_tells_apart_who_follows_whom_and_the_order_of_the_model(
        self, tree_of: Callable[..., DecisionTree]
    ) -> None:
        second = '[[question]]\nname = "b"\nanswers = ["x", "y"]\n'
        texts = [
            YES_NO + second,
            YES_NO.replace('"no"', '{ name = "no", next = "end" }') + second,
            'model_order = ["b", "tail"]\n' + YES_NO + second,
        ]
        assert len({tree_of(text).hash for text in texts}) == 3

    def test_is_the_same_on_every_machine(self) -> None:
        # Labels are stored with it: a change here parts all labels made before.
        assert load_tree("rings").hash.startswith("ca3dabb5")
        assert load_tree("gz-decals-dr5").hash.startswith("cb4f2418")


TWO = YES_NO + '[[question]]\nname = "b"\nanswers = ["x", "y"]\n'

FAULTS = {
    "syntax": ('[[question]]\nname = "a\n', "not valid TOML: .*line 2"),
    "empty": ("", "there is no question; start one with a line"),
    "question is not a table": ("question = [3]", "each question must be a"),
    "unknown key of the tree": ('titel = "x"\n' + YES_NO, "'titel' is unknown.*mean 'title'"),
    "unknown key of a question": (
        YES_NO + 'hlep = "x"\n',
        "question 'tail': the key 'hlep' is unknown here; did you mean 'help'",
    ),
    "unknown key of an answer": (
        YES_NO.replace('"no"', '{ name = "no", nxt = "end" }'),
        "question 'tail', answer 'no': the key 'nxt' is unknown here; did you mean 'next'",
    ),
    "no name": ('[[question]]\nanswers = ["a", "b"]', "question 'number 1': .* needs a name"),
    "no answer name": (
        YES_NO.replace('"no"', '{ text = "No" }'),
        "answer 'number 2': .* needs a name",
    ),
    "blank in a name": (YES_NO.replace("tail", "a tail"), "'a tail' cannot be part of a column"),
    "underscore in a name": (YES_NO.replace("tail", "a_tail"), "use letters, digits and hyphens"),
    "path in a name": (YES_NO.replace("tail", "../x"), "cannot be part of a column name"),
    "reserved name": (YES_NO.replace("tail", "end"), "'end' has a meaning of its own"),
    "name of a total": (YES_NO.replace('"no"', '"total-votes"'), "has a meaning of its own"),
    "question twice": (YES_NO + YES_NO, "question 'tail': the name 'tail' is used twice"),
    "answer twice": (
        YES_NO.replace('"no"', '"Yes"'),
        "question 'tail', answer 'Yes': the name 'Yes' is used twice",
    ),
    "one answer": (YES_NO.replace(', "no"', ""), "question 'tail': it has 1 answers; give 2 to 9"),
    "ten answers": (
        YES_NO.replace('"yes", "no"', ", ".join(f'"{n}"' for n in range(10))),
        "question 'tail': it has 10 answers; give 2 to 9",
    ),
    "no answers": ('[[question]]\nname = "tail"\n', "question 'tail': it has 0 answers"),
    "answers are text": (
        '[[question]]\nname = "tail"\nanswers = "yes"',
        "'answers' must be a list",
    ),
    "answer is a number": (YES_NO.replace('"no"', "3"), "answer 2 must be a name in quotes.*not 3"),
    "text is a number": (YES_NO + "text = 3\n", "'text' must be text in quotes, not 3"),
    "unknown next": (
        TWO.replace('"yes"', '{ name = "yes", next = "c" }'),
        "question 'tail': it leads to 'c', which is no question of this tree",
    ),
    "misspelt next": (
        YES_NO.replace('"yes"', '{ name = "yes", next = "merge" }')
        + '[[question]]\nname = "merging"\nanswers = ["x", "y"]\n',
        "did you mean 'merging'",
    ),
    "empty next": (YES_NO + 'next = ""\n', "'next' is empty"),
    "itself": (YES_NO + 'next = "tail"\n', "leads back to itself \\(tail → tail\\)"),
    "loop": (
        TWO.replace('"x"', '{ name = "x", next = "tail" }'),
        "leads back to itself \\(.* → .* → .*\\), so a walk would never end",
    ),
    "unreachable": (
        YES_NO + 'next = "end"\n[[question]]\nname = "b"\nanswers = ["x", "y"]\n',
        "question 'b': it is never asked, since nothing that follows 'tail' leads to it",
    ),
    "kind": (YES_NO + 'kind = "many"\n', "the kind 'many' is neither"),
    "modelled is text": (YES_NO + 'modelled = "no"\n', "'modelled' must be true or false"),
    "modelled checkboxes": (
        TWO + 'kind = "checkboxes"\nmodelled = true\n',
        "question 'b': checkboxes cannot be modelled",
    ),
    "checkbox with next": (
        TWO.replace('"x"', '{ name = "x", next = "end" }') + 'kind = "checkboxes"\n',
        "question 'b', answer 'x': a checkbox has no 'next'",
    ),
    "nothing to model": (YES_NO + "modelled = false\n", "no question is modelled"),
    "unmodelled question decides": (
        YES_NO.replace('"no"', '{ name = "no", next = "end" }')
        + 'modelled = false\n[[question]]\nname = "b"\nanswers = ["x", "y"]\n',
        "question 'tail': it is not modelled, so its answers cannot decide whether 'b' is asked",
    ),
    "model order misses one": (
        'model_order = ["tail"]\n' + TWO,
        "question 'b': it is missing from 'model_order'",
    ),
    "model order repeats": ('model_order = ["tail", "tail"]\n' + TWO, "lists 'tail' twice"),
    "model order of others": (
        'model_order = ["tali", "b"]\n' + TWO,
        "'model_order' lists 'tali', .* did you mean 'tail'",
    ),
    "model order is text": ('model_order = "tail"\n' + TWO, "must be a list of texts"),
    "names in a scheme clash": (
        YES_NO.replace('"no"', '{ name = "no", names = { zoobot = "tail_yes" } }'),
        "the zoobot name 'tail_yes' stands for both 'tail_yes' and 'tail_no'",
    ),
    "tasks clash": (
        TWO.replace("[[question]]", '[[question]]\nnames = { zooniverse = "T1" }'),
        "the zooniverse name 'T1' stands for both 'tail' and 'b'",
    ),
    "pattern": (
        YES_NO.replace("[[", '[answer_names]\nzoobot = "{tree}_{answer}"\n[[', 1),
        r"'\{tree\}_\{answer\}' may only contain \{question\} and \{answer\}",
    ),
    "pattern is a number": (
        YES_NO.replace("[[", "[answer_names]\nzoobot = 3\n[[", 1),
        "the zoobot name in 'answer_names' must be text, not 3",
    ),
    "names is text": (YES_NO + 'names = "T0"\n', "'names' must be a table"),
    "fractions of nothing": (
        'fractions = ["kaggle"]\n' + YES_NO,
        "'fractions' lists 'kaggle', a scheme that the file never names",
    ),
    "id": ('id = "my tree"\n' + YES_NO, "the id 'my tree' is not made of letters"),
    "id clash": ('id = "gz2"\n' + YES_NO, "its id 'gz2' is that of a tree that comes with"),
    "icon": (
        YES_NO.replace('"no"', '{ name = "no", icon = "../no.png" }'),
        "the icon '../no.png' must be a name",
    ),
    "like nothing": ('like = "gz9"\n', "'like' names 'gz9', which is no tree that comes"),
    "like a path": ('like = "../trees/gz2"\n', "which is no tree that comes"),
    "like and questions": ('like = "rings"\n' + YES_NO, "remove 'like' or"),
    "nested": ("a = " + "[" * 20_000, "mine.toml: not "),
}


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_are_told_in_one_sentence_with_the_file_and_the_question(
        self, tree_of: Callable[..., DecisionTree], fault: str
    ) -> None:
        text, expected = FAULTS[fault]
        with pytest.raises(TreeError, match=expected) as caught:
            tree_of(text)
        sentence = str(caught.value)
        assert "mine.toml" in sentence
        assert "\n" not in sentence
        assert sentence.endswith((".", "?"))
        assert isinstance(caught.value, GzactiveError)

    def test_of_the_file_itself(self, tmp_path: Path) -> None:
        with pytest.raises(TreeError, match=r"none\.toml: the tree cannot be read \(No such file"):
            load_tree(tmp_path / "none.toml")
        with pytest.raises(TreeError, match="the tree cannot be read"):
            load_tree(tmp_path)
        (tmp_path / "latin.toml").write_bytes(b'title = "caf\xe9"\n')
        with pytest.raises(TreeError, match="not UTF-8 text"):
            load_tree(tmp_path / "latin.toml")
