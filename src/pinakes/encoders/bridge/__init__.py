"""The text bridge: from a collection's own captions to the space of its pictures."""

from pinakes.encoders.bridge.encoder import BRIDGE, Bridge, open_bridge
from pinakes.encoders.bridge.fit import BridgeFit, fit_bridge
from pinakes.encoders.bridge.measure import Measured

__all__ = ["BRIDGE", "Bridge", "BridgeFit", "Measured", "fit_bridge", "open_bridge"]
