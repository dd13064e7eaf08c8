"""Questions about the model consent form: which languages, what each says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cpms_portal.cms.resources import ConsentForm, ConsentForms
from cpms_portal.core.actor import Actor


@dataclass(frozen=True)
class Choice:
    """One consent a form asks for. required: care does not go on without it."""

    name: str
    title: str
    text: str
    required: bool


@dataclass(frozen=True)
class Part:
    """A section of a consent form with its words. lines: name and label of what is filled in."""

    name: str
    kind: str
    title: str
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class FormWords:
    """A consent form in one language, ready to be laid out."""

    form: ConsentForm
    head: dict[str, str]
    parts: tuple[Part, ...]
    foot: tuple[str, ...]
    filled: dict[str, str] = field(default_factory=dict)


def texts_needed(structure: dict[str, Any]) -> set[str]:
    """Return the keys that the texts of every language must have, and no others."""
    needed = {*structure["head"], *structure["foot"]}
    for section in structure["sections"]:
        name, kind = section["id"], section["kind"]
        needed.add(f"{name}_title")
        if kind != "fields":
            needed.add(f"{name}_text")
        needed |= {f"field_{one}" for one in section.get("fields", ())}
        needed |= {f"line_{one}" for one in section.get("lines", ())}
        for choice in section.get("choices", ()):
            needed |= {f"{choice['id']}_title", f"{choice['id']}_text", "yes", "no"}
    return needed


def texts_in_order(structure: dict[str, Any]) -> list[str]:
    """Return the keys of the texts in the order they are read."""
    keys = list(structure["head"])
    for section in structure["sections"]:
        name = section["id"]
        keys += [f"{name}_title", f"{name}_text"]
        keys += [f"field_{one}" for one in section.get("fields", ())]
        for choice in section.get("choices", ()):
            keys += [f"{choice['id']}_title", f"{choice['id']}_text", "yes", "no"]
        keys += [f"line_{one}" for one in section.get("lines", ())]
    needed = texts_needed(structure)
    return [key for key in dict.fromkeys([*keys, *structure["foot"]]) if key in needed]


def words_of_form(form: ConsentForm, centre: str = "") -> FormWords:
    """Return a consent form laid out by the structure; centre: name of the hospital, if known."""
    forms = form.__parent__
    structure, texts = forms.structure, form.texts
    parts = tuple(_part(section, texts) for section in structure["sections"])
    head = {name: texts[name] for name in structure["head"]}
    foot = tuple(texts[name] for name in structure["foot"])
    return FormWords(form, head, parts, foot, {"centre": centre} if centre else {})


def _part(section: dict[str, Any], texts: dict[str, str]) -> Part:
    name = section["id"]
    fields = [(one, texts[f"field_{one}"]) for one in section.get("fields", ())]
    lines = [(one, texts[f"line_{one}"]) for one in section.get("lines", ())]
    choices = [
        Choice(one["id"], texts[f"{one['id']}_title"], texts[f"{one['id']}_text"], one["required"])
        for one in section.get("choices", ())
    ]
    return Part(
        name,
        section["kind"],
        texts[f"{name}_title"],
        texts.get(f"{name}_text", ""),
        tuple(fields + lines),
        tuple(choices),
    )


def forms_for(forms: ConsentForms, languages: Iterable[str], actor: Actor) -> list[ConsentForm]:
    """Return the forms an actor may see, the languages asked for first, then by name."""
    wanted = list(languages)
    seen = [form for form in forms.forms() if actor.may("library:view", form)]
    first = [form for code in wanted for form in seen if form.language == code]
    return [*dict.fromkeys(first), *(form for form in seen if form.language not in wanted)]
