"""What the generator learns from: statements by rule, evidence with questions, packed sequences."""

from __future__ import annotations

import gzip
import importlib
import json
import random
import sys
from pathlib import Path

import pytest

from rag.answering.generators.base import REFUSAL
from tests.answering.test_generators import tiny_checkpoint

FOLDER = Path(__file__).parents[1] / "training"
SENTENCE = "运河早市于2021年5月整体搬迁至人民路北侧，由街道办事处管理，设置摊位260个。"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.mark.parametrize(
    ("question", "answer", "stated"),
    [
        ("运河早市是什么时候搬迁的？", "2021年5月", "运河早市是2021年5月搬迁的。"),
        ("请问运河早市由谁管理?", "街道办事处", "运河早市由街道办事处管理。"),
        ("运河早市设置了多少个摊位？", "260个", "运河早市设置了260个摊位。"),
        ("运河早市搬到了什么地方", "人民路北侧", "运河早市搬到了人民路北侧。"),
    ],
)
def test_a_question_becomes_the_statement_that_answers_it(load, question, answer, stated):
    start = SENTENCE.index(answer)
    made = list(load("statements").statements(question, SENTENCE, start, start + len(answer)))
    assert made[0] == stated
    assert all(answer in text for text in made)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("运河早市为什么搬迁？", "街道办事处"),  # asks for no part of a statement
        ("谁在什么时候管理运河早市？", "街道办事处"),  # asks for two
        # The answer says the question's words again.
        ("运河早市于哪年整体搬迁？", "运河早市于2021年5月整体搬迁"),
    ],
)
def test_where_no_rule_makes_a_statement_the_source_is_quoted(load, question, answer):
    start = SENTENCE.index(answer)
    made = list(load("statements").statements(question, SENTENCE, start, start + len(answer)))
    assert made
    assert all(text.rstrip("。") in SENTENCE for text in made)


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


def test_every_answer_is_held_by_its_evidence_and_every_refusal_is_not(load, tmp_path):
    corpus = [{"id": key, "title": key * 2, "text": text} for key, text in ARTICLES.items()]
    write(tmp_path / "cmrc2018_train.corpus.jsonl.gz", corpus)
    write(
        tmp_path / "cmrc2018_train.qa.jsonl.gz",
        [{"question": q, "answers": [a], "context": [key]} for q, a, key in ASKED],
    )
    grounded, questions = load("grounded"), load("questions")
    gold = {question.rstrip("？"): answer for question, answer, _ in ASKED}
    answered = refused = 0
    for seed in range(20):
        chance = random.Random(seed)
        words = questions.Words(question for question, _, _ in ASKED)
        shelf = grounded.people(tmp_path, chance)
        for example in grounded.examples(shelf, words, chance):
            for turn in example.turns:
                answer = gold.get(turn.question.rstrip("？"))
                if turn.answer == REFUSAL:
                    refused += 1
                    # A question nobody changed is refused where its answer is not shown.
                    assert answer is None or answer not in example.evidence
                else:
                    answered += 1
                    assert answer is None or answer in turn.answer
                    assert answer is None or answer in example.evidence
    assert answered > 10
    assert refused > 10


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
    file = tmp_path / "own_questions.jsonl"
    file.write_text(
        "".join(
            json.dumps({"corpus": "news", "article": "a", **one}, ensure_ascii=False) + "\n"
            for one in asked
        ),
        "utf-8",
    )
    monkeypatch.setattr(own, "FILE", file)
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


def test_questions_packed_together_cost_what_each_costs_alone(load, tmp_path):
    torch = pytest.importorskip("torch")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tiny_checkpoint(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    packed = load("packed")
    turns = [
        {"question": "何时搬迁?", "answer": "2021年5月。"},
        {"question": "谁管理?", "answer": REFUSAL},
        {"question": "何时搬迁的?", "answer": "早市于2021年5月搬迁。"},
    ]
    example = {"evidence": "《早市》\n早市于2021年5月搬迁。", "turns": turns}
    together = packed.pack(tokenizer, example)
    alone = [packed.pack(tokenizer, {**example, "turns": [turn]}) for turn in turns]
    assert len(together.ids) < 0.6 * sum(len(one.ids) for one in alone)
    with torch.no_grad():
        loss = packed.loss_of(model, together)
        parts = [packed.loss_of(model, one) for one in alone]
    assert loss.item() == pytest.approx(sum(part.item() for part in parts), rel=1e-4)
    assert len({round(part.item(), 4) for part in parts}) == 3
