"""The prompt templates, one Markdown file each, read as LangChain chat prompts."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from langchain_core.prompts import ChatPromptTemplate

_ROLE = re.compile(r"^## (system|user|assistant)\n", re.MULTILINE)


@cache
def load_prompt(name: str) -> ChatPromptTemplate:
    """Return the template `name`.md: front matter, then one `## role` heading for each message."""
    text = resources.files(__package__).joinpath(f"{name}.md").read_text("utf-8")
    _, _, body = text.split("---\n", 2)
    parts = _ROLE.split(body)[1:]
    return ChatPromptTemplate.from_messages(
        [(role, content.strip()) for role, content in zip(parts[::2], parts[1::2], strict=True)]
    )
