"""The standard objects annotations are kept as: written from a drawing, and read back."""
