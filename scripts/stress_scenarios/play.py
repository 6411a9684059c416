# SPDX-License-Identifier: Apache-2.0
"""One front in one scenario, with its site, its canary, and what is looked at in every scenario."""

import contextlib
import http.client
import re
import resource
import subprocess
import time

import apache
import fronts
import processes
import watching
from patient_site import PatientSite
from processes import Failure, Group
from swarm import Request, Swarm, get

# The module's own errors, and what httpd says of a child that did not end by itself.
ALARMING = re.compile(r"\[v6front:(?:error|crit|alert|emerg)\].*?(V6F\d+)|(exit signal \w+)|(AH0005[0-9])|"
                      r"(Assertion|AddressSanitizer|terminate called)")


# What each row promises unless it says something else.
EVERYWHERE = ("canary 100 %", "p99 < 50 ms", "nothing left in flight", "all processes alive", "no error in the log")


class Canary(Request):
    """Another virtual host, on a fresh connection."""


class Play:
    """Made for one scenario, run once. `breaches` is what the module did not hold."""

    def __init__(self, kind, asked, directory, other):
        self.kind, self.quick, self.directory, self.other, self._module = kind, asked.quick, directory, other, asked.module
        self.watched = asked.watch and self.ours
        self.breaches, self._limits, self._said = [], [], []
        self.front = self.site = self.group = self.canary = None
        self.expected = ()  # what the log may say here
        self.p99 = self.most = 0.0  # of the canary, in ms; 0: no limit

    @property
    def ours(self):
        return self.kind == "v6front"

    def size(self, quick, full):
        return quick if self.quick else full

    def say(self, text):
        self._said.append(text)

    def limit(self, holds, text):
        """What the row promises of the module."""
        self._limits.append(text)
        if self.ours and not holds:
            self.breaches.append(f"not so: {text} ({'; '.join(self._said)})")

    def limits(self):
        """Those that not each row has."""
        return "; ".join(text for text in self._limits if text not in EVERYWHERE)

    def run(self, scenario):
        """The text of this front's cell."""
        self.directory.mkdir(mode=0o755)
        with contextlib.ExitStack() as stack:
            self.group = stack.enter_context(Group())
            self.site = stack.enter_context(PatientSite())
            self.site.tls_port, self.site.ca = self.other.tls_port, self.other.ca
            scenario(self, stack)
        if self.watched:
            self.breaches += [f"the sanitizer reports:\n{report}" for report in watching.reports(self.directory / "reports")]
        return "; ".join(self._said)

    def start(self, stack, site=None, under=(), **special):
        """The front, and its canary from now on."""
        special = {"connections": 19000, "workers": 2, "processes": apache.AS_DEBIAN} | special
        if self.watched:
            under = [*under, *watching.command(self._module, self.directory / "reports")]
        self.front = fronts.start(self.kind, self.directory, self.group, site or self.site, self._module,
                                  other=self.other.port, under=under, **special)
        self._await_first()
        self.children = len(processes.tree(self.front.pid))
        self.begun = self.held()
        self.canary = stack.enter_context(self.swarm(Canary, get("/small", "other.test", "Connection: close"), urgent=True,
                                                     count=1000, total=1 << 40, rate=10))

    def _await_first(self):
        """One answer of each host, so that nothing that is measured later is a first time."""
        deadline = time.monotonic() + 10
        for host in ("bench.test", "other.test"):
            while self.status("/small", host) != 200:
                if time.monotonic() > deadline:
                    raise Failure(f"{self.kind} does not answer while all is well ({host})")
                time.sleep(0.02)

    def status(self, path="/small", host="bench.test", patience=5):
        """0: no answer."""
        client = http.client.HTTPConnection("::1", self.front.plain, timeout=patience)
        try:
            client.request("GET", path, headers={"Host": host})
            answer = client.getresponse()
            self.body = answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            client.close()

    def swarm(self, kind, octets, **values):
        return Swarm(kind, self.front.plain, octets, **values)

    def held(self):
        """KiB of memory that only the front's processes have, and descriptors."""
        return processes.usage(self.front.pid, with_memory=True).dirty / 1024, processes.descriptors(self.front.pid)

    def workers(self):
        """Processes that serve, without their parent."""
        return processes.tree(self.front.pid)[1:]

    def limit_memory(self, more):
        """Those that serve now get that many octets more, and no others."""
        for pid in self.workers():
            pages = int(open(f"/proc/{pid}/statm", encoding="ascii").read().split()[0])
            most = pages * resource.getpagesize() + more
            # As the user that they run as: root may not do this everywhere.
            subprocess.run(["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "prlimit",
                            f"--pid={pid}", f"--as={most}:{most}"], check=True)

    # How it ends.

    def conclude(self, lost=0, p99=50):
        """Figures of every scenario, once the clients are gone. lost: where a process is killed, so many canaries may have
        been in it. p99: in ms; None where there is nothing left to answer with for a while."""
        time.sleep(0.3)
        times = self.canary.end()
        answered = len(times)
        asked = answered + self.canary.bad
        percent = 100 * answered / asked if asked else 0
        slowest = times[min(answered - 1, int(answered * 0.99))] * 1000 if times else 5000
        longest = times[-1] * 1000 if times else 5000
        shown = f"{percent:.1f}".removesuffix(".0") if percent in (0, 100) or percent < 99.95 else "99.9"
        self.say(f"canary {shown} % of {asked}, p99 {slowest:.0f} ms, max {longest:.0f} ms")
        self.limit(asked - answered <= lost, f"canary: at most {lost} lost" if lost else "canary 100 %")
        if p99 and not self.watched:
            # Judged beside the others, which have the same machine: a few seconds have a p99 that is their maximum.
            self.p99, self.most = slowest, max(p99, self.size(1000, 0))
            self.limit(True, f"p99 < {self.most} ms")
        self._account()
        self._read_log()

    def _account(self):
        """Nothing is in flight any more, and all processes are there."""
        end = time.monotonic() + 5
        while (left := self._in_flight()) and time.monotonic() < end:
            time.sleep(0.05)
        if left:
            self.say(f"{left} still in flight")
        self.limit(not left, "nothing left in flight")
        alive = len(processes.tree(self.front.pid))
        if alive < self.children:
            self.say(f"{alive} of {self.children} processes")
        self.limit(alive >= self.children, "all processes alive")

    def _in_flight(self):
        if not self.ours:
            return 0
        if self.status("/server-status?auto") != 200:
            return "?"
        lines = dict(line.split(": ", 1) for line in self.body.decode().splitlines() if ": " in line)
        return sum(int(value) for key, value in lines.items() if key.endswith("InUse")) + \
            max(0, int(lines["BusyWorkers"]) - 1)  # that of this question

    def _read_log(self):
        if not self.kind.startswith(("v6front", "mod_proxy")):
            return
        log = (self.directory / self.kind / "error.log").read_text(errors="replace")
        found = {}
        for match in ALARMING.finditer(log):
            what = next(filter(None, match.groups()))
            found[what] = found.get(what, 0) + 1
        if found:
            self.say("log: " + ", ".join(f"{what} x {count}" for what, count in found.items()))
        if "V6F..." in self.expected:
            found = {what: count for what, count in found.items() if not what.startswith("V6F")}
        self.limit(not set(found) - set(self.expected),
                   f"log: nothing but {', '.join(self.expected)}" if self.expected else "no error in the log")
