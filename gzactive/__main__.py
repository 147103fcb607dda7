"""``python -m gzactive``: the same as the ``gzactive`` command."""

from gzactive.cli import main

main()
