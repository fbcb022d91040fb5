# Loss Lens in a container:  docker build -t losslens . && docker run --rm -p 7860:7860 losslens
# As a docker Space it needs "sdk: docker" in place of "sdk: gradio" at the top of README.md, and nothing else.
FROM python:3.12-slim

# A Space runs as user 1000, and so does this everywhere.
RUN useradd --create-home --uid 1000 user
WORKDIR /home/user/app

# PyTorch's own index has wheels without CUDA; its "+cpu" counts as the newer of two equal versions.
COPY requirements.txt ./
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -r requirements.txt

# Owned by root and writable by nobody: the user can read code and weights, and change neither.
COPY --chmod=555 app.py LICENSE ./
COPY --chmod=555 src src
COPY --chmod=555 models models

USER 1000
ENV HOME=/home/user \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    GRADIO_TEMP_DIR=/tmp/gradio
EXPOSE 7860
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'] + '/health', timeout=9)"]
CMD ["python", "app.py"]
