# SPDX-License-Identifier: Apache-2.0
"""The network that the scenarios happen in: loopback, a name server that is told what to say, and sites
on IPv4 that say who they are."""

import fcntl
import http.server
import pathlib
import socket
import struct
import subprocess
import threading

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1


def make_private(directory):
    """In namespaces that were entered already: loopback up, and the system asks our name server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    texts = {
        "resolv.conf": "nameserver 127.0.0.1\n",
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
    }
    for name, text in texts.items():
        file = pathlib.Path(directory) / name
        file.write_text(text)
        subprocess.run(["mount", "--bind", file, f"/etc/{name}"], check=True)


class NameServer:
    """RFC 1035, as far as needed: A and AAAA of one name, late or not at all, at 127.0.0.1."""

    def __init__(self, name):
        self._name = name
        self.forget()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def forget(self):
        self.a = self.aaaa = ()
        self.silent = self.lost = False  # lost: the name does not exist
        self.delay = 0.0                 # seconds, for each answer by itself

    def _serve(self):
        while True:
            packet, asker = self._socket.recvfrom(1500)
            if self.silent:
                continue
            later = threading.Timer(self.delay, self._socket.sendto, (self._answer(packet), asker))
            later.daemon = True
            later.start()

    def _answer(self, packet):
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
            at += 1 + packet[at]
        question, kind = packet[12:at + 5], packet[at + 2]
        known = ".".join(labels) == self._name and not self.lost
        found = {1: self.a, 28: self.aaaa}.get(kind, ()) if known else ()
        family = socket.AF_INET if kind == 1 else socket.AF_INET6
        records = b""
        for address in found:
            raw = socket.inet_pton(family, address)
            records += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 1, len(raw)) + raw
        flags = 0x8580 | (0 if known else 3)
        return packet[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + question + records


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A front may close or reset a connection as it likes."""


class Site:
    """Answers every GET on connections that it keeps, and counts."""

    def __init__(self, address, port):
        self.hits = 0
        site = self
        self._connections = set()

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                site._connections.add(self.connection)

            def do_GET(self):
                site.hits += 1
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

            def log_message(self, *_):
                pass

        self._server = Server((address, port), Answer)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self):
        return self._server.server_port

    def end(self):
        """As a machine that is switched off in good order: nothing listens, all connections close."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
