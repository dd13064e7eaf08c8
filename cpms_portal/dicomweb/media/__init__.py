"""Discs (IHE XDM) and bundles (IHE MHD): read for what they list; the lists are never kept."""
