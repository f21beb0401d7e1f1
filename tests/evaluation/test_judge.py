import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rag.errors import EvaluationError
from rag.evaluation import Case, TestSet, evaluate
from rag.evaluation.judge import ChatJudge, judge_prompt
from rag.evaluation.outcome import Outcome
from tests.evaluation.standin import StandIn

CASE = Case("1", "{{ANSWER}}是什么？", ("25000人次",))


@contextmanager
def endpoint(*replies, status=200):
    """An OpenAI-compatible endpoint that gives the replies in turn; yields address and requests."""
    asked, waiting = [], list(replies)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, self.headers["Authorization"], json.loads(body)))
            content = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"choices": [{"message": {"content": content}}]}).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_prompt_holds_question_reference_and_answer_as_they_are():
    prompt = judge_prompt(CASE, Outcome("1", text="{{QUESTION}}", answered=True))
    assert "{{ANSWER}}是什么？" in prompt
    assert "- 25000人次" in prompt
    assert prompt.count("{{QUESTION}}") == 1


def test_grades_become_a_figure_and_refusals_are_not_graded(test_set):
    with endpoint('好的：{"grade": 0.5, "reason": "不全"}') as (url, asked):
        report = evaluate(StandIn(), test_set, judge=ChatJudge(url, "大模型", "密钥-1"[3:]))
    assert report.value("judge") == 0.5
    assert len(asked) == sum(case.answerable for case in test_set.cases)
    path, key, body = asked[0]
    assert path == "/v1/chat/completions"
    assert key == "Bearer 1"
    assert body["temperature"] == 0
    assert report.cases[0].outcome.judgement == "不全"


def test_a_reply_without_a_grade_is_asked_for_once_more():
    with endpoint("很好", '{"grade": 1, "reason": "对"}') as (url, asked):
        judgement = ChatJudge(url, "大模型").grade(CASE, Outcome("1", text="对"))
    assert judgement.grade == 1
    assert len(asked) == 2


def test_what_a_judge_thinks_before_it_grades_is_no_grade():
    reply = '<think>\n像是 {"grade": 0} 吧？不，数字对。\n</think>\n\n{"grade": 1, "reason": "对"}'
    with endpoint(reply) as (url, _):
        assert ChatJudge(url, "大模型").grade(CASE, Outcome("1", text="对")).grade == 1


@pytest.mark.parametrize("reply", ["很好", '{"grade": 7}', '{"grade": null}'])
def test_a_judge_that_gives_no_grade_is_an_error(reply):
    with endpoint(reply) as (url, _), pytest.raises(EvaluationError, match="no grade"):
        ChatJudge(url, "大模型").grade(CASE, Outcome("1", text="对"))


def test_a_judge_that_is_not_there_is_an_error_with_a_remedy():
    with endpoint("", status=500) as (url, _), pytest.raises(EvaluationError) as caught:
        ChatJudge(url, "大模型").grade(CASE, Outcome("1", text="对"))
    assert "--judge-url" in caught.value.remedy


def test_another_judge_is_another_run(tmp_path):
    test_set = TestSet("甲", (CASE,))
    evaluate(StandIn(), test_set, runs=tmp_path, name="一")
    with pytest.raises(EvaluationError, match="judge"):
        evaluate(StandIn(), test_set, runs=tmp_path, name="一", judge=ChatJudge("http://x", "大"))
