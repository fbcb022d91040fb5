"""How a request is refused: one sentence, to a program as to a visitor."""

import gradio as gr
from fastapi.responses import JSONResponse
from starlette.types import Scope


def refused(sentence: str) -> gr.Error:
    """The error that a caller or visitor is told, in one sentence."""
    return gr.Error(sentence, print_exception=False)


def refusal(status: int, sentence: str) -> JSONResponse:
    """The answer to a request that goes no further."""
    return JSONResponse({"detail": sentence}, status_code=status)


def path_of(scope: Scope) -> str:
    """The path of a request below the folder that the app is served in."""
    path: str = scope["path"]
    folder: str = scope.get("root_path", "")
    return path.removeprefix(folder) if folder and path.startswith(f"{folder}/") else path
