"""Write into the cards of trained networks the checksums of their weights, as training does.

    python scripts/renew_cards.py [FOLDER]     # models, where none is named

For networks that were trained before cards had checksums. What a card says otherwise stays. A file
whose card has a checksum already, and another one, is reported and left alone: it was changed.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from losslens.checkpoints.files import card_with_checksums, read_card, write_card
from losslens.losses import LOSSES
from losslens.tasks import TASKS


def renew(folder: Path) -> int:
    """Renew the cards in a folder of checkpoints; how many files have changed since theirs."""
    changed = 0
    for path in sorted(folder.glob("*/*.safetensors")):
        if path.parent.name not in TASKS or path.stem not in LOSSES:
            continue
        card = read_card(path.with_suffix(".json"))
        renewed = card_with_checksums(card, path)
        if card.weights_sha256 not in ("", renewed.weights_sha256):
            print(f"{path} is not the file that its card was written for")
            changed += 1
        elif renewed != card:
            write_card(renewed, path)
            print(f"renewed the card of {path}")
    return changed


if __name__ == "__main__":
    sys.exit(min(1, renew(Path(*sys.argv[1:] or ["models"]))))
