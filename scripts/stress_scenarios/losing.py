# SPDX-License-Identifier: Apache-2.0
"""What a front depends on is taken away, and given back: its processes, its site, the name server, descriptors, memory,
the disk."""

import fcntl
import multiprocessing
import os
import signal
import subprocess
import threading
import time

import network
import processes
from holding import Waiting, outcome
from sizes import sizes
from swarm import Request, get, post

NAME = "site.test"


def load(play, path="/", host="bench.test"):
    """Some clients for the whole time, on fresh connections and on kept ones."""
    return (play.swarm(Request, get(path, host, "Connection: close"), count=8, rate=400, again=True),
            play.swarm(Request, get(path, host), count=8, rate=400, again=True, repeat=1000, pause=0.02))


def seconds_to_200(play, patience=15):
    began = time.monotonic()
    while play.status("/", patience=1) != 200:
        if time.monotonic() - began > patience:
            return None
        time.sleep(0.005)
    return time.monotonic() - began


def in_ms(seconds):
    return "never" if seconds is None else f"{seconds * 1000:.0f} ms"


def total(swarms):
    for swarm in swarms:
        swarm.end()
    bad = sum(swarm.bad for swarm in swarms)
    return bad, f"{bad} failed of {sum(swarm.done for swarm in swarms)}"


@sizes(times=(1, 4))
def killed_child(play, stack, times):
    """kill -9 of a process that serves, under load ({times} x)"""
    play.start(stack)
    play.expected = ("exit signal Killed", "AH00052")
    both = [stack.enter_context(swarm) for swarm in load(play)]
    for _ in range(times):
        time.sleep(play.size(0.5, 1))
        if workers := play.workers():
            os.kill(workers[-1], signal.SIGKILL)
        time.sleep(play.size(1, 1.5))
    bad, words = total(both)
    play.say(words)
    # Each of the 16 clients may have been at that process.
    play.limit(bad <= 16 * times, "at most the 16 requests that were in it")
    play.conclude(lost=times)


@sizes(times=(1, 3))
def killed_site(play, stack, times):
    """kill -9 of the site for a second, under load ({times} x)"""
    play.start(stack)
    play.expected = ("V6F0101", "V6F0102", "V6F0103", "V6F0104")
    both = [stack.enter_context(swarm) for swarm in load(play)]
    took, down = [], 0
    for _ in range(times):
        time.sleep(play.size(0.3, 1))
        play.site.kill()
        time.sleep(1)
        down += sum(swarm.unanswered for swarm in both)
        play.site.start()
        took.append(seconds_to_200(play))
    _, words = total(both)
    longest = None if None in took else max(took)
    play.say(f"back after {in_ms(longest)} at most; {words} (the site is away {times} s)")
    play.limit(longest is not None and longest < 1, "back within 1 s")
    play.conclude()


def name_server(ready):
    processes.end_with_parent()
    names = network.NameServer(NAME)
    names.a = ["127.0.0.1"]
    ready.set()
    threading.Event().wait()


def start_name_server():
    ready = multiprocessing.Event()
    process = multiprocessing.Process(target=name_server, args=(ready,), daemon=True)
    process.start()
    ready.wait(5)
    return process


def by_name(play):
    """The site by its name, refreshed each second, where the configuration has its address."""
    port, target = play.site.port, f"{NAME}:{play.site.port}"

    def change(text):
        if play.kind == "v6front":
            text = text.replace(f"V6FrontPass / http://127.0.0.1:{port}/", f"V6FrontPass / http://{target}/")
            return text.replace("V6FrontThreads", "V6FrontResolve refresh=1\nV6FrontThreads", 1)
        if play.kind == "mod_proxy":
            return text.replace(f"ProxyPass / http://127.0.0.1:{port}/",
                                f"ProxyPass / http://{target}/ addressttl=1 retry=0")
        if play.kind == "nginx":
            text = text.replace("upstream site {", "resolver 127.0.0.1 valid=1s ipv6=off;\n    upstream site {", 1)
            return text.replace("proxy_pass http://site;", f'set $named "{target}"; proxy_pass http://$named;', 1)
        text = text.replace("frontend front", "resolvers dns\n    nameserver one 127.0.0.1:53\n    timeout resolve 1s\n"
                            "    timeout retry 1s\n    hold valid 1s\nfrontend front", 1)
        return text.replace(f"    server site 127.0.0.1:{port}\n", f"    server site {target} check inter 1s resolvers dns "
                            "resolve-prefer ipv4 init-addr last,libc,none\n", 1)
    return change


@sizes(seconds=(2, 8))
def killed_name_server(play, stack, seconds):
    """kill -9 of the name server for {seconds} s, under load"""
    # One at a time, since there is one port 53.
    turn = stack.enter_context(open(play.directory.parent / "name-server", "w", encoding="ascii"))
    fcntl.flock(turn, fcntl.LOCK_EX)
    server = start_name_server()
    try:
        play.start(stack, change=by_name(play))
        both = [stack.enter_context(swarm) for swarm in load(play)]
        time.sleep(1)
        os.kill(server.pid, signal.SIGKILL)
        server.join()
        time.sleep(seconds)
        server = start_name_server()
        time.sleep(play.size(0.5, 2))
        bad, words = total(both)
        play.say(words)
        play.limit(bad == 0, "none failed")
        play.conclude()
    finally:
        server.kill()
        server.join()


@sizes(clients=(600, 600), seconds=(2, 5))
def no_descriptors(play, stack, clients, seconds):
    """{clients} idle and waiting clients for {seconds} s, where a process has 256 descriptors"""
    play.start(stack, under=["prlimit", "--nofile=256:256"], connections=200)
    play.expected = ("V6F0308", "V6F0307", "V6F0101", "V6F0301")
    half = clients // 2
    with play.swarm(Request, get("/"), count=half, rate=1000, repeat=2, pause=60) as idle, \
            play.swarm(Waiting, get(f"/wait/{seconds / 2}"), count=half, rate=1000) as waiting:
        time.sleep(seconds)
        waiting.wait_for(lambda s: s.done >= half, seconds * 2)
        waiting.end()
        idle.end()
        play.say(f"waiting: {outcome(waiting, half)}; {idle.answered} idle answered first")
    took = seconds_to_200(play)
    play.say(f"then {in_ms(took)} to a 200")
    play.limit(took is not None and took < 1, "given back within 1 s")
    # While all descriptors belong to requests that wait for their site, who comes new waits, too.
    play.conclude(p99=None)


@sizes(clients=(1000, 3000), seconds=(2, 3))
def no_memory(play, stack, clients, seconds):
    """{clients} waiting requests, while processes get 4 MiB more than they have"""
    play.start(stack)
    play.expected = ("V6F...", "exit signal Abort", "AH00052", "AH00051")  # whoever notices says so
    play.limit_memory(4 << 20)
    with play.swarm(Waiting, get(f"/wait/{seconds}"), count=clients, rate=3000) as waiting:
        waiting.wait_for(lambda s: s.done >= clients, seconds + 6)
        waiting.end()
        play.say(outcome(waiting, clients))
    took = seconds_to_200(play)
    play.say(f"then {in_ms(took)} to a 200")
    play.limit(took is not None and took < 2, "served again within 2 s")
    # httpd's parent looks for processes that have ended once a second; nginx's and HAProxy's master are told.
    play.conclude(lost=20, p99=1100)


@sizes(uploads=(10, 40), seconds=(1, 3))
def full_disk(play, stack, uploads, seconds):
    """logs and temporary files on a full disk, {uploads} uploads of 1 MiB"""
    own = play.directory / play.kind
    own.mkdir(mode=0o755)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs", own], check=True)
    stack.callback(subprocess.run, ["umount", "-l", own], check=False)
    stack.enter_context(play.group)  # ends before the disk does
    play.start(stack)
    with open(own / "filling", "wb", buffering=0) as filling:
        try:
            while True:
                filling.write(b"x" * 4096)
        except OSError:
            pass  # full
    both = [stack.enter_context(swarm) for swarm in load(play)]
    with play.swarm(Request, post("/", 1 << 20), count=4, total=uploads, again=True, rate=50) as swarm:
        swarm.wait_for(lambda s: s.done >= uploads, 20)
        swarm.end()
        play.say(f"uploads: {outcome(swarm, uploads)}")
        play.limit(swarm.answered == uploads, "all uploads")
    time.sleep(seconds)
    bad, words = total(both)
    play.say(words)
    play.limit(bad == 0, "none failed")
    play.conclude()
