"""Published weights are fetched, checked and imported; half of them never."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.model.published import PublishedWeights, fetch_published, published_weights
from gzactive.model.weights_file import available_weights, read_header, verify_weights
from gzactive.trees import load_tree
from tests.servers import Request, serving

from .test_timm import some_state
from .test_torch_file import write


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own files, away from those of whoever runs the tests."""
    folder = tmp_path / "person"
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: folder / name)
    return folder / "gzactive"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("encoder") / "pytorch_model.bin"
    return write(path, some_state()).read_bytes()


class Host:
    """A host of large files, with the pointers by which it tells their checksums."""

    def __init__(self, content: bytes, told: str | None = None, cut: int = 0) -> None:
        digest = hashlib.sha256(content).hexdigest()
        self.content, self.cut = content, cut
        self.pointer = told or f"version https://git-lfs\noid sha256:{digest}\nsize {len(content)}"

    def __call__(self, request: Request) -> None:
        asked = request.headers["Range"]
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        body = self.pointer.encode() if request.path == "/pointer" else self.content
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(body) - start))
        request.end_headers()
        if self.cut and request.path != "/pointer" and not start:
            request.wfile.write(body[: self.cut])
            request.close_connection = True
        else:
            request.wfile.write(body[start:])


def listed(address: str, tmp_path: Path) -> PublishedWeights:
    (tmp_path / "list.toml").write_text(f"""
        [someone]
        description = "An encoder."
        data = "Galaxies"
        credits = "Someone et al."
        licence = "CC0"
        open = "pytorch_model.bin"
        [[someone.files]]
        name = "pytorch_model.bin"
        url = "{address}/file"
        pointer = "{address}/pointer"
    """)
    return published_weights(tmp_path / "list.toml")["someone"]


def test_weights_come_in_with_their_credits(
    encoder: bytes, own_folder: Path, tmp_path: Path
) -> None:
    with serving(Host(encoder, cut=len(encoder) // 3)) as address:
        which = listed(address, tmp_path)
        remarks = fetch_published(which, pause=0.01)
        assert any("no head" in remark for remark in remarks)
        assert "someone" in available_weights()
        card = read_header("someone").card
        assert (card["credits"], card["licence"]) == ("Someone et al.", "CC0")
        digest = hashlib.sha256(encoder).hexdigest()
        assert digest in json.dumps(card["imported"]["from"])
        assert not (own_folder / "downloads" / "someone").exists()
        with pytest.raises(GzactiveError, match="are here already"):
            fetch_published(which)


def test_a_file_of_another_checksum_or_kind_is_not_kept(
    encoder: bytes, own_folder: Path, tmp_path: Path
) -> None:
    other = "oid sha256:" + "0" * 64
    with (
        serving(Host(encoder, told=other)) as address,
        pytest.raises(GzactiveError, match="not the file that was published"),
    ):
        fetch_published(listed(address, tmp_path), pause=0.01)
    with (
        serving(Host(b"<html>sign in</html>")) as address,
        pytest.raises(GzactiveError, match="What was fetched cannot be used"),
    ):
        fetch_published(listed(address, tmp_path), pause=0.01)
    with (
        serving(Host(encoder, told="<html>")) as address,
        pytest.raises(GzactiveError, match="could not be checked"),
    ):
        fetch_published(listed(address, tmp_path), pause=0.01)
    assert not list(own_folder.rglob("*.bin"))
    assert not list(own_folder.rglob("*.safetensors"))


def test_the_shipped_list_names_trees_that_there_are_and_checks_every_checkpoint() -> None:
    shipped = published_weights()
    assert {"zoobot-v1-decals", "zoobot-v2-encoder"} <= set(shipped)
    for which in shipped.values():
        if which.tree is not None:
            load_tree(which.tree)
        assert any(which.open in file["name"] for file in which.files)
        assert all(file["url"].startswith("https://") for file in which.files)
        assert any(file.get("sha256") or file.get("pointer") for file in which.files)


def test_the_checksums_of_the_shipped_list_are_those_of_the_published_indexes(
    real_data: Path,
) -> None:
    indexes = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (real_data / "zoobot_v1" / "published_index").iterdir()
    }
    pinned = {
        file["sha256"]
        for which in published_weights().values()
        for file in which.files
        if file["name"].endswith(".index")
    }
    assert pinned == indexes


def test_a_changed_tensor_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify_weights("sdss-b0").endswith(", as shipped")
    path = read_header("sdss-b0").path
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    folder = tmp_path / "resources"
    (folder / "weights").mkdir(parents=True)
    (folder / "weights" / path.name).write_bytes(content)
    (folder / "weights" / "SHA256SUMS").write_bytes((path.parent / "SHA256SUMS").read_bytes())
    monkeypatch.setattr("gzactive.model.weights_file.resource", lambda name: folder / name)
    with pytest.raises(GzactiveError, match="not the file that was shipped"):
        verify_weights("sdss-b0")
    content[-2:] = np.float16(np.nan).tobytes()
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(content)
    with pytest.raises(GzactiveError, match="not finite"):
        verify_weights(copy)
