"""The engines that run language models on this machine: llama.cpp and transformers."""

from __future__ import annotations

import sys
import threading

import pytest
from langchain_core.messages import AIMessage

from rag.answering.evidence import render
from rag.answering.generators import load_generator
from rag.answering.generators.base import REFUSAL
from rag.answering.generators.llama_cpp import ChatLlamaCpp
from rag.answering.plain import INVOKES
from rag.answering.prompts import load_prompt
from rag.errors import GenerationError, ModelError
from rag.models.catalogue import find_model
from rag.models.weights import model_path
from rag.settings import Settings
from tests.answering.conftest import POLICE, candidates_from

QUESTION = "东湖派出所装了多少烟感器?"


@pytest.fixture(scope="module")
def llama():
    settings = Settings.load()
    path = model_path(find_model(settings.generator.model), settings.models)
    assert path is not None, "run `wenbao models fetch`"
    return ChatLlamaCpp(path=path, max_tokens=40)


@pytest.mark.llm
def test_llama_streams_repeats_itself_and_counts_tokens(llama):
    prompt = [("system", "只用一个词回答。"), ("human", "中国的首都是哪里?")]
    chunks = list(llama.stream(prompt))
    assert sum(bool(chunk.content) for chunk in chunks) >= 1
    whole = llama.invoke(prompt)
    assert "北京" in whole.content
    assert whole.content == "".join(chunk.content for chunk in chunks)
    assert whole.usage_metadata["input_tokens"] > 10


@pytest.mark.llm
def test_a_model_that_may_think_first_answers_at_once(llama, monkeypatch):
    import xllamacpp

    class Thinking(xllamacpp.CommonParams):
        def __init__(self):
            self.chat_template = (
                "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
                "{% endfor %}<|im_start|>assistant\n"
                "{% if enable_thinking is defined and enable_thinking is false %}"
                "<think>\n\n</think>\n\n{% endif %}"
            )

    monkeypatch.setattr(xllamacpp, "CommonParams", Thinking)
    model = ChatLlamaCpp(path=llama.path, context_tokens=512, max_tokens=16)
    assert model.invoke("中国的首都是哪里?").content


@pytest.mark.llm
def test_the_default_model_judges_its_evidence_and_answers():
    generator = load_generator(Settings.load())
    evidence = candidates_from(POLICE)

    assert generator.judge("东湖的派出所装了多少个烟感器?", evidence) > 0
    assert generator.judge("派出所的所长叫啥名字?", evidence) > 0
    assert generator.judge("派出所的食堂是哪天装修的?", evidence) < 0
    assert generator.judge("市博物馆周一开门吗?", evidence) < 0

    asked = "派出所的所长叫啥名字?"
    right = generator.judge(asked, evidence, "东湖派出所所长赵立新。")
    assert right > generator.judge(asked, evidence, "派出所安装烟感器3200个。")


@pytest.mark.llm
def test_judging_costs_no_second_reading_and_leaves_what_is_written_alone():
    generator, plain = (
        load_generator(Settings.load(generator={"adapter": adapter})) for adapter in ("auto", "")
    )
    evidence = candidates_from(POLICE)
    before = "".join(plain.stream(QUESTION, evidence))
    judged = generator.judge(QUESTION, evidence)
    assert "".join(generator.stream(QUESTION, evidence)) == before
    assert generator.judge(QUESTION, evidence) == pytest.approx(judged, abs=1e-3)

    prompt = load_prompt("answer").format_messages(
        question=QUESTION, evidence=render(evidence), refusal=REFUSAL
    )
    usage = [
        generator.model.invoke(messages, max_tokens=1).usage_metadata
        for messages in (prompt, [*prompt, AIMessage(INVOKES)], prompt)
    ]
    assert all(
        one["input_tokens"] - one["input_token_details"]["cache_read"] < 12 for one in usage[1:]
    )


@pytest.mark.llm
def test_a_stream_that_nobody_reads_to_its_end_frees_the_engine(llama):
    stream = llama.stream("从一数到一百。")
    next(stream)
    stream.close()
    done = threading.Event()
    answer = []

    def ask() -> None:
        answer.append(llama.invoke("你好").content)
        done.set()

    threading.Thread(target=ask, daemon=True).start()
    assert done.wait(120)
    assert answer[0]


@pytest.mark.llm
def test_a_prompt_beyond_the_context_is_refused_clearly(llama):
    small = ChatLlamaCpp(path=llama.path, context_tokens=512, max_tokens=8)
    with pytest.raises(GenerationError, match="context"):
        small.invoke("东湖派出所为老旧小区安装烟感器。" * 200)


def test_a_transformers_checkpoint_streams(tmp_path):
    folder = tiny_checkpoint(tmp_path)
    from rag.answering.generators.transformers import ChatTransformers

    model = ChatTransformers(name_or_path=str(folder), max_tokens=6)
    text = "".join(chunk.content for chunk in model.stream("你好"))
    assert text == model.invoke("你好").content


@pytest.mark.parametrize(
    ("begins", "thinks"),
    [
        ("{% if enable_thinking is not defined or enable_thinking %}<think>{% endif %}", False),
        ("<think>\n", True),
        ("", False),
    ],
)
def test_a_checkpoint_thinks_only_if_it_always_does_and_then_says_so(tmp_path, begins, thinks):
    from rag.answering.generators.transformers import ChatTransformers

    model = ChatTransformers(name_or_path=str(tiny_checkpoint(tmp_path, begins)), max_tokens=4)
    pieces = [chunk.content for chunk in model.stream("你好") if chunk.content]
    assert pieces[0].startswith("<think>") == thinks


@pytest.mark.parametrize("device", ["gpu", "xpu"])
def test_a_device_that_is_not_there_is_said_clearly(tmp_path, device):
    from rag.answering.generators.transformers import ChatTransformers

    with pytest.raises(ModelError, match=r"generator\.device"):
        ChatTransformers(name_or_path=str(tiny_checkpoint(tmp_path)), device=device).load()


def test_without_transformers_it_is_said_what_to_install(monkeypatch):
    from rag.answering.generators.transformers import ChatTransformers

    monkeypatch.setitem(sys.modules, "transformers", None)
    advice = r'pip install "wenbao\[transformers\]"'
    # The doctor only makes the generator.
    with pytest.raises(ModelError, match=advice):
        load_generator(Settings.load(generator={"kind": "transformers", "model": "Qwen/Qwen2.5"}))
    with pytest.raises(ModelError, match=advice):
        next(ChatTransformers(name_or_path="Qwen/Qwen2.5").stream("你好"))


def test_a_checkpoint_that_is_not_there_is_said_clearly(tmp_path):
    from rag.answering.generators.transformers import ChatTransformers

    with pytest.raises(ModelError, match="cannot load"):
        ChatTransformers(name_or_path=str(tmp_path)).invoke("你好")


def tiny_checkpoint(folder, begins=""):
    """A random two-layer model over single bytes, in the form of a real checkpoint."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    vocabulary = {byte: number for number, byte in enumerate(sorted(byte_level.alphabet()))}
    vocabulary["<end>"] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges=[]))
    tokenizer.pre_tokenizer = byte_level
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>", pad_token="<end>")
    fast.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}" + begins
    fast.save_pretrained(folder)
    torch.manual_seed(1)
    config = Qwen2Config(
        vocab_size=len(vocabulary),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    return folder
