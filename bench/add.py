"""Patients enrolled a second through the action, and bytes of storage for each."""

from __future__ import annotations

import random
import time

import transaction

from bench._ground import say, temporary_portal
from cpms_portal.core.actor import system_actor
from cpms_portal.scripts._invented import Filling, fill_patients

PATIENTS = 5_000


def main() -> None:
    """Print the figures."""
    with temporary_portal() as place:

        def keep(_number: int) -> None:
            transaction.commit()

        filling = Filling(place.root, system_actor(place.registry), random.Random(1), keep)
        network = place.root["networks"]["rare-liver"]
        list(fill_patients(network, 40, filling))
        stored, before = place.stored, time.perf_counter()
        list(fill_patients(network, PATIENTS, filling))
        taken = time.perf_counter() - before
        grown = place.stored - stored
        place.connection.db().pack()
        packed = place.stored - stored
    say("add.patients_per_second", PATIENTS / taken, "1/s")
    say("add.bytes_per_patient", grown / PATIENTS, "bytes")
    say("add.bytes_per_patient_packed", packed / PATIENTS, "bytes")


if __name__ == "__main__":
    main()
