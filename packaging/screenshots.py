"""Render every page of the app in both themes and two sizes, from the running app itself.

    python packaging/screenshots.py OUT [--project PROJECT]

Without a project it makes the simulated sky. The galaxies are labelled by key events, so that what
is seen is what a person sees; labels go into a copy, never into the project that is given.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gzactive.app.help.first_run import note_tour_seen
from gzactive.app.launch import make_window
from gzactive.app.main_window import MainWindow
from gzactive.demo import make_demo_project
from gzactive.guide.field_guide import page_name
from gzactive.project import Project
from gzactive.simulated.volunteers import vote

SIZES = ((1280, 800), (1920, 1080))
MODES = ("dark", "light")
#: A path through gz-decals-dr5: featured, not edge-on, strong bar, arms, medium, two, moderate,
#: undisturbed. Other trees take the first answer until the galaxy is finished.
PATH = (2, 2, 1, 1, 2, 2, 3, 1)
GALAXIES = 240
PATIENCE = 600.0
_COPY = "my-galaxies"  # seen in the pictures
#: Trainings of whole networks whose curves are shown, small enough for a minute each.
RUNS = {
    "from-sdss-b0": ("--weights", "sdss-b0", "--batch", "16"),
    "from-nothing": ("--batch", "16"),
    "larger-batches": ("--weights", "sdss-b0", "--batch", "48"),
}
_SMALL = ("--crop", "64", "--epochs", "14", "--split", "6:2:2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--project", type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            os.environ[name] = str(home / name)
        with copied(given.project or simulated(home)) as project:
            studio = Studio(given.out, project)
            try:
                for path in studio.work():
                    print(path)
            finally:  # also after a fault: the compute thread would keep the process alive
                studio.window.close()
                sys.excepthook = sys.__excepthook__


def simulated(home: Path) -> Path:
    def told(stage: str, done: int, total: int) -> None:
        print(f"\r{stage} {done}/{total} ", end="", file=sys.stderr)

    with make_demo_project(home / "demo", n=GALAXIES, progress=told) as project:
        return project.path


@contextmanager
def copied(project: Path) -> Iterator[Path]:
    """A copy beside the project, where its relative paths still lead to the images."""
    place = project.with_name(_COPY)
    shutil.copytree(project, place)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def train_networks(path: Path) -> None:
    """Real runs on the simulated sky, with the votes of simulated volunteers."""
    with Project.open(path) as project:
        if "arm_strength" not in project.catalog:
            return
        votes = vote(project.catalog, project.tree, n_volunteers=20)
        table = project.catalog[["id_str", "file_loc"]].merge(votes, on="id_str")
    table.to_parquet(path / "votes.parquet", index=False)
    for name, more in RUNS.items():
        command = [sys.executable, "-m", "gzactive", "train", str(path / "votes.parquet")]
        command += ["--out", str(path / "runs" / name), *_SMALL, *more]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Studio:
    """The running app, a hand on its keys, and a camera."""

    def __init__(self, out: Path, project: Path) -> None:
        self.out = out
        self.project = project
        self.app = QApplication([])
        self.window: MainWindow = make_window(self.app)
        self.taken: list[Path] = []

    def work(self) -> list[Path]:
        train_networks(self.project)
        with Project.open(self.project) as project:
            project.save_settings(labeller="ada", every=12)
        note_tour_seen()
        self.window.show()
        self.settle()
        self.shoot("start")
        self.wizard()
        self.window.open_project(self.project)
        self.until(lambda: self.window.area is not None and self.window.area.isVisible())
        self.until(lambda: not self.window.session.busy)
        self.until_shown()
        self.shoot("label")
        self.finish()
        self.skip_to_spiral()
        for key in PATH[:5]:
            self.press(key)
        self.shoot("label-path")
        for key in PATH[5:]:
            self.press(key)
        if self.window.session.label.question.kind == "checkboxes":
            self.press(1)
            self.shoot("label-boxes")
            QTest.keyClick(self.window, Qt.Key.Key_Return)
        while not self.window.session.round_running:
            self.finish()
        self.until(lambda: not self.window.session.busy)
        self.explore()
        QTest.keyClick(self.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        self.shoot("train")
        self.networks()
        self.evaluate()
        self.whole()
        self.window.actions_["help.keys"].trigger()
        self.settle()
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            self.keep(dialog.grab(), "keys")
            dialog.close()
        self.help()
        return self.taken

    def help(self) -> None:
        """The tour, a page of the guide, and one of the field guide with its pictures."""
        self.window.actions_["help.tour"].trigger()
        self.shoot("tour")
        self.window.actions_["tour.end"].trigger()
        desk = self.window.help
        tree = self.window.session.label.tree
        desk.window.open(page_name(tree, tree.root))
        answers = [one.column for one in tree.root.answers]
        self.until(lambda: any(desk.pictures.picture(tree, one) for one in answers))
        for name in ("field-guide", "guide"):
            if name == "guide":
                desk.show_for("label")
            for mode in MODES:
                self.window.theme.set_mode(mode)
                self.settle()
                self.keep(desk.window.grab(), f"{name}-{mode}")
        self.window.theme.set_mode(MODES[0])
        desk.window.close()

    def wizard(self) -> None:
        """The import wizard on the images that the project is of."""
        with Project.open(self.project) as project:
            folder = Path(project.catalog["file_loc"].iloc[0].split(".zip!/")[0]).parent
        self.window.take_in([folder])
        it = self.window.intake
        self.until(lambda: it.controller.prepared is not None and not it.controller.preparing)
        strip = it.view.sources.strip
        self.until(lambda: len(strip.shown) == len(strip.files))
        self.shoot("wizard")
        it.view.back_out()

    def explore(self) -> None:
        """The grid of spirals with some selected, one galaxy, and where labels and model differ."""
        QTest.keyClick(self.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        it, grid = self.window.session.explore, self.window.area.explore.grid
        it.choose("has-spiral-arms_yes" if "has-spiral-arms_yes" in it.answers else it.answers[0])
        it.set_cut(0.0)
        self.until_found()
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Space):
            QTest.keyClick(grid, key)
        self.shoot("explore")
        QTest.keyClick(grid, Qt.Key.Key_Return)
        self.until(lambda: it.frame is not None)
        self.shoot("explore-galaxy")
        QTest.keyClick(self.window, Qt.Key.Key_Escape)
        it.set_order("unsure")
        self.until_found()
        self.shoot("explore-unsure")

    def whole(self) -> None:
        """The Project page, counted and measured."""
        self.window.actions_["go.project"].trigger()
        it = self.window.session.whole
        self.until(lambda: it.facts is not None and not it.busy)
        self.shoot("project")

    def networks(self) -> None:
        """The curves of whole networks over one another, and what is asked before a training."""
        page = self.window.area.train.networks
        self.window.area.train.show_networks()
        self.until(lambda: len(page.controller.entries) >= len(RUNS) or page.empty.isVisible())
        page.list.setCurrentRow(0)
        page.curve.read(10)
        self.shoot("train-networks")
        dialog = page.open_training()
        self.until(lambda: page.controller.galaxies is not None)
        for mode in MODES:
            self.window.theme.set_mode(mode)
            self.settle()
            self.keep(dialog.grab(), f"train-dialog-{mode}")
        self.window.theme.set_mode(MODES[0])
        dialog.reject()
        self.window.activateWindow()  # keys go to the window in front
        self.until(self.window.isActiveWindow)
        self.window.area.train.show_rounds()

    def evaluate(self) -> None:
        """All questions, the first of them, and the labellers."""
        QTest.keyClick(self.window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
        it = self.window.session.evaluate
        self.until(lambda: it.assessment is not None and not it.judging and not it.comparing)
        self.shoot("evaluate")
        QTest.keyClick(self.window, Qt.Key.Key_BracketRight)
        self.shoot("evaluate-question")

    def until_found(self) -> None:
        it, grid = self.window.session.explore, self.window.area.explore.grid
        self.until(lambda: not it.finding)
        self.settle()
        self.until(lambda: all(it.thumbnails.get(it.file_at(row)) for row in grid.shown))
        self.settle()

    def finish(self) -> None:
        """Finish the galaxy on the table."""
        label = self.window.session.label
        here = label.current
        for key in PATH:
            if label.current is here and label.question.kind == "single":
                self.press(min(key, len(label.question.answers)))
        if label.current is here:
            QTest.keyClick(self.window, Qt.Key.Key_Return)
        self.until_shown()

    def skip_to_spiral(self) -> None:
        """Skip to a galaxy that is a pleasure to look at, where the truth of the sky is known."""
        label = self.window.session.label
        truth = label.project.catalog.set_index("id_str")
        if "arm_strength" not in truth:
            return
        fair = (
            truth["kind"].eq("disc")
            & truth["defect"].eq("none")
            & truth["arm_number"].eq(2)
            & truth["arm_strength"].gt(0.6)
            & truth["inclination"].lt(55)
            & truth["signal_to_noise"].gt(250)
            & truth["radius90"].gt(9)
        )
        for _ in range(len(truth)):
            if label.current is None or fair[label.current.id_str]:
                break
            self.window.actions_["label.skip"].trigger()
            QApplication.processEvents()
        self.until_shown()

    def press(self, number: int) -> None:
        QTest.keyClick(self.window, Qt.Key(Qt.Key.Key_0.value + number))
        QApplication.processEvents()

    def shoot(self, name: str) -> None:
        for mode in MODES:
            self.window.theme.set_mode(mode)
            for width, height in SIZES:
                self.window.resize(width, height)
                self.settle()
                self.keep(self.window.grab(), f"{name}-{mode}-{width}")
        self.window.theme.set_mode(MODES[0])
        self.window.resize(*SIZES[0])
        self.settle()

    def keep(self, picture, name: str) -> None:
        path = self.out / f"{name}.png"
        picture.save(str(path))
        self.taken.append(path)

    def settle(self) -> None:
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.01)

    def until(self, met: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not met():
            QApplication.processEvents()
            time.sleep(0.01)
            if time.monotonic() > end:
                raise SystemExit("the app did not get there in time")

    def until_shown(self) -> None:
        label = self.window.session.label
        self.until(lambda: label.current is None or label.frame is not None)
        self.settle()


if __name__ == "__main__":
    main()
