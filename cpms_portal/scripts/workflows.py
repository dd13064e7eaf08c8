"""Check the workflow files (check), draw one as text (show NAME), all as pages (draw)."""

from __future__ import annotations

import argparse
import sys

from cpms_portal.scripts._opening import configured, take_ini
from cpms_portal.scripts._project import project_folder
from cpms_portal.workflow.drawing import page_of
from cpms_portal.workflow.interfaces import State, Transition, Workflow


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take check, or show and a name."""
    take_ini(parser)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("check", help="refuse unknown words, with file and line")
    show = steps.add_parser("show", help="draw one as text")
    show.add_argument("name")
    steps.add_parser("draw", help="write docs/workflows/ anew")


def _permission_lines(state: State) -> list[str]:
    width = max((len(name) for name in state.permissions), default=0)
    return [
        f"      {name:<{width}}  {', '.join(roles) or 'nobody'}"
        for name, roles in sorted(state.permissions.items())
    ]


def _move_line(move: Transition) -> str:
    parts = [f"    --{move.name}--> {move.target}", f"[{move.permission or 'the portal'}]"]
    if move.guards:
        parts.append(f"only if {', '.join(move.guards)}")
    if move.effects:
        parts.append(f"then {', '.join(move.effects)}")
    if move.reason_required:
        parts.append("(with a reason)")
    return "  ".join(parts)


def drawn(workflow: Workflow) -> str:
    """Return a workflow as text: each state, who may do what in it, where it leads."""
    lines = [f"{workflow.name}: {workflow.title} ({', '.join(workflow.content_types)})"]
    for state in workflow.states.values():
        first = "  * " if state.name == workflow.initial_state else "    "
        due = f", due {state.due}" if state.due else ""
        lines += ["", f"{first}{state.name} ({state.title}{due})", *_permission_lines(state)]
        moves = (m for m in workflow.transitions.values() if state.name in m.sources)
        lines += [_move_line(move) for move in moves]
    return "\n".join(lines)


def _draw(by_name: dict[str, Workflow]) -> int:
    folder = project_folder() / "docs" / "workflows"
    folder.mkdir(parents=True, exist_ok=True)
    for name, workflow in by_name.items():
        (folder / f"{name}.md").write_text(page_of(workflow), encoding="utf-8")
    print(f"{len(by_name)} pages in {folder}")
    return 0


def run(options: argparse.Namespace) -> int:
    """Load every file; loading refuses what is wrong."""
    by_type = configured(options.ini).registry.cpms_workflows
    by_name = {workflow.name: workflow for workflow in by_type.values()}
    if options.step == "check":
        print(f"{len(by_name)} workflows, nothing wrong: {', '.join(sorted(by_name))}")
        return 0
    if options.step == "draw":
        return _draw(by_name)
    if options.name not in by_name:
        print(f"cpms: no workflow {options.name}: {', '.join(sorted(by_name))}", file=sys.stderr)
        return 1
    print(drawn(by_name[options.name]))
    return 0
