"""Messages to other programs, by a real hub (astropy's) to a real client of it.

Peers' requirement 21: send to DS9, Aladin and TOPCAT by SAMP.
"""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gzactive.errors import GzactiveError
from gzactive.survey.samp import Samp, image_message, point_message, table_message

Receiver = Callable[..., list[tuple[str, str, dict[str, Any]]]]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from astropy.samp import SAMPHubServer, conf
    lock = tmp_path / "samp.lock"
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{lock.as_uri()}")
    with conf.set_temp("use_internet", False):
        server = SAMPHubServer(web_profile=False, lockfile=str(lock), addr="127.0.0.1")
        server.start()
        yield server
        server.stop()


@pytest.fixture
def receiver(hub: Any) -> Iterator[Receiver]:
    """Programs that listen for some kinds of messages, and what they got."""
    from astropy.samp import SAMPIntegratedClient

    made = []

    def listen(name: str, *kinds: str) -> list[tuple[str, str, dict[str, Any]]]:
        got: list[tuple[str, str, dict[str, Any]]] = []
        client = SAMPIntegratedClient(name=name, addr="127.0.0.1")
        client.connect(hub_params=hub.params)
        made.append(client)

        def take(key, sender, kind, params, extra):  # type: ignore[no-untyped-def]
            got.append((client.get_metadata(sender)["samp.name"], kind, dict(params)))

        for kind in kinds:
            client.bind_receive_notification(kind, take)
        return got

    yield listen
    for client in made:
        client.disconnect()


def arrived(got: list[Any], count: int) -> list[Any]:
    import time

    end = time.monotonic() + 20
    while len(got) < count and time.monotonic() < end:
        time.sleep(0.02)
    return got


def test_requirement_21_messages_reach_the_programs_that_take_them(receiver: Receiver) -> None:
    topcat = receiver("TOPCAT", "table.load.votable", "coord.pointAt.sky")
    ds9 = receiver("DS9", "image.load.fits")
    sender = Samp()
    assert sender.send(table_message("file:///a.vot", "spirals", "Spirals")) == ["TOPCAT"]
    assert sender.send(image_message("file:///g.fits", "J1", "J1")) == ["DS9"]
    assert sender.send(point_message(150.25, -2.5)) == ["TOPCAT"]
    assert arrived(ds9, 1) == [
        ("gzactive", "image.load.fits", {"url": "file:///g.fits", "image-id": "J1", "name": "J1"})
    ]
    by_kind = {kind: params for _, kind, params in arrived(topcat, 2)}
    assert by_kind["table.load.votable"]["table-id"] == "spirals"
    assert by_kind["coord.pointAt.sky"] == {"ra": "150.2500000", "dec": "-2.5000000"}
    sender.close()


def test_nobody_who_takes_it_is_told_with_what_to_start(receiver: Receiver) -> None:
    receiver("DS9", "image.load.fits")
    sender = Samp()
    with pytest.raises(
        GzactiveError, match="no program that is connected to it takes this: start TOPCAT"
    ):
        sender.send(table_message("file:///a.vot", "a", "a"))
    sender.close()


def test_without_a_hub_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMP_HUB", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    sender = Samp()
    with pytest.raises(GzactiveError, match="No SAMP hub runs"):
        sender.send(point_message(1, 2))
    # As a killed hub leaves it: nobody listens there any more.
    (tmp_path / ".samp").write_text(
        "# left behind\nsamp.secret=x\nsamp.hub.xmlrpc.url=http://127.0.0.1:9/\n"
    )
    with pytest.raises(GzactiveError, match="No SAMP hub runs"):
        sender.send(point_message(1, 2))
    (tmp_path / ".samp").write_text("nothing of use\n")
    with pytest.raises(GzactiveError, match="does not say where"):
        sender.send(point_message(1, 2))
    sender.close()


def test_a_hub_that_has_gone_is_looked_for_again(hub: Any, receiver: Receiver) -> None:
    got = receiver("Aladin", "coord.pointAt.sky")
    sender = Samp()
    sender.send(point_message(1, 2))
    sender._key = "of a hub that was restarted"
    sender._hub = None
    assert sender.send(point_message(3, 4)) == ["Aladin"]
    assert len(arrived(got, 2)) == 2
    sender.close()
    sender.close()
