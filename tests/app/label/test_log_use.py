"""Key presses and the label log: nothing is read through, and marks are this galaxy's own."""

import sqlalchemy

from gzactive.project import Project

from ..conftest import MakeProject
from .conftest import Start, smooth

#: Tables that may hold millions of rows.
LARGE = ("events", "taking_back", "issued", "walks", "seen")


def plans(project: Project, statements: list[tuple[str, object]]) -> list[str]:
    """How SQLite finds the rows of each statement."""
    found = []
    with project.labels._engine.connect() as connection:
        for statement, given in statements:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            found += [f"{row[-1]}: {statement}" for row in rows]
    return found


def test_no_key_press_reads_a_table_through(start: Start, make_project: MakeProject) -> None:
    project = make_project(n=30)
    it = start(project)
    smooth(it)
    it.marking.flag()
    statements: list[tuple[str, object]] = []

    def note(connection, cursor, statement, parameters, context, executemany) -> None:  # type: ignore[no-untyped-def]
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            given = parameters[0] if executemany else parameters
            statements.append((statement, given))

    sqlalchemy.event.listen(project.labels._engine, "before_cursor_execute", note)
    smooth(it)
    it.answer(("smooth",))
    it.restart()
    it.answer(("smooth",))
    it.skip()
    it.marking.flag()
    it.marking.flag()
    it.marking.note("two arms")
    for _ in range(8):
        it.undo()
    sqlalchemy.event.remove(project.labels._engine, "before_cursor_execute", note)
    assert len(statements) > 50
    scanned = [
        plan
        for plan in plans(project, statements)
        if any(plan.startswith(f"SCAN {name}") for name in LARGE)
    ]
    assert scanned == []


def test_a_flag_is_taken_off_the_galaxy_on_the_table_and_no_other(
    start: Start, make_project: MakeProject
) -> None:
    project = make_project(n=30, tree="rings")
    it = start(project)
    first = it.current.id_str
    it.marking.flag()
    it.choose(0)
    second = it.current.id_str
    it.marking.flag()
    it.undo()
    assert it.current.id_str == first
    it.marking.flag()
    assert not it.marking.flagged
    assert set(project.labels.marked("flag", "ada")) == {second}
