"""Characters that sound alike: what a wrong choice in a Chinese input method leaves behind."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

# Sounds that many speakers and input methods do not tell apart.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(maxsize=4096)
def homophones(character: str) -> str:
    """Return the characters that sound like `character`, without it; empty when none is known."""
    sounds, characters = _tables()
    alike = "".join(characters[sound] for sound in sounds.get(character, ()))
    return "".join(dict.fromkeys(one for one in alike if one != character))


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, list[str]], dict[str, str]]:
    """The sounds of each character, and the characters of each sound."""
    sounds: dict[str, list[str]] = {}
    characters: dict[str, str] = {}
    text = files("rag.chinese").joinpath("readings.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        sound, alike = line.split()
        for precise, vague in _ALIKE:
            sound = sound.replace(precise, vague)
        characters[sound] = characters.get(sound, "") + alike
        for character in alike:
            known = sounds.setdefault(character, [])
            if sound not in known:
                known.append(sound)
    return sounds, characters
