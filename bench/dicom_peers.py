"""DICOMweb side by side with Orthanc: the same data, the same requests, in turn, in one run.

Ours de-identifies and seals what it stores; Orthanc only stores. Figures of this and the other
are medians of the same rounds, so a busy machine is busy for both.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import requests
import transaction
from pyramid.traversal import resource_path

from bench._ground import Place, portal_in, say, settings_in
from bench._served import ini_in, served
from cpms_portal.dicomweb.actions.tokens import Wish, make_token
from cpms_portal.imaging.ingest.invented import InventedSeries, InventedStudy, invented_files
from cpms_portal.patients.resources import Patient
from cpms_portal.security.principals import actor_for
from tests.dicomweb.orthanc import orthanc

SLICES, SIZE, CONNECTIONS, ROUNDS, TIMES = 300, 512, 4, 3, 25
KIND = 'multipart/related; type="application/dicom"; boundary=BENCH'
JSON = {"Accept": "application/dicom+json"}


@dataclass
class Peer:
    """One of the two: its name, where its DICOMweb stands, what every request shows."""

    name: str
    base: str
    sessions: list[requests.Session]
    seconds: list[float] = field(default_factory=list)

    def get(self, path: str, accept: dict[str, str]) -> bytes:
        """Ask on one connection that stays open."""
        answer = self.sessions[0].get(f"{self.base}{path}", headers=accept, timeout=120)
        answer.raise_for_status()
        return answer.content


def _peer(name: str, base: str, headers: dict[str, str]) -> Peer:
    sessions = [requests.Session() for _ in range(CONNECTIONS)]
    for session in sessions:
        session.headers.update(headers)
    return Peer(name, base, sessions)


def _messages(seed: int) -> list[bytes]:
    """Return a new study of 300 slices as one message for each connection."""
    series = (InventedSeries("Venous", SLICES, SIZE),)
    study = InventedStudy(seed, date(2026, 1, 1), series=series)
    files = [content for _, content in invented_files(study)]
    head = b"--BENCH\r\nContent-Type: application/dicom\r\n\r\n"
    return [
        b"".join(head + one + b"\r\n" for one in files[start::CONNECTIONS]) + b"--BENCH--\r\n"
        for start in range(CONNECTIONS)
    ]


def _upload(peer: Peer, messages: list[bytes]) -> None:
    def send(number: int) -> None:
        answer = peer.sessions[number].post(
            f"{peer.base}/studies", messages[number], headers={"Content-Type": KIND, **JSON},
            timeout=600,
        )  # fmt: skip
        answer.raise_for_status()

    before = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, range(CONNECTIONS)))
    peer.seconds.append(time.perf_counter() - before)


def _tokens(place: Place) -> tuple[str, str, str]:
    """Return the address of a patient and a token for each scope."""
    centre = place.root["networks"]["rare-liver"]["germany"]["de40"]
    patient = next(one for one in centre["patients"].values() if isinstance(one, Patient))
    person = place.root["people"].person_of_login("rareliverhpuser1")
    actor = actor_for(place.registry, person)
    made = [make_token(patient, Wish("Bench", scope, 9), actor)[1] for scope in ("read", "store")]
    transaction.commit()
    return resource_path(patient), made[0], made[1]


def _questions(peer: Peer) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the requests that are timed, on the newest study of a peer."""
    found = peer.sessions[0].get(f"{peer.base}/series", headers=JSON, timeout=120).json()
    chosen = next(one for one in found if one["00201209"]["Value"][0] == SLICES)
    study, series = chosen["0020000D"]["Value"][0], chosen["0020000E"]["Value"][0]
    below = f"/studies/{study}/series/{series}"
    instances = peer.sessions[0].get(f"{peer.base}{below}/instances", headers=JSON, timeout=120)
    uid = instances.json()[SLICES // 2]["00080018"]["Value"][0]
    octets = {"Accept": 'multipart/related; type="application/octet-stream"'}
    one = f"{below}/instances/{uid}"
    return {
        "qido_300_instances": (f"{below}/instances", JSON),
        "metadata_300_instances": (f"{below}/metadata", JSON),
        "frame": (f"{one}/frames/1", octets),
        "rendered": (f"{one}/rendered", {"Accept": "image/jpeg"}),
        "thumbnail_128": (f"{one}/rendered?viewport=128,128", {"Accept": "image/jpeg"}),
    }


def _timed(peer: Peer, path: str, accept: dict[str, str]) -> float:
    before = time.perf_counter()
    peer.get(path, accept)
    return (time.perf_counter() - before) * 1000


def _compare(ours: Peer, theirs: Peer) -> None:
    mine, other = _questions(ours), _questions(theirs)
    for name in mine:
        taken: dict[str, list[float]] = {ours.name: [], theirs.name: []}
        for _ in range(TIMES):
            taken[ours.name].append(_timed(ours, *mine[name]))
            taken[theirs.name].append(_timed(theirs, *other[name]))
        medians = {who: statistics.median(found) for who, found in taken.items()}
        for who, median in medians.items():
            say(f"dicom_peers.{name}.{who}", median, "ms")
        say(f"dicom_peers.{name}.ratio", medians[theirs.name] / medians[ours.name], "times faster")


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="cpms-peers-") as name:
        folder = Path(name)
        (folder / "orthanc").mkdir()
        with portal_in(folder, "training") as place:
            path, read, store = _tokens(place)
        ini = ini_in(folder, settings_in(folder, "training"))
        with served(ini) as portal, orthanc(folder / "orthanc") as archive:
            base = f"{portal.address}{path}/dicomweb"
            writer = _peer("ours", base, {"Authorization": f"Bearer {store}"})
            theirs = _peer("orthanc", f"{archive}/dicom-web", {})
            for round_ in range(ROUNDS + 1):
                messages = _messages(round_)
                _upload(writer, messages)
                _upload(theirs, messages)
            for peer in (writer, theirs):
                # The first round starts the workers; it is not counted.
                rate = SLICES / statistics.median(peer.seconds[1:])
                say(f"dicom_peers.upload.{peer.name}", rate, "instances/s")
            ratios = [t / o for o, t in zip(writer.seconds[1:], theirs.seconds[1:], strict=True)]
            say("dicom_peers.upload.ratio", statistics.median(ratios), "times faster")
            reader = _peer("ours", base, {"Authorization": f"Bearer {read}"})
            _compare(reader, theirs)


if __name__ == "__main__":
    main()
