"""All that the pages say, in English and Japanese: one file a tab, merged here. Both languages have the same keys."""

from losslens.ui.words import common, explorer, live, predict, report

LANGUAGES = {"en": "English", "ja": "日本語"}

Words = dict[str, str]

WORDS: dict[str, Words] = {
    language: {key: text for part in (common, predict, explorer, live, report) for key, text in part.WORDS[language].items()}
    for language in LANGUAGES
}
