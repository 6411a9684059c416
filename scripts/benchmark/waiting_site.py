# SPDX-License-Identifier: Apache-2.0
"""A site that keeps its clients waiting, and knows how many: by the path, it answers at once, never, with a switch to
another protocol, or with a MiB as fast as it is taken."""

import collections
import select
import socket
import threading
import time

BODY = b"b" * 2**20
ANSWERS = {
    b"/idle": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"/waiting": b"",
    b"/tunnel": (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
    b"/reader": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY,
}


class Site:
    """Runs on a thread of its own."""

    def __init__(self, certificate):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.tls_port, self.ca = 9, certificate  # nobody asks there
        self.asked = collections.Counter()  # by path
        self.moved = time.monotonic()       # the last octet
        self._poll = select.epoll()
        self._poll.register(self.listener, select.EPOLLIN)
        self._clients = {}
        threading.Thread(target=self._run, daemon=True).start()

    def quiet_for(self):
        return time.monotonic() - self.moved

    def _run(self):
        while True:
            for fd, events in self._poll.poll():
                if fd == self.listener.fileno():
                    self._accept()
                else:
                    self._serve(fd, events)

    def _accept(self):
        try:
            while True:
                client, _ = self.listener.accept()
                client.setblocking(False)
                self._clients[client.fileno()] = [client, b"", memoryview(b"")]
                self._poll.register(client, select.EPOLLIN)
        except BlockingIOError:
            pass

    def _serve(self, fd, events):
        client = self._clients[fd]
        try:
            if events & select.EPOLLIN:
                octets = client[0].recv(65536)
                if not octets:
                    raise ConnectionError
                client[1] += octets
                self.moved = time.monotonic()
                if client[1].endswith(b"\r\n\r\n"):
                    path = client[1].split(b" ", 2)[1]
                    client[1] = b""
                    client[2] = memoryview(ANSWERS[path])
                    self.asked[path.decode()] += 1
            if client[2]:
                client[2] = client[2][client[0].send(client[2]):]
                self.moved = time.monotonic()
        except BlockingIOError:
            pass
        except OSError:
            self._poll.unregister(fd)
            client[0].close()
            del self._clients[fd]
            return
        self._poll.modify(fd, select.EPOLLIN | (select.EPOLLOUT if client[2] else 0))
