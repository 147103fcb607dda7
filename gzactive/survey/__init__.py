"""What links a project to surveys: cutouts, cross-matches, shards; tables of others in, ours out."""
