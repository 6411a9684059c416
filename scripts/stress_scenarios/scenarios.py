# SPDX-License-Identifier: Apache-2.0
"""What happens to a front. The first line of each is its row in the table; {numbers} are those of this run."""

import holding
import losing
import lasting

ALL = [holding.slow_sites, holding.slow_readers, holding.slow_heads_and_bodies, holding.tunnels,
       lasting.reloads, losing.killed_child, losing.killed_site, losing.killed_name_server, losing.no_descriptors,
       losing.no_memory, losing.full_disk, lasting.mixed]


def title(scenario, quick):
    return scenario.__doc__.format(**{name: pair[0 if quick else 1] for name, pair in scenario.sizes.items()})
