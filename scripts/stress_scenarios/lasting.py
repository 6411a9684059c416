# SPDX-License-Identifier: Apache-2.0
"""Much for a long time: reloads one after the other, and half a million requests of every kind."""

import itertools
import pathlib
import re
import statistics
import subprocess
import time

import fronts
import processes
from losing import load, total
from processes import Failure
from sizes import sizes
from swarm import Rude, get, post

LUA = pathlib.Path(__file__).with_name("mixed.lua")


@sizes(times=(3, 10))
def reloads(play, stack, times):
    """{times} graceful reloads, one each second, under load"""
    play.start(stack)
    both = [stack.enter_context(swarm) for swarm in load(play)]
    time.sleep(0.5)
    for _ in range(times):
        fronts.reload(play.front)
        time.sleep(1)
    time.sleep(0.5)
    fresh = both[0].end()
    bad, words = total(both)
    p99, longest = (fresh[int(len(fresh) * 0.99)] * 1000, fresh[-1] * 1000) if fresh else (5000, 5000)
    play.say(f"{words}; fresh connections p99 {p99:.0f} ms, max {longest:.0f} ms")
    play.limit(bad == 0, "none failed")
    if not play.quick and not play.watched:
        play.limit(p99 < 60 and longest < 150, "fresh connections p99 < 60 ms, max < 150 ms")
    play.conclude()


def wrk(play, seconds, clients):
    """Requests answered and failed."""
    said = subprocess.run(processes.bound(["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout=10s", f"-s{LUA}",
                                           play.front.url(False, "/")]),
                          capture_output=True, text=True, timeout=seconds + 30, check=False)
    line = re.search(r"^mixed (\d+) (\d+)$", said.stdout, re.MULTILINE)
    if not line:
        raise Failure(f"wrk says no result: {said.stdout} {said.stderr}")
    return int(line[1]), int(line[2])


def growth(points):
    """In the median round, for each of what the first numbers count."""
    return statistics.median((b - a) / (y - x) for (x, a), (y, b) in itertools.pairwise(points))


@sizes(requests=(15000, 500000), round_s=(1, 5))
def mixed(play, stack, requests, round_s):
    """{requests} mixed requests: bodies small and large, both ways, errors, closed and kept connections, clients that go away"""
    play.start(stack, site=play.other)
    # A client that goes away is none of our errors, nor is a site that is closed upon for that.
    rude = [stack.enter_context(play.swarm(Rude, octets, count=4, rate=20, again=True))
            for octets in (get("/64k"), post("/upload", 50000))]
    wrk(play, 1, 64)  # the first second fills pools
    asked = failed = 0
    points, open_ones = ([(0, held)] for held in play.held())
    patience = play.size(20, 75)
    end = time.monotonic() + patience
    while asked < requests and time.monotonic() < end:
        good, bad = wrk(play, round_s, 64)
        asked, failed = asked + good + bad, failed + bad
        now = play.held()
        points.append((asked / 1000, now[0]))
        open_ones.append((asked / 1000, now[1]))
    for swarm in rude:
        swarm.end()
    # What is needed at once grows by chance, in steps with nothing in between: a request that loses memory loses it in
    # every round.
    grown, opened = growth(points), growth(open_ones)
    left = descriptors_left(play)
    play.say(f"{failed} failed of {asked}; {points[1][1] / 1024:.1f} MiB after {points[1][0]:.0f} thousand, "
             f"{points[-1][1] / 1024:.1f} MiB at the end; in the median round {grown * 1.024:+.1f} octets per request, "
             f"{opened:+.3f} descriptors per 1000 requests; {left:+d} descriptors after it")
    play.limit(failed == 0, "none failed")
    if not play.quick and not play.watched:
        # Half of the smallest piece of memory that there is, lost by each request.
        play.limit(grown < 16, "memory +16 octets per request")
        # Idle connections to the site are one more or fewer by chance, of a round with 20 to 100 thousand requests.
        play.limit(opened < 0.1, "descriptors +0.1 per 1000 requests")
        play.limit(asked >= requests, f"{requests} requests in {patience} s")
    play.limit(left <= 16, "descriptors given back")
    play.conclude()


def descriptors_left(play):
    """More than at the start, once idle connections to the site have had their time."""
    end = time.monotonic() + 6
    while (more := play.held()[1] - play.begun[1]) > 16 and time.monotonic() < end:
        time.sleep(0.2)
    return more
