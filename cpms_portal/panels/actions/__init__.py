"""Verbs of panels: open and steer, invite and answer, contribute and ask, write and sign."""
