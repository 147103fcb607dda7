"""Where the network, images and stores meet: features of galaxies, heads in use, predictions.

Keras is imported only when an image has to go through the network. Everything after that, scores
and predictions, is NumPy over cached features, streamed in blocks, so that a million galaxies fit.
How images go through the network is in :mod:`gzactive.inference.extraction`; what scores mean is in
:mod:`gzactive.active`. Import everything that others need from here.
"""

from gzactive.inference.catalogue_training import TrainedNetwork, train_on_catalogue
from gzactive.inference.extraction import ExtractReport
from gzactive.inference.features import (
    extract_features,
    extract_views,
    feature_rows,
    feature_store,
    features_for,
    labelled_views,
    load_backbone,
    measure_rates,
)
from gzactive.inference.heads import base_head, current_head
from gzactive.inference.predictions import predict, score
from gzactive.inference.rates import Rates

__all__ = [
    "ExtractReport",
    "Rates",
    "TrainedNetwork",
    "base_head",
    "current_head",
    "extract_features",
    "extract_views",
    "feature_rows",
    "feature_store",
    "features_for",
    "labelled_views",
    "load_backbone",
    "measure_rates",
    "predict",
    "score",
    "train_on_catalogue",
]
