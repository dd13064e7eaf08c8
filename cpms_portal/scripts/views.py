"""List every view: what it shows, under which name, to whom (--json for programs)."""

from __future__ import annotations

import argparse
import json
from typing import Any

from pyramid.registry import Registry
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.scripts._opening import configured, take_ini
from cpms_portal.security.policy import own_word
from cpms_portal.security.roles import Role


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take --json."""
    take_ini(parser)
    parser.add_argument("--json", action="store_true", help="one list of objects")


def _dotted(thing: Any) -> str:
    """Return the name of a context: a class or an interface; '*' for any."""
    if thing is None:
        return "*"
    module = getattr(thing, "__module__", "")
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", str(thing))
    return f"{module}.{name}" if module else str(name)


def _permission(registry: Registry, view: Any) -> str | None:
    """Return the permission of a view, its default included; None when it is public."""
    for other in registry.introspector.related(view):
        if other.category_name == "permissions":
            value = other["value"]
            return None if value == NO_PERMISSION_REQUIRED else own_word(str(value))
    default = registry.introspector.get_category("default permission")
    return str(default[0]["introspectable"]["value"]) if default else None


def _methods(view: Any) -> list[str]:
    methods = view["request_methods"] or ()
    return sorted([methods] if isinstance(methods, str) else methods)


def _public_permissions(registry: Registry) -> set[str | None]:
    """Return the permissions somebody not signed in may hold, and None."""
    states = (s for w in registry.cpms_workflows.values() for s in w.states.values())
    found = (
        name
        for state in states
        for name, roles in state.permissions.items()
        if Role.EVERYONE in roles
    )
    return {None, *found}


def views_of(registry: Registry) -> list[dict[str, Any]]:
    """Return the views of a portal, sorted by context and name.

    ``second_factor`` is true where nobody enters before both factors are proven: everywhere but
    on views without a permission, or with one that some workflow gives to everyone.
    ``fresh_proof`` is true where the second factor is asked for again when it is old.
    """
    public = _public_permissions(registry)
    found = []
    for entry in registry.introspector.get_category("views") or ():
        view = entry["introspectable"]
        permission = _permission(registry, view)
        found.append(
            {
                "context": _dotted(view["context"]),
                "name": view["name"] or "",
                "methods": _methods(view),
                "permission": permission,
                "second_factor": permission not in public,
                "fresh_proof": bool(view.get("fresh_proof")),
                "exception": bool(view["exception_only"]),
                "route": view["route_name"],
            }
        )
    return sorted(found, key=lambda row: (row["context"], row["name"], row["methods"]))


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    rows = views_of(configured(options.ini).registry)
    if options.json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        methods = ",".join(row["methods"]) or "any"
        print(f"{row['context']}  {row['name'] or '(default)'}  {methods}  {row['permission']}")
    return 0
