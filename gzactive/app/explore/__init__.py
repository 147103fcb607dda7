"""The Explore page: what the model is surest of, least sure of, and contradicted about."""
