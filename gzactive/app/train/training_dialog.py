"""Asks how a network is to be trained, and tells how long that may take."""

import shutil
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QWidget

from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.number_boxes import inset
from gzactive.app.train.form_dialog import FormDialog
from gzactive.app.train.networks import NetworksController
from gzactive.app.train.source_box import SourceBox
from gzactive.app.train.training_plan import TrainingChoice, duration, first_guess, free_name
from gzactive.model.weights_file import available_weights, default_weights

__all__ = ["TrainingDialog"]

#: What 16 GB hold without a graphics card, and what the published networks were trained with.
_BATCH, _BATCH_GPU = 32, 128
_ENOUGH = 1000
#: Seconds; what is set up before the first step takes longer than shorter epochs do.
_GUESSED = 60.0
_UNKNOWN = "How long an epoch takes is not known before the first is done."
_NOTE = (
    "It runs beside gzactive, behind everything else: labelling goes on. Cancel it, or close the "
    "project, and it stops and keeps every whole epoch; “Go on” continues it, also after the next "
    "start. Your labels are never touched, and galaxies that judge this project are left out."
)


class TrainingDialog(FormDialog):
    """Settings with sensible defaults.

    Parameters
    ----------
    controller
        Begins the training.
    icons
        Draws arrows.
    parent
        The page.
    """

    def __init__(
        self, controller: NetworksController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Train a network", "Start training", parent)
        self._controller = controller
        self._gpu = shutil.which("nvidia-smi") is not None
        project = controller.project
        self.source = SourceBox(project.path, ("shards", "table"), icons, self)
        self.add_row("Learn from", self.source, "Images and the votes that people gave them")
        self.start = MenuBox(icons, self)
        mine = project.settings.weights or default_weights()
        # A project that came from an archive has brought its weights along, inside its folder.
        brought = project.path / mine
        key = str(brought) if brought.is_file() else mine
        self.start.addItem(f"{Path(mine).name} (as this project)", key)
        for name in available_weights():
            if name != mine:
                self.start.addItem(name, name)
        self.start.addItem("Nothing: random weights", "")
        self.add_row(
            "Start from",
            self.start,
            "Weights that know galaxies need fewer of them; random ones need tens of thousands",
        )
        self.name = QLineEdit(free_name(controller.folder), self)
        self.add_row("Name", self.name, "Of the run, and of its folder in the project")
        self.epochs = self.number(1, 1000, TrainingChoice.epochs, 10)
        self.add_row("At most", self.epochs, "How often each galaxy is seen at most", "epochs")
        self.patience = self.number(1, 100, TrainingChoice.patience)
        self.add_row(
            "Stop after",
            self.patience,
            "It ends when the loss on galaxies that it was kept from has not fallen for so long",
            "epochs without a better validation loss",
        )
        self.batch = self.number(1, 1024, _BATCH_GPU if self._gpu else _BATCH, 16)
        self.add_row(
            "At a time",
            self.batch,
            "More learn steadier and take more memory; halved when a graphics card runs out of it",
            "galaxies",
        )
        self.crop = self.number(32, 300, TrainingChoice.crop, 16)
        self.add_row(
            "It sees",
            self.crop,
            "The middle of each image of 300 pixels; half as many are four times as fast",
            "of 300 pixels",
        )
        self.rate = QDoubleSpinBox(self)
        self.rate.setProperty("role", "plain")
        inset(self.rate)
        self.rate.setDecimals(5)
        self.rate.setRange(0.00001, 0.1)
        self.rate.setSingleStep(0.0001)
        self.rate.setValue(TrainingChoice.learning_rate)
        self.add_row("Learning rate", self.rate, "Adam's; it falls to 0", "at its highest")
        self.colour = QCheckBox("See colours, not grey", self)
        self.colour.setChecked(project.image_settings.channels == 3)
        self.add_row("Colour", self.colour, "Weights know either colour or grey")
        self.note.setText(_NOTE)
        self.source.chosen.connect(self.refresh)
        for box in (self.epochs, self.crop):
            box.valueChanged.connect(self.refresh)
        self.name.textChanged.connect(self.refresh)
        controller.changed.connect(self.refresh)
        self.accepted.connect(lambda: controller.train(self.choice))
        controller.count()
        self.refresh()

    @property
    def choice(self) -> TrainingChoice:
        """What is chosen."""
        return TrainingChoice(
            source=self.source.source,
            name=self.name.text().strip(),
            weights=str(self.start.currentData()),
            epochs=self.epochs.value(),
            patience=self.patience.value(),
            batch=self.batch.value(),
            crop=self.crop.value(),
            learning_rate=self.rate.value(),
            colour=self.colour.isChecked(),
        )

    def refresh(self) -> None:
        """Say again how long it may take, and whether it can begin."""
        galaxies = self._controller.galaxies
        self.source.tell_galaxies(galaxies)
        self.refuse(self._reason(galaxies))
        if not self.source.of_project or not galaxies:
            self.cost.setText("How long it takes is measured once it runs.")
        elif self._gpu:
            self.cost.setText("Minutes to hours with this computer's graphics card.")
        else:
            epoch = first_guess(galaxies, self.crop.value())
            few = "" if galaxies >= _ENOUGH else " So few galaxies teach a whole network little."
            if epoch < _GUESSED:
                self.cost.setText(f"{_UNKNOWN}{few}")
                return
            self.cost.setText(
                f"About {duration(epoch)} an epoch on this computer's processor, "
                f"{duration(epoch * self.epochs.value())} if it needs all; measured once it "
                f"runs.{few}"
            )

    def _reason(self, galaxies: int | None) -> str:
        name = self.name.text().strip()
        if self._controller.read_only:
            return self._controller.read_only
        if not name or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
            return "Give the run a name that a folder can have."
        if (self._controller.folder / name).exists():
            return f"There is a run “{name}” already: give this one another name."
        if self.source.of_project and galaxies == 0:
            return (
                "No galaxy has votes to learn from yet: label some, or import votes on the Project "
                "page."
            )
        return ""
