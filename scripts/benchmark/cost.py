# SPDX-License-Identifier: Apache-2.0
"""What one request costs the module, counted by callgrind and strace: no matter what else the machine does. The same
requests go through the front twice, once few and once many of them; the difference has no start and no end in it. Fails
where a count is above its limit, so that speed does not leak away unseen."""

import argparse
import collections
import http.client
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time

import backend
import fronts
import processes
import system_calls
from processes import Failure, Group

ROOT = pathlib.Path(__file__).resolve().parents[2]
FEW, MANY = 200, 1200

# Per request. Instructions are those of the module's own code, and of what it has of Asio: g++ 12 makes 24,600 and 25,500 of
# them, clang 14 five per cent more, and the limits have twice that much room. What is called is exact.
# That is, by anyone in the process but OpenSSL, whose versions differ: of all pieces of memory there are none. The time is
# asked for 35.6 times, 29.3 of them at the coarse clock, and more often on a slow machine, which looks at deadlines.
MEMORY = ("operator new(unsigned long)", "malloc", "calloc", "aligned_alloc")
CALLS = ("recv", "send", "sendmsg", "writev", "epoll_wait", "epoll_ctl", "mmap", *MEMORY, "operator new[](unsigned long)",
         "clock_gettime")
EACH = {"recv": 3, "send": 1, "sendmsg": 1, "writev": 0, "epoll_wait": 2, "epoll_ctl": 0, "mmap": 0,
        **dict.fromkeys(MEMORY, 0), "operator new[](unsigned long)": 0, "clock_gettime": 37}
LIMITS = {"small": {"instructions": 27500} | EACH, "https": {"instructions": 28500} | EACH}
# What counts for the status page, as a part of the module's instructions.
COUNTING, COUNTING_SHARE = re.compile(r"\bv6front::site_counters(::|_memory)"), 0.02
OPENSSL = re.compile(r"lib(ssl|crypto)\.")
PATHS = {"small": "/small", "https": "/https/small"}
# The same, with as many virtual hosts and routes, at the last of them. What the module does must not grow with them;
# httpd itself compares a request with each name of its address, and each path of a host by turn.
SPREAD, GROWTH = 200, 1.15
# System calls for one request, all but those that come with time: how many are counted, the most that there may be, and
# the most of them that may fail. The look at a pooled connection is to fail; where there is a body, one that waits for more of
# it, too. Each limit is a little above what is counted: whether an event finds the engine awake is a matter of chance.
SYSTEM_CALLS = {"small": (7.1, 7.4, 1), "form": (8.0, 8.6, 2), "https": (7.1, 7.4, 1), "tls": (7.1, 7.4, 1),
                "64k": (10.1, 11.0, 2.5), "post": (9.0, 10.0, 2.5), "new": (18.5, 20.0, 3), "newtls": (35.0, 38.0, 4.5)}
ROOM = 0.1  # what happens now and then, such as a look at a deadline, divided by the requests between


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/cost", description=__doc__)
    parser.add_argument("--module", type=pathlib.Path, default=ROOT / "build/release/mod_v6front.so",
                        help="this mod_v6front.so (build/release/mod_v6front.so)")
    parser.add_argument("--peers", action="store_true", help="system calls of the other fronts, too")
    parser.add_argument("--only", choices=("instructions", "calls"), help="only the counts of callgrind, or of strace")
    parser.add_argument("--no-packages", action="store_true", help="take it that the Debian packages are there")
    return parser.parse_args()


def ask(port, path, times, host="bench.test"):
    """One after the other on one connection, the same octets each time."""
    client = http.client.HTTPConnection("::1", port, timeout=60)
    for _ in range(times):
        client.request("GET", path, headers={"Host": host, "User-Agent": "cost", "Accept": "*/*"})
        answer = client.getresponse()
        if answer.status != 200 or answer.read() != backend.SMALL.encode():
            raise Failure(f"{path}: {answer.status}")
    client.close()


class Counts:
    """One file of callgrind's: instructions by object, and of what counts for the status page, and calls by function."""

    def __init__(self, path):
        self.instructions = collections.Counter()
        self.counting = 0
        self.calls = collections.Counter()
        names, inside, counts, called, call = {}, "", False, "", False
        for line in path.read_text(errors="replace").splitlines():
            if found := re.match(r"(ob|cob|fn|cfn)=\((\d+)\)(?: (.*))?$", line):
                kind, number, name = found.groups()
                key = (kind[-2:], number)
                names.setdefault(key, name or "")
                if kind == "ob":
                    inside = names[key]
                elif kind == "fn":
                    counts = bool(COUNTING.search(names[key]))
                elif kind == "cfn":
                    called = names[key].removesuffix("'2").removeprefix("__wrap_").split("@@")[0]
            elif line.startswith("calls="):
                if not OPENSSL.match(pathlib.Path(inside).name):
                    self.calls[called] += int(line[6:].split()[0])
                call = True
            elif re.match(r"[+\-*\d]", line):
                # The line after calls= has the cost of what was called, which is counted there.
                cost = int(line.split()[1]) if " " in line else 0
                if not call:
                    self.instructions[pathlib.Path(inside).name] += cost
                if counts and not (call and COUNTING.search(called)):
                    self.counting += cost
                call = False


def measure(path, times, module, directory, spread=1):
    directory.mkdir(mode=0o755, parents=True)
    out = directory / "counts"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    out.chmod(0o777)  # httpd's child is not root
    with Group() as group:
        site = backend.start(directory, group)
        front = fronts.start("v6front", directory, group, site, module, False, [
            "valgrind", "--tool=callgrind", "--trace-children=yes", "-q", f"--callgrind-out-file={out}/%p"], spread=spread)
        child = front_child(front.pid)
        if spread == 1:
            ask(front.plain, path, times)
        else:
            ask(front.plain, path, times // 2, f"h{spread - 1}.test")
            ask(front.plain, f"/r{spread - 1}{path}", times // 2)
        # The child writes its counts when it ends.
        os.kill(front.pid, signal.SIGTERM)
        await_file(out / str(child))
    return Counts(out / str(child))


def front_child(pid):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if children := [p for p in processes.tree(pid) if p != pid]:
            return children[-1]
        time.sleep(0.05)
    raise Failure("httpd has no child")


def await_file(path):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.is_file() and "totals:" in path.read_text(errors="replace")[-200:]:
            return
        time.sleep(0.1)
    raise Failure(f"callgrind does not write {path}")


def per_request(name, module, directory, spread=1):
    few, many = (measure(PATHS[name], times, module, directory / f"{name}-{spread}-{times}", spread)
                 for times in (FEW, MANY))
    if unseen := [call for call in MEMORY if not many.calls[call]]:  # the start has some of each
        raise Failure(f"callgrind names no call of {', '.join(unseen)}")
    own = module.name
    result = {"instructions": (many.instructions[own] - few.instructions[own]) / (MANY - FEW),
              "counting": (many.counting - few.counting) / (MANY - FEW)}
    return result | {call: (many.calls[call] - few.calls[call]) / (MANY - FEW) for call in CALLS}


def limit_of(name, what):
    return LIMITS[name][what] + (0 if what == "instructions" else ROOM)


def fewest_per_request(name, module, directory):
    """Where it is too many, the fewer of two: on a machine that is busy with something else, the module takes httpd's hooks
    for slow ones and gives their requests to other threads."""
    once = per_request(name, module, directory)
    if all(once[what] <= limit_of(name, what) for what in LIMITS[name]):
        return once
    again = per_request(name, module, directory / "again")
    return {what: min(count, again[what]) for what, count in once.items()}


def count_instructions(module, directory):
    """How many counts are above their limits."""
    faults, one = 0, {}
    for name, limits in LIMITS.items():
        one[name] = fewest_per_request(name, module, directory)
        for what, limit in limits.items():
            faults += judge(f"{name}: {what}", one[name][what], limit_of(name, what), limit)
        faults += judge_counting(name, one[name])
    many = per_request("small", module, directory, SPREAD)["instructions"]
    most = one["small"]["instructions"] * GROWTH
    return faults + judge(f"small, {SPREAD} virtual hosts and routes: instructions", many, most, f"{most:.0f}")


def judge_counting(name, counts):
    """Without a name in the module's symbols there would be nothing to judge."""
    if not counts["counting"]:
        raise Failure("callgrind names no function of site_counters")
    most = COUNTING_SHARE * counts["instructions"]
    return judge(f"{name}: instructions that count for the status page", counts["counting"], most, f"{most:.0f}",
                 f" ({100 * counts['counting'] / counts['instructions']:.1f} % of the module's)")


def judge(what, counted, limit, shown, more=""):
    above = counted > limit
    print(f"{what} {counted:.1f}, at most {shown}{more}{': TOO MANY' if above else ''}", flush=True)
    return above


def count_calls(asked, directory):
    faults = 0
    with Group() as group:
        directory.mkdir(mode=0o755)
        site = backend.start(directory, group)
        for kind in ["v6front", *(("mod_proxy", "nginx", "haproxy") if asked.peers else ())]:
            def start(group, kind=kind):
                return fronts.start(kind, directory, group, site, asked.module, False)
            for name, (_, enough, enough_failed) in SYSTEM_CALLS.items():
                both = system_calls.fewest(start, name, directory / "strace.out", enough, enough_failed + ROOM)
                made, failed = (sum(calls.values()) for calls in both)
                by_name, failed_by_name = map(listed, both)
                if kind == "v6front":
                    faults += judge(f"{name}: system calls", made, enough, enough, by_name)
                    faults += judge(f"{name}: failed system calls", failed, enough_failed + ROOM, enough_failed, failed_by_name)
                else:
                    print(f"{name}, {kind}: system calls {made:.1f}{by_name}, failed {failed:.1f}{failed_by_name}", flush=True)
    return faults


def listed(calls):
    of_them = (f"{call} {count:.1f}" for call, count in sorted(calls.items(), key=lambda c: -c[1]) if count >= 0.05)
    return f" ({', '.join(of_them)})" if any(count >= 0.05 for count in calls.values()) else ""


def main():
    asked = arguments()
    asked.module = asked.module.resolve()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="v6front-cost."))
    directory.chmod(0o755)
    faults = 0
    try:
        if asked.only != "instructions":
            faults += count_calls(asked, directory / "calls")
        if asked.only != "calls":
            faults += count_instructions(asked.module, directory)
    except Failure as failure:
        print(f"scripts/cost: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if faults else 0


sys.exit(main())
