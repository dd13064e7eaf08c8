"""``./cpms listen`` as a process of its own, over TLS, with dcmtk as the other end."""

from __future__ import annotations

import datetime
import ipaddress
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cpms_portal.dicomweb.inbox.parcels import bundle_of, inbox_of
from cpms_portal.scripts._opening import configured
from cpms_portal.scripts._project import project_folder
from tests.dicomweb.test_listener import CENTRE, dcmtk, on_disk
from tests.factories.dicom import StudyPlan
from tests.served import free_port, logging_at

pytestmark = pytest.mark.storages("filestorage")  # the listener opens no database
PATIENCE = 60
INI = """[app:main]
use = config:{development}
cpms.var = {folder}
cpms.dicomweb.titles = DE40 {centre} PACS1
cpms.dicomweb.listen = 127.0.0.1:{port}
{tls}
""" + logging_at("WARNING")
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Invented hospital")])


def certified(folder: Path, name: str) -> tuple[str, str]:
    """Make a key and a certificate that vouches for itself; return the files they lie in."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / f"{name}.key", folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(pem, form, plain))
    certificate_file.write_bytes(certificate.public_bytes(pem))
    return str(key_file), str(certificate_file)


class Running:
    """A listener that runs: its process, its port, and the inbox it fills."""

    def __init__(self, process: subprocess.Popen, port: int, ini: Path) -> None:
        self.process = process
        self.port = port
        self.inbox = inbox_of(configured(ini).registry, CENTRE)

    def stored(self) -> int:
        """Return how many instances wait."""
        return sum(parcel.count for parcel in self.inbox.parcels())

    def end(self) -> int:
        """Tell the process to end, as a service manager does, and return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


class Ends:
    """The two ends and their certificates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.portal = certified(folder, "portal")
        self.hospital = certified(folder, "hospital")
        self.stranger = certified(folder, "stranger")

    def tls(self, who: tuple[str, str]) -> list[str]:
        """Return the options with which dcmtk shows a certificate and trusts the portal's."""
        return ["+tls", *who, "+cf", self.portal[1]]

    def call(self, program: str, running: Running, who: tuple[str, str], *more: str) -> int:
        """Call the listener with a program of dcmtk."""
        title = next((word[6:] for word in more if word.startswith("title=")), "DE40")
        files = [word for word in more if not word.startswith("title=")]
        place = ["-aet", "PACS1", "-aec", title, "127.0.0.1", str(running.port)]
        return dcmtk(program, *self.tls(who), *place, *files)


@pytest.fixture(scope="module")
def ends(tmp_path_factory) -> Ends:
    """Certificates of the portal, of a hospital it knows and of somebody it does not."""
    return Ends(tmp_path_factory.mktemp("tls"))


@contextmanager
def listening(ends: Ends, folder: Path, *, tls: bool = True) -> Iterator[Running]:
    """Run ``./cpms listen`` until the end of the block."""
    port, ini = free_port(), folder / "listen.ini"
    key, certificate = ends.portal
    lines = (
        f"cpms.dicomweb.tls_certificate = {certificate}\ncpms.dicomweb.tls_key = {key}\n"
        f"cpms.dicomweb.tls_callers = {ends.hospital[1]}\n"
    )
    ini.write_text(
        INI.format(
            development=project_folder() / "development.ini",
            folder=folder / "var",
            centre=CENTRE,
            port=port,
            tls=lines if tls else "",
        )
    )
    command = [sys.executable, "-m", "cpms_portal.scripts", "listen", "--ini", str(ini)]
    process = subprocess.Popen(
        command, cwd=project_folder(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        first = process.stdout.readline()
        assert f"port {port} as DE40" in first, first + process.stderr.read()
        yield Running(process, port, ini)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def running(ends, tmp_path_factory) -> Iterator[Running]:
    """A listener with TLS that lets the hospital's certificate in."""
    with listening(ends, tmp_path_factory.mktemp("listen")) as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[str]:
    """The files of a study of four slices."""
    folder = on_disk(
        tmp_path_factory.mktemp("sent"), StudyPlan(uid_seed="tls", series=1, slices=4, size=64)
    )
    return sorted(map(str, folder.iterdir()))


def test_a_hospital_when_it_calls_over_tls_then_is_heard_and_its_study_waits(
    ends, running, files
) -> None:
    assert ends.call("echoscu", running, ends.hospital) == 0
    assert ends.call("storescu", running, ends.hospital, *files) == 0
    assert running.stored() == 4


def test_an_unknown_title_when_called_over_tls_then_is_refused(ends, running, files) -> None:
    before = running.stored()
    assert ends.call("echoscu", running, ends.hospital, "title=NOBODY") != 0
    assert ends.call("storescu", running, ends.hospital, "title=NOBODY", *files) != 0
    assert running.stored() == before


def test_a_certificate_nobody_knows_when_shown_then_is_refused(ends, running, files) -> None:
    assert ends.call("echoscu", running, ends.stranger) != 0
    assert ends.call("storescu", running, ends.stranger, *files) != 0


def test_a_call_without_tls_when_made_then_is_refused(running) -> None:
    address = ["-to", "5", "-ta", "5", "-aet", "PACS1", "-aec", "DE40", "127.0.0.1"]
    assert dcmtk("echoscu", *address, str(running.port)) != 0


def test_somebody_who_connects_and_falls_silent_then_keeps_nobody_out(ends, running) -> None:
    silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(3)]
    try:
        begun = time.monotonic()
        assert ends.call("echoscu", running, ends.hospital) == 0
        assert time.monotonic() - begun < PATIENCE / 4
    finally:
        for one in silent:
            one.close()


@pytest.mark.parametrize("tls", [True, False])
def test_a_listener_that_is_told_to_end_when_a_study_comes_then_keeps_what_it_acknowledged(
    ends, tmp_path, tls
) -> None:
    plan = StudyPlan(uid_seed="ended", series=2, slices=75, size=128)
    (tmp_path / "sent").mkdir()
    folder = on_disk(tmp_path / "sent", plan)
    options = ends.tls(ends.hospital) if tls else []
    with listening(ends, tmp_path, tls=tls) as running:
        sender = subprocess.Popen(
            ["storescu", "-v", *options, "+sd", "-aet", "PACS1", "-aec", "DE40",
             "127.0.0.1", str(running.port), str(folder)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(sender.stdout))
        reader.start()
        until = time.monotonic() + PATIENCE
        while running.stored() < 10 and time.monotonic() < until:
            time.sleep(0.02)
        assert running.end() == 0
        assert sender.wait(PATIENCE) != 0
        reader.join(PATIENCE)
        sender.stdout.close()
        acknowledged = sum("Received Store Response (Success)" in line for line in said)
        assert 10 <= running.stored() < 150
        assert acknowledged <= running.stored() <= acknowledged + 1
        assert all(b"".join(bundle_of(parcel)) for parcel in running.inbox.parcels())
        assert plan.person.family not in running.process.stderr.read()


def test_a_certificate_that_is_not_there_when_the_listener_starts_then_it_says_so(
    ends, tmp_path
) -> None:
    ini = tmp_path / "wrong.ini"
    ini.write_text(
        INI.format(
            development=project_folder() / "development.ini", folder=tmp_path / "var",
            centre=CENTRE, port=free_port(),
            tls="cpms.dicomweb.tls_certificate = /nowhere/portal.pem",
        )
    )  # fmt: skip
    command = [sys.executable, "-m", "cpms_portal.scripts", "listen", "--ini", str(ini)]
    done = subprocess.run(
        command, cwd=project_folder(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 1
    assert "cannot listen" in done.stderr
    assert "Traceback" not in done.stderr
