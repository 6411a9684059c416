# SPDX-License-Identifier: Apache-2.0
"""What each of those who wait costs a front in memory. So many of them come, and then so many more: the difference in
what the front's processes hold for themselves alone (Private_Dirty), divided by their number, has no start in it.
Kernel memory of the sockets is beside it (ss, skmem). Fails where the module's figure is above its limit."""

import argparse
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import apache
import certificate
import fronts
import processes
import waiting_site
from processes import Failure, Group

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Who waits: what it is, and the most KiB that one may cost the module, by TCP and by TLS. Of these, 12 (idle) or 16 are the
# pools that httpd makes for a connection and its request, the least of APR's each, and by TLS 20 to 30 more are mod_ssl's
# buffers and OpenSSL.
KINDS = {
    "waiting": ("exchange that its site has not answered", 28, 52),
    "idle": ("client between two requests", 17, 49),
    "tunnel": ("idle tunnel", 36, 60),
    "reader": ("client that does not read its MiB", 50, 95),
}
# nginx and mod_proxy, too, need 14 KiB more for a TLS connection with OpenSSL 3.5 than with 3.0. Python's is httpd's.
MORE_BY_TLS = 14 if ssl.OPENSSL_VERSION_INFO >= (3, 5) else 0
UPGRADE = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/memory", description=__doc__)
    parser.add_argument("--few", type=int, default=200, help="who is there before the first look (200)")
    parser.add_argument("--many", type=int, default=800, help="and before the second (800)")
    parser.add_argument("--front", action="append", choices=fronts.KINDS, help="only this one; repeatable")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these; repeatable")
    parser.add_argument("--module", type=pathlib.Path, default=ROOT / "build/release/mod_v6front.so",
                        help="this mod_v6front.so (build/release/mod_v6front.so)")
    parser.add_argument("--no-packages", action="store_true", help="take it that the Debian packages are there")
    asked = parser.parse_args()
    asked.front = asked.front or ["v6front", "nginx", "haproxy"]
    asked.kind = asked.kind or list(KINDS)
    return asked


class Client:
    def __init__(self, kind, front, tls):
        self.socket = socket.socket(socket.AF_INET6)
        self.socket.settimeout(20)
        if kind == "reader":
            # A network's segments: the kernel would take most of a MiB for a peer on the loopback.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("::1", front.tls if tls else front.plain))
        if tls:
            self.socket = tls.wrap_socket(self.socket)
        self.socket.sendall(f"GET /{kind} HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: memory\r\nAccept: */*\r\n"
                            f"{UPGRADE if kind == 'tunnel' else ''}\r\n".encode())
        if kind in ("idle", "tunnel"):
            self.await_answer(b"HTTP/1.1 200" if kind == "idle" else b"HTTP/1.1 101",
                              b"\r\n\r\nok" if kind == "idle" else b"\r\n\r\n")

    def await_answer(self, begin, end):
        answer = b""
        while not answer.endswith(end):
            octets = self.socket.recv(4096)
            answer += octets
            if not octets or not begin.startswith(answer[:len(begin)]):
                raise Failure(f"the front answers {answer!r}")


def await_quiet(site, kind, number):
    until = time.monotonic() + 20
    while site.asked["/" + kind] < number:
        if time.monotonic() > until:
            raise Failure(f"the site has got {site.asked['/' + kind]} of {number} requests")
        time.sleep(0.01)
    while site.quiet_for() < 0.3 and time.monotonic() < until:
        time.sleep(0.05)


def own_memory(front):
    return sum(processes.field_sums(f"/proc/{pid}/smaps_rollup", ("Private_Dirty:",))["Private_Dirty:"]
               for pid in processes.tree(front.pid))


def kernel_memory(front, site, tls):
    """KiB of the front's sockets, to clients and to the site."""
    said = subprocess.run(["ss", "-tmnH", f"( sport = :{front.tls if tls else front.plain} or dport = :{site.port} )"],
                          capture_output=True, text=True, check=True).stdout
    held = 0
    for fields in re.findall(r"skmem:\(([^)]*)\)", said):
        values = dict(re.findall(r"([a-z]+)(\d+)", fields))
        held += sum(int(values[name]) for name in ("r", "t", "f", "w", "o"))
    return held / 1024


def measure(name, kind, tls, asked, directory):
    with Group() as group:
        certificate.make(directory)
        site = waiting_site.Site(directory / "cert.pem")
        front = fronts.start(name, directory, group, site, asked.module.resolve(), False)
        clients, looks = [], []
        for number in (asked.few, asked.many):
            while len(clients) < number:
                clients.append(Client(kind, front, tls))
            await_quiet(site, kind, number)
            looks.append((own_memory(front), kernel_memory(front, site, tls)))
        for client in clients:
            client.socket.close()
    return [(after - before) / (asked.many - asked.few) for before, after in zip(*looks)]


def main():
    asked = arguments()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    apache.COMMON = apache.COMMON.replace("KeepAliveTimeout 5\n", "KeepAliveTimeout 300\n")
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    directory = pathlib.Path(tempfile.mkdtemp(prefix="v6front-memory."))
    directory.chmod(0o755)
    faults = 0
    try:
        for kind in asked.kind:
            for way, tls in enumerate((None, anyone)):
                title, limit = KINDS[kind][0], KINDS[kind][1 + way] + (MORE_BY_TLS if tls else 0)
                for name in asked.front:
                    place = directory / f"{kind}-{way}-{name}"
                    place.mkdir(mode=0o755)
                    own, kernel = measure(name, kind, tls, asked, place)
                    above = fronts.is_module(name) and own > limit
                    faults += above
                    bound = f", at most {limit}{': TOO MUCH' if above else ''}" if fronts.is_module(name) else ""
                    print(f"{title}{' by TLS' if tls else ''}, {name}: {own:.1f} KiB (and {kernel:.1f} of the kernel)"
                          f"{bound}", flush=True)
    except Failure as failure:
        print(f"scripts/memory: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if faults else 0


sys.exit(main())
