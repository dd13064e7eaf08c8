"""Fill the training site with invented patients and panels (--patients, --panels, --seed)."""

from __future__ import annotations

import argparse
import random
import sys
import time

import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.core.settings import setting
from cpms_portal.networks.resources import Network
from cpms_portal.scripts._invented import Filling, fill_panel, fill_patients
from cpms_portal.scripts._opening import opened, take_ini


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the numbers."""
    take_ini(parser)
    parser.add_argument("--patients", type=int, default=100, help="how many to enrol (100)")
    parser.add_argument("--panels", type=int, default=10, help="how many of them with a panel (10)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same people")
    parser.add_argument("--network", default="rare-liver", help="rare-liver")


def run(options: argparse.Namespace) -> int:
    """Enrol and open."""
    with opened(options.ini) as environment:
        registry, root = environment["registry"], environment["root"]
        if setting(registry, "cpms.site") != "training":
            print("cpms: invented patients belong on a training site only", file=sys.stderr)
            return 1
        if options.network not in root["networks"]:
            print(f"cpms: there is no network {options.network}", file=sys.stderr)
            return 1
        filling = Filling(root, system_actor(registry), random.Random(options.seed), _keep)  # noqa: S311 - invented data, not secrets
        return _fill(filling, root["networks"][options.network], options)


def _fill(filling: Filling, network: Network, options: argparse.Namespace) -> int:
    before = time.perf_counter()
    for number, patient in enumerate(fill_patients(network, options.patients, filling)):
        if number < options.panels:
            fill_panel(patient, network, filling)
    taken = time.perf_counter() - before
    print(f"{options.patients} patients, {options.panels} panels in {taken:.1f} s")
    return 0


def _keep(_number: int) -> None:
    transaction.commit()
