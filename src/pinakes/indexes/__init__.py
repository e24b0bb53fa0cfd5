"""Search structures over vectors and words."""
