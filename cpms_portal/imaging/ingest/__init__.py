"""From an upload to sealed packs: what arrived, what it is, where it lies. No database here.

Runs in worker processes: it is given a folder, keys and what is known, and answers with
plain values. Originals are only ever read from the sealed spool.
"""
