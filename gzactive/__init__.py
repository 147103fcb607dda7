"""gzactive: label the galaxies your model is least sure of, and watch it learn from you.

Nothing heavy is imported here: Keras, pandas, astropy and Qt load where they are first used, so
that the window and ``--help`` are on screen at once.
"""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("gzactive")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
