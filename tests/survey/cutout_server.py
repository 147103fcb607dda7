"""A server on this machine that speaks the cutout services' words, and misbehaves on request."""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

Answer = Callable[["Handler", dict[str, str], int], None]


def jpeg(size: int, seed: int = 0) -> bytes:
    rng = np.random.default_rng(seed)
    buffer = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (size, size, 3), dtype=np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


class Handler(BaseHTTPRequestHandler):
    """Answers a place in the sky as its right ascension was told to be answered."""

    protocol_version = "HTTP/1.1"
    server: CutoutServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        it = self.server
        with it.lock:
            it.asked.append((parts.path, query))
            it.times.append(time.monotonic())
            ra = query.get("ra", "")
            it.counts[ra] += 1
            number = it.counts[ra]
            it.under_way += 1
            it.most_at_once = max(it.most_at_once, it.under_way)
        try:
            it.answers.get(ra, it.usual)(self, query, number)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the other side has had enough
        finally:
            with it.lock:
                it.under_way -= 1

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class CutoutServer(ThreadingHTTPServer):
    """Counts what it is asked, and how many ask at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.usual: Answer = picture
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.times: list[float] = []
        self.counts: Counter[str] = Counter()
        self.under_way = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/cutout"

    def for_ra(self, ra: float, answer: Answer) -> None:
        self.answers[f"{ra:.6f}"] = answer


@contextmanager
def running() -> Iterator[CutoutServer]:
    server = CutoutServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def picture(handler: Handler, query: dict[str, str], number: int) -> None:
    size = int(query.get("size") or query["width"])
    handler.send(200, jpeg(size, seed=int(float(query["ra"]) * 1000)), Content_Type="image/jpeg")


def after(failures: int, answer: Answer) -> Answer:
    """An answer for the first few times, then a picture."""

    def answered(handler: Handler, query: dict[str, str], number: int) -> None:
        (answer if number <= failures else picture)(handler, query, number)

    return answered


def status(code: int, **headers: str) -> Answer:
    return lambda handler, query, number: handler.send(code, b"no", **headers)


def page(handler: Handler, query: dict[str, str], number: int) -> None:
    handler.send(200, b"<html><body>Down for maintenance</body></html>", Content_Type="text/html")


def truncated(handler: Handler, query: dict[str, str], number: int) -> None:
    body = jpeg(int(query.get("size") or query["width"]))
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def cut_off(handler: Handler, query: dict[str, str], number: int) -> None:
    """A JPEG that ends too early, sent as if it were whole."""
    body = jpeg(int(query.get("size") or query["width"]))
    handler.send(200, body[: len(body) // 2])


def slow(handler: Handler, query: dict[str, str], number: int) -> None:
    time.sleep(3)
    picture(handler, query, number)


def circles(handler: Handler, query: dict[str, str], number: int) -> None:
    handler.send(302, Location=handler.path)


def smaller(handler: Handler, query: dict[str, str], number: int) -> None:
    handler.send(200, jpeg(16))


def empty(handler: Handler, query: dict[str, str], number: int) -> None:
    buffer = io.BytesIO()
    size = int(query.get("size") or query["width"])
    Image.new("RGB", (size, size)).save(buffer, "JPEG")
    handler.send(200, buffer.getvalue())
