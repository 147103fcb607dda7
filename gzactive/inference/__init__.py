"""Where the network, images and stores meet: features of galaxies, heads in use, predictions.

Keras is imported only when an image has to go through the network. Everything after that, scores
and predictions, is NumPy over cached features, streamed in blocks, so that a million galaxies fit.
How images go through the network is in :mod:`gzactive.inference.extraction`; what scores mean is in
:mod:`gzactive.active`. Import everything that others need from here.
"""

from gzactive.inference.block_training import (
    TrainedBlocks,
    discard_blocks,
    features_by,
    train_blocks,
)
from gzactive.inference.catalogue_training import train_on_catalogue
from gzactive.inference.extraction import ExtractReport
from gzactive.inference.features import (
    extract_features,
    extract_views,
    feature_rows,
    feature_store,
    features_complete,
    features_for,
    labelled_views,
    load_backbone,
    measure_rates,
)
from gzactive.inference.heads import base_head, current_head
from gzactive.inference.network_training import TrainedNetwork, TrainingGalaxies, train_network
from gzactive.inference.predictions import predict, score
from gzactive.inference.rates import Rates
from gzactive.inference.serving import (
    HEAD,
    WEIGHTS,
    Serving,
    change_serving,
    read_serving,
    round_folder,
)

__all__ = [
    "HEAD",
    "WEIGHTS",
    "ExtractReport",
    "Rates",
    "Serving",
    "TrainedBlocks",
    "TrainedNetwork",
    "TrainingGalaxies",
    "base_head",
    "change_serving",
    "current_head",
    "discard_blocks",
    "extract_features",
    "extract_views",
    "feature_rows",
    "feature_store",
    "features_by",
    "features_complete",
    "features_for",
    "labelled_views",
    "load_backbone",
    "measure_rates",
    "predict",
    "read_serving",
    "round_folder",
    "score",
    "train_blocks",
    "train_network",
    "train_on_catalogue",
]
