"""WADO-RS (PS3.18 section 10.4): instances, metadata, frames, pictures, large values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.dicomweb.queries.cases import NotThereError, Shelf, middle_of
from cpms_portal.dicomweb.queries.contents import (
    frames_in,
    large_value,
    one_instance,
    sent_instance,
    syntaxes_of,
    whole_instances,
)
from cpms_portal.dicomweb.views.saying import accepted, chosen, said_in_lines
from cpms_portal.dicomweb.wire.accepting import Choice, Offer, choose
from cpms_portal.dicomweb.wire.multipart import Multipart
from cpms_portal.dicomweb.wire.rendering import FORMATS, wish_of
from cpms_portal.dicomweb.wire.syntaxes import DICOM, OCTETS, frame_offers, instance_offers
from cpms_portal.imaging.deidentification.syntaxes import NATIVE
from cpms_portal.imaging.frames.decoding import frame_of
from cpms_portal.imaging.frames.drawing import SIDE
from cpms_portal.imaging.frames.rendering import rendered
from cpms_portal.imaging.ingest.describing import BULK
from cpms_portal.imaging.ingest.facts import Facts

MOST_FRAMES = 1000
PIXELS = "7FE00010"


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
    numbers = [_whole(part) for part in wanted.split(",")[:MOST_FRAMES]]
    single = len(numbers) == 1
    choice = choose(accepted(request), frame_offers(facts["syntax"]), single=single)
    found = frames_in(shelf, facts, numbers, choice)
    return _sent(choice, choice.offer.kind, list(found) if single else _first_made(iter(found)))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise NotThereError
    return int(text)


def picture(
    shelf: Shelf, request: Request, *, wish: str, only: str = "", frame: str = "1"
) -> Response:
    """Send a frame as a picture: the one named, or the middle of the series."""
    facts: Facts = shelf.instance(only) if only else middle_of(shelf)
    choice = choose(accepted(request), [Offer(kind) for kind in FORMATS], single=True)
    wanted = wish_of(request.GET, choice.offer.kind, SIDE if wish == "thumbnail" else 0)
    number = _whole(frame.partition(",")[0]) - 1
    found = frame_of(shelf.case.registry, shelf.series, facts, number)
    return Response(rendered(found, facts, wanted), content_type=choice.offer.kind)


def bulk_data(shelf: Shelf, request: Request, uid: str, place: str) -> Response:
    """Send a value the metadata only names; compressed pixels frame by frame (PS3.18 8.7.3.5)."""
    facts = shelf.instance(uid)
    if place == PIXELS and facts["syntax"] not in NATIVE:
        every = ",".join(str(number + 1) for number in range(max(facts.get("frames") or 1, 1)))
        return frames(shelf, request, uid, every)
    choice = choose(accepted(request), [Offer(OCTETS)], single=True)
    return _sent(choice, OCTETS, [(OCTETS, large_value(shelf, facts, place))])
