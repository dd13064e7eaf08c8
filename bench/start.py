"""Start to the first answered request: the first start of a new portal, and the second."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from bench._ground import PROJECT, say
from bench._served import served

#: A start is told as the median of so many: each is short, and other work disturbs it.
TIMES = 5


def started_in(home: Path) -> float:
    """Start the portal, wait for its first answer, stop it; return the seconds it took."""
    with served(home / "development.ini", home) as portal:
        return portal.seconds


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="cpms-bench-") as name:
        home = Path(name)
        for part in ("development.ini", "production.ini"):
            shutil.copy(PROJECT / part, home)
        for part in ("content", "workflows"):
            (home / part).symlink_to(PROJECT / part)
        say("start.first", started_in(home), "s")
        seconds = [started_in(home) for _time in range(TIMES)]
    say("start.second", statistics.median(seconds), "s")
    say("start.second_best", min(seconds), "s")


if __name__ == "__main__":
    main()
