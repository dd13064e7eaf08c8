"""What another machine needs to make the same portal."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import PROJECT, written_files

LOCK = PROJECT / "requirements" / "lock.txt"
PINNED = re.compile(r"^([a-z0-9.-]+)==[^\s]+ \\$", re.M)
#: A path of one person's machine. Written apart, so that this file does not name one.
MACHINE = re.compile("|".join(rf"(?<![\w.])/{top}/" for top in ("work", "tmp", "root", "home")))


def _blocks() -> dict[str, str]:
    """Each package of the lock with the lines that belong to it."""
    text = LOCK.read_text(encoding="utf-8")
    starts = list(PINNED.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {s[1]: text[s.start() : end] for s, end in zip(starts, ends, strict=True)}


def test_every_package_of_the_lock_has_a_hash():
    """A version alone can be replaced at the source; a hash cannot."""
    blocks = _blocks()
    assert len(blocks) > 50
    bare = [name for name, block in blocks.items() if "--hash=sha256:" not in block]
    assert not bare, bare


def test_the_lock_does_not_say_where_packages_come_from():
    """Every hospital has its own source; the lock works with all of them."""
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^--(?!hash)", text, re.M)


@pytest.mark.parametrize("part", ["run.in", "test.in"])
def test_everything_asked_for_is_in_the_lock(part):
    """A lock older than what is asked for installs the wrong thing in silence."""
    lines = (PROJECT / "requirements" / part).read_text(encoding="utf-8").splitlines()
    asked = [
        re.split(r"[=<>~!\[ ]", line)[0].lower() for line in lines if line[:1] not in ("", "#")
    ]
    missing = {name.replace("_", "-") for name in asked} - set(_blocks())
    assert not missing, f"run ./cpms lock: {sorted(missing)}"


def test_nothing_names_a_folder_of_one_machine():
    """A path of one machine works on no other."""
    wrong = []
    for path in written_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found = MACHINE.search(text)
        if found:
            line = text.count("\n", 0, found.start()) + 1
            wrong.append(f"{path.relative_to(PROJECT)}:{line}")
    assert not wrong, "\n".join(wrong)
