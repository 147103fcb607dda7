"""What links a project to surveys: cutouts, cross-matches, shards, tables in and tables out."""
