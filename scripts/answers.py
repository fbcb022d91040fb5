"""What this checkout answers, written down exactly, to see that new code answers the same.

    python scripts/answers.py record FILE.json     # before
    python scripts/answers.py compare FILE.json    # after: prints what differs, exit status 1

It asks ``losslens.load``, the command line, and the endpoints of the running app; it knows nothing
else of the code. Floats are compared bit for bit. On another machine than the one that recorded,
``--close`` allows for rounding.
"""

import argparse
import base64
import hashlib
import io
import json
import math
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # here and in all that is started: sums then have one order
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))  # this checkout's package

import httpx
import numpy as np
import torch
from gradio_client import Client
from gradio_client.exceptions import AppError
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from safetensors.numpy import load_file

import losslens

CHECKOUT = Path(__file__).resolve().parents[1]
SOURCE, MODELS = CHECKOUT / "src", CHECKOUT / "models"
SEVEN = CHECKOUT / "examples" / "seven.png"
PHOTOS = ("cat", "shepherd", "kitten", "husky", "sheep", "coffee")
TEMPORARY = "TEMPORARY"  # stands for the folder that a run works in
OF_THE_MOMENT = ("date", "train_seconds", "versions")  # in a card: not the same in the next run
REL, ABS = 1e-4, 1e-5  # what --close allows
ROUNDING_CHANGES = "weights_sha256"  # not compared under --close
PATIENCE = 300.0  # seconds for any one thing that is started

Strokes = list[tuple[str, list[tuple[int, int]]]]

# Each digit on 280 x 280 pixels: a line through points, or an ellipse between two corners.
STROKES: dict[str, Strokes] = {
    "0": [("ellipse", [(80, 45), (200, 235)])],
    "1": [("line", [(150, 40), (140, 240)])],
    "2": [("line", [(85, 95), (105, 55), (150, 45), (190, 75), (180, 120), (85, 230), (205, 230)])],
    "3": [
        ("line", [(90, 55), (185, 55), (130, 125), (185, 150), (190, 195), (150, 235), (85, 220)])
    ],
    "4": [("line", [(100, 45), (80, 150), (205, 150)]), ("line", [(180, 50), (170, 245)])],
    "5": [
        ("line", [(195, 50), (105, 50), (95, 130), (165, 125), (195, 170), (165, 225), (85, 225)])
    ],
    "6": [("line", [(170, 40), (110, 110), (88, 190)]), ("ellipse", [(85, 140), (190, 240)])],
    "7": [("line", [(80, 55), (200, 55), (130, 240)])],
    "8": [("ellipse", [(95, 40), (185, 135)]), ("ellipse", [(80, 130), (200, 240)])],
    "9": [("ellipse", [(90, 45), (190, 145)]), ("line", [(188, 95), (165, 240)])],
}

LOGITS: list[tuple[list[float], int]] = [
    ([2.0, 0.5, -1.0], 0),
    ([-3.25, 0.0, 1.5, 12.0, -0.75, 4.0, 0.1, 3.3, -20.0, 2.0], 7),
]
FORMULAS = (
    "-sum(e * logp)",
    "sum((p - e) ** 2)",
    "where(p_y < 0.5, softplus(-sum(e * z)), clamp(1 - p_y, 0.1, 0.9)) + max(abs(z)) / K",
    "log(p_y - p_y)",
)

# Asked of an endpoint, and expected to be refused.
BAD: dict[str, list[dict[str, Any]]] = {
    "/predict_digit": [
        {"drawing": "hello"},
        {"drawing": "data:image/png;base64,@@@"},
        {"drawing": "data:image/png;base64,aGVsbG8="},
        {"drawing": "data:image/png;base64," + "A" * 500_000},
    ],
    "/predict_pet": [
        {"photo": ""},
        {"photo": "cat.jpg"},
        {"photo": "data:image/heic;base64,AAAAGGZ0eXBoZWljAAAA"},
    ],
    "/loss_value": [
        {"loss": "mse", "logits": [1.0], "target": 0},
        {"loss": "mse", "logits": [1.0] * 11, "target": 0},
        {"loss": "mse", "logits": [1.0, 60.0], "target": 0},
        {"loss": "mse", "logits": [1.0, "two"], "target": 0},
        {"loss": "mse", "logits": "1, 2", "target": 0},
        {"loss": "mse", "logits": [1.0, 2.0], "target": 5},
        {"loss": "mse", "logits": [1.0, 2.0], "target": -1},
        {"loss": "mse", "logits": [1.0, 2.0], "target": 0.5},
        {"loss": 7, "logits": [1.0, 2.0], "target": 0},
        {"loss": "", "logits": [1.0, 2.0], "target": 0},
        {"loss": "hinge", "logits": [1.0, 2.0], "target": 0},
        {"loss": "z.x", "logits": [1.0, 2.0], "target": 0},
        {"loss": "sum(p", "logits": [1.0, 2.0], "target": 0},
        {"loss": "logp", "logits": [1.0, 2.0], "target": 0},
        {"loss": "K + 1", "logits": [1.0, 2.0], "target": 0},
        {"loss": "sum(z ** p)", "logits": [1.0, 2.0], "target": 0},
    ],
    "/train": [
        {"losses": ["hinge"]},
        {"losses": []},
        {"losses": ["focal"] * 5},
        {"losses": "focal"},
        {"losses": ["focal"], "task": "cars"},
        {"losses": ["focal"], "optimizer": "adam"},
        {"losses": ["focal"], "wrong_labels": 0.9},
        {"losses": ["focal"], "examples": 50},
        {"losses": ["focal"], "examples": "many"},
        {"losses": ["focal"], "epochs": 2.5},
        {"losses": ["focal"], "epochs": 31},
        {"losses": ["focal"], "learning_rate": 2.0},
        {"losses": ["focal"], "batch_size": 5},
        {"losses": ["focal"], "seed": -1},
        {"losses": ["own"], "formula": "z.x"},
        {"losses": ["own"], "formula": 7},
    ],
}
RUNS: list[dict[str, Any]] = [
    {"losses": ["cross_entropy", "gce"], "examples": 500, "epochs": 2},
    {
        "losses": ["cross_entropy", "own"],
        "formula": "sum((p - e) ** 2)",
        "wrong_labels": 0.3,
        "examples": 500,
        "epochs": 2,
    },
]


class AnswersError(RuntimeError):
    """The answers could not be recorded; the message is one sentence."""


# --- pictures -----------------------------------------------------------------------------------


def drawn(digit: str) -> Image.Image:
    """One of the ten digits, black on white."""
    picture = Image.new("L", (280, 280), 255)
    pencil = ImageDraw.Draw(picture)
    for kind, points in STROKES[digit]:
        if kind == "line":
            pencil.line(points, fill=0, width=20, joint="curve")
        else:
            pencil.ellipse(points, outline=0, width=20)
    return picture


def digit_pictures() -> dict[str, Image.Image]:
    """The shipped seven and the ten drawn digits, by name."""
    return {"seven.png": opened(SEVEN)} | {f"drawn {digit}": drawn(digit) for digit in STROKES}


def photos() -> dict[str, Path]:
    """The sample photos, wherever below the package they are."""
    return {name: the_file(f"{name}.jpg") for name in PHOTOS}


def the_file(name: str) -> Path:
    """The one file of this name below the package."""
    found = sorted((SOURCE / "losslens").rglob(name))
    if len(found) != 1:
        raise AnswersError(
            f"{len(found)} files below the package are called {name}; there must be one"
        )
    return found[0]


def opened(path: Path) -> Image.Image:
    """A picture, read whole."""
    with Image.open(path) as picture:
        picture.load()
        return picture


def png_url(picture: Image.Image) -> str:
    """A picture as a data URL."""
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return _url("png", stream.getvalue())


def jpeg_url(path: Path) -> str:
    """A JPEG file as a data URL."""
    return _url("jpeg", path.read_bytes())


def _url(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


# --- the networks, from Python ------------------------------------------------------------------


def losses() -> list[str]:
    """The names of the losses: those that have a card."""
    cards = sorted((MODELS / "digits").glob("*.json"))
    return [path.stem for path in cards if json.loads(path.read_text()).get("loss") == path.stem]


def networks() -> dict[str, Any]:
    """What each shipped network makes of each picture."""
    photographs = {name: opened(path) for name, path in photos().items()}
    pictures = {"digits": digit_pictures(), "pets": photographs}
    return {
        task: {loss: _network(task, loss, pictures[task]) for loss in losses()} for task in pictures
    }


def _network(task: str, loss: str, pictures: dict[str, Image.Image]) -> dict[str, Any]:
    network = losslens.load(task, loss)
    answers = {}
    for name, picture in pictures.items():
        with torch.inference_mode():
            logits = network(network.to_tensor(picture)[None])[0].tolist()
        answers[name] = {
            "logits": logits,
            "softmax": network.probabilities(picture),
            "calibrated": network.probabilities(picture, calibrated=True),
        }
    return {"labels": list(network.labels), "temperature": network.temperature, "answers": answers}


# --- the running app ----------------------------------------------------------------------------


def endpoints() -> dict[str, Any]:
    """Signatures of the endpoints, what they answer, and how they refuse."""
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as client:
        return {
            "signatures": _signatures(client),
            "/predict_digit": _digits_asked(client),
            "/predict_pet": {
                name: ask(client, "/predict_pet", photo=jpeg_url(path))
                for name, path in photos().items()
            },
            "/loss_value": _losses_asked(client),
            "/train": {json.dumps(run): ask(client, "/train", **run) for run in RUNS},
            "refusals": {
                name: {_short(values): ask(client, name, **values) for values in bad}
                for name, bad in BAD.items()
            },
        }


def _digits_asked(client: Client) -> dict[str, Any]:
    pictures = {"seven.png": opened(SEVEN), "drawn 3": drawn("3"), "drawn 8": drawn("8")}
    pictures["blank"] = Image.new("L", (280, 280), 255)
    urls = {name: png_url(picture) for name, picture in pictures.items()} | {"empty": ""}
    return {name: ask(client, "/predict_digit", drawing=url) for name, url in urls.items()}


def _losses_asked(client: Client) -> dict[str, Any]:
    return {
        loss: [ask(client, "/loss_value", loss=loss, logits=z, target=y) for z, y in LOGITS]
        for loss in (*losses(), *FORMULAS)
    }


def ask(client: Client, endpoint: str, **values: Any) -> dict[str, Any]:
    """An endpoint's answer, or the sentence of its refusal; without what a clock said."""
    try:
        answer = client.predict(**values, api_name=endpoint)
    except AppError as error:
        return {"refused": str(error)}
    if endpoint == "/train":
        answer.pop("seconds")
    return {"answer": answer}


def _short(values: dict[str, Any]) -> str:
    text = json.dumps(values)
    return text if len(text) <= 100 else f"{text[:60]}... ({len(text)} characters)"


def _signatures(client: Client) -> dict[str, Any]:
    named = client.view_api(print_info=False, return_format="dict")["named_endpoints"]
    return {
        name: {part: [_value(each) for each in about[part]] for part in ("parameters", "returns")}
        for name, about in sorted(named.items())
    }


def _value(about: dict[str, Any]) -> dict[str, Any]:
    """Of one parameter or returned value: its name, type and default."""
    kept = ("parameter_name", "parameter_has_default", "parameter_default", "label")
    return {key: about[key] for key in kept if key in about} | {
        "type": about["python_type"]["type"]
    }


@contextmanager
def app(folder: Path) -> Iterator[Client]:
    """This checkout's app on a free port, as a client sees it."""
    port = _free_port()
    given = environment() | {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(folder)}
    log = folder / "log.txt"
    started = [sys.executable, "app.py"]
    with log.open("w") as file:
        process = subprocess.Popen(
            started, cwd=CHECKOUT, env=given, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait_for(url, process, log)
        yield Client(url, verbose=False, analytics_enabled=False)
    finally:
        _end(process)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=30, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise AnswersError(f"app.py does not answer; it said: {log.read_text()[-2000:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# --- the command line ---------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """For a process that is started: this checkout's package and models, whatever is set here."""
    ours = ("GRADIO_", "LOSSLENS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(SOURCE)}


def command(*arguments: str | Path) -> list[str]:
    """One command of losslens, as this interpreter runs it."""
    return [sys.executable, "-m", "losslens.cli", *map(str, arguments)]


def said(
    *arguments: str | Path, cwd: Path = CHECKOUT, hidden: Path | None = None
) -> dict[str, Any]:
    """Exit status and lines of one command, with another name for the folder ``hidden``."""
    asked: dict[str, Any] = {"capture_output": True, "text": True, "timeout": PATIENCE}
    done = subprocess.run(command(*arguments), cwd=cwd, env=environment(), **asked)
    output = done.stdout if hidden is None else done.stdout.replace(str(hidden), TEMPORARY)
    answer: dict[str, Any] = {"exit": done.returncode, "lines": output.splitlines()}
    return answer if done.returncode == 0 else answer | {"error": done.stderr.splitlines()[-1:]}


def command_line() -> dict[str, Any]:
    """What the commands print and what a short training gives, interrupted or not."""
    cat = photos()["cat"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = small_mnist(folder)
        return {
            "--help": said("--help")["exit"],
            "train --help": said("train", "--help")["exit"],
            "predict digits": said("predict", "digits", SEVEN),
            "predict digits, from elsewhere": said("predict", "digits", SEVEN, cwd=folder),
            "predict pets": said("predict", "pets", cat),
            "evaluate digits": said("evaluate", "digits", "--data-root", data),
            "train": _trained(folder, data),
        }


def small_mnist(folder: Path) -> Path:
    """A data folder with MNIST's four files, made of the shipped digits.

    1,200 remain to train on, since 5,000 are always held out; 300 are to test.
    """
    with np.load(the_file("mnist_5k.npz")) as archive:
        images, target = archive["images"], archive["target"]
    mixed = np.arange(len(target)) * 7919 % len(target)  # a prime: each comes once
    train, test = np.resize(mixed[:-300], 6_200), mixed[-300:]
    raw = folder / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part, chosen in (("train", train), ("t10k", test)):
        (raw / f"{part}-images-idx3-ubyte").write_bytes(_idx(images[chosen]))
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(_idx(target[chosen]))
    return folder / "data"


def _idx(values: NDArray[np.uint8]) -> bytes:
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return head + np.ascontiguousarray(values).tobytes()


def _trained(folder: Path, data: Path) -> dict[str, Any]:
    """A short training, and the same one interrupted and taken up again."""
    whole, broken = (_short_training(folder / name, data) for name in ("whole", "broken"))
    answer = {"whole": said(*whole, hidden=folder) | _result(folder / "whole")}
    answer["interrupted"] = {"exit": _interrupted(broken, folder / "broken" / "runs")}
    answer["resumed"] = said(*broken, "--resume", hidden=folder) | _result(folder / "broken")
    both = {answer[name][ROUNDING_CHANGES] for name in ("whole", "resumed")}
    return answer | {"resumed_to_the_same_bits": len(both) == 1}


def _short_training(folder: Path, data: Path) -> list[str | Path]:
    options: list[str | Path] = ["train", "digits", "--loss", "focal", "--epochs", "1"]
    options += ["--seed", "3", "--data-root", data]
    return [*options, "--out", folder / "models", "--runs", folder / "runs"]


def _interrupted(arguments: list[str | Path], runs: Path) -> int:
    """Start a training and press Ctrl-C after its first steps; its exit status.

    Tried again where the training was faster and has ended.
    """
    asked: dict[str, Any] = {"cwd": CHECKOUT, "env": environment()}
    asked |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    for _ in range(3):
        process = subprocess.Popen(command(*arguments), **asked)
        assert process.stderr is not None
        seen, more = b"", b"?"
        while more and not re.search(rb"[1-9]\d*(step|/\d)", seen):  # its progress bar
            more = os.read(process.stderr.fileno(), 4096)
            seen += more
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        if any(runs.glob("*.safetensors")):
            return int(process.returncode)
    raise AnswersError("the training could not be interrupted: it left no state to go on from")


def _result(folder: Path) -> dict[str, Any]:
    path = folder / "models" / "digits" / "focal.safetensors"
    card = json.loads(path.with_suffix(".json").read_text())
    return {
        "card": {key: value for key, value in card.items() if key not in OF_THE_MOMENT},
        "card_has": sorted(card),
        "states_left": sorted(state.name for state in (folder / "runs").glob("*")),
        ROUNDING_CHANGES: tensors_sha256(path),
        "mean_sizes": {name: float(np.abs(value).mean()) for name, value in _tensors(path)},
    }


# --- files --------------------------------------------------------------------------------------


def files() -> dict[str, str]:
    """The fingerprint of each file of the models; of the detectors, of their tensors alone."""
    found = sorted(path for path in MODELS.rglob("*") if path.suffix in (".json", ".safetensors"))
    return {
        path.relative_to(CHECKOUT).as_posix(): tensors_sha256(path)
        if path.name == "unlike.safetensors"
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
    }


def tensors_sha256(path: Path) -> str:
    """A fingerprint of the tensors of a safetensors file, with their names, types and shapes."""
    digest = hashlib.sha256()
    for name, value in _tensors(path):
        digest.update(f"{name} {value.dtype} {value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()


def _tensors(path: Path) -> list[tuple[str, NDArray[Any]]]:
    return sorted(load_file(path).items())


# --- all of it ----------------------------------------------------------------------------------

PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "files": files,
    "networks": networks,
    "endpoints": endpoints,
    "command line": command_line,
}


def answers() -> dict[str, Any]:
    """All that is recorded, as JSON gives it back."""
    _check_the_package()
    gathered = {}
    for name, part in PARTS.items():
        began = time.monotonic()
        gathered[name] = part()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    recorded: dict[str, Any] = json.loads(json.dumps(gathered))
    return recorded


def _check_the_package() -> None:
    """Here and in what is started, the package must be that of this checkout."""
    asked = [sys.executable, "-c", "import losslens; print(losslens.__file__)"]
    started = subprocess.run(asked, cwd=CHECKOUT, env=environment(), capture_output=True, text=True)
    for found in (str(losslens.__file__), started.stdout.strip()):
        if not Path(found).resolve().is_relative_to(SOURCE):
            raise AnswersError(f"losslens comes from {found or 'nowhere'}, not from this checkout")


def differences(was: Any, now: Any, *, close: bool, place: str = "") -> Iterator[str]:
    """A line for each value that is not the same."""
    if isinstance(was, dict) and isinstance(now, dict):
        if list(was) != list(now) and was.keys() == now.keys():
            yield f"{place}: the order was {', '.join(was)}; now it is {', '.join(now)}"
        for key in [*was, *(key for key in now if key not in was)]:
            here = f"{place} > {key}" if place else key
            if close and key == ROUNDING_CHANGES:
                continue
            if key not in was or key not in now:
                yield f"{here}: {'is new' if key in now else 'is missing'}"
            else:
                yield from differences(was[key], now[key], close=close, place=here)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for index, pair in enumerate(zip(was, now, strict=True)):
            yield from differences(*pair, close=close, place=f"{place} [{index}]")
    elif not same(was, now, close=close):
        yield f"{place}: was {was!r}; now {now!r}"


def same(was: Any, now: Any, *, close: bool) -> bool:
    """Whether two values are the same: in kind, and to the last bit or closely."""
    if type(was) is not type(now):
        return False
    if close and isinstance(was, float):
        return math.isclose(was, now, rel_tol=REL, abs_tol=ABS)
    return repr(was) == repr(now)  # of floats too: it tells each from every other


def main() -> int:
    """Record or compare; returns the exit status."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("record", help="write the answers").add_argument("file", type=Path)
    comparing = commands.add_parser("compare", help="print what differs from the recorded answers")
    comparing.add_argument("file", type=Path)
    comparing.add_argument("--close", action="store_true", help="allow for rounding")
    options = parser.parse_args()
    options.file = options.file.resolve()
    os.chdir(CHECKOUT)
    os.environ.pop("LOSSLENS_MODELS", None)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell had it ignored
    torch.set_num_threads(1)
    if options.command == "record":
        options.file.write_text(json.dumps(answers(), indent=1) + "\n")
        return 0
    was = json.loads(options.file.read_text())
    found = list(differences(was, answers(), close=options.close))
    print("\n".join(found) or "no difference")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AnswersError as error:
        sys.exit(f"answers: {error}")
