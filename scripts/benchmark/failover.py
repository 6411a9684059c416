# SPDX-License-Identifier: Apache-2.0
"""Fronts beside each other while the addresses of a site fail and come back: what clients notice. Each front is set up
as its careful operator would, each scenario is played with a front of its own. Prints a Markdown table."""

import argparse
import http.client
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time

import apache
import certificate
import fronts
import twins
from processes import Failure, Group, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
SLOW = 0.2  # seconds; no request on this machine takes so long unless it waits for somebody
PATIENCE = 10


def v6front(port, hanging, module, **values):
    front = apache.V6FRONT.format(module=module, engine="On", engines=1) + "\nAsyncRequestWorkerFactor 200"
    return apache.conf(front, f"V6FrontPass /hanging/ http://127.0.0.1:{hanging}/\n"
                       f"V6FrontPass / http://twin.test:{port}/\nV6FrontBackendV4 twin.test {' '.join(twins.ADDRESSES)}",
                       values)


def mod_proxy(port, hanging, **values):
    names = ("proxy", "proxy_http", "proxy_balancer", "lbmethod_byrequests", "slotmem_shm")
    members = "\n".join(f"BalancerMember http://{a}:{port} connectiontimeout=3" for a in twins.ADDRESSES)
    front = "\n".join(map(apache.load_line, names)) + f"\n<Proxy balancer://twin>\n{members}\n</Proxy>"
    return apache.conf(front, f"ProxyPass /hanging/ http://127.0.0.1:{hanging}/\nProxyPass / balancer://twin/\n"
                       "ProxyPreserveHost On", values)


def nginx(port, hanging, **values):
    text = fronts.NGINX.replace("server 127.0.0.1:{backend};",
                                " ".join(f"server {a}:{port};" for a in twins.ADDRESSES))
    text = text.replace("        location / {{", "        proxy_connect_timeout 3s;\n"
                        f"        location /hanging/ {{{{ proxy_pass http://127.0.0.1:{hanging}; }}}}\n"
                        "        location / {{")
    return text.format(user="user www-data;" if fronts.USER else "", **fronts.complete(values))


def haproxy(port, hanging, **values):
    servers = "".join(f"    server s{n} {a}:{port} check\n" for n, a in enumerate(twins.ADDRESSES))
    text = fronts.HAPROXY.replace("    default_backend site\n",
                                  "    use_backend hanging if {{ path_beg /hanging/ }}\n    default_backend site\n")
    text = text.replace("    server site 127.0.0.1:{backend}\n", "    option redispatch\n" + servers +
                        f"backend hanging\n    server h 127.0.0.1:{hanging}\n")
    return text.format(user="user www-data\n    group www-data" if fronts.USER else "", **fronts.complete(values))


KINDS = {"mod_v6front": (v6front, apache.command), "mod_proxy_http": (mod_proxy, apache.command),
         "nginx": (nginx, fronts.nginx_command), "HAProxy": (haproxy, fronts.haproxy_command)}


class Tally:
    """What came of a number of requests."""

    def __init__(self):
        self.asked = self.failed = self.slow = 0
        self.longest = 0.0

    def ask(self, front, path="/"):
        began = time.monotonic()
        status = get(front, path)
        took = time.monotonic() - began
        self.asked += 1
        self.failed += status != 200
        self.slow += took >= SLOW
        self.longest = max(self.longest, took)
        return status == 200

    def add(self, other):
        self.asked += other.asked
        self.failed += other.failed
        self.slow += other.slow
        self.longest = max(self.longest, other.longest)

    def __str__(self):
        return f"{self.failed} failed, {self.slow} slow of {self.asked}; longest {self.longest * 1000:.0f} ms"


def get(front, path="/", patience=PATIENCE):
    """The status; 0 if there is none."""
    client = http.client.HTTPConnection("::1", front, timeout=patience)
    try:
        client.request("GET", path, headers={"Host": "bench.test"})
        answer = client.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        client.close()


def one_refuses(front, site, asked):
    site.stop(1)
    tally = Tally()
    for _ in range(asked.requests):
        tally.ask(front)
    return str(tally), tally.failed == 0


def one_is_silent(front, site, asked):
    site.silence(1)
    tally = Tally()
    for _ in range(asked.requests):
        tally.ask(front)
    # A busy machine holds up some as well, but not again and again as a front does that tries the silent one each time.
    again = Tally()
    for _ in range(asked.requests if tally.slow > 1 else 0):
        again.ask(front)
    return str(tally), tally.failed + again.failed == 0 and min(tally.slow, again.slow) <= 1


def one_closes(front, site, asked):
    closing = site.close_without_a_response(1)
    tally = Tally()
    for _ in range(asked.requests):
        tally.ask(front)
    return f"{tally}; {closing.requests} met that one", tally.failed == 0 and closing.requests <= 3


def all_down(front, site, asked):
    for which in (0, 1):
        site.stop(which)
    end = time.monotonic() + asked.outage
    while time.monotonic() < end:
        get(front)
        time.sleep(0.1)
    site.start(1)
    began = time.monotonic()
    while get(front) != 200:
        if time.monotonic() - began > 90:
            return "not within 90 s", False
        time.sleep(0.01)
    took = time.monotonic() - began
    return f"{took * 1000:.0f} ms", took < 1


def killed_under_load(front, site, asked):
    enough = threading.Event()
    tallies = [Tally() for _ in range(4)]

    def client(tally):
        while not enough.is_set():
            tally.ask(front)

    threads = [threading.Thread(target=client, args=(t,)) for t in tallies]
    for thread in threads:
        thread.start()
    for act in (lambda: site.stop(1), lambda: site.start(1), enough.set):
        time.sleep(asked.pause)
        act()
    total = Tally()
    for thread, tally in zip(threads, tallies):
        thread.join()
        total.add(tally)
    return str(total), total.failed == 0


def beside_a_hanging_site(front, site, asked):
    hanging = []
    for _ in range(250):
        try:
            client = socket.create_connection(("::1", front), timeout=1)
            client.sendall(b"GET /hanging/ HTTP/1.1\r\nHost: bench.test\r\n\r\n")
            hanging.append(client)
        except OSError:
            break
    site.hanging.wait_for(min(len(hanging), 190))
    tally = Tally()
    for _ in range(10):
        began = time.monotonic()
        failed = get(front, patience=2) != 200
        tally.asked += 1
        tally.failed += failed
        tally.slow += time.monotonic() - began >= SLOW
        tally.longest = max(tally.longest, time.monotonic() - began)
    for client in hanging:
        client.close()
    return str(tally), tally.failed == 0


SCENARIOS = {
    "refused": ("one of two addresses refuses", one_refuses),
    "silent": ("one of two addresses is silent (its packets go nowhere)", one_is_silent),
    "closing": ("one of two addresses takes requests and closes without a response", one_closes),
    "down": ("both were down, one returns: time to the first 200", all_down),
    "killed": ("one of two is killed and started again, under load", killed_under_load),
    "hanging": ("another site of the same server hangs, 250 clients at it", beside_a_hanging_site),
}


def play(scenario, kind, asked, directory, count):
    """One scenario with a front of its own."""
    own = directory / f"{count}-{scenario}-{kind}"
    own.mkdir(mode=0o755)
    certificate.make(own)
    with Group() as group:
        site = twins.Twins(group, own)
        for which in (0, 1):
            site.start(which)
        make_conf, make_command = KINDS[kind]
        plain = free_port("::1")
        conf = own / "front.conf"
        conf.write_text(make_conf(port=site.port, hanging=site.hanging.port, dir=own, cipher=certificate.CIPHER, plain=plain,
                                  tls=free_port("::1"), **({"module": asked.module} if kind == "mod_v6front" else {})))
        group.start(kind, make_command(conf, own), own / "output.log", "::1", plain)
        if get(plain) != 200:
            raise Failure(f"{kind} does not answer while all is well")
        try:
            return SCENARIOS[scenario][1](plain, site, asked)
        finally:
            site.close()


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/failover", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short, and the module alone: shows that it holds")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one; repeatable")
    parser.add_argument("--front", action="append", choices=KINDS, help="only this one; repeatable")
    parser.add_argument("--module", type=pathlib.Path, default=ROOT / "build/release/mod_v6front.so",
                        help="this mod_v6front.so")
    parser.add_argument("--no-packages", action="store_true", help="take it that the Debian packages are there")
    asked = parser.parse_args()
    asked.module = asked.module.resolve()
    asked.requests, asked.outage, asked.pause = (30, 1, 0.5) if asked.quick else (100, 5, 2)
    asked.scenario = asked.scenario or list(SCENARIOS)
    asked.front = asked.front or (["mod_v6front"] if asked.quick else list(KINDS))
    return asked


def main():
    asked = arguments()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="v6front-failover."))
    directory.chmod(0o755)
    fell_short, count = [], 0
    try:
        print(f"| what happens to the site | {' | '.join(asked.front)} |\n|---|{'---|' * len(asked.front)}", flush=True)
        for scenario in asked.scenario:
            cells = []
            for kind in asked.front:
                count += 1
                text, good = play(scenario, kind, asked, directory, count)
                cells.append(text)
                if kind == "mod_v6front" and not good:
                    fell_short.append(SCENARIOS[scenario][0])
            print(f"| {SCENARIOS[scenario][0]} | {' | '.join(cells)} |", flush=True)
        if fell_short:
            print(f"scripts/failover: the module falls short: {'; '.join(fell_short)}", file=sys.stderr)
        shutil.rmtree(directory, ignore_errors=True)
        return 1 if fell_short else 0
    except Failure as failure:
        print(f"scripts/failover: {failure}\nscripts/failover: configurations and logs are in {directory}",
              file=sys.stderr)
        return 1


sys.exit(main())
