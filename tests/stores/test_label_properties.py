"""Whatever people do, in any order, the log says the same as a simple model in memory."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gzactive.stores.engines import reading, writing
from gzactive.stores.labels import LabelError, LabelLog
from gzactive.stores.schema import walks
from gzactive.stores.walks import rebuild
from gzactive.trees import load_tree

from .label_steps import say

TREE = load_tree("rings")
PEOPLE = ("anna", "ben")
GALAXIES = ("g1", "g2", "g3")

actions = st.lists(
    st.tuples(
        st.sampled_from([*["yes", "no", "finish", "undo"] * 2, "restart", "skip", "again"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(GALAXIES),
        st.booleans(),
    ),
    max_size=40,
)


class Model:
    """What people did and did not take back: one list each, from which all else is told."""

    def __init__(self) -> None:
        self.done: dict[str, list[tuple[str, str, bool]]] = {name: [] for name in PEOPLE}

    def act(self, what: str, who: str, galaxy: str, repeat: bool) -> None:
        if what == "undo":
            del self.done[who][-1:]
        elif what != "finish" or self.open_answers(who, galaxy):
            self.done[who].append((what, galaxy, repeat))

    def replay(self, who: str, galaxy: str) -> tuple[list[tuple[list[str], bool]], list[str], int]:
        """Finished classifications (answers, repeat), open answers, skips."""
        finished: list[tuple[list[str], bool]] = []
        answers: list[str] = []
        repeated, skips = False, 0
        for what, which, repeat in self.done[who]:
            if which != galaxy:
                continue
            if what in ("yes", "no"):
                answers.append(what)
                repeated = repeated or repeat
                continue
            if what == "finish":
                finished.append((answers, repeated or repeat))
                skips = 0
            if what == "skip":
                skips += 1
            answers, repeated = [], False
        return finished, answers, skips

    def open_answers(self, who: str, galaxy: str) -> list[str]:
        return self.replay(who, galaxy)[1]

    def first(self, who: str, galaxy: str) -> list[str] | None:
        finished = self.replay(who, galaxy)[0]
        return next((answers for answers, repeat in finished if not repeat), None)

    def votes(self) -> dict[str, tuple[int, int]]:
        result = {}
        for galaxy in GALAXIES:
            firsts = [self.first(who, galaxy) for who in PEOPLE]
            if any(answers is not None for answers in firsts):
                given = [answer for answers in firsts for answer in answers or []]
                result[galaxy] = (given.count("yes"), given.count("no"))
        return result

    def last_open(self, who: str) -> str | None:
        last = dict.fromkeys(GALAXIES, -1)
        for place, (_, galaxy, _) in enumerate(self.done[who]):
            last[galaxy] = place
        half_done = [galaxy for galaxy in GALAXIES if self.open_answers(who, galaxy)]
        return max(half_done, key=lambda galaxy: last[galaxy], default=None)


@settings(max_examples=40, deadline=None)
@given(actions)
def test_views_follow_from_what_was_not_taken_back(
    done: list[tuple[str, str, str, bool]],
) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.sqlite"
        log = LabelLog(path)
        try:
            for what, who, galaxy, repeat in done:
                if what == "again":  # the program is closed and started again
                    log.close()
                    log = LabelLog(path)
                    continue
                model.act(what, who, galaxy, repeat)
                if what == "undo":
                    log.undo(who)
                elif what in ("yes", "no"):
                    log.append(say(TREE, "answer", galaxy, f"ring {what}", who, repeat=repeat))
                else:
                    try:
                        log.append(say(TREE, what, galaxy, labeller=who, repeat=repeat))
                    except LabelError:
                        assert what == "finish"  # of a galaxy without answers
            agree(log, model)
            before = standing_rows(log)
            with writing(log._engine) as connection:
                rebuild(connection, [log.log_id])
            assert [row for row in standing_rows(log) if row[5] is not None] == [
                row for row in before if row[5] is not None
            ]
        finally:
            log.close()


def agree(log: LabelLog, model: Model) -> None:
    votes = log.votes(TREE)
    assert {
        id_str: (row.ring_yes, row.ring_no) for id_str, row in votes.iterrows()
    } == model.votes()
    for who in PEOPLE:
        finished = {galaxy for galaxy in GALAXIES if model.first(who, galaxy) is not None}
        assert log.finished(who) == finished
        assert log.finished_count(who) == len(finished)
        assert log.last_open(who, TREE) == model.last_open(who)
        skips = {galaxy: model.replay(who, galaxy)[2] for galaxy in GALAXIES}
        assert log.skipped(who) == {galaxy: n for galaxy, n in skips.items() if n}
        for galaxy in GALAXIES:
            steps = log.walk_steps(who, galaxy, TREE)
            assert [step.answers[0] for step in steps] == model.open_answers(who, galaxy)
    events = log.events()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    classifications = log.classifications(TREE)
    expected = sum(len(model.replay(who, galaxy)[0]) for who in PEOPLE for galaxy in GALAXIES)
    assert len(classifications) == expected
    assert set(classifications.loc[classifications["first"], "id_str"]) == log.finished()


def standing_rows(log: LabelLog) -> list[tuple[object, ...]]:
    with reading(log._engine) as connection:
        return sorted(tuple(row) for row in connection.execute(select(walks)))
