"""Render every page of the app in both themes and two sizes, from the running app itself.

    python packaging/screenshots.py OUT [--project PROJECT] [--only PART …]

Without a project it makes the simulated sky. The galaxies are labelled by key events, so that what
is seen is what a person sees; labels go into a copy, never into the project that is given. Whole
networks are trained for their curves, which takes most of the time.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from camera import Camera
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from simulated_sky import is_fair_spiral, other_survey, path_of

from gzactive.app.help.first_run import note_tour_seen
from gzactive.demo import make_demo_project
from gzactive.guide.field_guide import page_name
from gzactive.project import Project
from gzactive.simulated.volunteers import vote

#: What is rendered, in this order; methods of the studio.
PARTS = (
    *("outside", "label", "explore", "train", "networks"),
    *("evaluate", "whole", "dialogs", "background", "help", "question"),
)
GALAXIES = 240
_COPY = "my-galaxies"  # seen in the pictures
_VOTES = "votes.parquet"
_TAILS = 0.4  # so strong a tidal tail is seen
_ASKED = 40  # galaxies that are labelled in search of it
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
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            os.environ[name] = str(home / name)
        with copied(given.project or simulated(home)) as project:
            give_votes(project)
            if "networks" in given.only:
                train_networks(project)
            studio = Studio(given.out, project)
            try:
                studio.work(given.only)
            finally:  # also after a fault: the compute thread would keep the process alive
                studio.window.close()
                sys.excepthook = sys.__excepthook__
                if studio.asked is not None:
                    shutil.rmtree(studio.asked)


def simulated(home: Path) -> Path:
    def told(stage: str, done: int, total: int) -> None:
        print(f"\r{stage} {done}/{total} ", end="", file=sys.stderr)

    with make_demo_project(home / "demo", n=GALAXIES, progress=told) as project:
        return project.path


@contextmanager
def copied(project: Path) -> Iterator[Path]:
    """A copy beside the project, where its relative paths still lead to the images."""
    place = project.with_name(_COPY)
    if place.exists():
        raise SystemExit(f"{place} is in the way, perhaps of a run that was killed: delete it.")
    shutil.copytree(project, place)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def give_votes(path: Path) -> None:
    """A table of what simulated volunteers say of the simulated sky."""
    with Project.open(path) as project:
        if "arm_strength" not in project.catalog:
            return
        votes = vote(project.catalog, project.tree, n_volunteers=20)
        table = project.catalog[["id_str", "file_loc"]].merge(votes, on="id_str")
    table.to_parquet(path / _VOTES, index=False)


def train_networks(path: Path) -> None:
    """Real runs on those votes; those that the project has already are shown as they are."""
    if not (path / _VOTES).is_file():
        return
    for name, more in RUNS.items():
        if (path / "runs" / name).is_dir():
            continue
        command = [sys.executable, "-m", "gzactive", "train", str(path / _VOTES)]
        command += ["--out", str(path / "runs" / name), *_SMALL, *more]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Studio(Camera):
    """What is done in the app, page by page.

    Parameters
    ----------
    out
        Folder of the pictures.
    project
        The project that is opened, and labelled.
    """

    def __init__(self, out: Path, project: Path) -> None:
        super().__init__(out)
        self.project = project
        self.asked: Path | None = None

    def work(self, parts: Sequence[str]) -> None:
        with Project.open(self.project) as project:
            project.save_settings(labeller="ada", every=12)
        note_tour_seen()
        self.window.show()
        self.settle()
        if "outside" in parts:
            self.outside()
        self.window.open_project(self.project)
        self.until_open()
        for part in PARTS[1:]:
            if part in parts:
                getattr(self, part)()

    def outside(self) -> None:
        """What is seen before a project is open."""
        self.shoot("start")
        self.wizard()

    def label(self) -> None:
        """The first galaxy; another one half-way and at its boxes; then on until a round is due."""
        self.shoot("label")
        self.finish()
        self.skip_to_spiral()
        path = self.path
        for key in path[:5]:
            self.press(key)
        self.shoot("label-path")
        for key in path[5:]:
            self.press(key)
        if self.window.session.label.question.kind == "checkboxes":
            self.press(1)
            self.shoot("label-boxes")
            self.press(1)
            self.key(Qt.Key.Key_Return)
        while not self.window.session.round_running:
            self.finish()
        self.until(lambda: not self.window.session.busy, "the round")

    def dialogs(self) -> None:
        """What lies over the pages: keys, About, and what is asked before shards are made."""
        self.window.actions_["help.keys"].trigger()
        self.shoot_dialog("keys")
        self.window.actions_["help.about"].trigger()
        self.shoot_dialog("about")
        self.window.actions_["project.shards"].trigger()
        self.shoot_dialog("shards")

    def background(self) -> None:
        """The list of jobs while a network is trained, which is then cancelled."""
        page = self.window.area.train.networks
        self.window.actions_["go.train"].trigger()
        dialog = page.open_training()
        self.until(lambda: page.controller.galaxies is not None, "the count of galaxies")
        if (votes := self.project / _VOTES).is_file():
            dialog.source.choose(votes)  # of hundreds of galaxies: a training that lasts
        if not dialog.begin.isEnabled():
            raise SystemExit(f"No network can be trained here. {dialog.fault.text()}")
        dialog.accept()
        self.until(lambda: page.controller.training is not None, "the training's beginning")
        training = page.controller.training
        self.until(
            lambda: "epoch" in training.latest[0] and training.latest[1] > 0,
            "the first steps of the training",
        )
        self.key(Qt.Key.Key_J, control=True)
        jobs = self.window.dialogs.jobs
        self.until(lambda: jobs.isVisible() and jobs.cards, "the list of jobs")
        self.themed(jobs, "jobs")
        jobs.close()
        self.shoot("train-running")
        page.controller.cancel()
        self.until(lambda: page.controller.training is None, "the end of the training")
        self.window.area.train.show_rounds()

    def question(self) -> None:
        """A question of one's own where the truth of the sky is known, and what is most alike."""
        truth = self.window.session.project.catalog
        if "tail_strength" not in truth:
            return
        tails = truth.set_index("id_str")["tail_strength"]
        self.window.area.asking.begin(list(tails.nlargest(6).index))
        dialog = self.window.area.asking.dialog
        dialog.feature.setText("tidal tails")
        self.themed(dialog, "ask")
        self.asked = dialog.folder
        dialog.accept()
        self.until(
            lambda: self.window.session is not None and self.window.session.path == self.asked,
            "the project of the question",
        )
        self.until_open()
        label = self.window.session.label
        for _ in range(_ASKED):
            here = label.current
            self.press(1 if tails[here.id_str] > _TAILS else 2)
            self.until(lambda here=here: label.current is not here, "the next galaxy")
            self.until_shown()
        self.until(lambda: not self.window.session.busy, "the rounds")
        self.key(Qt.Key.Key_2, control=True)
        self.until_found()
        self.window.session.explore.set_order("alike")
        self.until_found()
        self.shoot("alike")

    def help(self) -> None:
        """The tour, a page of the guide, and one of the field guide with its pictures."""
        self.window.actions_["help.tour"].trigger()
        self.shoot("tour")
        self.window.actions_["tour.end"].trigger()
        desk = self.window.help
        tree = self.window.session.label.tree
        desk.window.open(page_name(tree, tree.root))
        answers = [one.column for one in tree.root.answers]
        self.until(lambda: any(desk.pictures.picture(tree, one) for one in answers), "the examples")
        for name in ("field-guide", "guide"):
            if name == "guide":
                desk.show_for("label")
            self.themed(desk.window, name)
        desk.window.close()

    def wizard(self) -> None:
        """The import wizard on the images that the project is of."""
        with Project.open(self.project) as project:
            folder = Path(project.catalog["file_loc"].iloc[0].split(".zip!/")[0]).parent
        self.window.take_in([folder])
        it = self.window.intake
        self.until(
            lambda: it.controller.prepared is not None and not it.controller.preparing,
            "the look at the images",
        )
        strip = it.view.sources.strip
        self.until(lambda: len(strip.shown) == len(strip.files), "the thumbnails")
        self.shoot("wizard")
        it.view.back_out()

    def explore(self) -> None:
        """The grid of spirals with some selected, one galaxy, and where labels and model differ."""
        self.key(Qt.Key.Key_2, control=True)
        it, grid = self.window.session.explore, self.window.area.explore.grid
        it.choose("has-spiral-arms_yes" if "has-spiral-arms_yes" in it.answers else it.answers[0])
        it.set_cut(0.0)
        self.until_found()
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Space):
            self.key(key, on=grid)
        self.shoot("explore")
        self.key(Qt.Key.Key_Return, on=grid)
        self.until(lambda: it.frame is not None, "the galaxy")
        self.shoot("explore-galaxy")
        self.key(Qt.Key.Key_Escape)
        it.set_order("unsure")
        self.until_found()
        self.shoot("explore-unsure")

    def whole(self) -> None:
        """The Project page, counted and measured, and the pages of its larger tasks."""
        self.window.actions_["go.project"].trigger()
        it, page = self.window.session.whole, self.window.area.project
        self.until(lambda: it.facts is not None and not it.busy, "the facts")
        self.shoot("project")
        self.window.actions_["project.votes"].trigger()
        votes = self.project / _VOTES
        if votes.is_file():
            page.task.ask = lambda: [str(votes)]
            page.task.choose.click()
            self.until(lambda: it.votes.ready and not it.votes.busy, "the look at the votes")
        self.shoot("project-votes")
        page.task.back_out()
        self.window.actions_["project.match"].trigger()
        if votes.is_file():
            page.task.set_source(str(other_survey(votes)))
            page.task.act.click()
            self.until(lambda: it.match.found is not None and not it.match.busy, "the pairs")
        self.shoot("project-match")
        page.task.back_out()

    def train(self) -> None:
        """The rounds."""
        self.key(Qt.Key.Key_3, control=True)
        self.shoot("train")

    def networks(self) -> None:
        """The curves of whole networks over one another, and what is asked before a training."""
        self.window.actions_["go.train"].trigger()
        page = self.window.area.train.networks
        self.window.area.train.show_networks()
        self.until(
            lambda: (
                sum(entry.run is not None for entry in page.controller.entries if entry.folder)
                >= len(RUNS)
            ),
            "the runs",
        )
        page.list.setCurrentRow(0)
        page.curve.read(10)
        self.shoot("train-networks")
        dialog = page.open_training()
        self.until(lambda: page.controller.galaxies is not None, "the count of galaxies")
        self.themed(dialog, "train-dialog")
        dialog.reject()
        self.window.area.train.show_rounds()

    def evaluate(self) -> None:
        """All questions, the first of them, and the labellers."""
        self.key(Qt.Key.Key_4, control=True)
        it = self.window.session.evaluate
        self.until(
            lambda: it.assessment is not None and not it.judging and not it.comparing, "the figures"
        )
        self.shoot("evaluate")
        self.key(Qt.Key.Key_BracketRight)
        self.shoot("evaluate-question")
        for _ in range(2):
            self.key(Qt.Key.Key_BracketLeft)
        self.shoot("evaluate-labellers")

    def until_found(self) -> None:
        it, grid = self.window.session.explore, self.window.area.explore.grid
        self.until(lambda: not it.finding, "the list")
        self.settle()
        self.until(
            lambda: all(it.thumbnails.get(it.file_at(row)) for row in grid.shown), "the thumbnails"
        )
        self.settle()

    @property
    def path(self) -> tuple[int, ...]:
        """The answers to the galaxy on the table."""
        label = self.window.session.label
        table = label.project.catalog.set_index("id_str")
        return path_of(table.loc[label.current.id_str])

    def finish(self) -> None:
        """Finish the galaxy on the table."""
        label = self.window.session.label
        here = label.current
        for key in (*self.path, *[1] * len(label.tree.questions)):
            if label.current is here and label.question.kind == "single":
                self.press(min(key, len(label.question.answers)))
        if label.current is here:
            self.key(Qt.Key.Key_Return)
        self.until_shown()

    def skip_to_spiral(self) -> None:
        """Skip to a galaxy that is a pleasure to look at, where the truth of the sky is known."""
        label = self.window.session.label
        truth = label.project.catalog.set_index("id_str")
        if "arm_strength" not in truth:
            return
        fair = is_fair_spiral(truth)
        for _ in range(len(truth)):
            if label.current is None or fair[label.current.id_str]:
                break
            self.window.actions_["label.skip"].trigger()
            QApplication.processEvents()
        self.until_shown()


if __name__ == "__main__":
    main()
