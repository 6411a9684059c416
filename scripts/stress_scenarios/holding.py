# SPDX-License-Identifier: Apache-2.0
"""Thousands that wait: for the site, or for themselves."""

import re
import time

from sizes import sizes
from swarm import Dripping, Reader, Request, Tunnel, get, post

UPGRADE = ("Connection: Upgrade", "Upgrade: echo")


def outcome(swarm, of):
    """Those that are not right, by what came of them."""
    words = [f"{getattr(swarm, name)} {name}" for name in ("failed", "broken", "refused", "unanswered")
             if getattr(swarm, name)]
    return f"{swarm.answered} of {of} answered" + (f" ({', '.join(words)})" if words else "")


def memory(play, count):
    """KiB for each of so many that are held now."""
    return (play.held()[0] - play.begun[0]) / max(count, 1)


class Waiting(Request):
    patience = 30


@sizes(clients=(1000, 9000), seconds=(2, 5))
def slow_sites(play, stack, clients, seconds):
    """{clients} requests wait for a site that answers after {seconds} s"""
    play.start(stack)
    with play.swarm(Waiting, get(f"/wait/{seconds}"), count=clients, rate=3000) as swarm:
        swarm.wait_for(lambda s: play.site.waiting >= min(clients, play.size(clients, 3000 * seconds)) or s.bad,
                       seconds * 0.9)
        held = play.site.waiting
        each = memory(play, held)
        swarm.wait_for(lambda s: s.done >= clients, 20)
        swarm.end()
        play.say(f"{outcome(swarm, clients)}; {held} at once, {each:.0f} KiB each")
        play.limit(swarm.answered == clients, "all answered")
    play.conclude()


# Of 1 MiB the system takes all at once.
@sizes(clients=(50, 200), mib=(3, 8), seconds=(2, 8))
def slow_readers(play, stack, clients, mib, seconds):
    """{clients} clients read nothing of their {mib} MiB for {seconds} s, and then slowly"""
    play.start(stack)
    with play.swarm(Reader, get(f"/octets/{mib << 20}"), count=clients, rate=500, hold=seconds, pause=0.005) as swarm:
        swarm.wait_for(lambda s: s.opened >= clients, 5)
        time.sleep(seconds / 2)
        each = memory(play, swarm.held)
        swarm.wait_for(lambda s: s.done >= clients, seconds + 30)
        swarm.end()
        play.say(f"{outcome(swarm, clients)}; {each:.0f} KiB each")
        play.limit(swarm.answered == clients, "all answered")
    play.conclude()


@sizes(clients=(400, 2000), seconds=(2, 15))
def slow_heads_and_bodies(play, stack, clients, seconds):
    """{clients} clients send an octet a second for {seconds} s, half of them of a head, half of them of a body"""
    play.start(stack)
    head = get("/", "bench.test", "X-Long: " + "x" * 900)
    body = post("/", 1000)
    with play.swarm(Dripping, head, count=clients // 2, rate=400, ahead=1) as heads, \
            play.swarm(Dripping, body, count=clients // 2, rate=400, ahead=len(body) - 1000) as bodies:
        for swarm in (heads, bodies):
            swarm.wait_for(lambda s: s.opened + s.refused >= clients // 2, seconds)
        held = heads.held + bodies.held
        each = memory(play, held)
        time.sleep(seconds)
        play.say(f"{held} at once, {each:.0f} KiB each")
        play.limit(held >= clients * 0.99, "99 % held at once")
    play.conclude()


@sizes(clients=(300, 2000), words=(2, 5))
def tunnels(play, stack, clients, words):
    """{clients} tunnels with {words} words through each and back"""
    # mod_proxy makes tunnels only of what it is told.
    play.start(stack, change=lambda text: re.sub(r"^ProxyPass / .*", r"\g<0> upgrade=ANY", text, count=1, flags=re.MULTILINE))
    with play.swarm(Tunnel, get("/tunnel", "bench.test", *UPGRADE), count=clients, rate=1000) as swarm:
        swarm.wait_for(lambda s: play.site.tunnels >= clients or s.bad, 5)
        time.sleep(0.2)
        held = play.site.tunnels
        each = memory(play, held)
        swarm.wait_for(lambda s: s.answered >= clients * words, 10 + words)
        swarm.end()
        play.say(f"{held} at once, {each:.0f} KiB each; {swarm.answered} words back, {swarm.bad} tunnels ended")
        play.limit(held == clients and swarm.answered >= clients * words and swarm.bad == 0, "all open, all words back")
    play.conclude()
