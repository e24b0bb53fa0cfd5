"""The feature cache: what was made of a picture or a text once is not made again."""
