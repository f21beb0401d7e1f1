"""Every option once: its unit, its default, its environment name and its place in wenbao.toml.

Sources, strongest first: keyword arguments, environment variables (`WENBAO_` + section + `__` +
name, for example `WENBAO_RETRIEVAL__K=8`), `wenbao.toml` in the working directory, defaults.
"""

from __future__ import annotations

import json
import os
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from platformdirs import user_cache_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

from rag.errors import SettingsError

ENV_PREFIX = "WENBAO_"
CONFIG_FILE = "wenbao.toml"
_DOCTOR = "run `wenbao doctor --settings` to see every setting and its value"


class _Written(BaseModel):
    """Options as people write them: as texts, in the environment and on the command line."""

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, value: object, info: ValidationInfo) -> object:
        """Give texts a meaning that the option's type alone does not: unset, a list, a home."""
        option = cls.model_fields[str(info.field_name)].annotation
        kinds = {option, get_origin(option), *get_args(option)}
        # An empty prompt is a prompt.
        if value == "" and type(None) in kinds and str not in kinds:
            return None
        if isinstance(value, str) and tuple in kinds:
            return _listed(value)
        if isinstance(value, str | Path) and Path in kinds:
            return _at_home(Path(value))
        return value


def _listed(text: str) -> object:
    if text.lstrip().startswith("["):
        with suppress(ValueError):
            return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]


def _at_home(path: Path) -> Path:
    """Expand `~`, which no shell does behind `=`; nobody's home stays a name, as in a shell."""
    with suppress(RuntimeError):
        return path.expanduser()
    return path


class _Section(_Written):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class ModelsSettings(_Section):
    """Where models come from and where they are kept."""

    folder: Path = Field(
        default_factory=lambda: user_cache_path("wenbao") / "models",
        description="folder that holds the fetched models, shared by all collections",
    )
    # Not decoded by the source of the environment, which knows no lists with commas.
    mirrors: Annotated[tuple[Literal["wheels", "hub", "hub-mirror"], ...], NoDecode] = Field(
        ("hub", "hub-mirror", "wheels"), description="mirrors in the order in which they are tried"
    )
    hub: str = Field("https://huggingface.co", description="address of the model hub")
    hub_mirror: str = Field("https://hf-mirror.com", description="address of the hub's mirror")
    connect_timeout: float = Field(5.0, gt=0, description="seconds until a mirror counts as silent")


class EmbedderSettings(_Section):
    """The model that turns passages and questions into vectors."""

    model: str = Field(
        "multilingual-e5-small-zh",
        description="name in the catalogue, sentence-transformers name on a hub, or local folder",
    )
    device: str = Field("cpu", description="torch device for models other than the default")
    batch_tokens: int = Field(1024, gt=0, description="tokens in one batch, padding included")
    threads: int = Field(0, ge=0, description="threads of the embedding engine; 0: all cores")
    query_prompt: str | None = Field(None, description="text before a question; unset: the model's")
    passage_prompt: str | None = Field(
        None, description="text before a passage; unset: the model's"
    )


class IndexSettings(_Section):
    """How articles are cut and indexed."""

    passage_chars: int = Field(
        120, ge=40, le=2000, description="characters a passage aims at; it ends with a sentence"
    )
    headline_context: bool = Field(
        False, description="whether the headline stands before the passage when it is embedded"
    )
    exact_until: int = Field(
        200_000, ge=0, description="passages up to which vectors are compared exactly"
    )


class RetrievalSettings(_Section):
    """How passages are found for a question."""

    k: int = Field(8, ge=1, le=100, description="passages that a search returns")
    candidates: int = Field(60, ge=1, le=1000, description="passages that each channel proposes")
    rerank: int = Field(
        8, ge=0, le=100, description="best passages that the reader judges and orders; 0: none"
    )
    read_on: int = Field(
        2,
        ge=0,
        le=10,
        description="articles found best of which the reader goes on to read the rest when none of"
        " these passages convinces it; 0: none",
    )
    dense_weight: float | None = Field(
        None,
        ge=0,
        le=1,
        description="share of the vectors when only they and the word index decide the order, in"
        " [0, 1]; unset: what a passage shares with the question's wording decides too",
    )


class GeneratorSettings(_Section):
    """What writes the answer."""

    kind: Literal["auto", "llama.cpp", "transformers", "openai", "extractive"] = Field(
        "auto",
        description="engine; auto: llama.cpp when its model is there, otherwise extractive",
    )
    model: str = Field(
        "qwen2.5-coder-1.5b-instruct",
        description="name in the catalogue, GGUF file, hub name or folder, or the endpoint's name",
    )
    adapter: str = Field(
        "auto",
        description="GGUF file of low-rank additions (LoRA) by which llama.cpp's model judges its"
        " evidence and answers; auto: the one that WenBao ships for the model, if any; empty: none",
    )
    base_url: str = Field("", description="address of the OpenAI-compatible endpoint")
    api_key: SecretStr = Field(SecretStr(""), description="key of the OpenAI-compatible endpoint")
    threads: int = Field(0, ge=0, description="threads of llama.cpp; 0: all cores")
    context_tokens: int = Field(4096, ge=1024, description="tokens of prompt and answer together")
    max_tokens: int = Field(256, ge=16, description="tokens an answer may have")
    device: str = Field("auto", description="torch device for transformers; auto: GPU if any")
    timeout: float = Field(120.0, gt=0, description="seconds until an endpoint counts as silent")


class AnsweringSettings(_Section):
    """How answers are made, verified and refused."""

    sentences: int = Field(5, ge=1, le=40, description="evidence sentences in the prompt")
    evidence_chars: int = Field(
        420, ge=100, description="characters of evidence in the prompt; prompt size is latency"
    )
    unsupported: Literal["remove", "mark"] = Field(
        "remove", description="what happens to a sentence that no source supports"
    )
    history_turns: int = Field(8, ge=0, description="earlier turns that a follow-up may refer to")
    rewrite: bool = Field(
        False,
        description="whether the language model completes follow-up questions; on two cores it"
        " costs several seconds before the search, so by default rules do",
    )
    question_chars: int = Field(1000, ge=10, description="characters a question may have")


class ServerSettings(_Section):
    """Where the chat page and the endpoint listen."""

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0: all networks")
    port: int = Field(7860, ge=1, le=65535, description="port to listen on")


class _TomlSource(TomlConfigSettingsSource):
    """`wenbao.toml`, also as Windows' editor writes it: with a byte order mark."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        return tomllib.loads(file_path.read_bytes().decode("utf-8-sig"))


class Settings(BaseSettings, _Written):
    """All options. Frozen: make a changed copy with `Settings.load(retrieval={"k": 8})`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        toml_file=CONFIG_FILE,
        validate_default=True,
    )

    collection: Path = Field(
        Path("vectorstore/default"), description="folder of the collection to build and to ask"
    )
    today: date | None = Field(
        None, description="date that 今天 means in questions, YYYY-MM-DD; unset: the calendar's"
    )
    question_log: Path | None = Field(
        None, description="file to which each question and answer is appended; unset: none is kept"
    )
    models: ModelsSettings = ModelsSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    index: IndexSettings = IndexSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    generator: GeneratorSettings = GeneratorSettings()
    answering: AnsweringSettings = AnsweringSettings()
    server: ServerSettings = ServerSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class fixes the names
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the sources in the order that the module describes."""
        return init_settings, env_settings, _TomlSource(settings_cls)

    @classmethod
    def load(cls, **overrides: Any) -> Settings:
        """Return the settings from all sources; `overrides` are fields or sections as mappings.

        Raises:
            SettingsError: a name is unknown or a value does not fit; every one is listed.
        """
        unknown = _unknown_environment(cls)
        if unknown:
            raise SettingsError(
                f"unknown environment settings: {', '.join(unknown)}", remedy=_DOCTOR
            )
        try:
            return cls(**overrides)
        except ValidationError as error:
            lines = [
                f"{'.'.join(str(part) for part in item['loc'])} → {_unknown(item) or item['msg']}"
                for item in error.errors()
            ]
            raise SettingsError("; ".join(lines), remedy=_DOCTOR) from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(
                f"{CONFIG_FILE} is not valid TOML: {error}", remedy=f"correct {CONFIG_FILE}"
            ) from error
        except UnicodeDecodeError as error:
            raise SettingsError(
                f"{CONFIG_FILE} is not UTF-8: {error.reason} at byte {error.start}",
                remedy=f"save {CONFIG_FILE} as UTF-8",
            ) from error
        except OSError as error:
            raise SettingsError(
                f"{CONFIG_FILE} cannot be read: {error.strerror}", remedy=f"correct {CONFIG_FILE}"
            ) from error
        except SourceError as error:
            raise SettingsError(
                f"the environment: {error}",
                remedy="write a whole section as JSON, or its options one by one, for example"
                " WENBAO_MODELS__MIRRORS=hub",
            ) from error

    @classmethod
    def with_options(cls, options: list[str]) -> Settings:
        """Return the settings with `section.name=value` options, as the command line gives them."""
        return cls.load(**_overrides(options))


@dataclass(frozen=True, slots=True)
class SettingState:
    """One option with the value it has; `problem` says why what was set is not taken."""

    name: str
    value: object
    description: str
    problem: str = ""


def survey(options: list[str]) -> list[SettingState]:
    """Return every option, also when some are wrong: those have their default and a `problem`.

    What is wrong with a source as a whole, as a file that is not TOML, only `Settings.load` says.
    """
    overrides = _overrides(options)
    state: dict[str, Any] = {}
    for source in (_TomlSource, EnvSettingsSource):
        with suppress(tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, SourceError):
            _merge(state, source(Settings)())
    _merge(state, overrides)
    problems: dict[str, str] = {}
    try:
        settings = _Given(**state)
    except ValidationError as error:
        for item in error.errors():
            name, *inner = (str(part) for part in item["loc"])
            section = state.get(name)
            if inner and isinstance(section, dict):
                section.pop(inner[0], None)
                name = f"{name}.{inner[0]}"
            else:
                state.pop(name, None)
            shown = "" if name == "generator.api_key" else f", not {item['input']!r}"
            problems[name] = _unknown(item) or item["msg"] + shown
        settings = _Given(**state)
    rows = [
        SettingState(name, value, description, problems.pop(name, ""))
        for name, value, description in describe(settings)
    ]
    return rows + [SettingState(name, None, "", problem) for name, problem in problems.items()]


def _unknown(problem: ErrorDetails) -> str:
    """Say of a setting that there is none of its name; nothing of another problem."""
    return "there is no such setting" if problem["type"] == "extra_forbidden" else ""


class _Given(Settings):
    """Settings from the given values alone."""

    model_config = SettingsConfigDict(toml_file=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class fixes the names
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def _merge(state: dict[str, Any], stronger: dict[str, Any]) -> None:
    for name, value in stronger.items():
        if isinstance(value, dict) and isinstance(state.get(name), dict):
            state[name] = state[name] | value
        else:
            state[name] = value


def _overrides(options: list[str]) -> dict[str, Any]:
    """Return `section.name=value` options as sections with names."""
    overrides: dict[str, Any] = {}
    for option in options:
        path, separator, value = option.partition("=")
        if not separator:
            raise SettingsError(
                f"{option!r} is not a setting", remedy="write it as section.name=value"
            )
        *sections, name = path.strip().split(".")
        target = overrides
        for section in sections:
            target = target.setdefault(section, {})
            if not isinstance(target, dict):
                raise SettingsError(
                    f"{option!r} does not go with an option before it: {section} has a value"
                    " already",
                    remedy="give only one of them",
                )
        target[name] = value.strip()
    return overrides


def describe(settings: Settings) -> list[tuple[str, object, str]]:
    """Return (dotted name, value, description) of every option, in the order of definition."""
    rows: list[tuple[str, object, str]] = []
    for name, info in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, _Section):
            rows += [
                (f"{name}.{inner}", getattr(value, inner), field.description or "")
                for inner, field in type(value).model_fields.items()
            ]
        else:
            rows.append((name, value, info.description or ""))
    return rows


def _unknown_environment(settings: type[Settings]) -> list[str]:
    """Names that start like ours but name no option: a misspelt setting must not pass unseen."""
    known: set[str] = set()
    for name, info in settings.model_fields.items():
        known.add((ENV_PREFIX + name).upper())
        for section in (info.annotation, *get_args(info.annotation)):
            if isinstance(section, type) and issubclass(section, _Section):
                known |= {f"{ENV_PREFIX}{name}__{inner}".upper() for inner in section.model_fields}
    return sorted(
        name
        for name in os.environ
        if name.upper().startswith(ENV_PREFIX) and name.upper() not in known
    )
