"""The Train page: rounds, their held-out loss, and which weights are in use."""
