"""Encoders: pictures and texts to unit vectors."""
