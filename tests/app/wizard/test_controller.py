"""What the import wizard knows and does, without a widget."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from astropy.table import Table
from pytestqt.qtbot import QtBot

from gzactive.app.wizard import preparation
from gzactive.app.wizard.controller import ImportController
from gzactive.intake import new_project
from gzactive.project import Project
from gzactive.survey import services

from ...postgres import Postgres
from ...survey import cutout_server
from .conftest import PATIENCE


def settle(qtbot: QtBot, it: ImportController) -> None:
    qtbot.waitUntil(lambda: not it.preparing and bool(it.weights), timeout=PATIENCE)


def test_a_folder_with_its_table_is_understood_without_a_question(
    qtbot: QtBot, controller: ImportController, survey: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    assert controller.galaxies == 18
    assert controller.prepared.tree.id == "rings"
    assert controller.prepared.plan.columns == {
        "iauname": "id_str",
        "RA": "ra",
        "DEC": "dec",
        "ring_yes": "ring_yes",
        "ring_no": "ring_no",
        "remark": "",
    }
    assert controller.name == "Rings"
    assert controller.place.parent.name == "Documents"
    assert controller.ready
    assert controller.summary == "18 galaxies, 18 with votes, asked with “Rings”."


def test_the_wizard_and_the_command_line_make_the_same_project(
    qtbot: QtBot, controller: ImportController, survey: Path, tmp_path: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    with qtbot.waitSignal(controller.made, timeout=PATIENCE) as made:
        controller.make()
    command = new_project(
        tmp_path / "other", images=[survey], catalog=survey / "labels.csv", name="Rings"
    )
    told = tuple(finding.told for finding in controller.prepared.plan.findings)
    assert told == command.remarks
    with Project.open(made.args[0]) as mine, command.project as theirs:
        pd.testing.assert_frame_equal(mine.catalog, theirs.catalog)
        assert mine.tree == theirs.tree
        assert mine.name == theirs.name
        votes = [each.labels.catalogue_votes(each.tree) for each in (mine, theirs)]
        pd.testing.assert_frame_equal(*votes)


def test_a_meaning_moves_from_one_column_to_another(
    qtbot: QtBot, controller: ImportController, survey: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    controller.set_meaning("ring_no", "ring_yes")
    settle(qtbot, controller)
    columns = controller.prepared.plan.columns
    assert (columns["ring_yes"], columns["ring_no"]) == ("", "ring_yes")
    assert controller.prepared.plan.votes["ring_yes"].eq(1).all()
    assert controller.prepared.plan.votes["ring_no"].eq(0).all()


def test_what_was_read_is_not_read_again_for_a_choice(
    qtbot: QtBot, controller: ImportController, survey: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    material = controller.prepared.material
    controller.choose_tree("gz2")
    settle(qtbot, controller)
    assert controller.prepared.tree.id == "gz2"
    assert controller.prepared.material is material
    assert controller.prepared.plan.votes is None


def test_images_alone_zips_and_other_tables_will_do(
    qtbot: QtBot, controller: ImportController, survey: Path, archive: Path, tmp_path: Path
) -> None:
    controller.add([archive])
    settle(qtbot, controller)
    assert controller.galaxies == 20
    assert controller.prepared.table is None
    path = tmp_path / "table.fits"
    Table({"NAME": ["J0001", "J0002"], "RA": [1.0, 2.0], "DEC": [3.0, 4.0]}).write(path)
    controller.add([path])
    settle(qtbot, controller)
    assert controller.galaxies == 2
    assert controller.prepared.plan.catalog["ra"].tolist() == [1.0, 2.0]
    controller.remove(path)
    settle(qtbot, controller)
    assert controller.galaxies == 20


def test_a_table_beside_the_images_can_be_left_out(
    qtbot: QtBot, controller: ImportController, survey: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    controller.remove(survey / "labels.csv")
    settle(qtbot, controller)
    assert controller.galaxies == 20
    assert controller.prepared.table is None
    assert not controller.empty


def test_duplicates_are_refused_until_the_first_is_kept(
    qtbot: QtBot, controller: ImportController, survey: Path
) -> None:
    table = pd.read_csv(survey / "labels.csv")
    pd.concat([table, table.head(2)]).to_csv(survey / "labels.csv", index=False)
    controller.add([survey])
    settle(qtbot, controller)
    assert not controller.ready
    assert controller.summary.startswith("Nothing can be made of this yet")
    controller.keep_first(True)
    settle(qtbot, controller)
    assert controller.ready
    assert controller.galaxies == 18


def test_what_cannot_be_used_is_refused_and_what_was_there_stays(
    qtbot: QtBot, controller: ImportController, survey: Path, tmp_path: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    (tmp_path / "paper.pdf").write_bytes(b"%PDF")
    with qtbot.waitSignal(controller.refused, timeout=PATIENCE) as refused:
        controller.add([tmp_path / "paper.pdf"])
    assert "neither images nor a table" in refused.args[0]
    assert controller.galaxies == 18
    assert controller.choices.given == (survey,)
    assert controller.ready


def test_a_tree_of_ones_own_is_asked_and_kept(
    qtbot: QtBot, controller: ImportController, survey: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    shipped = (Path(__file__).parents[3] / "resources" / "trees" / "rings.toml").read_text()
    own.write_text(shipped.replace('id = "rings"', 'id = "own"'))
    controller.add([survey])
    controller.choose_tree(str(own))
    settle(qtbot, controller)
    with qtbot.waitSignal(controller.made, timeout=PATIENCE) as made:
        controller.make()
    own.unlink()
    with Project.open(made.args[0]) as project:
        assert project.tree.id == "own"


def test_a_malformed_tree_or_weights_file_is_one_sentence(
    qtbot: QtBot, controller: ImportController, survey: Path, tmp_path: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    (tmp_path / "bad.toml").write_text("questions = 3")
    with qtbot.waitSignal(controller.refused, timeout=PATIENCE):
        controller.choose_tree(str(tmp_path / "bad.toml"))
    assert controller.prepared.tree.id == "rings"
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    with qtbot.waitSignal(controller.refused, timeout=PATIENCE) as refused:
        controller.add_weights(tmp_path / "bad.safetensors")
    assert "not a whole safetensors file" in refused.args[0]
    assert controller.chosen_weights == "sdss-b0"


def test_a_weights_file_joins_the_choices(
    qtbot: QtBot, controller: ImportController, survey: Path, tmp_path: Path
) -> None:
    from gzactive.model.weights_file import find_weights

    copy = tmp_path / "mine.safetensors"
    copy.write_bytes(find_weights("sdss-b0").read_bytes())
    controller.add([survey])
    settle(qtbot, controller)
    assert "It has not learnt to answer these questions" in controller.sight
    controller.add_weights(copy)
    qtbot.waitUntil(lambda: controller.chosen_weights == str(copy), timeout=PATIENCE)
    with qtbot.waitSignal(controller.made, timeout=PATIENCE) as made:
        controller.make()
    with Project.open(made.args[0]) as project:
        assert project.settings.weights == str(copy)


def test_a_place_that_is_taken_is_refused_before_anything_is_made(
    qtbot: QtBot, controller: ImportController, survey: Path, tmp_path: Path
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    controller.set_place(survey)
    assert "is not empty" in controller.place_fault
    assert not controller.ready
    controller.make()
    assert not controller.making
    controller.set_place(tmp_path / "elsewhere" / "mine")
    assert controller.ready
    controller.set_name("Another name")
    assert controller.place == tmp_path / "elsewhere" / "mine"
    with qtbot.waitSignal(controller.made, timeout=PATIENCE):
        controller.make()
    with Project.open(tmp_path / "elsewhere" / "mine") as project:
        assert project.name == "Another name"


def test_the_default_place_is_free_and_follows_the_name(
    qtbot: QtBot, controller: ImportController, survey: Path, tmp_path: Path
) -> None:
    (tmp_path / "Documents" / "Rings").mkdir(parents=True)
    controller.add([survey])
    assert controller.place.name == "Rings-2"
    controller.set_name("Southern / rings")
    assert controller.place.name == "Southern - rings"


def test_cancelling_while_the_project_is_made_leaves_nothing(
    qtbot: QtBot,
    controller: ImportController,
    survey: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    reached = threading.Event()
    going = threading.Event()
    real = preparation.make

    def slowly(prepared, place, name, weights, labels, progress):
        def held(stage: str, done: int, total: int) -> None:
            if stage == "Writing the votes":
                reached.set()
                assert going.wait(30)
            progress(stage, done, total)

        return real(prepared, place, name, weights, labels, held)

    monkeypatch.setattr(preparation, "make", slowly)
    controller.make()
    qtbot.waitUntil(reached.is_set, timeout=PATIENCE)
    controller.cancel()
    going.set()
    qtbot.waitUntil(lambda: not controller.making, timeout=PATIENCE)
    assert list(controller.place.parent.iterdir()) == []
    monkeypatch.setattr(preparation, "make", real)
    with qtbot.waitSignal(controller.made, timeout=PATIENCE):
        controller.make()


def test_a_long_search_is_off_the_windows_thread_and_stops_within_a_second(
    qtbot: QtBot, controller: ImportController, tmp_path: Path
) -> None:
    """Requirement 7: lists of 10^5 files stay smooth."""
    many = tmp_path / "many"
    for start in range(20):
        folder = many / f"{start:02d}"
        folder.mkdir(parents=True)
        for number in range(500):
            (folder / f"{start}-{number}.png").touch()
    told: list[int] = []
    controller.progress.connect(lambda stage, done, total: told.append(done))
    began = time.monotonic()
    controller.add([many])
    assert time.monotonic() - began < 1.0
    assert controller.preparing
    controller.cancel()
    stopped = time.monotonic()
    qtbot.waitUntil(lambda: not controller.preparing, timeout=PATIENCE)
    assert time.monotonic() - stopped < 5.0
    assert controller.prepared is None
    assert controller.empty


def test_a_choice_made_while_it_reads_is_the_one_that_holds(
    qtbot: QtBot, controller: ImportController, survey: Path, archive: Path
) -> None:
    controller.add([survey / "images"])
    controller.add([survey / "labels.csv"])
    controller.choose_tree("gz2")
    settle(qtbot, controller)
    assert controller.prepared.choices == controller.choices
    assert controller.prepared.table == survey / "labels.csv"
    assert controller.prepared.tree.id == "gz2"
    assert controller.galaxies == 18


def test_images_of_a_table_with_places_are_fetched_and_joined(
    qtbot: QtBot,
    controller: ImportController,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = pd.DataFrame({"iauname": ["a", "b", "c"], "ra": [1, 2, 3], "dec": 0.0, "ring_yes": 2})
    table.to_csv(tmp_path / "votes.csv", index=False)
    with cutout_server.running() as server:
        legacy = replace(services.SERVICES["legacy"], address=server.address)
        monkeypatch.setitem(services.SERVICES, "legacy", legacy)
        server.for_ra(2, cutout_server.status(404))
        controller.add([tmp_path / "votes.csv"])
        settle(qtbot, controller)
        assert controller.fetchable
        assert not controller.ready
        with qtbot.waitSignal(controller.refused, timeout=PATIENCE) as told:
            controller.fetch("legacy", "")
        assert "1 of 3 images did not come" in told.args[0]
        settle(qtbot, controller)
    assert controller.galaxies == 2
    assert controller.ready
    assert controller.prepared.plan.votes["ring_yes"].tolist() == [2, 2]
    assert controller.prepared.plan.catalog["pixel_scale"].tolist() == [0.262, 0.262]
    assert controller.name == "votes"


def test_a_survey_out_of_reach_is_one_sentence(
    qtbot: QtBot,
    controller: ImportController,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Requirement 19: offline first."""
    pd.DataFrame({"iauname": ["a"], "ra": [1], "dec": 0.0}).to_csv(tmp_path / "t.csv", index=False)
    with cutout_server.running() as gone:
        pass
    sdss = replace(services.SERVICES["sdss"], address=gone.address)
    monkeypatch.setitem(services.SERVICES, "sdss", sdss)
    controller.add([tmp_path / "t.csv"])
    settle(qtbot, controller)
    with qtbot.waitSignal(controller.refused, timeout=PATIENCE) as told:
        controller.fetch("sdss", "")
    assert "cannot be reached: check the network" in told.args[0]
    assert controller.fetchable
    assert not controller.fetching


def test_labels_of_a_team_lie_on_its_server_from_the_start(
    qtbot: QtBot, controller: ImportController, survey: Path, postgres: Postgres
) -> None:
    controller.add([survey])
    settle(qtbot, controller)
    controller.labels = postgres.url("nowhere")
    with qtbot.waitSignal(controller.refused, timeout=PATIENCE) as told:
        controller.make()
    assert "createdb nowhere" in told.args[0]
    assert controller.place is not None
    assert not controller.place.exists()
    controller.labels = url = postgres.new_database()
    with qtbot.waitSignal(controller.made, timeout=PATIENCE) as made:
        controller.make()
    with Project.open(made.args[0]) as project:
        assert project.server == url
    controller.begin()
    controller.add([survey])
    controller.choose_tree("gz2")
    settle(qtbot, controller)
    controller.labels = url
    with qtbot.waitSignal(controller.refused, timeout=PATIENCE) as told:
        controller.make()
    assert "answer the questions of 'rings'" in told.args[0]
    assert controller.place is not None
    assert not controller.place.exists()
