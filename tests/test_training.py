"""What reader and generator learn from: passages and evidence with questions, packed prompts."""

from __future__ import annotations

import gzip
import importlib
import json
import random
import sys
from pathlib import Path

import pytest

from rag.models.reader import load_reader
from rag.settings import Settings
from tests.answering.test_engines import tiny_checkpoint

FOLDER = Path(__file__).parents[1] / "training"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


ARTICLES = {
    "a": "运河早市于2021年5月整体搬迁至人民路北侧。早市由街道办事处管理，共设置摊位260个。"
    "搬迁之后，附近居民反映道路通畅多了，卫生状况也有了明显改善。",
    "b": "新图书馆于2019年10月建成，藏书30万册。图书馆由区文化局管理，每天开放12小时。"
    "读者可以凭身份证免费借阅图书，儿童阅览室设在二楼。",
}
ASKED = [
    ("运河早市是什么时候搬迁的？", "2021年5月", "a"),
    ("运河早市设置了多少个摊位？", "260个", "a"),
    ("新图书馆藏书多少册？", "30万册", "b"),
    ("新图书馆由谁管理？", "区文化局", "b"),
]


def write(path, lines):
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def own_file(path: Path, asked: list[dict[str, object]]) -> Path:
    lines = ({"corpus": "news", "article": "a", **one} for one in asked)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def test_what_evidence_is_said_to_answer_stands_in_it(load, tmp_path, monkeypatch):
    corpus = [{"id": key, "title": key * 2, "text": text} for key, text in ARTICLES.items()]
    people = [{"id": f"c{key}", "title": "", "text": f"据介绍，{t}"} for key, t in ARTICLES.items()]
    write(tmp_path / "news.corpus.jsonl.gz", corpus)
    write(tmp_path / "cmrc2018_train.corpus.jsonl.gz", people)
    write(
        tmp_path / "cmrc2018_train.qa.jsonl.gz",
        [{"question": q, "answers": [a], "context": [f"c{key}"]} for q, a, key in ASKED],
    )
    start = ARTICLES["a"].index("街道办事处")
    own = [
        {"question": "早市归谁管呀", "start": start, "end": start + 5},
        {"question": "早市的摊位一个月租金多少", "start": -1, "end": -1},
    ]
    judgements, questions = load("judgements"), load("questions")
    monkeypatch.setattr(judgements, "FILE", own_file(tmp_path / "own.jsonl", own))
    gold = {question.rstrip("？"): answer for question, answer, _ in ASKED}
    gold |= {"早市归谁管呀": "街道办事处"}
    reader = load_reader(Settings.load())
    assert reader is not None, "run `wenbao models fetch`"
    chance = random.Random(1)
    shelf = judgements.Shelf(tmp_path, reader, chance)
    words = questions.Words(question for question, _, _ in ASKED)
    counts, told = {True: 0, False: 0}, {True: 0, False: 0}
    for _ in range(15):
        for key in (*shelf.own, *shelf.people):
            example = judgements.example_of(key, shelf, words, chance)
            for turn in example.turns if example else ():
                answer = gold.get(turn.question.rstrip("？"))
                counts[turn.answered] += 1
                if turn.answered:
                    assert answer is None or answer in example.evidence
                    assert turn.question != "早市的摊位一个月租金多少"
                else:
                    # A question nobody changed is not answered where its answer is not shown.
                    assert answer is None or answer not in example.evidence
                assert turn.answer == "" if not turn.answered else answer in (None, turn.answer)
                assert turn.right is bool(turn.answer and turn.answer in turn.told)
                told[turn.right] += 1
    assert min(*counts.values(), *told.values()) > 20


def test_our_own_questions_are_shown_their_answer_or_what_is_nearest_to_them(
    load, tmp_path, monkeypatch
):
    corpus = [{"id": key, "title": key * 2, "text": text} for key, text in ARTICLES.items()]
    write(tmp_path / "news.corpus.jsonl.gz", corpus)
    start = ARTICLES["a"].index("260个")
    asked = [
        {"question": "请问早市一共有多少摊儿", "start": start, "end": start + 4},
        {"question": "早市的摊位一个月租金多少", "start": -1, "end": -1},
    ]
    own = load("own")
    monkeypatch.setattr(own, "FILE", own_file(tmp_path / "own_questions.jsonl", asked))
    for seed in range(5):
        answered, unanswered = own.own(tmp_path, random.Random(seed))
        right, *others = answered.passages
        assert answered.question == "早市一共有多少摊儿"
        assert right.text[right.start : right.end] == "260个"
        assert all(one.start == -1 for one in (*others, *unanswered.passages))
        # Another article is beside it; what has no answer is shown what speaks of the same.
        assert any("图书馆" in one.text for one in others)
        assert "早市" in unanswered.passages[0].text


def test_our_own_questions_point_into_articles():
    lines = (FOLDER / "own_questions.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(line) for line in lines]
    assert len({(one["article"], one["question"]) for one in asked}) == len(asked)
    assert all(one["question"].strip() for one in asked)
    assert all(one["start"] == one["end"] == -1 or 0 <= one["start"] < one["end"] for one in asked)
    texts = [
        json.loads(line)
        for line in (FOLDER / "own_texts.jsonl").read_text("utf-8").split("\n")[:-1]
    ]
    length = {one["id"]: len(one["text"]) for one in texts}
    over_texts = [one for one in asked if one["corpus"] == "own_texts"]
    assert {one["article"] for one in over_texts} == set(length)
    assert all(one["end"] <= length[one["article"]] for one in over_texts)


EXAMPLES = [
    {
        "evidence": "《早市》\n早市于2021年5月搬迁。",
        "turns": [
            {"question": "何时搬迁?", "answered": True, "answer": "2021年5月"},
            {"question": "谁管理?", "answered": False, "answer": ""},
        ],
    },
    {
        "evidence": "《早市》\n早市由街道办事处管理。",
        "turns": [{"question": "谁管理早市?", "answered": True, "answer": "街道办事处"}],
    },
]
TOLD = {"told": "早市于2021年5月搬迁。", "right": True}


@pytest.fixture
def tiny(tmp_path):
    torch = pytest.importorskip("torch")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tiny_checkpoint(tmp_path)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.no_grad():
        # What an untrained model says hardly depends on what it read before.
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.mul_(1000)
    return AutoTokenizer.from_pretrained(folder), model


def test_prompts_packed_together_are_judged_as_each_alone(load, tiny):
    import torch

    tokenizer, model = tiny
    packed = load("packed")
    prompts = packed.Prompts(tokenizer)
    examples = [{**one, "turns": [{**turn, **TOLD} for turn in one["turns"]]} for one in EXAMPLES]
    together, state, right = packed.prepare(model, prompts, examples, drafts=False)
    assert right == [True, True, False, True, True, True]
    texts = [
        prompts.asked(one["evidence"], turn["question"]) + told
        for one in examples
        for turn in one["turns"]
        for told in ("", TOLD["told"] + "\n")
    ]
    assert len(together.ids) < 0.5 * sum(len(prompts.tokens(text)) for text in texts)
    says = (prompts.tokens("a")[0], prompts.tokens("b")[0])
    with torch.no_grad():
        odds = packed.log_odds(model, together, state, prompts.invokes, says)
        for text, found in zip(texts, odds.tolist(), strict=True):
            ids = torch.tensor([prompts.tokens(text) + prompts.invokes])
            said = model(ids).logits[0, -1]
            assert float(said[says[0]] - said[says[1]]) == pytest.approx(found, abs=1e-3)
    assert len({round(one, 3) for one in odds.tolist()}) == len(texts)


def test_what_the_model_drafts_for_training_is_what_it_writes(load, tiny):
    import torch

    tokenizer, model = tiny
    packed = load("packed")
    prompts = packed.Prompts(tokenizer)
    tree, asked = packed.Packed(), []
    for one in EXAMPLES:
        asked += [
            prompts.tokens(prompts.asked(one["evidence"], turn["question"]))
            for turn in one["turns"]
        ]
    before = [tree.add(ids[:-1]) for ids in asked]
    state = packed.read(model, tree)
    written = packed.write(model, tree, state, asked[0][-1], before, most=5)
    for ids, found in zip(asked, written, strict=True):
        alone = model.generate(torch.tensor([ids]), max_new_tokens=5, do_sample=False)
        assert alone[0, len(ids) :].tolist()[: len(found)] == found
    assert any(written)
