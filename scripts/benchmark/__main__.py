# SPDX-License-Identifier: Apache-2.0
"""Fronts beside each other: same backend, same machine, interleaved in one run, medians over rounds."""

import argparse
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import backend
import fronts
import held
import load
import report
import rows
from processes import Failure, Group

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="three rounds of one second of small requests, and one of the module alone for each "
                             "other scenario: shows that it runs and no request costs far too much; not for figures")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all fronts (5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of one measurement (3)")
    parser.add_argument("--scenario", action="append", choices=rows.ALL, help="only this one; repeatable")
    parser.add_argument("--front", action="append", choices=fronts.KINDS, help="only this one; repeatable")
    parser.add_argument("--logs", choices=("on", "off"), default="on",
                        help="access logs of all fronts (on); off shows what requests cost without them")
    parser.add_argument("--module", type=pathlib.Path,
                        help="this mod_v6front.so instead of building one")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every single figure there")
    parser.add_argument("--no-packages", action="store_true", help="take it that the Debian packages are there")
    asked = parser.parse_args()
    if asked.rounds < 1 or asked.seconds < 1:
        parser.error("--rounds and --seconds are 1 or more")
    if asked.quick:
        asked.rounds = asked.seconds = 1
    asked.scenario = [name for name in rows.ALL if name in (asked.scenario or
                                                            set(rows.ALL) - set(rows.SLOW if asked.quick else ()))]
    asked.front = [name for name in fronts.KINDS if not asked.front or name in asked.front]
    return asked


def module_file(asked):
    """The module to load; None if no front that was asked for needs it."""
    if not any(fronts.is_module(name) for name in asked.front):
        return None
    if asked.module is None:
        if subprocess.run(["make", "-s", "-C", ROOT, "-j2"], stdout=sys.stderr).returncode != 0:
            raise Failure("the module does not build; --front NAME measures the peers alone")
        asked.module = ROOT / "build/release/mod_v6front.so"
    if not asked.module.is_file():
        raise Failure(f"there is no {asked.module}")
    return asked.module.resolve()


def contenders(asked, scenario, running):
    """Who is measured: in a quick run the peers in one scenario alone."""
    modules = [front for front in running if fronts.is_module(front.name)]
    return modules if modules and asked.quick and scenario != report.JUDGED else running


def alike(scenarios):
    """Rows that the same fronts can do, so that there are no more of these than needed at a time."""
    groups = {}
    for name in scenarios:
        values = rows.ALL[name].front_values
        alone = name if rows.kind(name) != "load" else ""
        groups.setdefault((alone, *values.items()), (values, []))[1].append(name)
    return groups.values()


def run_load(asked, module, directory, site, results, names, values):
    with Group() as group:
        running = [fronts.start(name, directory, group, site, module, asked.logs == "on", **values)
                   for name in asked.front]
        for name in names:
            scenario = load.SCENARIOS[name]
            able = [front for front in running if front.name not in scenario.without]
            for front in able:
                load.check(scenario, front)
            for _ in range(3 if asked.quick and name == report.JUDGED else asked.rounds):
                for front in contenders(asked, name, able):
                    results.add(name, front.name, rows.sample(name, front, asked.seconds, directory, site))
            report.say(results.table(name))


def run_held(asked, module, directory, certificates, results, name, values):
    """Once for each front, and with one that has done nothing else: memory does not vary as times do."""
    for kind in asked.front:
        if kind not in rows.ALL[name].without:
            with Group() as group, held.patient(certificates) as site:
                front = fronts.start(kind, directory, group, site, module, asked.logs == "on", **values)
                results.add(name, kind, rows.sample(name, front, 0, directory, site))
    report.say(results.table(name))


def run(asked, module, directory, group):
    site = backend.start(directory, group)
    results = report.Results(asked, ROOT)
    report.say(results.header())
    for values, names in alike(asked.scenario):
        if rows.kind(names[0]) == "load":
            run_load(asked, module, directory, site, results, names, values)
        else:
            run_held(asked, module, directory, site, results, names[0], values)
    if growth := results.growth():
        report.say(growth)
    if asked.json:
        asked.json.write_text(results.as_json())
    return results.module_faults()


def main():
    asked = arguments()
    # So that what follows is undone when the terminal goes away, too.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    try:
        module = module_file(asked)
    except Failure as failure:
        print(f"scripts/bench: {failure}", file=sys.stderr)
        return 1
    directory = pathlib.Path(tempfile.mkdtemp(prefix="v6front-bench."))
    directory.chmod(0o755)
    keep = False
    try:
        with Group() as group:
            faults = run(asked, module, directory, group)
        for fault in faults:
            print(f"scripts/bench: {fault}", file=sys.stderr)
        return 1 if faults else 0
    except Failure as failure:
        keep = True
        print(f"scripts/bench: {failure}\nscripts/bench: configurations and logs are in {directory}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)


sys.exit(main())
