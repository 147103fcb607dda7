"""Walks through all shipped trees and through random ones: they end, invert and stay relevant."""

import tempfile
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from gzactive.trees import DecisionTree, Step, TreeError, Walk, available_trees, load_tree


def shipped_trees() -> st.SearchStrategy[DecisionTree]:
    return st.sampled_from(available_trees()).map(load_tree)


@st.composite
def any_trees(draw: st.DrawFn) -> DecisionTree:
    """A random valid tree, written to a file in a shuffled order and read back."""
    names = [f"q{number}" for number in range(draw(st.integers(1, 8)))]
    tables: dict[str, dict[str, object]] = {}
    leads: dict[str, set[str]] = {}
    for position, name in enumerate(names):
        later = st.sampled_from([*names[position + 1 :], "end"])
        boxes = position > 0 and draw(st.booleans())
        answers = [f"a{n}" for n in range(draw(st.integers(1 if boxes else 2, 5)))]
        if boxes:
            target = draw(later)
            tables[name] = {"kind": "checkboxes", "answers": answers, "next": target}
            leads[name] = {target}
        else:
            targets = [draw(later) for _ in answers]
            pairs = zip(answers, targets, strict=True)
            tables[name] = {"answers": [{"name": a, "next": t} for a, t in pairs]}
            leads[name] = set(targets)
    reached = {names[0]}
    for name in names:
        if name in reached:
            reached |= leads[name] - {"end"}
    rest = draw(st.permutations([name for name in names[1:] if name in reached]))
    raw = {"question": [{"name": name, **tables[name]} for name in (names[0], *rest)]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.toml"
        path.write_text(tomli_w.dumps(raw), encoding="utf-8")
        return load_tree(path)


def answer_somehow(walk: Walk, data: st.DataObject) -> Step:
    assert walk.question
    names = [answer.name for answer in walk.question.answers]
    if walk.question.kind == "checkboxes":
        return walk.answer(data.draw(st.lists(st.sampled_from(names))))
    return walk.answer(data.draw(st.sampled_from(names)))


class TestWalks:
    @settings(deadline=None)
    @given(tree=shipped_trees() | any_trees(), data=st.data())
    def test_always_end_and_never_ask_twice(self, tree: DecisionTree, data: st.DataObject) -> None:
        walk = Walk(tree)
        while not walk.finished:
            answer_somehow(walk, data)
            assert len(walk.path) <= len(tree.questions)
        asked = [step.question for step in walk.path]
        assert len(set(asked)) == len(asked)
        order = [question.name for question in tree.questions]
        assert [order.index(name) for name in asked] == sorted(order.index(n) for n in asked)

    @settings(deadline=None)
    @given(tree=shipped_trees() | any_trees(), data=st.data())
    def test_never_ask_what_the_answers_make_irrelevant(
        self, tree: DecisionTree, data: st.DataObject
    ) -> None:
        walk = Walk(tree)
        while walk.question:
            given_answers = {(step.question, name) for step in walk.path for name in step.answers}
            parents = set(tree.parents(walk.question.name))
            always = {q.name for q in tree.questions if not tree.parents(q.name)}
            assert walk.question.name in always or parents & given_answers
            answer_somehow(walk, data)

    @settings(deadline=None)
    @given(tree=shipped_trees() | any_trees(), data=st.data())
    def test_going_back_inverts_each_answer_down_to_the_root(
        self, tree: DecisionTree, data: st.DataObject
    ) -> None:
        walk = Walk(tree)
        states = []
        while not walk.finished:
            states.append((walk.question, walk.path))
            answer_somehow(walk, data)
        while states:
            last = walk.path[-1]
            assert walk.back() == last
            assert (walk.question, walk.path) == states.pop()
        assert walk.back() is None
        assert walk.question is tree.root

    @settings(deadline=None)
    @given(tree=shipped_trees() | any_trees(), data=st.data())
    def test_can_be_replayed_from_any_point_also_after_a_restart(
        self, tree: DecisionTree, data: st.DataObject
    ) -> None:
        walk = Walk(tree)
        for _ in range(data.draw(st.integers(0, len(tree.questions)))):
            if not walk.finished:
                answer_somehow(walk, data)
        before = (walk.question, walk.path, walk.columns)
        dropped = walk.restart()
        assert (walk.question, walk.path, walk.finished) == (tree.root, (), False)
        again = Walk.replay(tree, dropped)
        assert (again.question, again.path, again.columns) == before
        assert set(again.columns) <= {*tree.columns, *tree.unmodelled_columns}

    def test_refuse_what_does_not_fit_and_stay_as_they_were(self) -> None:
        tree = load_tree("gz-decals-dr5")
        walk = Walk(tree)
        walk.answer("smooth")
        for names, expected in (
            ("boxy", "'boxy' is no answer to 'how-rounded': choose one of round, in-between"),
            (["round", "in-between"], "takes exactly one answer, not 2"),
            ([], "takes exactly one answer, not 0"),
        ):
            with pytest.raises(TreeError, match=expected):
                walk.answer(names)
            assert walk.question is tree.question("how-rounded")
            assert len(walk.path) == 1

    def test_take_no_answer_when_finished(self) -> None:
        walk = Walk(load_tree("rings"))
        walk.answer(["no"])
        assert walk.finished
        with pytest.raises(TreeError, match="finished: go back to change"):
            walk.answer("yes")

    def test_replay_refuses_answers_of_another_tree(self) -> None:
        tree = load_tree("rings")
        with pytest.raises(TreeError, match="is to 'bar' where the tree 'rings' asks 'ring'"):
            Walk.replay(tree, [("bar", ["no"])])
        with pytest.raises(TreeError, match="asks 'nothing more'"):
            Walk.replay(tree, [Step("ring", ("no",)), Step("ring", ("no",))])


class TestArrays:
    @settings(deadline=None)
    @given(tree=shipped_trees() | any_trees())
    def test_slices_tile_the_columns_in_model_order(self, tree: DecisionTree) -> None:
        columns = [
            column
            for question in tree.modelled
            for column in tree.columns[tree.slice(question.name)]
        ]
        assert tuple(columns) == tree.columns
        for question in tree.modelled:
            assert tree.columns[tree.slice(question.name)] == tuple(
                answer.column for answer in question.answers
            )
        for column in (*tree.columns, *tree.unmodelled_columns):
            question, answer = tree.locate(column)
            assert column == answer.column == f"{question.name}_{answer.name}"
