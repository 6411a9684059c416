# SPDX-License-Identifier: Apache-2.0
"""Servers as child processes, what their process trees have used, and their certain end."""

import ctypes
import dataclasses
import os
import pathlib
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """The run cannot go on; the text says why."""


def bound(command):
    """The command, to be ended with this process even if that is killed."""
    return ["setpriv", "--pdeathsig", "TERM", *map(str, command)]


def free_port(host):
    """A port that nobody has right now. Somebody may take it before the server does, which then says so."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


@dataclasses.dataclass
class Usage:
    """What a process tree has used since it began (cpu, switches), and holds now (rss, pss)."""
    cpu_us: float = 0
    switches: int = 0
    rss: int = 0
    pss: int = 0
    dirty: int = 0  # octets of memory that no other process has


class Group:
    """All servers of a run. Leaving the `with` block ends every one of them."""

    def __init__(self):
        self._children = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self._children):
            child.terminate()
        for child in reversed(self._children):
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                pass
            # What an ended parent left behind is in its process group still.
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()

    def start(self, what, command, log, host, port, also=()):
        """Starts a server and returns its PID once it listens, there and at these other hosts."""
        # Its own session, because httpd ends with a signal to its whole process group.
        with open(log, "ab") as out:
            child = subprocess.Popen(bound(command), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                     start_new_session=True)
        self._children.append(child)
        deadline = time.monotonic() + 20
        while not all(listens(each, port) for each in (host, *also)):
            if child.poll() is not None:
                raise Failure(f"{what} does not start: {pathlib.Path(log).read_text(errors='replace').strip()}")
            if time.monotonic() > deadline:
                raise Failure(f"{what} does not listen on {host} port {port} after 20 seconds")
            time.sleep(0.02)
        return child.pid


def listens(host, port):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def tree(root):
    """PIDs of a process and its descendants."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := stat_fields(entry)):
            parents.setdefault(int(fields[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def stat_fields(pid):
    """/proc/PID/stat from the state on, or None if the process is gone. The name before it may hold anything."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def usage(root, with_memory=False):
    """A process that ended and was waited for is in its parent's cutime and cstime, so nothing gets lost."""
    total = Usage()
    for pid in tree(root):
        fields = stat_fields(pid)
        if fields is None:
            continue
        total.cpu_us += sum(map(int, fields[11:15])) * 1e6 / TICKS
        total.switches += switches(pid)
        if with_memory:
            memory = field_sums(f"/proc/{pid}/smaps_rollup", ("Rss:", "Pss:", "Private_Dirty:"))
            total.rss += memory["Rss:"] * 1024
            total.pss += memory["Pss:"] * 1024
            total.dirty += memory["Private_Dirty:"] * 1024
    return total


def descriptors(root):
    """Open descriptors of the whole tree."""
    total = 0
    for pid in tree(root):
        try:
            total += len(os.listdir(f"/proc/{pid}/fd"))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def end_with_parent():
    """For a forked child: it ends with its parent, even if that is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def switches(pid):
    names = ("voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:")
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return 0
    return sum(sum(field_sums(f"/proc/{pid}/task/{task}/status", names).values()) for task in tasks)


def field_sums(path, names):
    found = dict.fromkeys(names, 0)
    try:
        for line in pathlib.Path(path).read_text().splitlines():
            name, _, value = line.partition(":")
            if name + ":" in found:
                found[name + ":"] += int(value.split()[0])
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return found
