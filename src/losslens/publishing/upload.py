"""Put the checkpoints on the Hugging Face Hub, and the app into a Space.

What will be done is said first, and done once a person agreed.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from huggingface_hub import CommitOperationAdd, HfApi, RepoCard, constants, get_token
from huggingface_hub.errors import LocalTokenNotFoundError

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints import hub
from losslens.losses import LOSSES
from losslens.publishing.model_card import model_card
from losslens.tasks import TASKS

_CHECKOUT = Path(__file__).resolve().parents[3]
_OF_A_SPACE = (
    "app.py",
    "pre-requirements.txt",
    "requirements.txt",
    "README.md",
    "LICENSE",
    "docs/*.png",
    "src/losslens/**/*",
)
_NOT_OF_A_SPACE = (".pyc", ".pyi")
_VARIABLE = "LOSSLENS_MODELS"

Files = dict[str, Path | bytes]  # by name in the repository: a file, or its content
Kind = Literal["model", "space"]


@dataclass(frozen=True)
class Plan:
    """What is to be uploaded, and where to."""

    repo_id: str
    models: Files
    left_out: dict[str, str]  # "task" or "task/loss" -> why it is not published
    space: str | None
    app: Files
    private: bool

    def __str__(self) -> str:
        which = "private" if self.private else "public"
        lines = [
            f"On {constants.ENDPOINT} this will",
            f"- create the {which} model repository {self.repo_id}, unless it is there",
            f"- upload to it, in one commit, {_listed(self.models)}",
        ]
        if self.space:
            lines += [
                f"- create the {which} Space {self.space} (Gradio), unless it is there",
                f"- set its variable {_VARIABLE} to {self.repo_id} at that commit",
                f"- upload to it, in one commit, {_listed(self.app)}",
            ]
        if self.left_out:
            lines.append("It will leave out")
            lines += [f"- {name}: {reason}" for name, reason in self.left_out.items()]
        return "\n".join(lines)


def run(repo_id: str, space: str | None, *, private: bool, dry_run: bool, yes: bool) -> None:
    """Say what will be done, ask, and do it: the body of ``losslens publish``."""
    plan = gather(repo_id, space, private=private)
    print(plan)
    if dry_run:
        print("Nothing was uploaded: this was a dry run.")
    elif yes or _agreed():
        upload(plan)
    else:
        print("Nothing was uploaded.")


def _agreed() -> bool:
    try:
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        raise ValueError("there is nobody to ask; --yes goes on without asking") from None


def gather(repo_id: str, space: str | None = None, *, private: bool = False) -> Plan:
    """What ``upload`` will do; nothing leaves the machine.

    Raises ValueError for a name that the Hub does not allow, CheckpointError where a checkpoint is
    damaged or none is there, and FileNotFoundError where a Space is wanted and this is no checkout
    of the project.
    """
    for name in filter(None, (repo_id, space)):
        if hub.parse(name) is None or "@" in name:
            raise ValueError(f"{name!r} is no name on the Hub; give USER/NAME")
    folder = checkpoints.models_folder()
    cards, left_out = _checkpoints(folder)
    if not cards:
        raise checkpoints.CheckpointError(
            f"There are no checkpoints in {folder}. Make them with: losslens train digits"
        )
    files = _model_files(folder, left_out)
    made = {hub.MANIFEST: hub.manifest_of(files), "README.md": model_card(repo_id, cards).encode()}
    app = _app(repo_id, space) if space else {}
    return Plan(repo_id, {**files, **made}, left_out, space, app, private)


def _checkpoints(folder: Path) -> tuple[list[checkpoints.Card], dict[str, str]]:
    """The cards of what is published, in the order in which tasks and losses are shown.

    And what is left out, as in ``Plan``. Raises CheckpointError for a damaged checkpoint.
    """
    cards: list[checkpoints.Card] = []
    left_out: dict[str, str] = {}
    for key, task in TASKS.items():
        if not (folder / key).is_dir():
            continue
        if task.card is None:
            left_out[key] = "its record has no facts for a model card"
            continue
        measured, missing = _measured(key, folder)
        cards += measured
        left_out |= dict.fromkeys(missing if measured else [key], "not measured yet")
    return cards, left_out


def _measured(task: str, folder: Path) -> tuple[list[checkpoints.Card], list[str]]:
    """The cards of a task's checkpoints, and the "task/loss" of those that are not there."""
    cards, missing = [], []
    for loss in LOSSES:
        try:
            cards.append(checkpoints.load(task, loss, folder).card)
        except checkpoints.MissingCheckpoint:
            if LOSSES[loss].on_cards:
                missing.append(f"{task}/{loss}")
    return cards, missing


def _model_files(folder: Path, left_out: dict[str, str]) -> dict[str, Path]:
    """The files of ``folder`` that go up: all but those of tasks that are left out."""
    paths = [
        path.relative_to(folder)
        for path in sorted(folder.rglob("*"))
        if path.suffix in hub.KINDS and path.name != hub.MANIFEST
    ]
    return {
        path.as_posix(): folder / path
        for path in paths
        if not left_out.keys() & set(path.parts[:-1])
    }


def upload(plan: Plan) -> str:
    """Carry a plan out; returns the commit of the checkpoints.

    Raises HubError with one sentence, which names no token.
    """
    api = HfApi(library_name="losslens")
    with hub.as_hub_error(plan.repo_id):
        if get_token() is None:
            raise LocalTokenNotFoundError
        _create(api, "model", plan.repo_id, plan.private)
        commit = _commit(api, "model", plan.repo_id, plan.models)
    pinned = f"{plan.repo_id}@{commit}"
    where = f"{constants.ENDPOINT}/{plan.repo_id}"
    print(f"{where} has the checkpoints. Use them with {_VARIABLE}={pinned}")
    if plan.space:
        with hub.as_hub_error(plan.space):
            _create(api, "space", plan.space, plan.private)
            # Before the app, so that it is built once.
            api.add_space_variable(plan.space, _VARIABLE, pinned)
            _commit(api, "space", plan.space, plan.app)
        print(f"{constants.ENDPOINT}/spaces/{plan.space} builds the app.")
    return commit


def _create(api: HfApi, kind: Kind, repo_id: str, private: bool) -> None:
    sdk = "gradio" if kind == "space" else None
    api.create_repo(repo_id, repo_type=kind, space_sdk=sdk, private=private, exist_ok=True)


def _commit(api: HfApi, kind: Kind, repo_id: str, files: Files) -> str:
    operations = [CommitOperationAdd(name, content) for name, content in files.items()]
    message = "Uploaded by losslens publish"
    return api.create_commit(repo_id, operations, commit_message=message, repo_type=kind).oid


def _app(repo_id: str, space: str) -> Files:
    """What a Gradio Space needs: the app without checkpoints.

    The front matter of its README names the checkpoints' repository, and where the picture of the
    page is. Raises FileNotFoundError where this is no checkout of the project.
    """
    files: Files = {
        path.relative_to(_CHECKOUT).as_posix(): path
        for pattern in _OF_A_SPACE
        for path in sorted(_CHECKOUT.glob(pattern))
        if path.is_file() and path.suffix not in _NOT_OF_A_SPACE
    }
    if "app.py" not in files or "README.md" not in files:
        raise FileNotFoundError(
            f"a Space is made from a checkout of the project, and {_CHECKOUT} is none"
        )
    card = RepoCard((_CHECKOUT / "README.md").read_text())
    card.data["models"] = [repo_id]
    page = f"{constants.ENDPOINT}/spaces/{space}/resolve/main/"
    card.data["thumbnail"] = page + card.data["thumbnail"]
    return {**files, "README.md": str(card).encode()}


def _listed(files: Files) -> str:
    """What the files are: folders with how many each holds, and single files."""
    size = sum(
        len(content) if isinstance(content, bytes) else content.stat().st_size
        for content in files.values()
    )
    counts = Counter(name.split("/")[0] + "/" if "/" in name else name for name in files)
    named = ", ".join(
        f"{top} ({count})" if top.endswith("/") else top for top, count in counts.items()
    )
    return f"{len(files)} files, {size / 1e6:.1f} MB: {named}"
