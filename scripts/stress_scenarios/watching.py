# SPDX-License-Identifier: Apache-2.0
"""A module that was built with a sanitizer (make MODE=asan, MODE=tsan), in a stock httpd, as the system tests have it
(test/system/rig/watching.cpp)."""

import pathlib
import re
import subprocess

from processes import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILDS = ("asan", "tsan")


def module_of(build):
    return ROOT / "build" / build / "mod_v6front.so"


def command(module, folder):
    """What stands before httpd's own command. folder: for what the sanitizer reports."""
    folder.mkdir()
    folder.chmod(0o777)  # httpd's children are not root
    needed = subprocess.run(["ldd", module], capture_output=True, text=True, check=True).stdout
    library = re.search(r"=> (/\S*[at]san\S*)", needed)
    order = ROOT / "build/release/pool_order.so"  # makes known to it what APR's pools do
    if not library or not order.is_file():
        raise Failure(f"{module} has no sanitizer: make MODE={module.parent.name} makes it" if not library else
                      f"there is no {order}: make system makes it")
    common = f":log_path={folder}/report"
    return ["env", f"LD_PRELOAD={library[1]} libstdc++.so.6 {order}",
            "ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=8:detect_stack_use_after_return=1:"
            f"max_uar_stack_size_log=16:handle_sigill=2{common}",
            f"TSAN_OPTIONS=die_after_fork=0:report_thread_leaks=0:report_signal_unsafe=0:exitcode=0:"
            f"suppressions={ROOT}/test/system/rig/tsan.supp{common}"]


def reports(folder):
    return [path.read_text(errors="replace")[:20000] for path in sorted(folder.glob("report*"))]
