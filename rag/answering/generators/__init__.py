"""What writes the draft: llama.cpp, transformers, an endpoint, or the articles' own sentences."""

from __future__ import annotations

from pathlib import Path

from rag.answering.generators.base import REFUSAL, Generator
from rag.answering.generators.chat import ChatGenerator
from rag.answering.generators.extractive import ExtractiveGenerator
from rag.errors import ModelError, SettingsError
from rag.models.adapters import JUDGES
from rag.models.catalogue import find_model, is_catalogued
from rag.models.weights import model_path
from rag.settings import Settings

__all__ = [
    "REFUSAL",
    "ChatGenerator",
    "ExtractiveGenerator",
    "Generator",
    "how_to_get",
    "load_generator",
]


def load_generator(settings: Settings) -> Generator:
    """Return the generator that `settings.generator` names; it loads its model when first used.

    With kind `auto` a missing model means the extractive generator, so that the product works.

    Raises:
        ModelError: the model was asked for by kind and is not there, or what runs it is not.
        SettingsError: an endpoint without an address.
    """
    options = settings.generator
    if options.kind == "extractive":
        return ExtractiveGenerator()
    if options.kind == "transformers":
        from rag.answering.generators.transformers import ChatTransformers, require_installed

        require_installed()
        return ChatGenerator(
            ChatTransformers(
                name_or_path=options.model, device=options.device, max_tokens=options.max_tokens
            ),
            f"transformers {options.model}",
        )
    if options.kind == "openai":
        return _endpoint(settings)
    path = _gguf(settings)
    if path is None:
        if options.kind == "auto":
            return ExtractiveGenerator()
        raise ModelError(
            f"the language model {options.model} is not on this machine",
            remedy=f"{how_to_get(options.model)}, or set generator.kind=extractive",
        )
    from rag.answering.generators.llama_cpp import ChatLlamaCpp

    adapter = _adapter(settings)
    return ChatGenerator(
        ChatLlamaCpp(
            path=path,
            adapter=adapter,
            threads=options.threads,
            context_tokens=options.context_tokens,
            max_tokens=options.max_tokens,
        ),
        f"llama.cpp {path.stem}" + (f" + {adapter.stem}" if adapter else ""),
        judges=adapter is not None,
    )


def how_to_get(model: str) -> str:
    """Say what to do about a GGUF model that is not there."""
    if is_catalogued(model):
        return f"run `wenbao models fetch {model}`"
    return "correct generator.model"


def _gguf(settings: Settings) -> Path | None:
    name = settings.generator.model
    if name.endswith(".gguf"):
        path = Path(name).expanduser()
        return path if path.is_file() else None
    return model_path(find_model(name), settings.models)


def _adapter(settings: Settings) -> Path | None:
    """The file by which the model judges, if any."""
    options = settings.generator
    if options.adapter == "auto":
        shipped = JUDGES.get(options.model)
        return shipped.path() if shipped else None
    return Path(options.adapter).expanduser() if options.adapter else None


def _endpoint(settings: Settings) -> Generator:
    options = settings.generator
    if not options.base_url:
        raise SettingsError(
            "generator.kind is openai, but generator.base_url is empty",
            remedy="set WENBAO_GENERATOR__BASE_URL to the endpoint's address (ending in /v1)",
        )
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise ModelError(
            "generator.kind is openai, but langchain-openai is not installed",
            remedy='pip install "wenbao[openai]"',
        ) from error
    model = ChatOpenAI(
        model=options.model,
        base_url=options.base_url,
        # Local endpoints need no key, but the client insists on one.
        api_key=lambda: options.api_key.get_secret_value() or "none",
        temperature=0,
        timeout=options.timeout,
        max_retries=1,
        # Compatible endpoints know the older name; the newer one several pass over in silence.
        extra_body={"max_tokens": options.max_tokens},
    )
    return ChatGenerator(
        model,
        f"{options.model} @ {options.base_url}",
        remedy="correct generator.base_url (most addresses end in /v1), generator.model or"
        " generator.api_key, or ask with --generator extractive",
    )
