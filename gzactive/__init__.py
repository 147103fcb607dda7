"""gzactive: label the galaxies your model is least sure of, and watch it learn from you.

Nothing heavy is imported here: Keras, pandas, astropy and Qt load where they are first used, so
that the window and ``--help`` are on screen at once.
"""

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: that costs as much as half a window."""
    if name != "__version__":
        raise AttributeError(f"module 'gzactive' has no attribute '{name}'")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gzactive")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"
