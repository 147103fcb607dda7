"""The same features and a falling loss on each of Keras's backends that is installed.

Backends are chosen when Keras is imported, so each runs in a process of its own. JAX and PyTorch
are not among the requirements: ``pip install jax`` or ``pip install torch`` lets their tests run.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FEATURES = """
import sys
import numpy as np
import keras
from gzactive.model.weights import load_model
assert keras.backend.backend() == sys.argv[1], keras.backend.backend()
images = np.random.default_rng(0).random((6, 224, 224, 1)).astype(np.float32)
np.save(sys.argv[2], load_model("sdss-b0").features(images))
"""

TRAINING = """
import sys
from pathlib import Path
import keras
import numpy as np
from gzactive.model.backbone_settings import BackboneSettings
from gzactive.model.backbone_training import train_backbone
from gzactive.progress import Cancelled
from gzactive.trees import load_tree
assert keras.backend.backend() == sys.argv[1], keras.backend.backend()
rng = np.random.default_rng(0)
images = rng.integers(0, 60, (40, 48, 48, 1), np.uint8)
images[::2, 12:36, 12:36] += 150
votes = np.where(np.arange(40)[:, None] % 2 == 0, [9, 1], [1, 9])
settings = BackboneSettings(crop=32, epochs=4, batch=8, warm_up=0, validation_share=0.2)

def stop(stage, done, total):
    if stage.startswith("training, epoch 3") and done:
        raise Cancelled

arguments = (images, votes, load_tree("rings"), Path(sys.argv[2]))
try:
    train_backbone(*arguments, settings=settings, progress=stop)
except Cancelled:
    pass
fit = train_backbone(*arguments, settings=settings)
log = (Path(sys.argv[2]) / "training.log").read_text()
assert "resumed after epoch 2" in log, log
losses = fit.history["loss"]
assert len(losses) == 4 and losses[-1] < losses[0], losses
"""


def run(backend: str, script: str, out: Path) -> None:
    module = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}[backend]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", script, backend, str(out)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)  # JAX compiles for minutes where others keep the cores busy
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_features_are_the_same_on_every_backend(backend: str, tmp_path: Path) -> None:
    run(backend, FEATURES, tmp_path / "other.npy")
    run("tensorflow", FEATURES, tmp_path / "tensorflow.npy")
    expected, got = np.load(tmp_path / "tensorflow.npy"), np.load(tmp_path / "other.npy")
    scale = np.abs(expected).max()
    assert np.abs(got - expected).max() / scale < 1e-4
    assert np.std(expected, axis=0).max() > 0.01 * scale  # the images tell something


@pytest.mark.slow
@pytest.mark.timeout(1800)  # JAX compiles for minutes where others keep the cores busy
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_network_trains_and_resumes_on_every_backend(backend: str, tmp_path: Path) -> None:
    run(backend, TRAINING, tmp_path)
