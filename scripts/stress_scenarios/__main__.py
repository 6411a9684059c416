# SPDX-License-Identifier: Apache-2.0
"""Fronts under stress: what clients get, and what a canary gets that asks another virtual host of the same front on a
fresh connection every 100 ms. Prints a Markdown table, and fails where the module does not hold what its row says."""

import argparse
import concurrent.futures
import multiprocessing
import pathlib
import resource
import shutil
import signal
import sys
import tempfile
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "scripts/benchmark"), str(ROOT / "scripts/name_scenarios")]

import backend  # noqa: E402
import network  # noqa: E402
import play  # noqa: E402
import report  # noqa: E402
import scenarios  # noqa: E402
import watching  # noqa: E402
from processes import Failure, Group, end_with_parent  # noqa: E402

KINDS = {"v6front": "mod_v6front", "mod_proxy": "mod_proxy_http", "nginx": "nginx", "haproxy": "HAProxy"}
NAMES = {scenario.__name__.replace("_", "-"): scenario for scenario in scenarios.ALL}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/stress", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, and the module alone: shows that it holds")
    parser.add_argument("--scenario", action="append", choices=NAMES, help="only this one; repeatable")
    parser.add_argument("--front", action="append", choices=KINDS, help="only this one; repeatable")
    parser.add_argument("--module", type=pathlib.Path, help="this mod_v6front.so (build/release/mod_v6front.so)")
    parser.add_argument("--watch", choices=watching.BUILDS,
                        help="the module as make MODE=asan or MODE=tsan makes it, alone: what the sanitizer reports is a "
                             "failure, and times and memory are none")
    parser.add_argument("--keep", action="store_true", help="leave configurations and logs")
    parser.add_argument("--no-packages", action="store_true", help="take it that the Debian packages are there")
    asked = parser.parse_args()
    asked.module = (asked.module or watching.module_of(asked.watch or "release")).resolve()
    alone = ["v6front"] if asked.quick or asked.watch else KINDS
    asked.front = [kind for kind in KINDS if kind in (asked.front or alone)]
    # A sanitizer needs much memory for itself.
    names = [name for name in NAMES if name != "no-memory" or not asked.watch]
    asked.scenario = [name for name in names if not asked.scenario or name in asked.scenario]
    if not asked.scenario:
        parser.error("no-memory is not played with --watch: a sanitizer needs much memory for itself")
    if "v6front" in asked.front and not asked.module.is_file():
        parser.error(f"there is no {asked.module}; make{f' MODE={asked.watch}' if asked.watch else ''} builds it")
    return asked


def header(asked):
    versions = ", ".join(f"{name} {report.version(command)}" for name, command in report.VERSIONS.items())
    return (f"{time.strftime('%Y-%m-%d')}; tree {report.revision(ROOT)}; {report.os.cpu_count()} x "
            f"{report.cpu_model()}, Linux {report.platform.release()}; {versions}"
            f"{'; small numbers (--quick), not for comparison' if asked.quick else ''}"
            f"{f'; watched by {asked.watch}' if asked.watch else ''}\n")


class Played(typing.NamedTuple):
    """What comes of one front in one scenario."""
    kind: str
    cell: str
    limits: str
    breaches: list
    p99: float
    most: float


def play_one(name, kind, asked, directory, other):
    """In a process of its own."""
    one = play.Play(kind, asked, directory / f"{name}-{kind}", other)
    began = time.monotonic()
    cell = one.run(NAMES[name])
    print(f"{name} {kind}: {time.monotonic() - began:.1f} s", file=sys.stderr)
    return Played(kind, cell, one.limits(), [f"{name}: {breach}" for breach in one.breaches], one.p99, one.most)


def too_slow(name, row):
    """The canary of the module. Where others need as long on a busy machine, that is none of the front's doing."""
    peers = [played.p99 for played in row if played.kind in ("nginx", "haproxy")]
    return [f"{name}: p99 of the canary is {played.p99:.0f} ms, not below {played.most:.0f} ms, and more than twice that of "
            "nginx or HAProxy" for played in row if played.kind == "v6front" and played.most and
            played.p99 > max([played.most, *(2 * peer for peer in peers)])]


def table(asked, directory, other):
    """Returns what the module does not hold."""
    breaches = []
    print(header(asked))
    print(f"In each row mod_v6front must hold: {', '.join(play.EVERYWHERE)}; and what the second column says.\n")
    print("| what happens | limit for mod_v6front | " + " | ".join(KINDS[kind] for kind in asked.front) + " |")
    print("|---" * (2 + len(asked.front)) + "|", flush=True)
    # A quick run mostly waits, and its limits have room: three at a time.
    with concurrent.futures.ProcessPoolExecutor(3 if asked.quick else 1, initializer=end_with_parent) as pool:
        runs = {(name, kind): pool.submit(play_one, name, kind, asked, directory, other)
                for name in asked.scenario for kind in asked.front}
        try:
            for name in asked.scenario:
                row = [runs[name, kind].result() for kind in asked.front]
                breaches += [breach for played in row for breach in played.breaches] + too_slow(name, row)
                cells = " | ".join(played.cell for played in row)
                print(f"| {scenarios.title(NAMES[name], asked.quick)} | {row[0].limits} | {cells} |", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    return breaches


def end_scenarios():
    """In a scenario's own process there are clients and sites, which end with it."""
    for process in multiprocessing.active_children():
        process.terminate()


def stop(number, _):
    end_scenarios()
    sys.exit(128 + number)


def too_long(*_):
    end_scenarios()
    raise Failure("this takes longer than it may")


def main():
    asked = arguments()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, stop)
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(120 if asked.quick else 1800)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="v6front-stress."))
    directory.chmod(0o755)
    keep = asked.keep
    try:
        network.make_private(directory)
        with Group() as group:
            breaches = table(asked, directory, backend.start(directory, group))
        for breach in breaches:
            print(f"scripts/stress: the module falls short: {breach}", file=sys.stderr)
        keep = keep or bool(breaches)
        return 1 if breaches else 0
    except Failure as failure:
        keep = True
        print(f"scripts/stress: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if keep:
            print(f"scripts/stress: configurations and logs are in {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)


sys.exit(main())
