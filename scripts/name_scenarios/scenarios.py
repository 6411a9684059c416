# SPDX-License-Identifier: Apache-2.0
"""What happens to the name of a site, each with one front: returns what was seen, and whether that is what the module
promises. The first line of each is its row in the table."""

import threading
import time

import network
from processes import Failure
from run import PATIENCE, Load, in_words


def trap(run, names, _quick):
    """the name leads to the site and to the front itself"""
    names.a, names.aaaa = ["127.0.0.1"], ["::1"]
    site = network.Site("127.0.0.1", run.port)
    run.start(site.port)
    began = time.monotonic()
    status = run.ask()
    return (f"{status or run.no_answer()} after {time.monotonic() - began:.2f} s, "
            f"{site.hits} hit{'' if site.hits == 1 else 's'}"), status == 200 and site.hits == 1


def ipv6_alone(run, names, _quick):
    """the name has an AAAA record alone, which is the front's; then the site's A record appears"""
    names.aaaa = ["::1"]
    site = network.Site("127.0.0.1", run.port)
    run.start(site.port)
    began = time.monotonic()
    status = run.ask()
    took = time.monotonic() - began
    names.a = ["127.0.0.1"]
    seconds = run.seconds_to_200()
    return (f"{status or run.no_answer()} after {took:.1f} s, then 200 {in_words(seconds)}",
            status == 502 and took < 5 and seconds is not None and seconds < 5)


def moved(run, names, quick):
    """the site moves under load, and the old address is gone 5 s later"""
    names.a = ["127.0.0.2"]
    old = network.Site("127.0.0.2", 0)
    new = network.Site("127.0.0.3", old.port)
    run.start(old.port)
    run.seconds_to_200()
    load = Load(run)
    time.sleep(0.5)
    names.a = ["127.0.0.3"]
    began, followed = time.monotonic(), None
    while time.monotonic() < began + (4 if quick else 8):
        if followed is None and new.hits:
            followed = time.monotonic() - began
        if old and time.monotonic() > began + (2 if quick else 5):
            old.end()
            old = None
        time.sleep(0.01)
    text = f"{load.end()}, followed " + ("never" if followed is None else f"after {followed:.1f} s")
    return text, load.bad == 0 and followed is not None


def silent_at_start(run, names, quick):
    """the name server says nothing when the front starts, and is back 3 s after the first request"""
    names.a, names.silent = ["127.0.0.1"], True
    site = network.Site("127.0.0.1", 0)
    try:
        run.start(site.port)
    except Failure:
        return "does not start", False
    threading.Thread(target=run.ask, daemon=True).start()
    time.sleep(1 if quick else 3)
    names.silent = False
    seconds = run.seconds_to_200()
    return f"200 {in_words(seconds)}", seconds is not None


def silent_in_use(run, names, quick):
    """the name server says nothing for 10 s while the site is in use"""
    names.a = ["127.0.0.1"]
    site = network.Site("127.0.0.1", 0)
    run.start(site.port)
    run.seconds_to_200()
    load = Load(run)
    names.silent = True
    time.sleep(3 if quick else 10)
    return load.end(), load.bad == 0


def slow_server(run, names, quick):
    """the name server takes 0.7 s for each answer, from the start on"""
    names.a, names.delay = ["127.0.0.1"], 0.7
    site = network.Site("127.0.0.1", 0)
    try:
        run.start(site.port)
    except Failure:
        return "does not start", False
    load = Load(run, clients=1)
    time.sleep(4 if quick else 10)
    failed = load.end()
    # The very first may have to wait for the name; one more, for a machine with much else to do.
    return f"{failed}, {load.slow} slow, longest {load.longest:.2f} s", load.bad == 0 and load.slow <= 2


def lost(run, names, quick):
    """the name does not exist for 10 s while the site is in use, and is back"""
    names.a = ["127.0.0.1"]
    site = network.Site("127.0.0.1", 0)
    run.start(site.port)
    run.seconds_to_200()
    load = Load(run)
    names.lost = True
    time.sleep(3 if quick else 10)
    failed = load.end()
    names.lost = False
    seconds = run.seconds_to_200()
    return f"{failed}, then 200 {in_words(seconds)}", load.bad == 0 and seconds is not None


def went_round(runs, most):
    """What a client of the first got, and how many requests its one became."""
    began = time.monotonic()
    status = runs[0].ask()
    took = time.monotonic() - began
    # A request is logged at its end, which for those inside a loop may come after the client's. Some go on for
    # long: what waited for a thread is begun when another has given up, and goes round again.
    seen, since = -1, time.monotonic()
    give_up = since + PATIENCE / 2
    while time.monotonic() < min(since + 1, give_up):
        now = sum(run.requests_logged() for run in runs)
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)
    more = "" if time.monotonic() < give_up else "more than "
    return (f"{status or runs[0].no_answer()} after {took:.1f} s, {more}{seen} request{'' if seen == 1 else 's'}",
            status == 508 and 1 <= seen <= most)


def own_address(run, names, _quick):
    """the name leads to the front's own IPv4 address"""
    names.a = ["127.0.0.1"]
    run.start(run.port, on_ipv4=True)
    return went_round([run], most=1)


def two_fronts(run, names, _quick):
    """the name leads to a second such front, whose site is the first"""
    names.a = ["127.0.0.1"]
    second = run.another()
    run.start(second.port, on_ipv4=True)
    second.start(run.port, on_ipv4=True)
    return went_round([run, second], most=3)


# (scenario, with care). Of two fronts, HAProxy's checks would find the other not started yet, and end the loop there.
ALL = [(trap, False), (trap, True), (ipv6_alone, True), (own_address, True), (two_fronts, False), (moved, True),
       (silent_at_start, True), (silent_in_use, True), (slow_server, True), (lost, True)]
