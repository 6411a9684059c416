# SPDX-License-Identifier: Apache-2.0
"""A site at two addresses, each of which can be up, refuse, be silent, or close what it accepts; and another that takes
requests and never answers."""

import os
import select
import signal
import socket
import threading
import time

from processes import Failure, free_port

ADDRESSES = ("127.0.0.2", "127.0.0.3")

CONF = """\
daemon off;
master_process off;
pid {dir}/{address}.pid;
error_log {dir}/{address}.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {dir}/{address}-body;
    proxy_temp_path {dir}/{address}-proxy;
    fastcgi_temp_path {dir}/{address}-fastcgi;
    uwsgi_temp_path {dir}/{address}-uwsgi;
    scgi_temp_path {dir}/{address}-scgi;
    server {{ listen {address}:{port}; return 200 "ok\\n"; }}
}}
"""


class Twins:
    def __init__(self, group, directory):
        self._group, self._directory = group, directory
        self.port = free_port(ADDRESSES[0])
        self._running, self._silent, self._closing = {}, {}, {}
        self.hanging = Hanging()

    def start(self, which):
        self.stop(which)
        address = ADDRESSES[which]
        conf = self._directory / f"{address}.conf"
        conf.write_text(CONF.format(dir=self._directory, address=address, port=self.port))
        log = self._directory / f"{address}.log"
        command = ["/usr/sbin/nginx", "-p", self._directory, "-e", log, "-c", conf]
        self._running[which] = self._group.start(f"the site at {address}", command, log, address, self.port)

    def stop(self, which):
        """From now on it refuses."""
        for held in self._silent.pop(which, []):
            held.close()
        if which in self._closing:
            self._closing.pop(which).end()
        pid = self._running.pop(which, None)
        if pid is not None:
            os.killpg(pid, signal.SIGKILL)
            end = time.monotonic() + 5
            while accepts(ADDRESSES[which], self.port):
                if time.monotonic() > end:
                    raise Failure(f"the site at {ADDRESSES[which]} does not end")
                time.sleep(0.005)

    def silence(self, which):
        """A listener whose queue is full: who connects is neither accepted nor refused."""
        self.stop(which)
        where = (ADDRESSES[which], self.port)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(0)
        held = [listener]
        while True:
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(where)
            if not select.select([], [client], [], 0.1)[1]:
                client.close()
                break
            held.append(client)
        self._silent[which] = held

    def close_without_a_response(self, which):
        """Returns what counts the requests that it lost."""
        self.stop(which)
        self._closing[which] = Closing((ADDRESSES[which], self.port))
        return self._closing[which]

    def close(self):
        for which in (0, 1):
            for held in self._silent.pop(which, []):
                held.close()
            if which in self._closing:
                self._closing.pop(which).end()
        self.hanging.close()


class Closing:
    """Takes each request, and closes the connection."""

    def __init__(self, where):
        self.requests = 0
        self._listener = socket.create_server(where)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                client = self._listener.accept()[0]
                client.settimeout(5)
                try:
                    self.requests += bool(client.recv(65536))
                except OSError:
                    pass  # a mere connect, say of a check
                client.close()
        except OSError:
            pass  # closed

    def end(self):
        # A close alone would leave the thread in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Hanging:
    """Takes requests and never answers."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._listener.getsockname()[1]
        self._held = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                self._held.append(self._listener.accept()[0])
        except OSError:
            pass  # closed

    def wait_for(self, count, patience=5):
        """Until so many requests have come, or no more do."""
        end = time.monotonic() + patience
        while len(self._held) < count and time.monotonic() < end:
            time.sleep(0.02)

    def close(self):
        self._listener.close()
        for held in self._held:
            held.close()


def accepts(address, port):
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0
