"""Help: the guide and the field guide in a window of their own, and the tour."""
