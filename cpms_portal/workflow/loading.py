"""From YAML files to workflows. Every unknown word is refused with its file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pyramid.registry import Registry

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.interfaces import State, Transition, Workflow
from cpms_portal.workflow.registration import rules_of

WORKFLOW_WORDS = frozenset(
    {"workflow", "title", "content_types", "initial_state", "states", "transitions"}
)
STATE_WORDS = frozenset({"title", "description", "permissions", "due", "color"})
TRANSITION_WORDS = frozenset(
    {
        "title",
        "from",
        "to",
        "permission",
        "guards",
        "effects",
        "reason_required",
        "confirm",
    }
)
COLORS = frozenset({"neutral", "info", "progress", "attention", "success", "danger"})


@dataclass(frozen=True)
class Words:
    """The names a workflow file may use."""

    content_types: frozenset[str]
    guards: frozenset[str]
    effects: frozenset[str]
    dues: frozenset[str]


def words_of(registry: Registry) -> Words:
    """Return the names registered in this portal."""
    return Words(
        frozenset(registry.content.all()),
        frozenset(rules_of(registry, "guards")),
        frozenset(rules_of(registry, "effects")),
        frozenset(rules_of(registry, "dues")),
    )


class _Lines(dict[str, Any]):
    """A mapping that knows the line it stands on."""

    line = 0


#: The loader written in C where there is one: a start reads twenty workflows.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
    """The safe loader, remembering lines and refusing a key said twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> _Lines:
    seen = [key.value for key, _value in node.value if key.value != "<<"]
    twice = {key for key in seen if seen.count(key) > 1}
    if twice:
        raise ConfigurationRefusedError(f"line {node.start_mark.line + 1}: {sorted(twice)} twice")
    loader.flatten_mapping(node)
    made = _Lines(loader.construct_pairs(node, deep=True))
    made.line = node.start_mark.line + 1
    return made


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _Reader:
    """Reads one file and refuses with file and line."""

    def __init__(self, path: Path, words: Words) -> None:
        self.path = path
        self.words = words

    def refuse(self, where: Any, message: str) -> ConfigurationRefusedError:
        line = getattr(where, "line", 1)
        return ConfigurationRefusedError(f"{self.path}:{line}: {message}")

    def check_words(self, found: Any, allowed: frozenset[str], what: str) -> None:
        if not isinstance(found, _Lines):
            raise self.refuse(found, f"{what} must be a mapping")
        unknown = sorted(set(found) - allowed)
        if unknown:
            raise self.refuse(found, f"unknown words in {what}: {', '.join(map(str, unknown))}")

    def names(self, where: _Lines, key: str, known: frozenset[str]) -> tuple[str, ...]:
        chosen = tuple(where.get(key) or ())
        for name in chosen:
            if name not in known:
                raise self.refuse(where, f"{key}: {name} is not known")
        return chosen

    def roles(self, where: _Lines, permission: str, names: Any) -> tuple[Role, ...]:
        if permission not in frozenset(Permission):
            raise self.refuse(where, f"permission {permission} is not known")
        for name in names or ():
            if name not in frozenset(Role):
                raise self.refuse(where, f"{permission}: role {name} is not known")
        return tuple(Role(name) for name in names or ())

    def state(self, name: str, found: _Lines) -> State:
        self.check_words(found, STATE_WORDS, f"state {name}")
        permissions = found.get("permissions") or _Lines()
        due, color = found.get("due"), found.get("color", "neutral")
        if due is not None and due not in self.words.dues:
            raise self.refuse(found, f"due: {due} is not known")
        if color not in COLORS:
            raise self.refuse(found, f"color: {color} is not one of {sorted(COLORS)}")
        granted = {key: self.roles(permissions, key, value) for key, value in permissions.items()}
        title, text = found.get("title", name), found.get("description", "")
        return State(name, _(title), _(text) if text else "", granted, due, color)

    def transition(self, name: str, found: _Lines, states: Mapping[str, State]) -> Transition:
        self.check_words(found, TRANSITION_WORDS, f"transition {name}")
        sources, target = tuple(found.get("from") or ()), found.get("to")
        for state in (*sources, target):
            if state not in states:
                raise self.refuse(found, f"transition {name}: state {state} is not known")
        permission = found.get("permission")
        if permission is not None and permission not in frozenset(Permission):
            raise self.refuse(found, f"permission {permission} is not known")
        return Transition(
            name,
            _(found.get("title", name)),
            sources,
            str(target),
            permission,
            self.names(found, "guards", self.words.guards),
            self.names(found, "effects", self.words.effects),
            bool(found.get("reason_required", False)),
            _(found["confirm"]) if found.get("confirm") else "",
        )

    def workflow(self) -> Workflow:
        try:
            loader = _Loader(self.path.read_text(encoding="utf-8"))
            found = loader.get_single_data()
        except (yaml.YAMLError, ConfigurationRefusedError) as error:
            raise ConfigurationRefusedError(f"{self.path}: {error}") from error
        self.check_words(found, WORKFLOW_WORDS, "workflow")
        missing = WORKFLOW_WORDS - set(found)
        if missing:
            raise self.refuse(found, f"missing: {', '.join(sorted(missing))}")
        if found["workflow"] != self.path.stem:
            raise self.refuse(found, f"workflow {found['workflow']} is in a file of another name")
        states = {name: self.state(name, state) for name, state in found["states"].items()}
        if found["initial_state"] not in states:
            raise self.refuse(found, f"initial_state {found['initial_state']} is not a state")
        transitions = {
            name: self.transition(name, move, states)
            for name, move in (found["transitions"] or {}).items()
        }
        types = self.names(found, "content_types", self.words.content_types)
        return Workflow(
            found["workflow"], _(found["title"]), types, found["initial_state"], states, transitions
        )


def load_workflow(path: Path, words: Words) -> Workflow:
    """Return the workflow of a file; ConfigurationRefusedError names file and line."""
    return _Reader(path, words).workflow()


def load_workflows(folder: Path, words: Words) -> dict[str, Workflow]:
    """Return all workflows of a folder by content type."""
    if not folder.is_dir():
        raise ConfigurationRefusedError(f"no folder of workflows: {folder}")
    by_type: dict[str, Workflow] = {}
    for path in sorted(folder.glob("*.yaml")):
        loaded = load_workflow(path, words)
        for content_type in loaded.content_types:
            if content_type in by_type:
                raise ConfigurationRefusedError(f"{path}: {content_type} has a workflow already")
            by_type[content_type] = loaded
    return by_type
