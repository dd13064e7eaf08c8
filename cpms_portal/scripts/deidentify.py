"""De-identify a folder of images, slides and documents into another, as an upload does.

One JSON line for each file: its status (stored, withheld, refused), the reason, and where it
was written. The exit status is 0 when every file was decided.
"""

from __future__ import annotations

import argparse

from cpms_portal.imaging.ingest.folder import run as deidentify


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the two folders and where the report goes."""
    parser.add_argument("in_dir", help="folder with images, slides, documents; all below it")
    parser.add_argument("out_dir", help="folder to write to")
    parser.add_argument("--report", help="file for the JSON lines; standard output when not given")


def run(options: argparse.Namespace) -> int:
    """Decide on every file."""
    return deidentify(options.in_dir, options.out_dir, options.report)
