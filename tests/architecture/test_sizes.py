"""Files and functions that can be read in one go."""

from __future__ import annotations

import statistics

from tests.architecture.sources import PACKAGE, PROJECT, FunctionNode, holds_for_all, sources

LONGEST_FILE = 400
LONGEST_MOSTLY = 300
MEDIAN_FILE = 120
LONGEST_FUNCTION = 40
MOST_ARGUMENTS = 4
LONGEST_TEMPLATE = 250
#: Receivers: bound by the call, not passed by whoever calls.
RECEIVERS = {"self", "cls", "config", "registry"}
#: Signatures a library calls as it likes.
IMPOSED = {("cpms_portal/forms/rendering.py", "translate"): "Chameleon's translation hook"}


def _lines(text: str) -> int:
    return text.count("\n")


@holds_for_all(sources())
def test_a_file_can_be_read_in_one_go(source):
    """A file that is too long holds two things."""
    assert _lines(source.text) <= LONGEST_FILE, f"{source.name}: {_lines(source.text)} lines"


def test_most_files_are_small():
    """The hard limit is for exceptions: half the files are small, nearly all are middling."""
    lengths = sorted(_lines(source.text) for source in sources())
    assert statistics.median(lengths) <= MEDIAN_FILE
    assert lengths[int(len(lengths) * 0.95)] <= LONGEST_MOSTLY


def _length(function: FunctionNode) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _positional(function: FunctionNode) -> int:
    arguments = function.args.posonlyargs + function.args.args
    return len([a for a in arguments if a.arg not in RECEIVERS])


@holds_for_all(sources())
def test_a_function_fits_a_screen(source):
    """What does not fit a screen cannot be checked by looking at it."""
    wrong = [
        f"{source.name}:{function.lineno} {function.name}: {_length(function)} lines"
        for function in source.functions()
        if _length(function) > LONGEST_FUNCTION
    ]
    assert not wrong, "\n".join(wrong)


@holds_for_all(sources())
def test_a_call_can_be_read_without_counting_arguments(source):
    """From the fifth argument on, arguments are named at the call."""
    wrong = [
        f"{source.name}:{function.lineno} {function.name}: {_positional(function)} arguments"
        for function in source.functions()
        if _positional(function) > MOST_ARGUMENTS and (source.name, function.name) not in IMPOSED
    ]
    assert not wrong, "\n".join(wrong)


@holds_for_all(sorted(PACKAGE.rglob("*.pt")))
def test_a_template_is_one_page_of_reading(template):
    """A longer template hides what should be a partial or a macro."""
    lines = _lines(template.read_text(encoding="utf-8"))
    assert lines <= LONGEST_TEMPLATE, f"{template.relative_to(PROJECT)}: {lines} lines"
