# SPDX-License-Identifier: Apache-2.0
"""A site in a process of its own that waits when it is told to: thousands of connections cost it little.

    /wait/SECONDS   answers after that time
    /octets/NUMBER  answers with a body of that size
    /tunnel         becomes a tunnel (Upgrade) that sends back what it gets
    anything else   answers once it has the whole request
"""

import heapq
import itertools
import multiprocessing
import os
import select
import signal
import socket
import time

from processes import end_with_parent, free_port

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
COUNTS = ("requests", "waiting", "tunnels")


class PatientSite:
    def __init__(self, address="127.0.0.1"):
        self.address, self.port = address, free_port(address)
        self._counts = multiprocessing.Array("q", len(COUNTS), lock=False)
        self._process = None
        self.start()

    def start(self):
        for n in range(len(COUNTS)):
            self._counts[n] = 0
        listener = socket.create_server((self.address, self.port), backlog=4096)
        self._process = multiprocessing.Process(target=run, args=(listener, self._counts), daemon=True)
        self._process.start()
        listener.close()

    def kill(self):
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def __getattr__(self, name):
        if name in COUNTS:
            return self._counts[COUNTS.index(name)]
        raise AttributeError(name)


class Connection:
    def __init__(self, peer):
        self.peer, self.got, self.rest, self.length, self.tunnel = peer, b"", b"", None, False


def run(listener, counts):
    end_with_parent()
    try:
        Site(listener, counts).serve()
    except KeyboardInterrupt:
        pass


class Site:
    def __init__(self, listener, counts):
        self._listener, self._counts = listener, counts
        self._poll, self._open, self._due, self._order = select.epoll(), {}, [], itertools.count()
        self._bodies = {}
        listener.setblocking(False)
        self._poll.register(listener, select.EPOLLIN)

    def _count(self, name, by=1):
        self._counts[COUNTS.index(name)] += by

    def serve(self):
        while True:
            patience = max(0.0, self._due[0][0] - time.monotonic()) if self._due else 1.0
            for number, _ in self._poll.poll(patience):
                if number == self._listener.fileno():
                    self._accept()
                elif number in self._open:
                    self._ready(self._open[number])
            while self._due and self._due[0][0] <= time.monotonic():
                connection = heapq.heappop(self._due)[2]
                self._count("waiting", -1)
                if connection.peer:
                    self._send(connection, OK)

    def _accept(self):
        try:
            for _ in range(100):
                peer, _ = self._listener.accept()
                peer.setblocking(False)
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open[peer.fileno()] = Connection(peer)
                self._poll.register(peer, select.EPOLLIN)
        except OSError:
            pass  # that was all, or all descriptors are in use

    def _close(self, connection):
        if connection.peer:
            self._count("tunnels", -connection.tunnel)
            del self._open[connection.peer.fileno()]
            connection.peer.close()
            connection.peer = None

    def _send(self, connection, octets):
        connection.rest += octets
        try:
            if connection.rest:
                connection.rest = connection.rest[connection.peer.send(connection.rest):]
        except BlockingIOError:
            pass
        except OSError:
            self._close(connection)
            return
        self._poll.modify(connection.peer, select.EPOLLOUT if connection.rest else select.EPOLLIN)

    def _ready(self, connection):
        if connection.rest:
            self._send(connection, b"")
            return
        try:
            octets = connection.peer.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            self._close(connection)
        elif connection.tunnel:
            self._send(connection, octets)
        else:
            connection.got += octets
            self._serve_one(connection)

    def _serve_one(self, connection):
        end = connection.got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = connection.got[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15:].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(connection.got) < end + 4 + length:
            return
        connection.got = connection.got[end + 4 + length:]
        self._count("requests")
        self._answer(connection, head.split(b" ", 2)[1])

    def _answer(self, connection, path):
        if path.startswith(b"/wait/"):
            self._count("waiting")
            when = time.monotonic() + float(path[6:])
            heapq.heappush(self._due, (when, next(self._order), connection))
        elif path.startswith(b"/octets/"):
            size = int(path[8:])
            if size not in self._bodies:
                self._bodies[size] = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"o" * size
            self._send(connection, self._bodies[size])
        elif path == b"/tunnel":
            connection.tunnel = True
            self._count("tunnels")
            self._send(connection, b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        else:
            self._send(connection, OK)
