from __future__ import annotations

import builtins
import shutil
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models.catalogue import QUERY_INSTRUCTION_ZH, find_model
from rag.models.embedder import load_embedder
from rag.models.weights import model_path
from rag.settings import Settings

SENTENCES = [
    "本报讯 12月16日,全市普降大雪,最低气温零下十二摄氏度。",
    "高速公路临时封闭,交警部门提醒市民谨慎驾驶。",
    "前三季度地区生产总值三千二百亿元,同比增长5.6%。",
    "市第一人民医院完成首例机器人胃癌根治手术。",
    "患者术后恢复良好,一周后出院。",
    "市图书馆新馆藏书一百二十万册,免费开放。",
    "女子排球队以三比一战胜对手,夺得冠军。",
    "全市新增城镇就业35000人,完成年度目标的102%。",
    "“我们要把好事办好。”他在座谈会上强调。",
    "会议由市委副书记主持,各县区负责人参加。",
    "记者从市气象局获悉,未来三天仍有降温过程。",
    "这座老桥建于1956年,见证了城市的变迁。",
    "乡亲们种植的苹果今年喜获丰收。",
    "一家三代人坚守戏曲舞台,传承非物质文化遗产。",
    "新建小学将于明年9月投入使用,可提供学位1620个。",
    "警方成功破获一起电信诈骗案,追回资金八十余万元。",
    "消防员十分钟内赶到现场,火势很快得到控制。",
    "该企业研发的新型电池续航里程超过700公里。",
    "城北污水处理厂日处理能力达到十万吨。",
    "志愿者走进社区,为老人理发、量血压。",
    "地铁2号线东延工程全线贯通。",
    "春运期间铁路部门加开列车46列。",
    "全国人大代表建议加强农村养老服务。",
    "书法展展出作品二百余件,展期至月底。",
    "受降雪影响,机场取消航班37个。",
    "市政府印发《关于促进消费的若干措施》。",
    "大学生返乡创业,直播带货卖山货。",
    "博物馆征集到一批抗战时期的珍贵文物。",
    "雪",
    "G312国道改建工程通过竣工验收。",
]


@pytest.fixture(scope="module")
def folder() -> Path:
    path = model_path(find_model("multilingual-e5-small-zh"), Settings.load().models)
    assert path is not None, "run `wenbao models fetch` first"
    return path


def load(model: str | Path, **options):
    return load_embedder(Settings.load(embedder={"model": str(model), **options}))


@pytest.mark.model
def test_the_fast_engine_agrees_with_sentence_transformers(embedder, folder):
    general = load(folder)
    assert len(SENTENCES) == 30
    fast, full = embedder.embed_passages(SENTENCES), general.embed_passages(SENTENCES)
    assert (fast * full).sum(axis=1).min() > 0.99
    fast, full = embedder.embed_queries(SENTENCES), general.embed_queries(SENTENCES)
    assert (fast * full).sum(axis=1).min() > 0.99
    assert general.dimension == embedder.dimension
    assert general.fingerprint != embedder.fingerprint
    assert general.embed_queries([]).shape == (0, general.dimension)


@pytest.mark.model
def test_a_plain_folder_of_a_known_model_gets_its_pooling_and_prompts(folder, tmp_path):
    plain = tmp_path / "bge-small-zh-v1.5"
    plain.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
        shutil.copy(folder / name, plain / name)
    known = load(plain)
    assert known._model[1].pooling_mode == "cls"
    assert known._query_prompt == QUERY_INSTRUCTION_ZH
    assert known._passage_prompt == ""
    assert load(plain, query_prompt="问:")._query_prompt == "问:"


def test_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ModelError, match="there is no folder"):
        load(tmp_path / "bge")


def test_a_folder_without_a_model_says_so(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(tmp_path)


def test_a_hub_name_without_a_hub_fails_with_a_remedy(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="is not on this machine, and HF_HUB_OFFLINE") as failure:
        load("wenbao-tests/no-such-model")
    assert "models.hub" in failure.value.remedy


def test_a_missing_extra_names_the_install_command(monkeypatch):
    original = builtins.__import__

    def refuse(name, *arguments, **options):
        if name.startswith("sentence_transformers"):
            raise ImportError(name)
        return original(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ModelError) as failure:
        load("BAAI/bge-small-zh-v1.5")
    assert failure.value.remedy == 'run `pip install "wenbao[transformers]"`'
