from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.catalogue import find_model
from rag.models.embedder import encodable, load_embedder
from rag.models.langchain import LangChainEmbeddings
from rag.models.onnx_batches import make_batches
from rag.settings import Settings

PASSAGES = (
    "本报讯 12月16日,受强冷空气影响,全市普降大雪,最低气温降至零下十二摄氏度,高速公路临时封闭。",
    "全市今年前三季度实现地区生产总值三千二百亿元,同比增长百分之五点六。",
    "市第一人民医院引进的机器人手术系统日前完成首例胃癌根治手术,患者术后恢复良好。",
    "市图书馆新馆昨日开馆,藏书一百二十万册,每周二至周日免费向市民开放。",
    "我市女子排球队在全国青年锦标赛决赛中以三比一战胜对手,夺得冠军。",
)
QUESTIONS = (
    "下雪那天高速路还能走吗?",
    "经济增长了多少?",
    "哪家医院用机器人做手术?",
    "图书馆什么时候开门?",
    "排球比赛谁赢了?",
)


def test_a_model_that_is_not_fetched_names_the_command(tmp_path):
    settings = Settings.load(models={"folder": tmp_path})
    with pytest.raises(ModelError) as failure:
        load_embedder(settings)
    assert failure.value.remedy == "run `wenbao models fetch multilingual-e5-small-zh`"


def test_a_generator_is_no_embedder():
    with pytest.raises(ModelError, match="makes no vectors"):
        load_embedder(Settings.load(embedder={"model": "qwen2.5-coder-0.5b-instruct"}))


def test_a_damaged_conversion_is_an_error_with_a_remedy(tmp_path):
    from rag.models.onnx_embedder import OnnxEmbedder

    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError) as failure:
        OnnxEmbedder(find_model("multilingual-e5-small-zh"), tmp_path, Settings().embedder)
    assert "wenbao models fetch" in failure.value.remedy


def test_batches_hold_every_text_once_within_the_budget():
    lengths = [3, 50, 7, 7, 120, 1, 30, 30]
    batches = make_batches(lengths, 100)
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = max(lengths[place] for place in batch) * len(batch)
        assert padded <= 100 or len(batch) == 1


def test_text_that_is_not_unicode_is_made_readable():
    assert encodable("问\ud800报") == "问?报"


@pytest.mark.model
def test_a_question_is_nearest_to_the_passage_that_answers_it(embedder):
    similar = embedder.embed_queries(QUESTIONS) @ embedder.embed_passages(PASSAGES).T
    assert similar.argmax(axis=1).tolist() == list(range(len(QUESTIONS)))


@pytest.mark.model
def test_vectors_have_length_one_and_the_order_of_the_texts(embedder):
    seen: list[int] = []
    texts = [text[: 5 + 7 * place % 40] for place, text in enumerate(PASSAGES * 30)]
    vectors = embedder.embed_passages(texts, seen.append)
    assert vectors.shape == (150, embedder.dimension) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert seen == sorted(seen) and seen[-1] == 150
    for place in (0, 77, 149):
        alone = embedder.embed_passages([texts[place]])[0]
        assert alone @ vectors[place] > 0.99


@pytest.mark.model
@pytest.mark.parametrize("text", ["", " \n", "\x00", "\ud800", "</s><pad>", "😀", "长" * 100_000])
def test_any_text_has_a_finite_vector(embedder, text):
    vector = embedder.embed_queries([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.model
def test_no_texts_give_no_vectors(embedder):
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


@pytest.mark.model
def test_prompts_of_the_settings_win(embedder):
    plain = load_embedder(Settings.load(embedder={"query_prompt": "", "passage_prompt": ""}))
    assert plain.embed_queries(["雪"])[0] @ plain.embed_passages(["雪"])[0] > 0.999
    assert embedder.embed_queries(["雪"])[0] @ embedder.embed_passages(["雪"])[0] < 0.999
    assert plain.fingerprint != embedder.fingerprint
    other_queries = load_embedder(Settings.load(embedder={"query_prompt": "问: "}))
    assert other_queries.fingerprint == embedder.fingerprint


@pytest.mark.model
def test_one_thread_and_several_agree(embedder):
    single = load_embedder(Settings.load(embedder={"threads": 1}))
    several = load_embedder(Settings.load(embedder={"threads": 3}))
    np.testing.assert_allclose(
        single.embed_passages(PASSAGES * 20), several.embed_passages(PASSAGES * 20), atol=1e-5
    )


@pytest.mark.model
def test_langchain_gets_the_same_vectors(embedder):
    adapter = LangChainEmbeddings(embedder)
    np.testing.assert_allclose(
        adapter.embed_documents(list(PASSAGES)), embedder.embed_passages(PASSAGES), atol=1e-6
    )
    np.testing.assert_allclose(
        adapter.embed_query(QUESTIONS[0]), embedder.embed_queries(QUESTIONS[:1])[0], atol=1e-6
    )


@pytest.mark.model
def test_the_default_engine_needs_no_torch():
    script = (
        "import sys\n"
        "from rag.models.embedder import load_embedder\n"
        "from rag.settings import Settings\n"
        "load_embedder(Settings.load()).embed_queries(['雪'])\n"
        "sys.exit(bool({'torch', 'transformers', 'onnx'} & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True)
    assert (result.returncode, result.stderr) == (0, b"")
