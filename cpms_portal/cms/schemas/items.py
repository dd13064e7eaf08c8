"""The schema of each content type: forms ask by it, files are read and written by it.

``belongs`` says where a value is kept: ``text`` (title, summary, body of one language), ``more``
(further words of one language), ``about`` (the same in every language) or ``item`` (tags, times).
"""

from __future__ import annotations

from typing import Any

import colander

from cpms_portal.cms.schemas.fields import (
    ItemAddress,
    ItemAddresses,
    PickWidget,
    RichText,
    RichTextWidget,
    Tags,
    TagsWidget,
    TimeMark,
    WebAddress,
)
from cpms_portal.cms.schemas.languages import OFFERED, name_of_language
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Email, Text
from cpms_portal.forms.moments import Moment, MomentWidget
from cpms_portal.forms.rows import RowsWidget
from cpms_portal.forms.widgets import (
    CheckboxListWidget,
    CheckboxWidget,
    HiddenWidget,
    NumberWidget,
    PhoneWidget,
    SelectWidget,
    TextAreaWidget,
    TextWidget,
)

LANGUAGES = [(code, name_of_language(code)) for code in OFFERED]
SORTS = (
    ("position", _("As placed in its folder")),
    ("title", _("By title")),
    ("changed", _("By the last change")),
    ("created", _("By the day it was made")),
    ("begins", _("By the day it takes place")),
)


def line(title: Any, belongs: str, *, missing: Any = "", **more: Any) -> colander.SchemaNode:
    """Return a node of one line of text. missing: ``colander.required`` for what is needed."""
    kind = more.pop("kind", None) or Text(more.pop("longest", 200))
    more.setdefault("widget", TextWidget())
    return colander.SchemaNode(kind, title=title, belongs=belongs, missing=missing, **more)


def body(title: Any, **more: Any) -> colander.SchemaNode:
    """Return a node of rich text."""
    more = {"belongs": "text", "name": "text", "missing": "", **more}
    return colander.SchemaNode(RichText(), title=title, widget=RichTextWidget(), **more)


class ItemSchema(colander.MappingSchema):
    """What every content type has."""

    title = line(_("Title"), "text", missing=colander.required)
    summary = line(
        _("Summary"),
        "text",
        longest=500,
        widget=TextAreaWidget(rows=2, hint=_("One or two sentences, shown in listings.")),
    )


class PageSchema(ItemSchema):
    """A text."""

    text = body(_("Text"))


class StepSchema(colander.MappingSchema):
    """One step of a guide."""

    title = line(_("What to do"), "more", missing=colander.required)
    text = colander.SchemaNode(
        RichText(), title=_("How"), widget=RichTextWidget(rows=5), missing=""
    )
    picture = colander.SchemaNode(
        ItemAddress(), title=_("Picture"), widget=PickWidget(kind="picture"), missing=None
    )
    alternative = line(
        _("What the picture shows"),
        "more",
        longest=300,
        widget=TextWidget(hint=_("Empty: what is said at the picture itself.")),
    )


class GuideSchema(ItemSchema):
    """Something to do, step by step."""

    text = body(_("Introduction"))
    steps = colander.SchemaNode(
        colander.Sequence(),
        StepSchema(title=_("Step"), name="step"),
        title=_("Steps"),
        widget=RowsWidget(add=_("Add a step")),
        belongs="more",
        missing=(),
    )


class QuestionSchema(colander.MappingSchema):
    """A question and its answer."""

    anchor = colander.SchemaNode(
        Text(80), widget=HiddenWidget(), missing="", validator=colander.Regex(r"[\w-]*\Z")
    )
    theme = line(_("Theme"), "more", longest=100)
    question = line(_("Question"), "more", missing=colander.required, longest=300)
    answer = colander.SchemaNode(
        RichText(), title=_("Answer"), widget=RichTextWidget(rows=4), missing=colander.required
    )


class FAQSchema(ItemSchema):
    """Questions with answers, by theme."""

    text = body(_("Introduction"))
    questions = colander.SchemaNode(
        colander.Sequence(),
        QuestionSchema(title=_("Question"), name="question"),
        title=_("Questions"),
        widget=RowsWidget(add=_("Add a question")),
        belongs="more",
        missing=(),
    )


class NewsSchema(PageSchema):
    """Something new."""


class EventSchema(PageSchema):
    """Something that takes place."""

    begins = line(
        _("Begins"),
        "about",
        kind=Moment(),
        missing=colander.required,
        widget=MomentWidget(),
    )
    ends = line(_("Ends"), "about", kind=Moment(), missing=None, widget=MomentWidget())
    place = line(_("Place"), "about")
    website = line(_("Website"), "about", kind=WebAddress(500))

    def validator(self, node: colander.SchemaNode, values: dict[str, Any]) -> None:
        """Refuse an event that ends before it begins."""
        if values["ends"] is not None and values["ends"] < values["begins"]:
            wrong = colander.Invalid(node)
            wrong["ends"] = _("It cannot end before it begins.")
            raise wrong


class WebLinkSchema(ItemSchema):
    """An address elsewhere."""

    address = line(_("Address"), "about", kind=WebAddress(1000), missing=colander.required)


class FolderSchema(ItemSchema):
    """A folder."""

    text = body(_("Text above the list"))


class CollectionSchema(ItemSchema):
    """A saved query."""

    text = body(_("Text above the list"))
    kinds = colander.SchemaNode(
        colander.Set(), title=_("Types"), belongs="about", missing=(), widget=CheckboxListWidget()
    )
    tags_any = line(_("Any of these tags"), "about", kind=Tags(), missing=(), widget=TagsWidget())
    language = line(
        _("In the language"),
        "about",
        widget=SelectWidget(values=LANGUAGES, empty=_("Any")),
        validator=colander.OneOf(OFFERED),
    )
    words = line(_("With these words in the title"), "about")
    within = line(
        _("Only what stands in"),
        "about",
        kind=ItemAddress(),
        missing=None,
        widget=PickWidget(kind="folder"),
        description=_("A library or a folder; empty: the library the collection is in."),
    )
    sort = colander.SchemaNode(
        Text(),
        title=_("Order"),
        belongs="about",
        missing="position",
        widget=SelectWidget(values=SORTS),
        validator=colander.OneOf([name for name, _title in SORTS]),
    )
    descending = colander.SchemaNode(
        colander.Boolean(),
        title=_("The last one first"),
        belongs="about",
        missing=False,
        widget=CheckboxWidget(),
    )
    limit = colander.SchemaNode(
        colander.Integer(),
        title=_("At most so many"),
        belongs="about",
        missing=50,
        widget=NumberWidget(),
        validator=colander.Range(1, 500),
    )


class DownloadSchema(PageSchema):
    """A document to download."""


class FlyerSchema(PageSchema):
    """A leaflet."""


class PictureSchema(ItemSchema):
    """A picture: what it shows, or that it shows nothing that matters."""

    alternative = line(
        _("What it shows"),
        "more",
        longest=500,
        description=_("For who cannot see it. A picture that only decorates needs none."),
    )
    decorative = colander.SchemaNode(
        colander.Boolean(),
        title=_("It only decorates"),
        belongs="about",
        missing=False,
        widget=CheckboxWidget(),
    )

    def validator(self, node: colander.SchemaNode, values: dict[str, Any]) -> None:
        """Refuse a picture that says neither."""
        if not values["alternative"] and not values["decorative"]:
            wrong = colander.Invalid(node)
            wrong["alternative"] = _("Say what it shows, or tick that it only decorates.")
            raise wrong


class ChapterSchema(colander.MappingSchema):
    """A chapter of a video."""

    at = line(
        _("At"),
        "more",
        kind=TimeMark(),
        missing=colander.required,
        widget=TextWidget(width="short"),
    )
    title = line(_("Chapter"), "more", missing=colander.required)


class VideoSchema(ItemSchema):
    """A training video."""

    text = body(_("Text"))
    address = line(
        _("Address elsewhere"),
        "about",
        kind=WebAddress(1000),
        description=_("Only when the video itself is not uploaded here."),
    )
    minutes = colander.SchemaNode(
        colander.Integer(),
        title=_("Minutes it takes"),
        belongs="about",
        missing=None,
        widget=NumberWidget(),
        validator=colander.Range(0, 1000),
    )
    chapters = colander.SchemaNode(
        colander.Sequence(),
        ChapterSchema(title=_("Chapter"), name="chapter"),
        title=_("Chapters"),
        widget=RowsWidget(add=_("Add a chapter")),
        belongs="more",
        missing=(),
    )
    transcript = line(_("Transcript"), "more", longest=200_000, widget=TextAreaWidget(rows=8))


class ContactSchema(ItemSchema):
    """Somebody who helps. The title is the name of the person or of the team."""

    people = line(
        _("Who answers"),
        "more",
        longest=500,
        description=_("Names, where they should be known. Only of people who agreed."),
    )
    disease_group = line(_("Disease group"), "more", longest=300)
    hours = line(_("Hours"), "more", longest=500, widget=TextAreaWidget(rows=2))
    mail = line(_("E-mail"), "about", kind=Email())
    phone = line(_("Telephone"), "about", longest=60, widget=PhoneWidget())
    website = line(_("Website"), "about", kind=WebAddress(500))
    text = body(_("Text"))


class TimesSchema(colander.MappingSchema):
    """What is the same for every type: tags, related items, the time readers see it in."""

    tags = line(_("Tags"), "item", kind=Tags(), missing=(), widget=TagsWidget())
    related = line(
        _("Related"), "about", kind=ItemAddresses(), missing=(), widget=PickWidget(several=True),
        description=_("Shown beside the text, here and there. They are found again after a move."),
    )  # fmt: skip
    shown_from = line(
        _("Shown from"), "item", kind=Moment(), missing=None, widget=MomentWidget(),
        description=_("Published before, it appears by itself at this time."),
    )  # fmt: skip
    shown_until = line(
        _("Shown until"), "item", kind=Moment(), missing=None, widget=MomentWidget(),
        description=_("At this time it disappears for readers."),
    )  # fmt: skip
