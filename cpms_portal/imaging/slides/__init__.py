"""Whole slides: recognised, rebuilt from their tiles alone, and answered tile by tile.

A slide that is stored is a new file. It is made of what a slide needs to be seen (tiles, sizes,
how they are packed, the size of a pixel); nothing else of the original is ever copied.
"""
