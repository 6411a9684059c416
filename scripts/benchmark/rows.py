# SPDX-License-Identifier: Apache-2.0
"""All that scripts/bench measures, by name: requests under load, what is held, reloads."""

import held
import load
import measure

ALL = {**load.SCENARIOS, **held.SCENARIOS, **held.RELOADING}
GROWING = ("flat", "spread")  # the same of more: name and number
# What a quick run leaves out, because it has no fault to show in a second.
SLOW = [name for name in ALL if name.startswith(GROWING) or name in {"1k", *held.SCENARIOS, *held.RELOADING}]


def kind(name):
    return "held" if name in held.SCENARIOS else "reload" if name in held.RELOADING else "load"


def sample(name, front, seconds, directory, site):
    if name in held.SCENARIOS:
        return held.sample(ALL[name], front, site)
    if name in held.RELOADING:
        return held.sample_reloading(ALL[name], front, site)
    return measure.sample(ALL[name], front, seconds, directory, site)
