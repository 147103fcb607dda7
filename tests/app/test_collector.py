"""Garbage is collected on the window's thread alone."""

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from gzactive.app.collector import Collector


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    it = Collector()
    yield it
    it.stop()


class Litter:
    """Something that only the cyclic collector can destroy, and that tells where it was."""

    def __init__(self, told: list[int]) -> None:
        self.itself = self
        self.told = told

    def __del__(self) -> None:
        self.told.append(threading.get_ident())


def test_litter_of_another_thread_is_destroyed_on_this_one(
    qtbot: QtBot, collector: Collector
) -> None:
    told: list[int] = []
    thread = threading.Thread(target=lambda: [Litter(told) for _ in range(50_000)])
    thread.start()
    thread.join()
    assert told == []
    qtbot.waitUntil(lambda: len(told) == 50_000)
    assert set(told) == {threading.get_ident()}


def test_python_gets_its_collector_back(qtbot: QtBot) -> None:
    it = Collector()
    assert not gc.isenabled()
    it.settle()
    assert gc.get_freeze_count() > 0
    it.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
