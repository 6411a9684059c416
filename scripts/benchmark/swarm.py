# SPDX-License-Identifier: Apache-2.0
"""Many clients in one process, on raw sockets and epoll: thousands of connections cost it little. Each client is one
connection with one request, and does what its kind says."""

import array
import dataclasses
import errno
import heapq
import itertools
import multiprocessing
import os
import select
import socket
import time

from processes import end_with_parent

# held: connections that are open now. failed: another answer than that which was wanted. broken: an end before the
# whole answer. refused: no connection. retried: kept connections that ended before anything of an answer.
COUNTS = ("opened", "held", "answered", "failed", "broken", "refused", "retried", "unanswered")
PATIENCE = 5  # seconds for an answer, of those that say nothing else


class Answer:
    """A response as it arrives: status and whether all of it is there."""

    def __init__(self):
        self.head, self.status, self.left = b"", 0, None

    def take(self, data):
        """What is left behind the head, of a 101; otherwise nothing."""
        if self.status:
            self.left -= len(data)
            return b""
        self.head += data
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return b""
        head, rest = self.head[:end].lower(), self.head[end + 4:]
        self.status = int(head[9:12])
        length = head.find(b"content-length:")
        # One without a length ends with its connection, which is as good as never: no site here sends that.
        self.left = int(head[length + 15:].split(b"\r", 1)[0]) if length >= 0 else 1 << 60
        self.left -= len(rest)
        return rest

    @property
    def whole(self):
        return bool(self.status) and self.left <= 0


class Request:
    """Sends a request whole, and reads the response whole. A connection is fresh, or kept for `repeat` requests."""

    read_at_once = 65536
    patience = PATIENCE
    wanted = (200,)

    def __init__(self, asked):
        self.asked, self.at, self.due, self.answer, self.used = asked, 0.0, None, Answer(), 0

    def begin(self, now):
        self.at, self.answer = now, Answer()
        self.due = now + self.patience
        return self.asked.octets

    def take(self, data, _now):
        """True: answered, False: failed, None: not yet."""
        self.answer.take(data)
        if self.answer.status and self.answer.status not in self.wanted:
            return False
        return True if self.answer.whole else None

    def tick(self, _now):
        """At `due`: octets to send, or None if the time is up."""
        return None


class Dripping(Request):
    """Sends what is behind `ahead` octets of its request at an octet a second. An end by the front is no fault."""

    def begin(self, now):
        self.at, self.sent, self.due = now, self.asked.ahead, now + 1
        return self.asked.octets[:self.sent]

    def tick(self, now):
        self.sent, self.due = self.sent + 1, now + 1
        return self.asked.octets[self.sent - 1:self.sent]


class Reader(Request):
    """Reads its response in small pieces, with a pause after each; nothing at all before `hold` seconds are over."""

    read_at_once = 16384
    patience = 60
    receive_buffer = 8192

    def begin(self, now):
        octets = super().begin(now)
        self.pause_until = now + self.asked.hold
        return octets


class Tunnel(Request):
    """Becomes a tunnel, and says a word every second, which must come back."""

    WORD = b"words that go through and back\n"
    patience = 20

    def begin(self, now):
        self.open, self.back = False, b""
        return super().begin(now)

    def take(self, data, now):
        if not self.open:
            data = self.answer.take(data)
            if not self.answer.status:
                return None
            if self.answer.status != 101:
                return False
            self.open, self.due = True, now + 0.05  # the first word
        self.back += data
        while len(self.back) >= len(self.WORD):
            if not self.back.startswith(self.WORD):
                return False
            self.back = self.back[len(self.WORD):]
            self.asked.echoed()
        return None

    def tick(self, now):
        if not self.open:
            return None
        self.due = now + 1
        return self.WORD


class Rude(Request):
    """Goes away in the middle: of its request, of the response, or before either, each in turn."""

    turns = itertools.count()

    def begin(self, now):
        self.turn = next(self.turns) % 3
        self.at, self.due = now, now + (0.002, 0.01, 0.0)[self.turn]
        return self.asked.octets if self.turn else self.asked.octets[:20]

    def take(self, data, _now):
        return True

    def tick(self, _now):
        return None


@dataclasses.dataclass
class Asked:
    """What all clients of one swarm do."""
    kind: type
    port: int
    octets: bytes
    count: int = 1         # connections at once
    rate: float = 2000     # new ones a second
    total: int = 0         # connections in all; 0: `count`, or with `again` no end
    repeat: int = 1        # requests on a connection
    again: bool = False    # who is done begins anew, after `pause`
    pause: float = 0.0
    ahead: int = 0         # Dripping
    hold: float = 0.0      # Reader
    echoed: object = None  # Tunnel
    urgent: bool = False   # before all others, so that what it measures is not its own wait

    def __post_init__(self):
        if not self.again and not self.total:
            self.total = self.count


def get(path, host="bench.test", *fields):
    return "\r\n".join((f"GET {path} HTTP/1.1", f"Host: {host}", *fields, "\r\n")).encode()


def post(path, octets, host="bench.test", *fields):
    head = (f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {octets}", *fields, "\r\n")
    return "\r\n".join(head).encode() + b"x" * octets


class Swarm:
    """A process full of clients. Leaving the `with` block ends it."""

    def __init__(self, *args, **values):
        self.asked = Asked(*args, **values)
        self._counts = multiprocessing.Array("q", len(COUNTS), lock=False)
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=run, args=(self.asked, self._counts, theirs), daemon=True)
        self._times = None
        self._process.start()
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def __getattr__(self, name):
        if name in COUNTS:
            return self._counts[COUNTS.index(name)]
        raise AttributeError(name)

    @property
    def done(self):
        return self.answered + self.bad

    @property
    def bad(self):
        return self.failed + self.broken + self.refused + self.unanswered

    def wait_for(self, condition, patience):
        """Until condition(self) holds; whether it did in time."""
        end = time.monotonic() + patience
        while not condition(self):
            if time.monotonic() > end or not self._process.is_alive():
                return condition(self)
            time.sleep(0.01)
        return True

    def end(self):
        """Whoever still waits for an answer has none. Returns the seconds that each answered request took, sorted."""
        if self._times is None:
            self._times = []
            try:
                self._ours.send("end")
                if self._ours.poll(20):
                    self._times = sorted(array.array("f", self._ours.recv_bytes()))
            except (OSError, EOFError):
                pass  # it was ended with us
            self._process.join(5)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
        return self._times


def run(asked, counts, pipe):
    end_with_parent()
    if asked.urgent:
        try:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        except OSError:
            pass  # not root
    try:
        loop = Loop(asked, counts)
        while not pipe.poll():
            loop.turn()
        pipe.recv()
        pipe.send_bytes(loop.end())
    except (KeyboardInterrupt, BrokenPipeError, EOFError):
        pass


class Loop:
    def __init__(self, asked, counts):
        self._asked, self._counts = asked, counts
        self._poll, self._clients, self._times = select.epoll(), {}, array.array("f")
        self._due, self._order = [], itertools.count()
        self._began, self._opened, self._waiting = time.monotonic(), 0, 0
        if asked.kind is Tunnel:
            asked.echoed = lambda: self._count("answered")

    def _count(self, name, by=1):
        self._counts[COUNTS.index(name)] += by

    def _may_open(self, now):
        return (self._waiting + len(self._clients) < self._asked.count and
                (not self._asked.total or self._opened < self._asked.total) and
                self._opened < (now - self._began) * self._asked.rate + 1)

    def turn(self):
        now = time.monotonic()
        for _ in range(200):
            if not self._may_open(now):
                break
            self._open(now)
            if not self._asked.again:
                now = time.monotonic()
        step = 0.01 if self._may_open(now) or self._asked.urgent else 0.05
        if self._due:
            step = max(0.0, min(step, self._due[0][0] - now))
        for number, _ in self._poll.poll(step):
            self._ready(number)
        self._tick()

    def _open(self, now):
        peer = socket.socket(socket.AF_INET6)
        peer.setblocking(False)
        if buffer := getattr(self._asked.kind, "receive_buffer", 0):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client = self._asked.kind(self._asked)
        client.at, client.peer, client.rest, client.due = now, peer, None, now + client.patience
        self._opened += 1
        self._count("held")
        error = peer.connect_ex(("::1", self._asked.port))
        self._clients[peer.fileno()] = client
        if error not in (0, errno.EINPROGRESS):
            self._finish(client, "refused")
            return
        self._poll.register(peer, select.EPOLLOUT)
        self._later(client)

    def _later(self, client):
        heapq.heappush(self._due, (client.due, next(self._order), client))

    def _finish(self, client, how):
        if client.peer is None:
            return
        self._clients.pop(client.peer.fileno())
        client.peer.close()
        client.peer = None
        self._count("held", -1)
        if how:
            self._count(how)
        if self._asked.again and self._asked.pause:
            self._waiting += 1
            heapq.heappush(self._due, (time.monotonic() + self._asked.pause, next(self._order), None))

    def _ready(self, number):
        client = self._clients.get(number)
        if client is None:
            return
        if client.rest is None:
            if error := client.peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._finish(client, "unanswered" if error == errno.ETIMEDOUT else "refused")
                return
            self._count("opened")
            began, client.rest = client.at, b""
            self._send(client, client.begin(time.monotonic()))
            client.at = began  # the connect is part of what it takes
            if client.peer:
                self._later(client)
        elif client.rest:
            self._send(client, b"")
        else:
            self._receive(client)

    def _send(self, client, octets):
        client.rest += octets
        try:
            client.rest = client.rest[client.peer.send(client.rest):] if client.rest else b""
        except BlockingIOError:
            pass
        except OSError:
            self._closed(client)
            return
        self._poll.modify(client.peer, select.EPOLLIN | (select.EPOLLOUT if client.rest else 0))

    def _receive(self, client):
        now = time.monotonic()
        if isinstance(client, Reader) and now < client.pause_until:
            self._poll.unregister(client.peer)  # otherwise ends and errors come again and again
            heapq.heappush(self._due, (client.pause_until, next(self._order), client))
            return
        try:
            data = client.peer.recv(client.read_at_once)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._closed(client)
            return
        good = client.take(data, now)
        if good is None:
            if isinstance(client, Reader):
                client.pause_until = now + self._asked.pause
            elif isinstance(client, Tunnel) and client.due < now + 0.1:
                self._later(client)  # it has just become one
            return
        if not good:
            self._finish(client, "failed")
            return
        self._times.append(now - client.at)
        client.used += 1
        if client.used < self._asked.repeat:
            self._count("answered")
            client.due = now + max(self._asked.pause, 0.0)
            client.idle = True
            self._later(client)
        else:
            self._finish(client, "answered")

    def _closed(self, client):
        """Ended by the front. A kept connection may end between two requests, and any client asks again then."""
        if isinstance(client, Dripping):
            self._finish(client, "refused")
        elif client.used and not client.answer.head:
            self._finish(client, "retried")
        elif getattr(client, "idle", False):
            self._finish(client, "")
        elif client.answer.left and client.answer.left > 1 << 59:
            self._finish(client, "answered")  # it had no length
        else:
            self._finish(client, "answered" if isinstance(client, Rude) else "broken")

    def _tick(self):
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            _, _, client = heapq.heappop(self._due)
            if client is None:
                self._waiting -= 1
            elif client.peer is None:
                pass
            elif isinstance(client, Reader) and client.rest is not None and now < client.due:
                self._poll.register(client.peer, select.EPOLLIN)
            elif client.due > now:
                pass  # a time that another one has replaced
            elif getattr(client, "idle", False):
                client.idle = False
                self._send(client, client.begin(now))
                if client.peer:
                    self._later(client)
            else:
                octets = client.tick(now) if client.rest is not None else None
                if octets is None:
                    self._finish(client, "answered" if isinstance(client, Rude) else "unanswered")
                    continue
                self._send(client, octets)
                if client.peer:
                    self._later(client)

    def end(self):
        for client in list(self._clients.values()):
            idle = getattr(client, "idle", False) or isinstance(client, (Dripping, Rude))
            tunnel = isinstance(client, Tunnel) and client.rest is not None and client.open
            began = time.monotonic() - client.at > 1  # who has just begun has not been let down
            self._finish(client, "" if idle or tunnel or not began else "unanswered")
        return self._times.tobytes()
