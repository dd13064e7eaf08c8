"""Draw a workflow as a page of Markdown: a diagram of its states and who may do what in each."""

from __future__ import annotations

from collections.abc import Iterable

from cpms_portal.workflow.interfaces import State, Transition, Workflow

FIRST_LINE = "<!-- Drawn from {file} by ./cpms workflows draw: do not edit. -->"
NOBODY = "nobody"


def page_of(workflow: Workflow) -> str:
    """Return the page of a workflow; the same for the same workflow, whatever the machine."""
    lines = [
        FIRST_LINE.format(file=f"workflows/{workflow.name}.yaml"),
        f"# {workflow.title}",
        "",
        f"Workflow `{workflow.name}` of {', '.join(workflow.content_types)}.",
        "",
        *_diagram(workflow),
        "",
        *_states(workflow),
        "",
        *_steps(workflow),
        "",
        *_matrix(workflow),
    ]
    return "\n".join(lines) + "\n"


def _diagram(workflow: Workflow) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {workflow.initial_state}"]
    lines += [f"    {state.name} : {state.title}" for state in workflow.states.values()]
    lines += [
        f"    {source} --> {move.target} : {move.title}"
        for move in workflow.transitions.values()
        for source in move.sources
    ]
    return [*lines, "```"]


def _states(workflow: Workflow) -> list[str]:
    rows = [
        (f"`{state.name}`", state.title, state.description, state.due or "")
        for state in workflow.states.values()
    ]
    return ["## States", "", *_table(("State", "Title", "Meaning", "Due"), rows)]


def _steps(workflow: Workflow) -> list[str]:
    rows = [_step(move) for move in workflow.transitions.values()]
    if not rows:
        return ["## Steps", "", "None."]
    return ["## Steps", "", *_table(("Step", "From", "To", "Who", "Only if", "Then"), rows)]


def _step(move: Transition) -> tuple[str, ...]:
    reason = ", with a reason" if move.reason_required else ""
    return (
        f"{move.title} (`{move.name}`){reason}",
        ", ".join(move.sources),
        move.target,
        f"`{move.permission}`" if move.permission else "the portal alone",
        ", ".join(move.guards),
        ", ".join(move.effects),
    )


def _matrix(workflow: Workflow) -> list[str]:
    permissions = sorted({name for state in workflow.states.values() for name in state.permissions})
    heads = ("Permission", *(state.title for state in workflow.states.values()))
    rows = [
        (f"`{name}`", *(_roles(state, name) for state in workflow.states.values()))
        for name in permissions
    ]
    return ["## Who may", "", *_table(heads, rows)]


def _roles(state: State, permission: str) -> str:
    return ", ".join(sorted(state.permissions.get(permission, ()))) or NOBODY


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    heads = tuple(heads)
    lines = [heads, tuple("---" for _head in heads), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]
