"""Live state: where every vehicle is now, and the word about it to the browsers."""

from wufei.hub.telemetry.live.announcing import ACTS, announce
from wufei.hub.telemetry.live.manifests import ManifestNews
from wufei.hub.telemetry.live.state import Live

__all__ = ["ACTS", "Live", "ManifestNews", "announce"]
