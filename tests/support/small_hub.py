"""A small Hub for the tests: the few routes of the Hugging Face Hub that we use.

It keeps every commit of every repository in memory, as the files it then had. A request that writes
needs the token ``GOOD``.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = "hf_goodTokenOfTheTests"
Files = dict[str, bytes]


@dataclass
class SmallHub:
    """The state of the Hub, and all that was asked of it."""

    url: str = ""
    # "models/me/x" -> its commits, oldest first
    repositories: dict[str, list[tuple[str, Files]]] = field(default_factory=dict)
    large: Files = field(default_factory=dict)  # by SHA-256
    variables: dict[str, dict[str, str]] = field(default_factory=dict)  # of Spaces
    created: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # "GET /api/..."
    cuts: float = 0  # so many transfers of weights, from now on, end half way

    def files(self, repository: str, revision: str = "main") -> tuple[str, Files] | None:
        """The commit behind a revision, and its files."""
        commits = self.repositories.get(repository, [])
        return next((c for c in reversed(commits) if revision in ("main", c[0])), None)

    def commit(self, repository: str, files: Files) -> str:
        """Add a commit with these files beside those that were there."""
        commits = self.repositories[repository]
        now = {**(commits[-1][1] if commits else {}), **files}
        digest = hashlib.sha1(repr((len(commits), sorted(now.items()))).encode()).hexdigest()
        commits.append((digest, now))
        return digest


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: SmallHub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(
        self, status: int, body: object = b"", headers: dict[str, str] | None = None
    ) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _handle(self) -> None:
        path = self.path.split("?")[0]
        self.hub.asked.append(f"{self.command} {path}")
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("Authorization")
        if token not in (None, f"Bearer {GOOD}"):
            return self._answer(
                401,
                {"error": "Invalid credentials in Authorization header"},
                _said("Invalid credentials"),
            )
        if self.command == "POST" and token is None and "validate-yaml" not in path:
            return self._answer(401, {"error": "Unauthorized"})
        for command, pattern, method in _ROUTES:
            if self.command in command and (match := re.fullmatch(pattern, path)):
                return method(self, *match.groups())
        self._answer(404, {"error": f"no route {path}"})

    do_GET = do_HEAD = do_POST = do_PUT = _handle  # noqa: N815

    def create(self) -> None:
        wanted = json.loads(self.body)
        name = f"{wanted['type']}s/{wanted['organization']}/{wanted['name']}"
        self.hub.created.append(wanted)
        if name in self.hub.repositories:
            return self._answer(
                409, {"error": "You already created this repo", "url": self.hub.url}
            )
        self.hub.repositories[name] = []
        self.hub.commit(name, {".gitattributes": b""})
        self._answer(200, {"url": f"{self.hub.url}/{name.removeprefix('models/')}"})

    def validate(self) -> None:
        self._answer(200, {"errors": [], "warnings": []})

    def preupload(self, name: str) -> None:
        if name not in self.hub.repositories:
            return self._answer(
                404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}
            )
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs"
                if file["path"].endswith((".safetensors", ".npz", ".png"))
                else "regular",
                "shouldIgnore": False,
                "oid": None,
            }
            for file in json.loads(self.body)["files"]
        ]
        self._answer(200, {"files": modes})

    def batch(self, _: str) -> None:
        objects = [
            {**wanted, "actions": {"upload": {"href": f"{self.hub.url}/large/{wanted['oid']}"}}}
            for wanted in json.loads(self.body)["objects"]
        ]
        self._answer(200, {"transfer": "basic", "objects": objects})

    def store(self, oid: str) -> None:
        assert hashlib.sha256(self.body).hexdigest() == oid
        self.hub.large[oid] = self.body
        self._answer(200)

    def add_commit(self, name: str) -> None:
        files = {}
        for line in self.body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.hub.large[value["oid"]]
        commit = self.hub.commit(name, files)
        self._answer(
            200,
            {
                "commitUrl": f"{self.hub.url}/{name}/commit/{commit}",
                "commitOid": commit,
                "success": True,
            },
        )

    def variable(self, space: str) -> None:
        wanted = json.loads(self.body)
        self.hub.variables.setdefault(space, {})[wanted["key"]] = wanted["value"]
        self._answer(200, {wanted["key"]: {"value": wanted["value"]}})

    def info(self, name: str, revision: str = "main") -> None:
        if (found := self._found(name, revision)) is not None:
            self._answer(200, {"id": name.split("/", 1)[1], "sha": found[0], "siblings": []})

    def tree(self, name: str, revision: str) -> None:
        if (found := self._found(name, revision)) is not None:
            entries = [
                {
                    "type": "file",
                    "path": path,
                    "size": len(data),
                    "oid": hashlib.sha1(data).hexdigest(),
                }
                for path, data in found[1].items()
            ]
            self._answer(200, entries)

    def resolve(self, repo_id: str, revision: str, path: str) -> None:
        if (found := self._found(f"models/{repo_id}", revision)) is None:
            return
        commit, files = found
        if path not in files:
            return self._answer(
                404,
                {"error": "Entry not found"},
                {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit},
            )
        etag = f'"{hashlib.sha256(files[path]).hexdigest()}"'
        headers = {"ETag": etag, "X-Repo-Commit": commit}
        if self.command == "GET" and path.endswith(".safetensors") and self.hub.cuts > 0:
            self.hub.cuts -= 1
            self.close_connection = True
            size, half = len(files[path]), len(files[path]) // 2
            return self._answer(200, files[path][:half], headers | {"Content-Length": str(size)})
        self._answer(200, files[path], headers)

    def _found(self, name: str, revision: str) -> tuple[str, Files] | None:
        found = self.hub.files(name, revision)
        if found is None:
            code = "RevisionNotFound" if name in self.hub.repositories else "RepoNotFound"
            self._answer(404, {"error": "not found"}, {"X-Error-Code": code})
        return found


def _said(message: str) -> dict[str, str]:
    return {"X-Error-Message": message}


_REPOSITORY = r"((?:models|spaces)/[^/]+/[^/]+)"
_ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("POST", r"/api/repos/create", _Handler.create),
    ("POST", r"/api/validate-yaml", _Handler.validate),
    ("POST", rf"/api/{_REPOSITORY}/preupload/main", _Handler.preupload),
    ("POST", r"/(.+)\.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", r"/large/([0-9a-f]{64})", _Handler.store),
    ("POST", rf"/api/{_REPOSITORY}/commit/main", _Handler.add_commit),
    ("POST", r"/api/spaces/([^/]+/[^/]+)/variables", _Handler.variable),
    ("GET", rf"/api/{_REPOSITORY}", _Handler.info),
    ("GET", rf"/api/{_REPOSITORY}/revision/(.+)", _Handler.info),
    ("GET", rf"/api/{_REPOSITORY}/tree/(.+)", _Handler.tree),
    ("GET HEAD", r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", _Handler.resolve),
]


@contextmanager
def small_hub() -> Iterator[SmallHub]:
    """A Hub on a free port of this machine."""
    hub = SmallHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield hub
    server.shutdown()
    server.server_close()
