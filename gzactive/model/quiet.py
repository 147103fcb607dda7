"""Silence for native libraries that write to the error stream past Python's logging."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["hushed"]


@contextmanager
def hushed() -> Iterator[None]:
    """Keep what is written to the error stream's descriptor from people, unless the block fails.

    TensorFlow greets with pages on drivers that it did not find and cannot be told not to: its
    first lines come before its log levels count. If the block raises, they are shown after all,
    since they may say why.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException:
            os.dup2(kept, 2)
            said.seek(0)
            os.write(2, said.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
