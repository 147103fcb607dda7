"""The Evaluate page: how good the model is, on galaxies that it never trained on."""
