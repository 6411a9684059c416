# SPDX-License-Identifier: Apache-2.0
"""Slow clients beside a fresh one: 2,000 connections, half of which drip a request's head and half a request's body, an
octet a second each, while a new connection asks another virtual host every tenth of a second. Each front has one more
virtual host than it needs for the load, and as many threads and processes as Debian gives it. Prints a Markdown table."""

import argparse
import asyncio
import multiprocessing
import pathlib
import select
import shutil
import socket
import sys
import tempfile
import threading
import time

import apache
import certificate
import fronts
from processes import Failure, Group, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
FACTOR = 0  # --factor
HEAD = b"GET /slow HTTP/1.1\r\nHost: bench.test\r\nX-Long: " + b"x" * 900 + b"\r\n\r\n"
BODY = b"POST /slow HTTP/1.1\r\nHost: bench.test\r\nContent-Length: 1000\r\n\r\n"


def second_host(port, front):
    return f"<VirtualHost [::1]:{port}>\nServerName other.test\n{front}\n</VirtualHost>\n"


def two_children(text):
    for old, new in (("StartServers 1\n", "StartServers 2\nServerLimit 2\n"),
                     ("ThreadsPerChild 64", "ThreadsPerChild 32"), ("MaxRequestWorkers 192", "MaxRequestWorkers 64")):
        text = text.replace(old, new)
    return text


def v6front(module, **values):
    front = apache.V6FRONT.replace("V6FrontThreads 1\n", "").format(module=module, engine="On")
    if FACTOR:
        front += f"\nAsyncRequestWorkerFactor {FACTOR}"
    route = f"V6FrontPass / http://127.0.0.1:{values['backend']}/"
    return two_children(apache.conf(front, "ServerName bench.test\n" + route, values)) + \
        second_host(values["plain"], route)


def mod_proxy(**values):
    route = f"ProxyPass / http://127.0.0.1:{values['backend']}/"
    front = "\n".join(map(apache.load_line, ("proxy", "proxy_http")))
    return two_children(apache.conf(front, "ServerName bench.test\n" + route, values)) + \
        second_host(values["plain"], route)


KINDS = {"mod_v6front": (v6front, apache.command), "mod_proxy_http": (mod_proxy, apache.command),
         "nginx": (fronts.nginx_conf, fronts.nginx_command), "HAProxy": (fronts.haproxy_conf, fronts.haproxy_command)}


class Site:
    """A process that answers every request at once, head and body."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.process = multiprocessing.Process(target=self.run, daemon=True)
        self.process.start()

    def run(self):
        async def serve(reader, writer):
            try:
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                    if length:
                        await reader.readexactly(int(length[0].split(b":")[1]))
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        async def main():
            server = await asyncio.start_server(serve, sock=self.listener)
            await server.serve_forever()

        asyncio.run(main())


def drip(port, connections, rate, until, ready):
    """Opens that many connections at that rate, and sends an octet a second on each until it is closed."""
    clients = {}
    poll = select.epoll()
    began = time.monotonic()
    opened = 0
    turn = []  # (when, descriptor), in order
    while time.monotonic() < until:
        now = time.monotonic()
        while opened < connections and opened < (now - began) * rate:
            client = socket.socket(socket.AF_INET6)
            client.setblocking(False)
            client.connect_ex(("::1", port))
            text = HEAD if opened % 2 else BODY
            at = 1 if opened % 2 else len(BODY)
            clients[client.fileno()] = [client, text, at]
            poll.register(client, select.EPOLLOUT)
            opened += 1
            if opened == connections:
                ready.set()
        for fd, events in poll.poll(0.01):
            client, text, at = clients[fd]
            if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                poll.unregister(fd)
                client.close()
                del clients[fd]
            elif events & select.EPOLLOUT:
                client.send(text[:at])
                poll.modify(fd, select.EPOLLIN)
                turn.append((time.monotonic() + 1, fd, client))
        while turn and turn[0][0] <= time.monotonic():
            _, fd, client = turn.pop(0)
            mine = clients.get(fd)
            if not mine or mine[0] is not client:
                continue
            try:
                client.send(mine[1][mine[2]:mine[2] + 1] if mine[1] is HEAD else b"b")
                mine[2] += 1
                turn.append((time.monotonic() + 1, fd, client))
            except OSError:
                pass


def canary(port, until, answers):
    """One fresh connection to another virtual host; how long it took, or None within five seconds."""
    began = time.monotonic()
    try:
        with socket.create_connection(("::1", port), timeout=5) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n")
            good = client.recv(1000).startswith(b"HTTP/1.1 200")
    except OSError:
        good = False
    answers.append(time.monotonic() - began if good else None)


def play(port, asked):
    ready = multiprocessing.Event()
    until = time.monotonic() + asked.seconds
    clients = multiprocessing.Process(target=drip, args=(port, asked.connections, asked.rate, until, ready), daemon=True)
    clients.start()
    answers, threads = [], []
    due = time.monotonic()
    while time.monotonic() < until - 5:
        threads.append(threading.Thread(target=canary, args=(port, until, answers)))
        threads[-1].start()
        due += 0.1
        time.sleep(max(0, due - time.monotonic()))
    for thread in threads:
        thread.join()
    clients.join()
    good = sorted(a for a in answers if a is not None)
    lost = len(answers) - len(good)
    p99 = good[int(len(good) * 0.99)] if good else 5
    slow = sum(a > 0.2 for a in good)
    longest = good[-1] if good else 5
    return (f"{lost} of {len(answers)} without an answer within 5 s, {slow} slow; p99 {p99 * 1000:.0f} ms, "
            f"longest {longest * 1000:.0f} ms"), lost == 0


def start(name, directory, group, backend, module):
    make_conf, make_command = KINDS[name]
    certificate.make(directory)
    plain = free_port("::1")
    values = dict(dir=directory, cipher=certificate.CIPHER, plain=plain, tls=free_port("::1"), backend=backend)
    if make_conf is v6front:
        values["module"] = module
    conf = directory / "front.conf"
    conf.write_text(make_conf(**values))
    group.start(name, make_command(conf, directory), directory / "output.log", "::1", plain)
    return plain


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--rate", type=int, default=800, help="new ones a second")
    parser.add_argument("--seconds", type=int, default=32)
    parser.add_argument("--factor", type=int, default=0, help="AsyncRequestWorkerFactor; 0 leaves it unset")
    parser.add_argument("--fronts", default=",".join(KINDS))
    parser.add_argument("--module", default=ROOT / "build/release/mod_v6front.so", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true", help="leave logs")
    asked = parser.parse_args()
    global FACTOR
    FACTOR = asked.factor
    good = True
    print("| front | fresh connections beside slow ones |\n|---|---|")
    for name in asked.fronts.split(","):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="v6front-slow-"))
        directory.chmod(0o755)
        site = Site()
        with Group() as group:
            port = start(name, directory, group, site.port, asked.module.resolve())
            words, ok = play(port, asked)
            good = good and (ok or name != "mod_v6front")
            print(f"| {name} | {words} |", flush=True)
        site.process.terminate()
        if asked.keep:
            print(directory)
        else:
            shutil.rmtree(directory, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as problem:
        sys.exit(f"slow_clients: {problem}")
