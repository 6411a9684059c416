# SPDX-License-Identifier: Apache-2.0
"""Medians over the rounds, as a table for people and as JSON for programs."""

import json
import os
import platform
import re
import statistics
import subprocess

import fronts
import rows

HELD_COLUMNS = [("KiB each", "each", 1, 1), ("descriptors each", "descriptors", 1, 2)]
RELOAD_COLUMNS = [("requests", "requests", 1, 0), ("p99 ms", "p99_ms", 1, 1), ("max ms", "max_ms", 1, 1)]
COLUMNS = [
    # heading, key, unit's divisor, decimals
    ("requests/s", "rate", 1, 0),
    ("CPU us/request", "cpu_us", 1, 1),
    ("switches/request", "switches", 1, 2),
    ("site conn./1000", "site_connections", 1, 1),
    ("p50 ms", "p50_us", 1000, 2),
    ("p99 ms", "p99_us", 1000, 2),
    ("RSS MiB", "rss", 2**20, 1),
    ("PSS MiB", "pss", 2**20, 1),
]

# What a request of one scenario may cost, as a part of what it costs mod_proxy. The targets are 0.5 and 1.0. Single
# seconds have shown 0.63 and 1.41 on a machine with other work, the cheapest of three 0.53 and 1.10.
JUDGED = "small"
MOST_CPU = {"v6front": 0.65, "v6front-borrowed": 1.25}

VERSIONS = {"apache2": ["/usr/sbin/apache2", "-v"], "nginx": ["/usr/sbin/nginx", "-v"],
            "haproxy": ["/usr/sbin/haproxy", "-v"], "wrk": ["wrk", "-v"], "h2load": ["h2load", "--version"]}


def say(text):
    print(text, end="\n\n", flush=True)


class Results:
    def __init__(self, asked, root):
        self._asked = asked
        self._about = {"tree": revision(root), "cpus": os.cpu_count(), "cpu": cpu_model(),
                       "kernel": platform.release(), "rounds": asked.rounds, "seconds": asked.seconds,
                       "logs": "access log to a file" if asked.logs == "on" else "no access log",
                       "versions": {name: version(command) for name, command in VERSIONS.items()}}
        self._samples = {}

    def add(self, scenario, front, sample):
        self._samples.setdefault(scenario, {}).setdefault(front, []).append(sample)

    def header(self):
        about = self._about
        versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
        return (f"tree {about['tree']}; {about['cpus']} x {about['cpu']}, Linux {about['kernel']}\n{versions}\n"
                f"medians of {about['rounds']} rounds of {about['seconds']} s, fronts in turn within a round; "
                "clients by [::1], backend nginx on 127.0.0.1\n"
                "nginx: 1 worker; haproxy: 1 thread; httpd: 1 child; the module: 1 engine in it\n"
                "httpd: event MPM, Debian's modules and defaults, but 64 threads per child\n"
                f"all fronts: {about['logs']}, X-Forwarded-For, backend connections kept\n"
                "CPU and memory are those of the front's whole process tree; site conn.: connections opened to the "
                "backend for 1000 requests")

    def table(self, scenario):
        samples = self._samples[scenario]
        medians = {front: median(scenario, rounds) for front, rounds in samples.items()}
        columns = columns_of(scenario)
        cells = [[rows.ALL[scenario].title] + [heading for heading, *_ in columns] + ["failed"]]
        for front, values in medians.items():
            cells.append([front] + [f"{values[key] / unit:.{decimals}f}" for _, key, unit, decimals in columns] +
                         [str(sum(sample["failed"] for sample in samples[front]))])
        widths = [max(map(len, column)) for column in zip(*cells)]
        lines = ["  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])])
                 for row in cells]
        return "\n".join([*lines, *ratios(scenario, medians)])

    def growth(self):
        """CPU per request of each front in rows that ask the same of more, as a part of the first of them."""
        lines = []
        for kind in rows.GROWING:
            names = [name for name in self._samples if name.startswith(kind) and name[len(kind):].isdigit()]
            for front in self._samples[names[0]] if len(names) > 1 else ():
                base = statistics.median(sample["cpu_us"] for sample in self._samples[names[0]][front])
                lines.append(f"{kind}, {front}, CPU/request: " + ", ".join(
                    ratio(statistics.median(sample["cpu_us"] for sample in self._samples[name][front]), base) + " with " +
                    name[len(kind):] for name in names))
        return "\n".join(lines)

    def module_faults(self):
        """What is wrong with the module, a text each: failed requests, and CPU above MOST_CPU."""
        faults = [f"{total} failed requests through {front} ({scenario})"
                  for scenario, by_front in self._samples.items() for front, rounds in by_front.items()
                  if fronts.is_module(front) and (total := sum(sample["failed"] for sample in rounds))]
        cheapest = {front: min(sample["cpu_us"] for sample in rounds)
                    for front, rounds in self._samples.get(JUDGED, {}).items()}
        base = cheapest.get("mod_proxy", 0)
        return faults + [f"{front} takes {ratio(cheapest[front], base)} of mod_proxy's CPU ({JUDGED}): at most "
                         f"{most:.2f}x is right" for front, most in MOST_CPU.items()
                         if base and cheapest.get(front, 0) > most * base]

    def as_json(self):
        return json.dumps({**self._about, "scenarios": {
            scenario: {front: {"median": median(scenario, rounds), "rounds": rounds} for front, rounds in by_front.items()}
            for scenario, by_front in self._samples.items()}}, indent=1) + "\n"


def columns_of(scenario):
    return {"held": HELD_COLUMNS, "reload": RELOAD_COLUMNS}.get(rows.kind(scenario), COLUMNS)


def median(scenario, rounds):
    return {key: statistics.median(sample[key] for sample in rounds) for _, key, *_ in columns_of(scenario)}


COMPARED = {"held": [("KiB each", "each")], "reload": [("p99", "p99_ms"), ("longest", "max_ms")],
            "load": [("CPU/request", "cpu_us"), ("requests/s", "rate"), ("p99", "p99_us")]}


def ratios(scenario, medians):
    lines = []
    for front in filter(fronts.is_module, medians):
        for label, key in COMPARED[rows.kind(scenario)]:
            peers = [f"{ratio(medians[front][key], values[key])} of {peer}"
                     for peer, values in medians.items() if not fronts.is_module(peer)]
            if peers:
                lines.append(f"  {front}, {label}: " + ", ".join(peers))
    return lines


def ratio(value, base):
    return f"{value / base:.2f}x" if base else "?"


def version(command):
    said = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+(\.\d+)*", said.stdout + said.stderr)
    return found[0] if found else "?"


def revision(root):
    said = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return said.stdout.strip() or "unknown"


def cpu_model():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
