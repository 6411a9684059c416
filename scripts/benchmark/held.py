# SPDX-License-Identifier: Apache-2.0
"""What a front's processes hold for each of many that wait, and how long clients wait while it reloads."""

import dataclasses
import time

import fronts
import load
import processes
from patient_site import PatientSite
from processes import Failure
from swarm import Reader, Request, Swarm, Tunnel, get


class Waiting(Request):
    patience = 60


@dataclasses.dataclass
class Held:
    title: str
    kind: type
    octets: bytes
    count: int
    ready: object  # (swarm, site): how many are held now
    without: tuple = load.THREADED
    front_values = {"connections": 19000}


SCENARIOS = {
    "waiting": Held("8,000 requests that the site answers after 8 s", Waiting, get("/wait/8"), 8000,
                    lambda swarm, site: site.waiting),
    "tunnel": Held("2,000 idle tunnels", Tunnel, get("/tunnel", "bench.test", "Connection: Upgrade", "Upgrade: echo"), 2000,
                   lambda swarm, site: site.tunnels),
    "reader": Held("300 clients that do not read their 8 MiB", Reader, get("/octets/8388608"), 300,
                   lambda swarm, site: site.requests),
}


def memory(front):
    """KiB that no other process has."""
    return processes.usage(front.pid, with_memory=True).dirty / 1024


def sample(scenario, front, site):
    """Of a front that has done nothing yet."""
    before, opened_before = memory(front), processes.descriptors(front.pid)
    with Swarm(scenario.kind, front.plain, scenario.octets, count=scenario.count, rate=4000,
                      **({"hold": 30} if scenario.kind is Reader else {})) as swarm:
        swarm.wait_for(lambda s: scenario.ready(s, site) >= scenario.count or s.bad, 20)
        if swarm.bad or scenario.ready(swarm, site) < scenario.count:
            raise Failure(f"{front.name} holds {scenario.ready(swarm, site)} of {scenario.count} ({scenario.title})")
        time.sleep(0.5 if scenario.kind is Waiting else 1.5)
        return {"each": (memory(front) - before) / scenario.count,
                "descriptors": (processes.descriptors(front.pid) - opened_before) / scenario.count, "failed": swarm.bad}


@dataclasses.dataclass
class Reloading:
    title: str = "8 clients with a new connection each time, while the front reloads every second for 8 s"
    seconds: int = 8
    without: tuple = ("v6front-borrowed",)
    front_values = {}


RELOADING = {"reload": Reloading()}


def sample_reloading(scenario, front, _site):
    with Swarm(Request, front.plain, get("/", "bench.test", "Connection: close"), count=8, rate=500, again=True) as swarm:
        for _ in range(scenario.seconds):
            time.sleep(1)
            fronts.reload(front)
        time.sleep(1)
        times = swarm.end()
        if not times:
            raise Failure(f"{front.name} answers nothing while it reloads")
        return {"p99_ms": times[int(len(times) * 0.99)] * 1000, "max_ms": times[-1] * 1000,
                "requests": len(times), "failed": swarm.bad}


def patient(certificates):
    """The site of these."""
    site = PatientSite()
    site.tls_port, site.ca = certificates.tls_port, certificates.ca
    return site
