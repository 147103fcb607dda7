"""Other programs' weights come in by one command, are listed by another, and serve a project."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.inference import features_for
from gzactive.model.backbone import backbone_tensors, build_backbone
from gzactive.model.zoobot_v1 import _expected
from gzactive.project import Project

from .conftest import Command

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
HEAD = "layer_with_weights-1/"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own files, away from those of whoever runs the tests."""
    folder = tmp_path / "person"
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: folder / name)
    return folder / "gzactive" / "weights"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A colour Zoobot v1 checkpoint with what training leaves in one, written by TensorFlow."""
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    ours = backbone_tensors(build_backbone(3, size=32))
    rng = np.random.default_rng(2)
    tensors = {theirs: ours[name] for name, (theirs, _) in _expected(3).items()}
    tensors |= {
        f"{HEAD}kernel{VALUE}": rng.normal(0, 0.05, (1280, 34)).astype("float32"),
        f"{HEAD}bias{VALUE}": np.zeros(34, "float32"),
        f"{HEAD}bias/.OPTIMIZER_SLOT/optimizer/m{VALUE}": np.zeros(34, "float32"),
        f"layer-1/_rng/_state_var{VALUE}": np.zeros(3, "int64"),
        f"step{VALUE}": np.array(7),
    }
    prefix = tmp_path_factory.mktemp("zoobot") / "zoobot.ckpt"
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=[tf.constant(values) for values in tensors.values()],
    )
    return prefix


@pytest.fixture
def galaxies(tmp_path: Path) -> Path:
    """Yellow bulges in blue disks; the last is the first with red and blue exchanged."""
    folder = tmp_path / "galaxies"
    folder.mkdir()
    rng = np.random.default_rng(8)
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    pictures = []
    for _ in range(12):
        radius = np.hypot(x, y / rng.uniform(0.4, 1.0))
        bulge, disk = np.exp(-radius * rng.uniform(8, 14)), np.exp(-radius * rng.uniform(2, 4))
        bands = [0.9 * bulge + 0.2 * disk, 0.7 * bulge + 0.3 * disk, 0.3 * bulge + 0.6 * disk]
        light = np.stack(bands, axis=-1) + rng.normal(0.05, 0.01, (96, 96, 3))
        pictures.append((255 * np.clip(light, 0, 1)).astype(np.uint8))
    pictures.append(pictures[0][..., ::-1])
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"g{number:02d}.png")
    return folder


def test_colour_weights_of_zoobot_serve_a_project_from_checkpoint_to_ranking(
    gz: Command, checkpoint: Path, galaxies: Path, tmp_path: Path
) -> None:
    imported = gz("import-weights", checkpoint, "--name", "zoobot-colour", "--credits", "Ada")
    assert imported.code == 0, imported.err
    assert "1 × optimizer slots" in imported.out
    assert "1 × random states (layer-1/_rng/" in imported.out
    assert "keeps the colours" in imported.out
    assert "34 answers are taken as those of 'gz-decals-dr5'" in imported.out

    project = tmp_path / "project"
    made = gz("new", project, "--images", galaxies, "--weights", "zoobot-colour")
    assert made.code == 0, made.err
    assert "13 galaxies computed" in gz("features", project).out
    with Project.open(project) as opened:
        assert opened.image_settings.channels == 3
        assert opened.settings.weights == "zoobot-colour"
        first, *_, exchanged = features_for(opened, [f"g{n:02d}" for n in range(13)]).values
        assert not np.allclose(first, exchanged, rtol=0.01)
        trained = opened.catalog["id_str"][~opened.catalog["reserved"]]
    votes = pd.DataFrame({"id_str": trained, "disk-edge-on_yes": 1})
    votes.to_csv(tmp_path / "votes.csv", index=False)
    assert gz("label", project, tmp_path / "votes.csv").code == 0
    tuned = gz("finetune", project)
    assert tuned.code == 0, tuned.err
    assert "13 galaxies re-scored" in tuned.out


def test_weights_are_listed_with_where_they_are_and_shown_with_their_card(
    gz: Command, checkpoint: Path, own_folder: Path, tmp_path: Path
) -> None:
    assert gz("import-weights", f"{checkpoint}.index", "--name", "mine", "--credits", "[Ada]").out
    (own_folder / "broken.safetensors").write_bytes(b"half a downl")
    lines = gz("weights").out.splitlines()
    shipped = next(line for line in lines if line.startswith("sdss-b0"))
    assert "shipped (default)" in shipped
    mine = next(line for line in lines if line.startswith("mine"))
    assert all(word in mine for word in ("gz-decals-dr5", "34", "colour", "16.4 MB"))
    assert "not a whole" in " ".join(lines[lines.index(next(x for x in lines if "broken" in x)) :])

    card = gz("weights", "mine").out
    assert "[Ada]" in card
    assert "unknown: as published by its authors" in card
    assert card.count("SHA-256") == 3  # of the file, and of both that it came from
    assert gz("weights", own_folder / "mine.safetensors").out == card
    missing = gz("weights", "nowhere")
    assert missing.code == 2
    assert "mine" in missing.err


@pytest.mark.parametrize(
    ("source", "options", "sentence"),
    [
        ("{folder}", [], "is a folder: name the file in it"),
        ("{folder}/absent", [], "There is no file and no checkpoint"),
        ("{checkpoint}", ["--tree", "rings"], "34 answers and the tree 'rings' has 2"),
        ("{checkpoint}", ["--tree", "nope"], "There is no tree 'nope'"),
        ("{checkpoint}", ["--out", "{folder}/x/y.safetensors"], "Cannot write"),
        ("{folder}/model.ckpt", [], "never read: convert it"),
    ],
)
def test_what_cannot_be_imported_is_one_sentence_and_exit_code_2(
    gz: Command,
    checkpoint: Path,
    tmp_path: Path,
    source: str,
    options: list[str],
    sentence: str,
) -> None:
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x04.")
    places = {"folder": tmp_path, "checkpoint": checkpoint}
    arguments = [argument.format(**places) for argument in (source, *options)]
    done = gz("import-weights", *arguments)
    assert done.code == 2
    assert sentence in done.err
    assert len(done.err.strip().splitlines()) == 1
