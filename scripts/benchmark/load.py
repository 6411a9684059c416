# SPDX-License-Identifier: Apache-2.0
"""The scenarios, and the clients that play them: wrk for HTTP/1.1, h2load for HTTP/2."""

import dataclasses
import http.client
import json
import pathlib
import re
import ssl

import backend
from processes import Failure

LUA = pathlib.Path(__file__).with_name("load.lua")


@dataclasses.dataclass
class Scenario:
    title: str
    path: str
    body: int  # bytes of the answer's body
    connections: int = 32
    upload: int = 0
    close: bool = False
    tls: bool = False
    h2: bool = False
    spread: int = 1  # over so many virtual hosts, and as many routes of the first
    workers: int = 1
    without: tuple = ()  # fronts that cannot do it, or would take all the time

    @property
    def front_values(self):
        """What the front is started with."""
        return {"spread": self.spread, "workers": self.workers, "connections": max(8192, 3 * self.connections)}


THREADED = ("v6front-borrowed", "mod_proxy")  # a connection in progress has a thread there


def flat(connections):
    return Scenario(f"GET 53 bytes, {connections} kept connections, 4 engines, workers or threads", "/small",
                    len(backend.SMALL), connections=connections, workers=4, without=THREADED)


def spread(count):
    return Scenario(f"GET 53 bytes, 64 kept connections, {count} virtual host{'s' if count > 1 else ''} and routes, "
                    "4 engines, workers or threads", "/small", len(backend.SMALL), connections=64, spread=count, workers=4,
                    without=THREADED)


SCENARIOS = {
    "small": Scenario("GET 53 bytes, 32 kept connections", "/small", len(backend.SMALL)),
    "small256": Scenario("GET 53 bytes, 256 kept connections", "/small", len(backend.SMALL), connections=256,
                         without=("v6front-borrowed",)),  # 64 threads, and a kept connection may be closed for another
    "1k": Scenario("GET 1 KiB, 32 kept connections", "/1k", backend.FILES["1k"]),
    "64k": Scenario("GET 64 KiB, 32 kept connections", "/64k", backend.FILES["64k"]),
    "10m": Scenario("GET 10 MiB, 8 kept connections", "/10m", backend.FILES["10m"], connections=8),
    "post": Scenario("POST 64 KiB, 32 kept connections", "/upload", 6, upload=backend.UPLOAD),
    "form": Scenario("POST 200 bytes, 32 kept connections", "/upload", 6, upload=200),
    "new": Scenario("GET 53 bytes, a new connection each", "/small", len(backend.SMALL), close=True),
    "tls": Scenario("GET 53 bytes by TLS, 32 kept connections", "/small", len(backend.SMALL), tls=True),
    "newtls": Scenario("GET 53 bytes, a new TLS connection each", "/small", len(backend.SMALL), tls=True, close=True),
    "https": Scenario("GET 53 bytes from an https:// site, 32 kept connections", "/https/small", len(backend.SMALL)),
    "https64k": Scenario("GET 64 KiB from an https:// site, 32 kept connections", "/https/64k", backend.FILES["64k"]),
    "h2": Scenario("GET 53 bytes by HTTP/2, 8 connections of 4 streams", "/small", len(backend.SMALL), tls=True,
                   h2=True, connections=8),
    **{f"flat{n}": flat(n) for n in (10, 256, 1000, 5000)},
    **{f"spread{n}": spread(n) for n in (1, 10, 200)},
}


def command(scenario, front, seconds, h2_log):
    url = front.url(scenario.tls, scenario.path)
    if scenario.h2:
        # h2load leaves the brackets out of an IPv6 authority, which every server refuses.
        return ["h2load", "-t1", f"-c{scenario.connections}", "-m4", f"-D{seconds}", f"--log-file={h2_log}",
                f"-H:authority: bench.test:{front.tls}", url]
    return ["wrk", "-t1", f"-c{scenario.connections}", f"-d{seconds}s", "--timeout=10s", f"-s{LUA}", url, "--",
            "POST" if scenario.upload else "GET", str(scenario.upload), "close" if scenario.close else "keep", str(scenario.spread)]


def outcome(scenario, output, seconds, h2_log):
    """requests (answered well), seconds, p50_us, p99_us, failed of a client that has ended."""
    if scenario.h2:
        return h2_outcome(output, seconds, h2_log)
    line = re.search(r"^result (.*)$", output, re.MULTILINE)
    if not line:
        raise Failure(f"wrk says no result: {output.strip()}")
    result = json.loads(line[1])
    # Whole answers only: a front that cuts bodies short must not look fast.
    if result["bytes"] < result["requests"] * scenario.body:
        raise Failure(f"{result['requests']} answers had {result['bytes']} bytes in all, which is too few")
    result["requests"] -= result["errors"]["status"]
    return result


def h2_outcome(output, seconds, h2_log):
    if "Application protocol: h2" not in output:
        raise Failure(f"the front does not speak HTTP/2: {output.strip()}")
    counts = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", output)
    good = re.search(r"status codes: (\d+) 2xx", output)
    if not counts or not good:
        raise Failure(f"h2load says no result: {output.strip()}")
    # Started, status, microseconds.
    times = sorted(int(line.split("\t")[2]) for line in h2_log.read_text().splitlines())
    h2_log.unlink()
    if not times:
        raise Failure(f"h2load had no answer: {output.strip()}")
    return {"requests": int(good[1]), "seconds": float(seconds), "failed": int(counts[1]) - int(good[1]),
            "p50_us": times[len(times) // 2], "p99_us": times[len(times) * 99 // 100]}


def check(scenario, front):
    """Requests that must be answered right, before anything is measured: one, and one of each end of what it is spread
    over."""
    last = scenario.spread - 1
    for host, path in [("bench.test", "")] + [(f"h{last}.test", ""), ("bench.test", f"/r{last}")] * (last > 0):
        check_one(scenario, front, host, path + scenario.path)


def check_one(scenario, front, host, path):
    if scenario.tls:
        anyone = ssl.create_default_context()
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        client = http.client.HTTPSConnection("::1", front.tls, timeout=10, context=anyone)
    else:
        client = http.client.HTTPConnection("::1", front.plain, timeout=10)
    try:
        client.request("POST" if scenario.upload else "GET", path,
                       body=b"x" * scenario.upload if scenario.upload else None, headers={"Host": host})
        answer = client.getresponse()
        size = len(answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise Failure(f"{front.name} does not answer {path} of {host}: {error!r}") from error
    finally:
        client.close()
    if answer.status != 200 or size != scenario.body:
        raise Failure(f"{front.name} answers {path} of {host} with {answer.status} and {size} bytes, "
                      f"not with 200 and {scenario.body}")
