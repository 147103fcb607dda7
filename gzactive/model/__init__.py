"""The network: backbone, head, likelihood, training and weights; the only place that imports Keras."""
