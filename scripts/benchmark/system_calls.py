# SPDX-License-Identifier: Apache-2.0
"""System calls of a front for one request, and those of them that fail, counted by strace. The same requests go through
the front twice, once few and once many of them; the difference has no start and no end in it."""

import re
import signal
import socket
import ssl
import subprocess
import time

import backend
import processes
from processes import Failure
from swarm import Answer, get, post

FEW, MANY = 50, 350
BY_TIME = ("pread64", "timerfd_settime")  # looks at deadlines, and at how long a thread waited for a processor


class Client:
    """Asks one after the other, with the same octets each time, on one connection or on a new one each."""

    def __init__(self, port, octets, size, tls=False, fresh=False):
        self._port, self._octets, self._size, self._tls, self._fresh = port, octets, size, tls, fresh
        self._peer = None
        self._anyone = ssl.create_default_context()
        self._anyone.check_hostname, self._anyone.verify_mode = False, ssl.CERT_NONE

    def _connect(self):
        self._peer = socket.create_connection(("::1", self._port), timeout=30)
        if self._tls:
            self._peer = self._anyone.wrap_socket(self._peer)

    def ask(self, times):
        for _ in range(times):
            if self._peer is None:
                self._connect()
            self._peer.sendall(self._octets)
            answer = Answer()
            while not answer.whole:
                data = self._peer.recv(65536)
                if not data:
                    raise Failure("the front closes before its answer is whole")
                answer.take(data)
            if answer.status != 200:
                raise Failure(f"the front answers with {answer.status}")
            if self._fresh:
                # Until the front has closed it, so that this is counted, too.
                while self._peer.recv(65536):
                    pass
                self.close()

    def close(self):
        if self._peer:
            self._peer.close()
        self._peer = None


def cases(front):
    """What is counted: name -> client."""
    small, form, last = get("/small"), post("/upload", 200), get("/small", "bench.test", "Connection: close")
    size, page = len(backend.SMALL), backend.FILES["64k"]
    return {"small": Client(front.plain, small, size), "form": Client(front.plain, form, 6),
            "64k": Client(front.plain, get("/64k"), page), "post": Client(front.plain, post("/upload", backend.UPLOAD), 6),
            "https": Client(front.plain, get("/https/small"), size), "tls": Client(front.tls, small, size, tls=True),
            "new": Client(front.plain, last, size, fresh=True),
            "newtls": Client(front.tls, last, size, tls=True, fresh=True)}


def counted(front, client, times, out):
    """Calls by name while the client asks so many times; and how many of them failed."""
    tracer = subprocess.Popen(
        processes.bound(["strace", "-f", "-q", "-c", "-U", "calls,errors,name", "-o", out,
                         *[part for pid in processes.tree(front.pid) for part in ("-p", pid)]]),
        stderr=subprocess.PIPE, text=True)
    try:
        await_tracer(front, tracer)
        client.ask(times)
    finally:
        tracer.send_signal(signal.SIGINT)
        _, said = tracer.communicate(timeout=20)
    rows = re.findall(r"^ *(\d+) +(\d*) *([a-z]\w*)$", out.read_text(), re.MULTILINE)
    calls = {name: int(count) for count, _, name in rows if name != "total"}
    if not calls:
        raise Failure(f"strace counts nothing: {said.strip()}")
    return calls, {name: int(failed) for _, failed, name in rows if failed and name != "total"}


def await_tracer(front, tracer):
    """Until all threads are traced."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if tracer.poll() is not None:
            raise Failure(f"strace does not start: {tracer.stderr.read().strip()}")
        if all(traced(pid) for pid in processes.tree(front.pid)):
            return
        time.sleep(0.02)
    raise Failure("strace does not reach all threads")


def traced(pid):
    texts = [path.read_text() for path in processes.pathlib.Path(f"/proc/{pid}/task").glob("*/status")]
    return all("TracerPid:\t0\n" not in text for text in texts)


def per_request(front, client, out):
    """Name -> calls for one request; and name -> those that fail."""
    client.ask(20)  # what is made once
    few, many = (counted(front, client, times, out) for times in (FEW, MANY))
    client.close()
    return [{name: (more[name] - less.get(name, 0)) / (MANY - FEW) for name in more if name not in BY_TIME}
            for less, more in zip(few, many)]


def fewest(start, name, out, enough, enough_failed):
    """A machine with other work makes more of them, never fewer: of up to three tries the one with the fewest. Each has
    a front of its own, since one that was stopped for long has gone over to threads."""
    best = None
    for _ in range(3):
        with processes.Group() as group:
            front = start(group)
            both = per_request(front, cases(front)[name], out)
        if best is None or total(both) < total(best):
            best = both
        if total(best) <= enough and sum(best[1].values()) <= enough_failed:
            break
    return best


def total(both):
    return sum(both[0].values())
