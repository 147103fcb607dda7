"""Run a command and say how much memory it held."""

import subprocess
import sys

# A process that is begun by a large one counts as that large on Linux until it has grown beyond it:
# so a small one stands between.
_WATCH = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def watched(command: list[str]) -> tuple[str, float]:
    """What a command writes, and the most memory that it held, MB."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, *command], check=True, stdout=subprocess.PIPE, text=True
    )
    told, _, most = done.stdout.rstrip("\n").rpartition("\n")
    return told, int(most) / (1 << 20 if sys.platform == "darwin" else 1 << 10)
