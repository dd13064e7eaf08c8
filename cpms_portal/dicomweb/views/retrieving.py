"""WADO-RS (PS3.18 section 10.4): instances, metadata, frames, pictures, large values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.dicomweb.queries.cases import NotThereError, Shelf, images_of
from cpms_portal.dicomweb.queries.contents import (
    frames_in,
    large_value,
    one_instance,
    sent_instance,
    syntaxes_of,
    whole_instances,
)
from cpms_portal.dicomweb.views.saying import accepted, chosen, parameters, said_in_lines, warn
from cpms_portal.dicomweb.wire.accepting import Choice, NotAcceptableError, Offer, choose
from cpms_portal.dicomweb.wire.multipart import Multipart
from cpms_portal.dicomweb.wire.rendering import FORMATS, left_undone, wish_of
from cpms_portal.dicomweb.wire.syntaxes import DICOM, OCTETS, frame_offers, instance_offers
from cpms_portal.imaging.deidentification.syntaxes import NATIVE
from cpms_portal.imaging.frames.decoding import FrameError, frame_of
from cpms_portal.imaging.frames.drawing import SIDE
from cpms_portal.imaging.frames.rendering import Wish, rendered
from cpms_portal.imaging.ingest.describing import BULK
from cpms_portal.imaging.ingest.facts import Facts

PIXELS = "7FE00010"
MOST_PICTURES = 500


class TooManyError(CPMSError):
    """More pictures are wanted than are drawn for one answer."""

    status = 413

    def __init__(self) -> None:
        super().__init__(_("Too many pictures for one answer. Ask for a series or an image."))


def _sent(choice: Choice, kind: str, parts: Iterable[tuple[str, bytes]]) -> Response:
    """Return an answer with parts, or with the only one as it is."""
    if not choice.multipart:
        content_type, content = next(iter(parts))
        response = Response(content)
        response.headers["Content-Type"] = content_type
        return response
    message = Multipart(kind)
    written = message.written((head, [body]) for head, body in parts)
    # What is there already is sent with its length, which clients read faster.
    response = (
        Response(b"".join(written)) if isinstance(parts, list) else Response(app_iter=written)
    )
    response.headers["Content-Type"] = message.content_type
    return response


def instances(shelves: list[Shelf], request: Request, *, only: str = "") -> Response:
    """Send whole instances."""
    if not shelves:
        raise NotThereError
    if only:
        shelf, facts = shelves[0], shelves[0].instance(only)
        choice = choose(accepted(request), instance_offers({facts["syntax"]}), single=True)
        return _sent(choice, DICOM, [sent_instance(facts, one_instance(shelf, facts), choice)])
    choice = choose(accepted(request), instance_offers(syntaxes_of(shelves)))
    found = whole_instances(shelves)
    return _sent(choice, DICOM, _first_made(sent_instance(*one, choice) for one in found))


def _first_made(parts: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Make the first part at once: what cannot be sent is refused before the answer begins."""
    first = next(parts)

    def all_of_them() -> Iterator[tuple[str, bytes]]:
        yield first
        yield from parts

    return all_of_them()


def metadata(shelves: list[Shelf], request: Request, *, only: str = "") -> Response:
    """Send the metadata of instances, as it was prepared when they came."""
    choice, found = chosen(request), []
    for shelf in shelves:
        lines, known = shelf.lines(), shelf.index.instances
        numbers = range(len(lines)) if not only else [shelf.number_of(only)]
        found += [
            _addressed(lines[number], f"{shelf.url}/instances/{known[number]['uid']}")
            for number in numbers
        ]
    return said_in_lines(found, choice)


def _addressed(line: bytes, address: str) -> bytes:
    return line.replace(BULK.encode(), f'"BulkDataURI":"{address}/bulkdata/'.encode())


def frames(shelf: Shelf, request: Request, uid: str, wanted: str) -> Response:
    """Send frames of an instance, counted from 1, separated by commas."""
    facts = shelf.instance(uid)
    numbers = [_whole(part) for part in wanted.split(",")]
    single = len(numbers) == 1
    choice = choose(accepted(request), frame_offers(facts["syntax"]), single=single)
    found = frames_in(shelf, facts, numbers, choice)
    return _sent(choice, choice.offer.kind, list(found) if single else _first_made(iter(found)))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise NotThereError
    return int(text)


def picture(
    shelves: list[Shelf], request: Request, *, wish: str, only: str = "", frame: str = ""
) -> Response:
    """Send pictures: of the frames named, or of the image that stands for all.

    A client that takes a multipart gets every image of a study, series or instance.
    """
    thumbnail, single = wish == "thumbnail", "," not in frame
    offers = [Offer(kind) for kind in FORMATS]
    choice = choose(accepted(request), offers, single=single, alone=single)
    given = dict(parameters(request))
    wanted = wish_of(given, choice.offer.kind, SIDE if thumbnail else 0)
    undone = left_undone(given)
    found = _shown(shelves, only, frame, whole=choice.multipart and not thumbnail)
    if len(found) > MOST_PICTURES:
        raise TooManyError
    parts = [(choice.offer.kind, _drawn(*one, wanted)) for one in found]
    response = _sent(choice, choice.offer.kind, parts)
    for text in undone:
        warn(response, shelves[0].case, text)
    return response


def _drawn(shelf: Shelf, facts: Facts, number: int, wanted: Wish) -> bytes:
    if not 0 <= number < max(facts.get("frames") or 1, 1):
        raise NotThereError
    try:
        return rendered(frame_of(shelf.case.registry, shelf.series, facts, number), facts, wanted)
    except FrameError as error:
        raise NotAcceptableError from error


def _shown(
    shelves: list[Shelf], only: str, frame: str, *, whole: bool
) -> list[tuple[Shelf, Facts, int]]:
    """Return which frames are drawn: those named, every one, or the middle of the first images."""
    if only:
        facts = shelves[0].instance(only)
        numbers = [_whole(part) - 1 for part in frame.split(",")] if frame else None
        return [(shelves[0], facts, number) for number in numbers or _numbers(facts, whole=whole)]
    seen = [(shelf, images_of(shelf)) for shelf in shelves]
    found = [(shelf, images) for shelf, images in seen if images]
    if not found:
        raise NotThereError
    if not whole:
        shelf, images = found[0]
        return [(shelf, images[len(images) // 2], 0)]
    return [
        (shelf, facts, number)
        for shelf, images in found
        for facts in images
        for number in _numbers(facts, whole=True)
    ]


def _numbers(facts: Facts, *, whole: bool) -> range:
    return range(max(facts.get("frames") or 1, 1) if whole else 1)


def bulk_data(shelf: Shelf, request: Request, uid: str, place: str) -> Response:
    """Send a value the metadata only names; compressed pixels frame by frame (PS3.18 8.7.3.5)."""
    facts = shelf.instance(uid)
    if place == PIXELS and facts["syntax"] not in NATIVE:
        every = ",".join(str(number + 1) for number in range(max(facts.get("frames") or 1, 1)))
        return frames(shelf, request, uid, every)
    choice = choose(accepted(request), [Offer(OCTETS)], single=True, alone=True)
    response = _sent(choice, OCTETS, [(OCTETS, large_value(shelf, facts, place))])
    if not choice.multipart:
        # Some of the bytes may be asked for (RFC 9110 section 14).
        response.accept_ranges = "bytes"
        response.conditional_response = True
    return response
