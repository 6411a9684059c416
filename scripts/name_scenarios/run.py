# SPDX-License-Identifier: Apache-2.0
"""A front in one scenario, and its clients."""

import http.client
import pathlib
import threading
import time

import fronts
from processes import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "www.site.test"
PATIENCE = 20  # seconds that a scenario waits for what should come
SLOW = 0.5     # seconds; a request that waits for the name server of 0.7 s, and none that the machine alone holds up


class Run:
    """One front in one scenario."""

    def __init__(self, kind, directory, group, careful):
        self.kind, self.directory, self.group, self.careful = kind, directory, group, careful
        self.port = free_port("::1")
        self.why_none = ""

    def another(self):
        return Run(self.kind, self.directory.with_name(self.directory.name + "-2"), self.group, self.careful)

    def start(self, site_port, on_ipv4=False):
        """Listens on IPv6, or on both."""
        command, first, careful = fronts.KINDS[self.kind]
        self.directory.mkdir(mode=0o755)
        conf = self.directory / "front.conf"
        conf.write_text((careful if self.careful else first)(
            dir=self.directory, port=self.port, site=site_port, module=ROOT / "build/release/mod_v6front.so",
            also=fronts.ON_IPV4[command].format(port=self.port) if on_ipv4 else ""))
        # One address after the other: a front that is asked meanwhile would find this one refusing.
        self.group.start(self.kind, fronts.COMMANDS[command](conf, self.directory), self.directory / "output.log",
                         "::1", self.port, also=["127.0.0.1"] if on_ipv4 else [])

    def ask(self, connection=None):
        """The status, or 0 where there is none; then why_none says why."""
        own = connection or self.connect()
        try:
            own.request("GET", "/", headers={"Host": NAME})
            answer = own.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException) as why:
            self.why_none = repr(why)
            own.close()
            return 0
        finally:
            if not connection:
                own.close()

    def no_answer(self):
        return f"no answer ({self.why_none})"

    def connect(self):
        return http.client.HTTPConnection("::1", self.port, timeout=PATIENCE)

    def seconds_to_200(self):
        """None if it does not come."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE:
            if self.ask() == 200:
                return time.monotonic() - began
            time.sleep(0.02)
        return None

    def requests_logged(self):
        """What the front itself has written about; each kind into one of these."""
        logs = [self.directory / name for name in ("access.log", "output.log")]
        return sum(log.read_text(errors="replace").count('"GET / HTTP/1.') for log in logs if log.exists())


class Load:
    """Some clients, each on a connection that it keeps."""

    def __init__(self, run, clients=4):
        self.good = self.bad = self.slow = 0
        self.longest = 0.0
        self._run, self._going, self._lock = run, True, threading.Lock()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def _ask(self):
        connection = self._run.connect()
        while self._going:
            began = time.monotonic()
            good = self._run.ask(connection) == 200
            took = time.monotonic() - began
            with self._lock:
                self.good, self.bad = self.good + good, self.bad + (not good)
                self.slow, self.longest = self.slow + (took >= SLOW), max(self.longest, took)
            time.sleep(0.002)

    def end(self):
        self._going = False
        for thread in self._threads:
            thread.join(PATIENCE)
        return f"{self.bad} failed of {self.good + self.bad}"


def in_words(seconds):
    return f"not within {PATIENCE} s" if seconds is None else f"after {seconds:.1f} s"
