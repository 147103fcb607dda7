"""The network: backbone, head, likelihood, training, weights; only here is Keras imported."""
