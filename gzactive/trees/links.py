"""Who leads to whom in a decision tree, as a graph of names: reach, order and loops.

Plain functions of ``links``, a mapping from each question's name, in the file's order, to the
names it can lead to. They know no files and raise nothing; the complaints are made in
:mod:`gzactive.trees.files`.
"""

import heapq
from collections.abc import Collection, Mapping

__all__ = ["asking_order", "descendants", "find_loop"]

Links = Mapping[str, Collection[str]]


def descendants(links: Links, name: str) -> set[str]:
    """Names reached from ``name`` in one step or more (itself only if it lies on a loop)."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for target in links[waiting.pop()]:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def asking_order(links: Links) -> list[str]:
    """Names sorted so that each comes after all that lead to it, else in the order of ``links``.

    Names on a loop, and those that only follow one, are left out.
    """
    position = {name: index for index, name in enumerate(links)}
    names = list(links)
    waiting_for = dict.fromkeys(names, 0)
    for targets in links.values():
        for target in set(targets):
            waiting_for[target] += 1
    ready = [position[name] for name in names if waiting_for[name] == 0]
    ordered: list[str] = []
    while ready:
        name = names[heapq.heappop(ready)]
        ordered.append(name)
        for target in set(links[name]):
            waiting_for[target] -= 1
            if waiting_for[target] == 0:
                heapq.heappush(ready, position[target])
    return ordered


def find_loop(links: Links) -> list[str]:
    """Return names that lead from one to the next and back to the first, which ends the list too.

    Empty if there is no loop.
    """
    stuck = [name for name in links if name not in set(asking_order(links))]
    if not stuck:
        return []
    # Each name left over has a parent among them, so going up from any must come round.
    trail = [stuck[0]]
    while True:
        parent = next(name for name in stuck if trail[-1] in links[name])
        if parent in trail:
            return [parent, *reversed(trail[trail.index(parent) :])]
        trail.append(parent)
