"""A file comes whole or not at all, however the network behaves."""

import hashlib
import time
from pathlib import Path

import pytest

from gzactive.download import download
from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled
from tests.servers import Request, serving

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def send(request: Request, status: int, body: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    request.send_header("Content-Length", headers.pop("length", str(len(body))))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


class Moody:
    """Serves the content after a list of moods; remembers what was asked for."""

    def __init__(self, *moods: str) -> None:
        self.moods, self.ranges = list(moods), list[str | None]()

    def __call__(self, request: Request) -> None:
        asked = request.headers["Range"]
        self.ranges.append(asked)
        mood = self.moods.pop(0) if self.moods else "well"
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        match mood:
            case "truncated":
                rest = CONTENT[start:]
                send(request, 206 if start else 200, rest[: len(rest) // 2], length=str(len(rest)))
                request.close_connection = True
            case "silent":
                time.sleep(0.6)
                request.close_connection = True
            case "elsewhere":
                send(request, 302, Location=request.path)
            case "forgetful":
                send(request, 200, CONTENT)
            case "well":
                send(request, 206 if start else 200, CONTENT[start:])
            case status:
                send(request, int(status), Retry_After="0")


@pytest.mark.parametrize("moods", [(), ("503", "429"), ("truncated", "500", "truncated")])
def test_a_file_comes_whole_through_a_server_that_stumbles(
    moods: tuple[str, ...], tmp_path: Path
) -> None:
    server = Moody(*moods)
    with serving(server) as address:
        path = download(f"{address}/f", tmp_path / "new" / "f.bin", sha256=SHA256, pause=0.01)
    assert path.read_bytes() == CONTENT
    assert not list(path.parent.glob("*.part"))
    assert len(server.ranges) == len(moods) + 1


def test_a_transfer_that_broke_off_goes_on_where_it_was(tmp_path: Path) -> None:
    server = Moody("truncated", "503")
    path = tmp_path / "f.bin"
    with serving(server) as address:
        with pytest.raises(GzactiveError, match="what has arrived is kept"):
            download(f"{address}/f", path, attempts=2, pause=0.01)
        half = len(CONTENT) // 2
        assert path.with_name("f.bin.part").stat().st_size == half
        assert not path.exists()
        download(f"{address}/f", path, sha256=SHA256)
        assert server.ranges == [None, f"bytes={half}-", f"bytes={half}-"]
        assert path.read_bytes() == CONTENT
        download(f"{address}/f", path, sha256=SHA256)
        assert len(server.ranges) == 3, "a file that is here was asked for again"


def test_a_server_without_ranges_sends_it_all_again(tmp_path: Path) -> None:
    with serving(Moody("truncated", "forgetful")) as address:
        path = download(f"{address}/f", tmp_path / "f.bin", sha256=SHA256, pause=0.01)
    assert path.read_bytes() == CONTENT


def test_a_part_longer_than_the_file_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "f.bin.part").write_bytes(CONTENT + b"more")
    with serving(Moody("416")) as address:
        path = download(f"{address}/f", tmp_path / "f.bin", sha256=SHA256, pause=0.01)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("moods", "sentence"),
    [
        (("404",), "answers HTTP 404: check the address"),
        (("silent",) * 2, "Cannot fetch .*: check the network"),
        (("elsewhere",) * 9, "only leads on to other addresses"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(
    moods: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    with serving(Moody(*moods)) as address, pytest.raises(GzactiveError, match=sentence):
        download(f"{address}/f", tmp_path / "f", attempts=2, timeout=0.2, pause=0.01)


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with serving(Moody()) as address:
        pass
    with pytest.raises(GzactiveError, match="check the network and try again"):
        download(f"{address}/f", tmp_path / "f", attempts=2, pause=0.01)
    with pytest.raises(GzactiveError, match="is no address to fetch from"):
        download("nowhere", tmp_path / "f", attempts=2, pause=0.01)


def test_another_file_than_the_published_one_is_not_kept(tmp_path: Path) -> None:
    with serving(Moody()) as address, pytest.raises(GzactiveError, match="not the file that was"):
        download(f"{address}/f", tmp_path / "f", sha256="0" * 64)
    assert not list(tmp_path.iterdir())


def test_waiting_for_a_busy_server_can_be_cancelled(tmp_path: Path) -> None:
    def cancel(stage: str, done: int, total: int) -> None:
        raise Cancelled

    with serving(lambda request: send(request, 503, Retry_After="60")) as address:
        began = time.monotonic()
        with pytest.raises(Cancelled):
            download(f"{address}/f", tmp_path / "f", progress=cancel)
    assert time.monotonic() - began < 30
