# SPDX-License-Identifier: Apache-2.0
"""One measurement: a client loads one front for some seconds, and the front's processes are watched."""

import subprocess

import load
import processes
from processes import Failure


def sample(scenario, front, seconds, directory, site):
    h2_log = directory / "h2load.log"
    accepted = site.accepted()
    before = processes.usage(front.pid)
    command = processes.bound(load.command(scenario, front, seconds, h2_log))
    client = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        # Memory while it works, once, because reading it stops the front for a moment.
        try:
            client.wait(timeout=seconds / 2)
        except subprocess.TimeoutExpired:
            pass
        held = processes.usage(front.pid, with_memory=True)
        output, _ = client.communicate(timeout=seconds + 30)
    except subprocess.TimeoutExpired:
        raise Failure(f"{front.name}: the client does not come to an end ({scenario.title})") from None
    finally:
        if client.poll() is None:
            client.kill()
            client.wait()
    after = processes.usage(front.pid)
    accepted = site.accepted() - accepted
    try:
        result = load.outcome(scenario, output, seconds, h2_log)
    except Failure as failure:
        raise Failure(f"{front.name}: {failure}") from None
    requests = result["requests"]
    # CPU over answers that were right: a front that fails fast must not look fast.
    if requests == 0:
        raise Failure(f"{front.name}: not one request was answered well ({scenario.title})")
    return {
        "requests": requests,
        "failed": result["failed"],
        "rate": requests / result["seconds"],
        "cpu_us": (after.cpu_us - before.cpu_us) / requests,
        "site_connections": accepted * 1000 / requests,
        "switches": max(after.switches - before.switches, 0) / requests,
        "p50_us": result["p50_us"],
        "p99_us": result["p99_us"],
        "rss": held.rss,
        "pss": held.pss,
        **({"errors": result["errors"]} if "errors" in result else {}),
    }
