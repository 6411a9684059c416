# SPDX-License-Identifier: Apache-2.0
"""Runs every scenario for every front, one after the other, and prints a table for mod_v6front/COMPARISON.md."""

import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts/benchmark"))

import fronts  # noqa: E402
import network  # noqa: E402
import scenarios  # noqa: E402
from processes import Failure, Group  # noqa: E402
from run import NAME, Run  # noqa: E402

QUICK = "--quick" in sys.argv  # shows that it runs; a peer that needs its time does not get it


def show_logs(logs):
    """What was said where the module fell short; the folder goes."""
    for log in sorted(logs):
        lines = log.read_text(errors="replace").splitlines()[-15:]
        print(f"{log.parent.name}/{log.name}:", *lines, sep="\n    ", file=sys.stderr)


def main():
    kinds = ["v6front"] if QUICK else list(fronts.KINDS)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="v6front-names-"))
    directory.chmod(0o755)
    fell_short = []
    try:
        network.make_private(directory)
        names = network.NameServer(NAME)
        print("| scenario | " + " | ".join(kinds) + " |\n|---" + "|---" * len(kinds) + "|", flush=True)
        for number, (scenario, careful) in enumerate(scenarios.ALL):
            row = [scenario.__doc__ + ("" if careful else " (the name alone in the configuration)")]
            for kind in kinds:
                names.forget()
                with Group() as group:
                    text, good = scenario(Run(kind, directory / f"{number}-{kind}", group, careful), names, QUICK)
                row.append(text)
                if kind == "v6front" and not good:
                    fell_short.append(row[0])
                    show_logs(directory.glob(f"{number}-{kind}*/*.log"))
            print("| " + " | ".join(row) + " |", flush=True)
        if fell_short:
            sys.exit(f"scripts/names: the module falls short: {'; '.join(fell_short)}")
    except Failure as why:
        sys.exit(f"scripts/names: {why}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
