"""Read content files; a refusal names the file and, where it can, the line."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from cpms_portal.core.errors import ConfigurationRefusedError

#: Front matter ends at the first line that is three hyphens and nothing else.
_PARTED = re.compile(r"---\n(.*?)^---\n(.*)", re.S | re.M)


def _safe_load(text: str) -> Any:
    """Return what a YAML text says, by the fast safe loader where libyaml is there."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file."""
    try:
        return _safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationRefusedError(f"{path}: missing") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationRefusedError(f"{path}: {error}") from error


def read_front_matter(path: Path) -> tuple[dict[str, Any], str]:
    """Return the front matter and the text of a Markdown file."""
    parts = _PARTED.fullmatch(_text_of(path))
    if parts is None:
        raise ConfigurationRefusedError(f"{path}:1: front matter between two lines --- is missing")
    try:
        return _safe_load(parts[1]) or {}, parts[2].strip() + "\n"
    except yaml.YAMLError as error:
        raise ConfigurationRefusedError(f"{path}: {error}") from error


def _text_of(path: Path) -> str:
    """Return what a file says to the letter; only line ends and mark of an editor are taken off."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationRefusedError(f"{path}: {error}") from error
    return text.replace("\r\n", "\n") if text.startswith("---\r\n") else text


def check_keys(
    path: Path, found: Any, needed: Collection[str], optional: Collection[str] = ()
) -> None:
    """Refuse a mapping with unknown or missing keys."""
    if not isinstance(found, dict):
        raise ConfigurationRefusedError(f"{path}: a mapping is needed")
    unknown = set(found) - set(needed) - set(optional)
    missing = set(needed) - set(found)
    if unknown or missing:
        raise ConfigurationRefusedError(
            f"{path}: unknown keys {sorted(map(str, unknown))}, missing keys {sorted(missing)}"
        )
