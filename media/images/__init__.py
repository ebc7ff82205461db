"""Images: whether a file really is one, its measures, and which of them look alike."""

from media.images.inspection import EXTENSIONS, ImageFacts, inspect_image
from media.images.perceptual_hash import distance, look_alike

__all__ = ["EXTENSIONS", "ImageFacts", "distance", "inspect_image", "look_alike"]
