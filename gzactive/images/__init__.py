"""Files to arrays: decode, scale to 8 bits, resize, take the mean over channels, crop.

Every way in which a file can fail ends as an :class:`ImageProblem` with one sentence, so that
callers keep a table of problems instead of handling decoders. Files may lie in folders or inside
ZIP archives ("archive.zip!/member.jpg"). Augmentation for training is not here.
"""

from gzactive.images.arrays import (
    ImageSettings,
    image_hash,
    load_for_model,
    load_resized,
    load_unless_known,
    mean_of_channels,
    read_image,
)
from gzactive.images.files import IMAGE_SUFFIXES, ImageProblem, image_stamp, split_location

__all__ = [
    "IMAGE_SUFFIXES",
    "ImageProblem",
    "ImageSettings",
    "image_hash",
    "image_stamp",
    "load_for_model",
    "load_resized",
    "load_unless_known",
    "mean_of_channels",
    "read_image",
    "split_location",
]
