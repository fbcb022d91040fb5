"""Publishing and fetching, against a small Hub on this machine.

What arrives are the same bytes, of one pinned commit, and no token is told.
"""

import hashlib
import io
import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from huggingface_hub import constants, file_download

from losslens import cli
from losslens.checkpoints import files as checkpoints
from losslens.checkpoints import hub
from losslens.checkpoints.ensemble import load_ensemble
from losslens.data.bundled import SAMPLE_PHOTOS
from losslens.inference import predictor
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from support.shipped import shipped
from support.small_hub import GOOD, SmallHub, small_hub

SHIPPED = Path(checkpoints.__file__).parents[3] / "models"
REPO = "models/me/loss-lens"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """A small Hub in place of the real one, for this process and those it starts, caches empty."""
    home = tmp_path / "hf"
    with small_hub() as small:
        for name, value in {
            "HF_ENDPOINT": small.url,
            "HF_HOME": str(home),
            "HF_TOKEN": GOOD,
            "HF_HUB_DISABLE_XET": "1",
            "LOSSLENS_MODELS": str(SHIPPED),
        }.items():
            monkeypatch.setenv(name, value)
        # The client read its settings when it was imported.
        for name, setting in {
            "ENDPOINT": small.url,
            "HUGGINGFACE_CO_URL_TEMPLATE": small.url + "/{repo_id}/resolve/{revision}/{filename}",
            "HF_HOME": str(home),
            "HF_HUB_CACHE": str(home / "hub"),
            "HF_HUB_DISABLE_XET": True,
        }.items():
            monkeypatch.setattr(constants, name, setting)
        monkeypatch.setattr(hub, "_results", {})
        predictor.forget()
        yield small
        predictor.forget()


def publish(*more: str) -> int:
    return cli.main(["publish", "--repo-id", "me/loss-lens", "--yes", *more])


def run(*command: str, folder: Path | None = None) -> str:
    """A command as a user runs it, in a process that reads HF_ENDPOINT afresh; what it printed."""
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert GOOD not in done.stdout + done.stderr
    return done.stdout


def test_what_is_published_is_what_a_space_fetches(
    server: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(
        "-m", "losslens.cli", "publish", "--repo-id", "me/loss-lens", "--space", "me/demo", "--yes"
    )
    commit, files = server.files(REPO)
    assert f"LOSSLENS_MODELS=me/loss-lens@{commit}" in said
    local = {
        path.relative_to(SHIPPED).as_posix(): path
        for path in SHIPPED.rglob("*")
        if path.suffix in hub.KINDS
    }
    assert files.keys() == {*local, "manifest.json", "README.md", ".gitattributes"}
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in local.items()}
    assert json.loads(files["manifest.json"]) == {"sha256": sums}

    # As the Hub would check it out, with nothing of this checkout beside it.
    space = tmp_path / "space"
    for name, data in server.files("spaces/me/demo")[1].items():
        (space / name).parent.mkdir(parents=True, exist_ok=True)
        (space / name).write_bytes(data)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name, value in server.variables["me/demo"].items():
        monkeypatch.setenv(name, value)
    told = run("-c", _IN_THE_SPACE, folder=space).splitlines()
    assert told[-1] == "cat" * len(load_ensemble("pets", SHIPPED).losses) and Path(
        told[-2]
    ).is_relative_to(space)

    folder = checkpoints.models_folder()
    assert folder.name == commit and folder.is_relative_to(tmp_path)
    assert all((folder / name).read_bytes() == path.read_bytes() for name, path in local.items())
    assert not (folder / "README.md").exists()
    everything = [path.read_bytes() for path in (tmp_path / "hf").rglob("*") if path.is_file()]
    assert not any(GOOD.encode() in data for data in [*everything, *files.values()])


_IN_THE_SPACE = """
import app
from losslens.images.reading import read_picture
from losslens.inference import predictor
from losslens.ui.app import build

build()
prediction = predictor.predict_picture("pets", read_picture("src/losslens/data/samples/cat.jpg"))
print(predictor.__file__)
print("".join(answer.label for answer in prediction.given))
"""


def test_a_space_is_made_private_and_pinned(server: SmallHub) -> None:
    assert publish("--space", "me/demo", "--private") == 0
    commit, _ = server.files(REPO)
    assert server.variables["me/demo"] == {"LOSSLENS_MODELS": f"me/loss-lens@{commit}"}
    assert [(repo["type"], repo["visibility"], repo.get("sdk")) for repo in server.created] == [
        ("model", "private", None),
        ("space", "private", "gradio"),
    ]
    _, files = server.files("spaces/me/demo")
    front = yaml.safe_load(files["README.md"].decode().split("---")[1])
    shipped = yaml.safe_load((SHIPPED.parent / "README.md").read_text().split("---\n")[1])
    page = f"{constants.ENDPOINT}/spaces/me/demo/resolve/main/docs/page.png"
    assert front == {**shipped, "models": ["me/loss-lens"], "thumbnail": page}
    assert front["sdk"] == "gradio"
    assert {front["app_file"], "pre-requirements.txt", "requirements.txt"} <= files.keys()
    assert not any(name.endswith((".pyc", ".pyi")) or name.startswith("models/") for name in files)


def test_publishing_again_makes_a_commit_that_a_pinned_user_does_not_get(
    server: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert publish() == 0
    first, files = server.files(REPO)
    monkeypatch.setenv("LOSSLENS_MODELS", "me/loss-lens")
    assert checkpoints.models_folder().name == first
    second = server.commit(REPO, {"digits/focal.json": files["digits/focal.json"] + b"\n"})
    server.asked.clear()
    hub._results.clear()  # as in a new process
    assert checkpoints.models_folder().name == first
    assert server.asked == []  # all is here: the Hub is not asked at all
    monkeypatch.setenv("LOSSLENS_MODELS", f"me/loss-lens@{second}")
    # Its manifest is still the first one's.
    with pytest.raises(checkpoints.CheckpointError, match="checksum"):
        checkpoints.models_folder()


def test_a_file_with_another_checksum_is_refused_in_one_sentence(
    server: SmallHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish() == 0
    weights = bytearray(server.files(REPO)[1]["digits/focal.safetensors"])
    weights[-1] ^= 1
    server.commit(REPO, {"digits/focal.safetensors": bytes(weights)})
    monkeypatch.setenv("LOSSLENS_MODELS", "me/loss-lens")
    answers = predictor.predict("digits", TASKS["digits"].blank()).answers
    said = "focal.safetensors of me/loss-lens@main does not have the checksum"
    assert answers and all(said in answer.problem for answer in answers)
    capsys.readouterr()
    assert cli.main(["predict", "digits", str(SAMPLE_PHOTOS[0])]) == 0
    assert "Traceback" not in capsys.readouterr().err
    weights[-1] ^= 1
    mended = server.commit(REPO, {"digits/focal.safetensors": bytes(weights)})
    hub._results.clear()
    assert checkpoints.models_folder().name == mended  # the bad commit was not pinned


def test_a_damaged_note_says_what_to_delete(
    server: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "hf" / "losslens" / "me--loss-lens@main.json"
    note.parent.mkdir(parents=True)
    note.write_text("{}")
    monkeypatch.setenv("LOSSLENS_MODELS", "me/loss-lens")
    said = r"loss-lens@main\.json, is damaged; delete it"
    with pytest.raises(checkpoints.CheckpointError, match=said):
        checkpoints.models_folder()
    assert server.asked == []


@pytest.mark.parametrize(
    "listed",
    [
        {"../../escape.json": "0" * 64},
        {"/etc/passwd.json": "0" * 64},
        {"digits/focal.pkl": "0" * 64},
        {"a.json": 1},
        {"a.json": "0"},
        {"*.json": "0" * 64},
        {"digits/[a-z]*.safetensors": "0" * 64},
        {"digits/?.json": "0" * 64},
        {},
        [],
        None,
    ],
)
def test_a_manifest_of_anything_else_is_refused(
    server: SmallHub, monkeypatch: pytest.MonkeyPatch, listed: object
) -> None:
    server.repositories[REPO] = []
    server.commit(REPO, {"manifest.json": json.dumps({"sha256": listed}).encode()})
    monkeypatch.setenv("LOSSLENS_MODELS", "me/loss-lens")
    with pytest.raises(checkpoints.CheckpointError, match="does not list safetensors and JSON"):
        checkpoints.models_folder()


def test_what_the_hub_does_not_have_is_said(
    server: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repositories[REPO] = []
    bare = server.commit(REPO, {"README.md": b""})
    names_a_file = json.dumps({"sha256": {"digits/focal.json": "0" * 64}})
    server.commit(REPO, {"manifest.json": names_a_file.encode()})
    for named, said in {
        "me/nothing": "There is no me/nothing@main on http://127.0.0.1",
        "me/loss-lens@v9": "There is no revision me/loss-lens@v9",
        f"me/loss-lens@{bare}": "has no manifest.json",
        "me/loss-lens": "focal.json is named by the manifest.json of me/loss-lens@main but",
        "./no/folder": "no folder here",
        "one-word": "no folder here",
    }.items():
        monkeypatch.setenv("LOSSLENS_MODELS", named)
        with pytest.raises(checkpoints.CheckpointError, match=said):
            checkpoints.models_folder()


def test_a_hub_out_of_reach_is_said_and_not_asked_again_at_once(
    server: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("LOSSLENS_MODELS", "me/loss-lens")
    said = r"127\.0\.0\.1:9 for me/loss-lens@main failed \(ConnectError\)"
    with pytest.raises(checkpoints.CheckpointError, match=said):
        checkpoints.models_folder()
    asked = []
    monkeypatch.setattr(hub, "_fetch", asked.append)
    with pytest.raises(checkpoints.CheckpointError):
        checkpoints.models_folder()
    assert asked == []


def test_a_transfer_that_is_cut_half_way_is_taken_up_or_said_and_never_used(
    server: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = SimpleNamespace(**vars(time) | {"sleep": lambda _: None})  # else a second each time
    monkeypatch.setattr(file_download, "time", hurried)
    assert publish() == 0
    commit, files = server.files(REPO)
    monkeypatch.setenv("LOSSLENS_MODELS", "me/loss-lens")
    server.cuts = math.inf
    with pytest.raises(checkpoints.CheckpointError, match=r"for me/loss-lens@main failed"):
        checkpoints.models_folder()
    assert not list((tmp_path / "hf").rglob("snapshots/*/*/*.safetensors"))
    assert not (tmp_path / "hf" / "losslens").exists()  # nothing is pinned
    hub._results.clear()  # as in a new process, or a minute later
    server.cuts = 1
    folder = checkpoints.models_folder()
    assert folder.name == commit and server.cuts == 0
    weights = "digits/focal.safetensors"
    assert (folder / weights).read_bytes() == files[weights]


def test_a_folder_that_is_here_is_meant_even_if_it_looks_like_a_repository(
    server: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "me" / "loss-lens").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOSSLENS_MODELS", "me/loss-lens")
    assert checkpoints.models_folder() == Path("me/loss-lens")
    assert server.asked == []


def test_a_dry_run_and_a_no_send_nothing(
    server: SmallHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish("--dry-run") == 0
    said = capsys.readouterr().out
    for part in ("model repository me/loss-lens", "manifest.json, README.md", "dry run"):
        assert part in said
    assert ("leave out" in said) == (shipped("digits") != card_losses())
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert cli.main(["publish", "--repo-id", "me/loss-lens"]) == 0
    assert "Nothing was uploaded." in capsys.readouterr().out
    assert server.asked == [] and server.repositories == {}


def test_nobody_to_ask_and_bad_names_are_one_line(
    server: SmallHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    for arguments, said in (
        (["--repo-id", "me/loss-lens"], "--yes"),
        (["--repo-id", "loss-lens", "--yes"], "give USER/NAME"),
        (["--repo-id", "me/loss-lens", "--space", "a b", "--yes"], "give USER/NAME"),
        (["--repo-id", "me/loss--lens", "--yes"], "Cannot have -- or .."),
    ):
        assert cli.main(["publish", *arguments]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1
    assert server.repositories == {}


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "no Hugging Face token here"),
        ("hf_refusedToken", "refused the token"),
        ("hf_bröken\x01", "failed"),
    ],
    ids=["none", "refused", "unsendable"],
)
def test_a_missing_or_refused_token_is_one_sentence_and_is_never_told(
    server: SmallHub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    token: str,
    said: str,
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    assert publish() == 2
    told = capsys.readouterr()
    assert said in told.err and told.err.count("\n") == 1
    assert not token or token not in told.out + told.err
    assert server.repositories == {}


def test_a_loss_without_a_checkpoint_is_left_out_and_named(
    server: SmallHub, random_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in hub.KINDS:
        (random_models / "digits" / f"focal{kind}").unlink()
    assert publish() == 0
    assert "It will leave out\n- digits/focal: not measured yet\n" in capsys.readouterr().out
    files = server.files(REPO)[1]
    assert "digits/mse.safetensors" in files and not any("focal" in name for name in files)
    text = files["README.md"].decode()
    assert f"one network, {len(card_losses()) - 1} losses" in text
    assert LOSSES["focal"].label not in text


def test_a_damaged_checkpoint_is_not_published(
    server: SmallHub, random_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (random_models / "digits" / "focal.json").write_text("{}")
    assert publish() == 2
    assert "losslens train digits --loss focal" in capsys.readouterr().err
    assert server.repositories == {}


def test_a_task_without_facts_for_a_card_and_one_without_checkpoints_are_left_out(
    server: SmallHub,
    random_models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(TASKS, "toys", replace(TASKS["digits"], key="toys", card=None))
    for folder in ("toys", "seeds/1/toys", "pets"):
        (random_models / folder).mkdir(parents=True)
        (random_models / folder / "report.json").write_text("{}")
    assert publish() == 0
    said = capsys.readouterr().out
    assert "- toys: its record has no facts" in said and "- pets: not measured yet" in said
    files = server.files(REPO)[1]
    assert {name.split("/")[0] for name in files if "/" in name} == {"digits"}
    assert "Pets" not in files["README.md"].decode()


def test_a_folder_without_checkpoints_is_one_line(
    server: SmallHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "models" / "digits").mkdir(parents=True)
    monkeypatch.setenv("LOSSLENS_MODELS", str(tmp_path / "models"))
    assert publish() == 2
    error = capsys.readouterr().err
    assert "There are no checkpoints in" in error and error.count("\n") == 1


def test_the_model_card_has_the_cards_figures_and_all_that_a_reader_asks(server: SmallHub) -> None:
    assert publish() == 0
    _, front, text = server.files(REPO)[1]["README.md"].decode().split("---\n", 2)
    data = yaml.safe_load(front)
    assert data["license"] == "apache-2.0" and len(data["datasets"]) == len(TASKS)
    for task, result in zip(TASKS, data["model-index"][0]["results"], strict=True):
        accuracies = [
            metric["value"] for metric in result["metrics"] if metric["type"] == "accuracy"
        ]
        measured = [
            member.card.test["softmax"]["accuracy"]["value"]
            for member in load_ensemble(task).members.values()
        ]
        assert accuracies == pytest.approx(measured, abs=1e-6)
        assert all(f"| {value * 100:.2f} (" in text for value in measured)
        facts = TASKS[task].card
        for fact in (facts.training_data, facts.limits, facts.licence):
            assert fact in text
    for part in ("Figures", "Training data", "Intended use", "Limits", "Licence"):
        assert f"## {part}\n" in text
