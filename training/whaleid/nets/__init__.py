"""The three trunks of the product and the head that turns their features into an embedding."""
from .embedder import ARCHITECTURES, Embedder

__all__ = ["ARCHITECTURES", "Embedder"]
