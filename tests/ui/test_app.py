"""The app through its API: answers, refusals in one sentence, and nothing that it should not hand
out."""

import base64
import io
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image, ImageDraw

from losslens.data.bundled import SAMPLE_PHOTOS
from losslens.images.heic import can_be_read as heic_is_read
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.ui.app import build, launch_options
from losslens.ui.i18n import WORDS
from losslens.ui.language_switch import route
from support.shipped import shipped
from support.waiting import until


def data_url(picture: Image.Image, kind: str = "PNG") -> str:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def drawn_one() -> Image.Image:
    picture = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(picture).line([(150, 40), (140, 240)], fill=0, width=20)
    return picture


def test_a_drawing_gets_an_answer_of_each_loss(app: str) -> None:
    client = Client(app, verbose=False)
    result = client.predict(data_url(drawn_one()), api_name="/predict_digit")
    assert list(result["answers"]) == card_losses()
    assert not result["blank"]
    for answer in result["answers"].values():
        assert sum(answer["softmax"]) == pytest.approx(1, abs=1e-4)
    assert client.predict("", api_name="/predict_digit")["blank"]


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        ("hello", "send the picture itself"),
        ("data:image/png;base64,@@@", "not base64"),
        ("data:image/png;base64,aGVsbG8=", "no picture"),
        ("data:image/png;base64," + "A" * 27_000_000, "larger than 20 MB"),
        (data_url(Image.new("1", (12_000, 9000))), "at most 100 megapixels"),
    ],
    ids=["text", "not base64", "not a picture", "too long", "bomb"],
)
def test_bad_drawings_are_refused_in_one_sentence_and_the_app_goes_on(
    app: str, drawing: str, said: str
) -> None:
    client = Client(app, verbose=False)
    with pytest.raises(AppError, match=said):
        client.predict(drawing, api_name="/predict_digit")
    assert client.predict(data_url(drawn_one()), api_name="/predict_digit")["answers"]


def test_a_photo_gets_an_answer_of_each_loss_and_bad_ones_a_sentence(app_url: str) -> None:
    client = Client(app_url, verbose=False)
    with Image.open(SAMPLE_PHOTOS[0]) as photo:
        cat, cmyk = data_url(photo, "JPEG"), data_url(photo.convert("CMYK"), "JPEG")
        cut = data_url(photo, "JPEG")[:20_000]
    for url in (cat, cmyk):
        result = client.predict(url, api_name="/predict_pet")
        assert {answer["label"] for answer in result["answers"].values()} == {"cat"}
        assert list(result["answers"]) == shipped("pets") and not result["marked"]
    bomb = data_url(Image.new("1", (12_000, 9000)))
    heic = (
        "data:image/heic;base64," + base64.b64encode(b"\0\0\0\x18ftypheic" + b"\0" * 100).decode()
    )
    for url, said in (
        (bomb, "at most 100 megapixels"),
        (heic, "HEIC files cannot be read here" if not heic_is_read() else "damaged"),
        (cut, "damaged"),
        ("", "no photo"),
        ("cat.jpg", "send the picture itself"),
    ):
        with pytest.raises(AppError, match=said):
            client.predict(url, api_name="/predict_pet")


def test_files_of_the_machine_are_not_handed_out(app: str) -> None:
    for path in ("/etc/passwd", str(Path(__file__).resolve()), "../../etc/passwd"):
        assert httpx.get(f"{app}gradio_api/file={path}").status_code in (403, 404)


def test_only_the_named_jobs_are_public(app: str) -> None:
    names = Client(app, verbose=False).view_api(return_format="dict")["named_endpoints"]
    assert {f"/{task.endpoint_name}" for task in TASKS.values()} <= names.keys()
    assert not any(name.startswith(("/on_", "/shown")) for name in names)


def test_an_uploaded_photo_does_not_stay() -> None:
    demo = build(uploads_stay=1)  # a second; the app's own: ten minutes
    _, url, _ = demo.launch(**launch_options(), prevent_thread_lock=True, quiet=True)
    with open(SAMPLE_PHOTOS[0], "rb") as photo:
        (stored,) = httpx.post(
            f"{url}gradio_api/upload", files={"files": ("my pet.jpg", photo)}
        ).json()
    assert stored.endswith("my pet.jpg") and Path(stored).is_relative_to(demo.uploads)
    unknown = demo.uploads / "of no upload that gradio knows.jpg"
    unknown.write_bytes(b"a photo")
    assert httpx.get(f"{url}gradio_api/file={stored}").status_code == 200
    until(lambda: not Path(stored).exists() and not unknown.exists())
    assert httpx.get(f"{url}gradio_api/file={stored}").status_code in (403, 404)
    demo.close(verbose=False)


def test_a_page_is_told_its_language_before_gradio_starts(app: str) -> None:
    for language in WORDS:
        plain = {"accept-encoding": "identity"}  # the length is that of what is sent
        page = httpx.get(f"{app}{route(language)}", headers=plain)
        told, started = (page.text.index(each) for each in ("losslens-language", "gradio_config"))
        assert "<head><script>" in page.text and told < started
        assert int(page.headers.get("content-length", len(page.content))) == len(page.content)


def test_one_loss_can_be_asked_by_name_or_formula(app: str) -> None:
    client = Client(app, verbose=False)
    named = client.predict("cross_entropy", [2.0, 0.5, -1.0], 0, api_name="/loss_value")
    typed = client.predict("-sum(e * logp)", [2.0, 0.5, -1.0], 0, api_name="/loss_value")
    assert named["value"] == pytest.approx(typed["value"]) == pytest.approx(0.2413, abs=1e-4)
    assert sum(named["gradient"]) == pytest.approx(0, abs=1e-9)
    refused = {
        "not allowed": ("z.x", [1.0, 2.0], 0),
        "from 2 to 10": ("mse", [1.0], 0),
        "true class": ("mse", [1.0, 2.0], 5),
    }
    for said, bad in refused.items():
        with pytest.raises(AppError, match=said):
            client.predict(*bad, api_name="/loss_value")
