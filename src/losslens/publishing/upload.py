"""Put the checkpoints on the Hugging Face Hub, and the app into a Space: said first, and done once agreed."""

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
    "requirements.txt",
    "README.md",
    "LICENSE",
    "docs/*.png",
    "src/losslens/**/*",
)
_VARIABLE = "LOSSLENS_MODELS"
Files = dict[str, Path | bytes]  # by name in the repository: a file, or its content
Kind = Literal["model", "space"]


@dataclass(frozen=True)
class Plan:
    """What is to be uploaded, and where to."""

    repo_id: str
    models: Files
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

    Raises ValueError for a name that the Hub does not allow, CheckpointError where a task in the
    models folder lacks one of its checkpoints, and FileNotFoundError where a Space is wanted and
    this is no checkout of the project.
    """
    for name in filter(None, (repo_id, space)):
        if hub.parse(name) is None or "@" in name:
            raise ValueError(f"{name!r} is no name on the Hub; give USER/NAME")
    folder = checkpoints.models_folder()
    tasks = [task for task in TASKS if (folder / task).is_dir()]
    if not tasks:
        raise checkpoints.CheckpointError(
            f"There are no checkpoints in {folder}. Make them with: losslens train digits"
        )
    cards = [checkpoints.load(task, loss, folder).card for task in tasks for loss in LOSSES]
    files = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.suffix in hub.KINDS and path.name != hub.MANIFEST
    }
    made = {hub.MANIFEST: hub.manifest_of(files), "README.md": model_card(repo_id, cards).encode()}
    return Plan(repo_id, {**files, **made}, space, _app(repo_id) if space else {}, private)


def upload(plan: Plan) -> str:
    """Carry a plan out; returns the commit of the checkpoints. Raises HubError with one sentence,
    which names no token."""
    api = HfApi(library_name="losslens")
    with hub.plainly(plan.repo_id):
        if get_token() is None:
            raise LocalTokenNotFoundError
        _create(api, "model", plan.repo_id, plan.private)
        commit = _commit(api, "model", plan.repo_id, plan.models)
    pinned = f"{plan.repo_id}@{commit}"
    print(
        f"{constants.ENDPOINT}/{plan.repo_id} has the checkpoints. Use them with {_VARIABLE}={pinned}"
    )
    if plan.space:
        with hub.plainly(plan.space):
            _create(api, "space", plan.space, plan.private)
            api.add_space_variable(
                plan.space, _VARIABLE, pinned
            )  # before the app, so that it is built once
            _commit(api, "space", plan.space, plan.app)
        print(f"{constants.ENDPOINT}/spaces/{plan.space} builds the app.")
    return commit


def _create(api: HfApi, kind: Kind, repo_id: str, private: bool) -> None:
    sdk = "gradio" if kind == "space" else None
    api.create_repo(repo_id, repo_type=kind, space_sdk=sdk, private=private, exist_ok=True)


def _commit(api: HfApi, kind: Kind, repo_id: str, files: Files) -> str:
    operations = [CommitOperationAdd(name, content) for name, content in files.items()]
    return api.create_commit(
        repo_id, operations, commit_message="Uploaded by losslens publish", repo_type=kind
    ).oid


def _app(repo_id: str) -> Files:
    """What a Gradio Space needs: the app without checkpoints. Its README's front matter names their
    repository."""
    paths = [
        path
        for pattern in _OF_A_SPACE
        for path in sorted(_CHECKOUT.glob(pattern))
        if path.is_file()
    ]
    files = {
        path.relative_to(_CHECKOUT).as_posix(): path
        for path in paths
        if path.suffix not in (".pyc", ".pyi")
    }
    if "app.py" not in files or "README.md" not in files:
        raise FileNotFoundError(
            f"a Space is made from a checkout of the project, and {_CHECKOUT} is none"
        )
    card = RepoCard(files["README.md"].read_text())
    card.data["models"] = [repo_id]
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
