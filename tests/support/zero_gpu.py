"""A stand-in for the server that lends the GPUs of ZeroGPU, and the environment of such a Space."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

WITHOUT_GPU = Path(__file__).with_name("without_gpu")
_LENT = {"idle": False, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "allowed"}
_SPENT = {"left": 3, "wait": 3600}  # seconds


@dataclass
class Lender:
    """What the server was asked, and whether it still lends."""

    address: str = ""
    spent: bool = False  # whether the visitor's time on the GPU is used up
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def names(self) -> list[str]:
        """The calls so far, by their names."""
        return [name for name, _ in self.calls]

    def answer(self, path: str) -> tuple[int, Any]:
        """The status and body for a call."""
        parts = urlsplit(path)
        name = parts.path.strip("/")
        self.calls.append((name, dict(parse_qsl(parts.query))))
        if name == "schedule":
            return (429, _SPENT) if self.spent else (200, _LENT)
        return 200, {}


@contextmanager
def lender() -> Iterator[Lender]:
    """The server, on a port of its own."""
    state = Lender()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = state.answer(self.path)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def space(lent: Lender, folder: Path) -> dict[str, str]:
    """The variables of a ZeroGPU Space; what the package writes goes to ``folder``."""
    cgroup = folder / "cgroup"
    cgroup.write_text("0::/space\n")
    return {
        "SPACES_ZERO_GPU": "true",
        "SPACES_ZERO_DEVICE_API_URL": lent.address,
        "ZEROGPU_PROC_SELF_CGROUP_PATH": str(cgroup),
        "ZEROGPU_OFFLOAD_DIR": str(folder / "tensors"),
        "ZEROGPU_MMAP_AUTOPRUNE_PATTERN": str(folder / "none"),
    }
