"""Frames: the pixels of one picture of a stored instance, decoded, and drawn small."""
