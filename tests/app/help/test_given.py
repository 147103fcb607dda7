"""The help of a question of one's own shows the galaxies that it began from."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from gzactive.active.asking import OwnQuestion, ask
from gzactive.app.help.given import given_examples

from ..conftest import PATIENCE, MakeProject, OpenWindow, give_features


def test_the_examples_of_an_own_question_are_its_help(
    qtbot: QtBot, make_project: MakeProject, open_window: OpenWindow, tmp_path: Path
) -> None:
    project = make_project(n=20, tree="rings", automatic=False)
    give_features(project)
    ids = project.catalog["id_str"].tolist()
    like, unlike = ids[:3], ids[5:6]
    with ask(project, tmp_path / "own", OwnQuestion("jets"), like, unlike) as own:
        found = given_examples(own)
        assert {column: len(some) for column, some in found.items()} == {
            "jets_yes": 2,
            "jets_no": 1,
        }
        own.save_settings(automatic=False)
    window = open_window(tmp_path / "own")
    panel = window.area.label.help
    window.area.label.side.show_help()
    qtbot.waitUntil(lambda: panel.examples.shown == 3, timeout=PATIENCE)
    assert "picked as examples" in panel._words.text()
    assert panel.examples.accessibleDescription() == "Yes, No"
    assert "picked" in panel.examples.toolTip()
    window.open_project(project.path)
    qtbot.waitUntil(lambda: window.session.path == project.path, timeout=PATIENCE)
    with qtbot.waitSignal(window.labelling, timeout=PATIENCE):
        window.open_project(tmp_path / "own")
    window.area.label.side.show_help()
    again = window.area.label.help
    assert again is not panel
    qtbot.waitUntil(lambda: again.examples.shown == 3, timeout=PATIENCE)


def test_without_picked_galaxies_there_are_no_examples(make_project: MakeProject) -> None:
    assert given_examples(make_project(n=3, tree="rings")) == {}
