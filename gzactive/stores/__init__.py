"""What a project keeps on disk: the label log, the feature cache, scores and predictions."""
