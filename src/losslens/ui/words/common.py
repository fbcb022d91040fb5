"""What stands on every tab, and what is said of pictures that cannot be used."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "tagline": "See what a loss function teaches a network.",
        "controlled": "Same network, same pictures, same seed, same batches. Only the loss differs.",
        "error_kind": "This file is no picture I can read. Accepted: PNG, JPEG, WebP, GIF or BMP, up to 20 megapixels.",
        "error_damaged": "This picture is damaged or cut short. Please try another file.",
        "error_large": "This picture is too large ({detail}): at most 20 megapixels. Please make it smaller.",
        "error_small": "This picture is too small ({detail}): each side must have at least 8 pixels.",
    },
    "ja": {
        "tagline": "損失関数がネットワークに何を教えるかを見る。",
        "controlled": "同じネットワーク、同じ画像、同じ乱数シード、同じバッチ。違うのは損失関数だけです。",
        "error_kind": "読み取れる画像ではありません。PNG、JPEG、WebP、GIF、BMP（20 メガピクセルまで）を使えます。",
        "error_damaged": "画像が壊れているか途中で切れています。別のファイルをお試しください。",
        "error_large": "画像が大きすぎます（{detail}）。20 メガピクセルまでに縮小してください。",
        "error_small": "画像が小さすぎます（{detail}）。各辺 8 画素以上が必要です。",
    },
}
