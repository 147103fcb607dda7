"""The network: backbone, head, likelihood, training, weights; only here is Keras imported."""

import os

# Read once, when a backend loads: TensorFlow's and JAX's notices are not for a volunteer, and by
# default both take the whole memory of a GPU and keep it until the program ends.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
