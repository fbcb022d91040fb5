"""Checkpoints from the Hugging Face Hub: one pinned commit, each file checked by its manifest.

``LOSSLENS_MODELS=USER/NAME`` names a repository that ``losslens publish`` made. Its newest commit
is looked up once and noted below HF_HOME; from then on that commit is used, with no request once
all is here. ``USER/NAME@REVISION`` names a commit, which is always that one, or a branch or tag,
which is looked up once. ``manifest.json`` in the repository holds the SHA-256 of every other file;
what it does not name is not fetched, and it names safetensors and JSON alone.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from huggingface_hub import HfApi, constants
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    HFValidationError,
    LocalTokenNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from losslens.files import atomic_write, sha256

MANIFEST = "manifest.json"
KINDS = (".safetensors", ".json")  # what is published and fetched: nothing that could run
_NAME = re.compile(r"(?P<repo_id>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SUM = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"\w[\w.-]*(/\w[\w.-]*){0,3}(" + "|".join(map(re.escape, KINDS)) + ")", re.ASCII)
_RETRY = 60.0  # seconds in which a failed fetch is not tried again


class HubError(OSError):
    """Something that the Hub, or what came from it, refuses; the message is one sentence."""


@dataclass(frozen=True)
class Repository:
    """A model repository of the Hub at a revision."""

    repo_id: str
    revision: str = "main"

    def __str__(self) -> str:
        return f"{self.repo_id}@{self.revision}"


def parse(named: str) -> Repository | None:
    """The repository that ``USER/NAME`` or ``USER/NAME@REVISION`` names.

    None for what can only be a folder.
    """
    match = _NAME.fullmatch(named)
    if match is None or named.startswith("."):
        return None
    return Repository(match["repo_id"], match["revision"] or "main")


def manifest_of(files: dict[str, Path]) -> bytes:
    """The manifest, as JSON, of files by their name in the repository."""
    sums = {name: sha256(path) for name, path in sorted(files.items())}
    return (json.dumps({"sha256": sums}, indent=1) + "\n").encode()


_lock = threading.Lock()
# With the time of each, so that a failure is tried again after a while.
_results: dict[Repository, tuple[float, Path | HubError]] = {}


def fetch(repository: Repository) -> Path:
    """The folder with the repository's checkpoints, all of them here and checked.

    Files are fetched once; the folder is checked once in each process. Raises HubError.
    """
    with _lock:
        when, result = _results.get(repository, (0.0, None))
        if result is None or (isinstance(result, HubError) and time.monotonic() - when > _RETRY):
            try:
                result = _fetch(repository)
            except HubError as error:
                result = error
            _results[repository] = time.monotonic(), result
    if isinstance(result, HubError):
        raise result
    return result


def _fetch(repository: Repository) -> Path:
    api = HfApi(library_name="losslens")
    with as_hub_error(str(repository)):
        pinned = _pinned(repository)
        commit = pinned or api.model_info(repository.repo_id, revision=repository.revision).sha
        manifest = Path(api.hf_hub_download(repository.repo_id, MANIFEST, revision=commit))
        sums = _sums(manifest, repository)
        if any(not (manifest.parent / name).is_file() for name in sums):
            api.snapshot_download(repository.repo_id, revision=commit, allow_patterns=list(sums))
    for name, expected in sums.items():
        _check(manifest.parent / name, expected, repository, cache=manifest.parents[2])
    if pinned is None:  # only now that all is well: a bad commit must not be pinned
        with atomic_write(_note(repository)) as partial:
            partial.write_text(json.dumps({"repository": str(repository), "commit": commit}) + "\n")
    return manifest.parent


def _note(repository: Repository) -> Path:
    return Path(constants.HF_HOME) / "losslens" / (str(repository).replace("/", "--") + ".json")


def _pinned(repository: Repository) -> str | None:
    """The commit that a revision is, or was when it was first fetched here.

    None for one that was not fetched yet. Raises HubError for a damaged note.
    """
    if _COMMIT.fullmatch(repository.revision):
        return repository.revision
    note = _note(repository)
    if not note.is_file():
        return None
    try:
        return str(json.loads(note.read_text())["commit"])
    except (ValueError, KeyError, TypeError):
        raise HubError(
            f"The note of the pinned commit, {note}, is damaged; delete it to pin the newest one."
        ) from None


def _sums(manifest: Path, repository: Repository) -> dict[str, str]:
    try:
        sums = json.loads(manifest.read_text())["sha256"]
        safe = bool(sums) and all(_is_safe(name, value) for name, value in sums.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        safe = False
    if not safe:
        raise HubError(
            f"The {MANIFEST} of {repository} does not list safetensors and JSON files, "
            "as losslens publish does."
        )
    return dict(sums)


def _is_safe(name: str, value: object) -> bool:
    """Whether it is a file's name, no pattern that would fetch others, and a checksum."""
    is_sum = isinstance(value, str) and _SUM.fullmatch(value) is not None
    return is_sum and _FILE.fullmatch(name) is not None and ".." not in PurePosixPath(name).parts


def _check(path: Path, expected: str, repository: Repository, cache: Path) -> None:
    if not path.is_file():
        raise HubError(
            f"{path.name} is named by the {MANIFEST} of {repository} but is not in the repository."
        )
    if sha256(path) != expected:
        raise HubError(
            f"{path.name} of {repository} does not have the checksum that its {MANIFEST} names, "
            f"so it is not used. Delete {cache} to fetch it again."
        )


@contextmanager
def as_hub_error(repository: str) -> Iterator[None]:
    """Turn whatever the Hub's client raises over ``repository`` into a HubError.

    Its message is one sentence, which names no token.
    """
    try:
        yield
    except HubError:
        raise
    except Exception as error:  # it raises many kinds
        raise HubError(_explained(error, repository)) from error


def _explained(error: Exception, repository: str) -> str:
    hub = constants.ENDPOINT
    if isinstance(error, HFValidationError):
        return " ".join(str(error).split())
    if isinstance(error, LocalTokenNotFoundError):
        return (
            "There is no Hugging Face token here: run `hf auth login`, or set HF_TOKEN, "
            "with a token that may write."
        )
    if isinstance(error, RevisionNotFoundError):
        return f"There is no revision {repository} on {hub}."
    if isinstance(error, RepositoryNotFoundError):
        return (
            f"There is no {repository} on {hub}, or it is private and your token, "
            "if you have one, may not see it."
        )
    if isinstance(error, EntryNotFoundError) and isinstance(error, HfHubHTTPError):
        return (
            f"{repository} has no {MANIFEST}, so its files cannot be checked; "
            "losslens publish makes one."
        )
    if isinstance(error, HfHubHTTPError):
        return _answered(error, repository)
    # Never the error's own text: that of a broken header holds the token.
    kind = type(error.__cause__ or error).__name__
    return (
        f"A request to {hub} for {repository} failed ({kind}); "
        "check the network and, if one is used, the token."
    )


def _answered(error: HfHubHTTPError, repository: str) -> str:
    status, said = error.response.status_code, " ".join((error.server_message or "").split())
    if status in (401, 403):
        what = f"The Hub refused the token for {repository}; it must be valid and may write."
    else:
        what = f"{constants.ENDPOINT} failed over {repository}."
    return f"{what} It says: {status} {said}".rstrip()
