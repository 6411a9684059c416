# SPDX-License-Identifier: Apache-2.0
"""How much of it: a scenario says its numbers for a quick and for a full run."""


def sizes(**pairs):
    """@sizes(clients=(100, 2000)): the scenario gets `clients`, and its title may name it."""
    def decorate(function):
        def scenario(play, stack):
            function(play, stack, **{name: play.size(*pair) for name, pair in pairs.items()})
        scenario.__name__, scenario.__doc__, scenario.sizes = function.__name__, function.__doc__, pairs
        return scenario
    return decorate
