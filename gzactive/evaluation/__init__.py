"""How good the model is, measured on galaxies that it never trained on."""
