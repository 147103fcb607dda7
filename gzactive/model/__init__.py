"""The network: backbone, head, likelihood, training, weights; only here is Keras imported."""

import os

# TensorFlow greets with pages of notes on drivers it did not find; a person has no use for them.
# Set before anything here can import it, and only where nobody asked for more.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
