"""The built-in picture encoder: measurements of one picture, and a projection fitted on the collection."""

from pinakes.encoders.descriptor.encoder import (
    Descriptor,
    DescriptorFamily,
    DescriptorFeatures,
    fit_descriptor,
    open_descriptor,
)
from pinakes.encoders.descriptor.features import FEATURES_FINGERPRINT
from pinakes.encoders.descriptor.fit import FitParameters

__all__ = [
    "FEATURES_FINGERPRINT",
    "Descriptor",
    "DescriptorFamily",
    "DescriptorFeatures",
    "FitParameters",
    "fit_descriptor",
    "open_descriptor",
]
