"""The endpoint as the openai client sees it, and the page beside it."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from rag.assistant import Assistant
from rag.errors import GenerationError, ModelError, SettingsError
from rag.server import _address, _require_free, create_app
from tests.answering.conftest import Scripted

pytestmark = pytest.mark.model

QUESTION = "宝龙社区沿街商铺有多少家?"


@contextmanager
def served(assistant):
    """The address at which an assistant is served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        config = uvicorn.Config(create_app(assistant), port=port, log_level="error", ws="none")
        servers.append(uvicorn.Server(config))
        await servers[0].serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not (servers and servers[0].started):
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    servers[0].should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="module")
def address(extractive):
    with served(extractive) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(address):
    import openai

    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as opened:
        yield opened


def ask(client, *messages, **options):
    roles = [{"role": role, "content": text} for role, text in messages]
    return client.chat.completions.create(model="wenbao", messages=roles, **options)


def test_the_model_is_listed(client):
    assert [model.id for model in client.models.list()] == ["wenbao"]


def test_an_answer_carries_marks_sources_and_the_whole_record(client):
    reply = ask(client, ("user", QUESTION))
    text = reply.choices[0].message.content
    assert "328家" in text
    assert "[1]" in text
    assert "《“融创益家”:北港“破题”商居融合》" in text
    record = reply.model_extra["wenbao"]
    assert record["sources"][0]["number"] == 1
    assert "328家" in record["sources"][0]["quote"]
    # The page prints no day: it was inferred.
    assert f"》（{record['sources'][0]['published']}，推定）" in text


def test_a_streamed_answer_says_the_same(client):
    whole = ask(client, ("user", QUESTION)).choices[0].message.content
    chunks = list(ask(client, ("user", QUESTION), stream=True))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole
    records = [c.model_extra["wenbao"] for c in chunks if (c.model_extra or {}).get("wenbao")]
    assert records[0]["sentences"][0]["citations"] == [1]
    assert len({chunk.id for chunk in chunks}) == 1
    assert [chunk.choices[0].finish_reason for chunk in chunks][-2:] == [None, "stop"]


def test_the_conversation_completes_a_follow_up(client):
    first = "沈东围绕什么讲授了专题党课?"
    reply = ask(client, ("user", first), ("assistant", "……"), ("user", "他是哪一天讲的?"))
    assert "12月16日" in reply.choices[0].message.content


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_cites_nothing(client, stream):
    reply = ask(client, ("user", "12月20日的会议有谁参加?"), stream=stream)
    if stream:
        text = "".join(c.choices[0].delta.content or "" for c in reply if c.choices)
    else:
        text = reply.choices[0].message.content
    assert "没有查到" in text
    assert "[1]" not in text


def test_an_empty_question_is_the_clients_error(address):
    body = {"model": "wenbao", "messages": [{"role": "user", "content": "  "}]}
    reply = httpx.post(f"{address}/v1/chat/completions", json=body)
    assert reply.status_code == 400
    assert "empty" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "content",
    [5, {"text": "问"}, ["问"], [{"type": "text", "text": None}], [{"type": "text"}], "问\udc80"],
)
@pytest.mark.parametrize("stream", [False, True])
def test_content_that_is_no_text_is_the_clients_error(address, content, stream):
    body = {"model": "wenbao", "messages": [{"role": "user", "content": content}], "stream": stream}
    reply = httpx.post(
        f"{address}/v1/chat/completions",
        content=json.dumps(body),
        headers={"content-type": "application/json"},
    )
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "QuestionError"


def test_the_text_parts_of_a_message_are_its_text(client):
    parts = [
        {"type": "text", "text": QUESTION[:5]},
        {"type": "image_url", "image_url": {"url": "data:,"}},
        {"type": "text", "text": QUESTION[5:]},
    ]
    assert "328家" in ask(client, ("user", parts)).choices[0].message.content


@pytest.mark.parametrize("body", [{}, {"model": "wenbao", "messages": "问"}, [], "问"])
def test_a_body_of_another_form_is_explained_as_clients_expect(address, body):
    reply = httpx.post(f"{address}/v1/chat/completions", json=body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert "body" in error["message"]


@pytest.mark.parametrize("header", [{"content-type": "application/x-www-form-urlencoded"}, {}])
def test_a_body_that_is_not_sent_as_json_is_told_how_to_be(address, header):
    body = {"model": "wenbao", "messages": [{"role": "user", "content": QUESTION}]}
    reply = httpx.post(
        f"{address}/v1/chat/completions", content=json.dumps(body).encode(), headers=header
    )
    assert reply.status_code == 400
    assert "Content-Type: application/json" in reply.json()["error"]["message"]


def test_a_body_in_another_encoding_is_explained_as_clients_expect(address):
    body = '{"model": "wenbao", "messages": [{"role": "user", "content": "几点开门"}]}'.encode(
        "gbk"
    )
    reply = httpx.post(
        f"{address}/v1/chat/completions", content=body, headers={"content-type": "application/json"}
    )
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(("method", "path"), [("POST", "embeddings"), ("GET", "chat/completions")])
def test_what_the_endpoint_does_not_have_is_explained_as_clients_expect(address, method, path):
    reply = httpx.request(method, f"{address}/v1/{path}")
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "unknown_url"


def test_an_unknown_model_is_not_found(client):
    import openai

    with pytest.raises(openai.NotFoundError, match="wenbao") as caught:
        client.chat.completions.create(
            model="gpt", messages=[{"role": "user", "content": QUESTION}]
        )
    assert caught.value.code == "model_not_found"


TRUE = "宝龙社区沿街商铺有328家。"
FALSE = "市长还视察了图书馆。"


def told(collection, generator, question=QUESTION, *, stream=False, **settings):
    """What the endpoint says when `generator` writes and unsupported sentences are kept."""
    settings = {"answering": {"unsupported": "mark"}} | settings
    body = {"model": "wenbao", "messages": [{"role": "user", "content": question}]}
    with (
        Assistant.open(collection, model=generator, **settings) as opened,
        TestClient(create_app(opened)) as client,
    ):
        reply = client.post("/v1/chat/completions", json={**body, "stream": stream})
    assert reply.status_code == 200
    if not stream:
        return reply.json()["choices"][0]["message"]["content"]
    chunks = [
        json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")
    ]
    # Clients that are not the openai package wait for this line.
    assert reply.text.endswith("\n\ndata: [DONE]\n\n")
    return "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks)


@pytest.mark.parametrize("stream", [False, True])
def test_what_no_source_supports_is_marked(seeds_collection, stream):
    text = told(seeds_collection, Scripted(TRUE + FALSE), stream=stream)
    assert text.startswith(f"{TRUE}[1]{FALSE}（未核实）\n\n[1] 《")


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_stands_alone(seeds_collection, stream):
    # Without the reader, which would see the answer where the draft does not.
    unread = {"rerank": 0}
    text = told(seeds_collection, Scripted(FALSE), stream=stream, retrieval=unread)
    assert "没有查到" in text
    assert FALSE not in text


@pytest.mark.parametrize("stream", [False, True])
def test_the_reader_answers_where_the_draft_says_what_no_source_does(seeds_collection, stream):
    text = told(seeds_collection, Scripted(FALSE), stream=stream)
    assert text.startswith(f"{FALSE}（未核实）")
    assert "328家" in text
    assert "[1] 《" in text


def test_a_generator_that_fails_while_streaming_is_told_in_the_text(seeds_collection):
    class Failing(Scripted):
        def stream(self, question, evidence):
            yield from super().stream(question, evidence)
            raise GenerationError("the engine stopped")

    text = told(seeds_collection, Failing(TRUE + FALSE), stream=True)
    assert text.startswith(f"{TRUE}[1]")
    assert text.endswith("the engine stopped")


def test_a_client_that_leaves_frees_the_generator(seeds_collection):
    class Slow(Scripted):
        left = threading.Event()

        def stream(self, question, evidence):
            try:
                for piece in super().stream(question, evidence):
                    yield piece
                    time.sleep(0.05)
            except GeneratorExit:
                self.left.set()
                raise

    slow = Slow(TRUE + FALSE * 100)
    body = {"model": "wenbao", "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with (
        Assistant.open(seeds_collection, model=slow) as opened,
        served(opened) as address,
        httpx.stream("POST", f"{address}/v1/chat/completions", json=body, timeout=60) as reply,
    ):
        chunks = (line for line in reply.iter_lines() if "328" in line)
        assert "[1]" in next(chunks)
        reply.close()
        assert slow.left.wait(10)


def test_the_health_check_sees_that_the_collection_is_gone(seeds_collection, tmp_path):
    copied = shutil.copytree(seeds_collection, tmp_path / "collection")
    with (
        Assistant.open(copied, generator={"kind": "extractive"}) as opened,
        TestClient(create_app(opened)) as client,
    ):
        assert client.get("/healthz").status_code == 200
        shutil.rmtree(copied)
        reply = client.get("/healthz")
    assert reply.status_code == 503
    assert "wenbao ingest" in reply.json()["error"]["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::", "localhost"])
def test_a_taken_port_is_told_from_a_free_one(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as free:
            free.bind((host, 0))
            port = free.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")
    _require_free(host, port)
    with socket.socket(family) as taken:
        taken.bind((host, port))
        taken.listen()
        with pytest.raises(SettingsError, match=str(port)) as caught:
            _require_free(host, port)
    assert f"--port {port + 1}" in caught.value.remedy


def test_an_address_of_another_machine_is_explained():
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1") as caught:
        _require_free("192.0.2.1", 7860)
    assert "--host 127.0.0.1" in caught.value.remedy


def test_the_address_shown_can_be_opened():
    assert _address("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert _address("::", 80) == "http://[::1]:80"
    assert _address("localhost", 80) == "http://localhost:80"


def test_the_page_and_the_health_check_answer_at_the_same_address(address):
    page = httpx.get(address)
    assert page.status_code == 200
    assert "问报" in page.text
    assert httpx.get(f"{address}/healthz").json() == {"articles": 9, "generator": "extractive"}


def test_what_kept_the_assistant_from_opening_is_explained_at_every_address():
    app = create_app(ModelError("no model", remedy="run `wenbao models fetch`"))
    with TestClient(app) as client:
        assert "wenbao models fetch" in client.get("/").text
        assert client.get("/healthz").status_code == 503
        body = {"model": "wenbao", "messages": [{"role": "user", "content": QUESTION}]}
        reply = client.post("/v1/chat/completions", json=body)
        assert reply.status_code == 503
        assert "no model" in reply.json()["error"]["message"]


def test_the_page_opens_on_the_folder_that_one_is_in(seeds_collection, monkeypatch):
    monkeypatch.chdir(seeds_collection)
    with (
        Assistant.open(".", generator={"kind": "extractive"}) as opened,
        TestClient(create_app(opened)) as client,
    ):
        assert client.get("/").status_code == 200


def test_filters_narrow_the_search(client):
    reply = ask(client, ("user", QUESTION), extra_body={"filters": {"byline": "伍浩"}})
    assert reply.model_extra["wenbao"]["refused"]
    reply = ask(client, ("user", QUESTION), extra_body={"filters": {"headline": "商居融合"}})
    assert "328家" in reply.choices[0].message.content


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ({"reporter": "伍浩"}, "there is no filter 'reporter'"),
        ({"published_from": "去年"}, "is no day"),
        ({"published_from": "2024-01-02", "published_to": "2024-01-01"}, "is later than"),
        ({"byline": 7}, "no object of texts"),
        ("伍浩", "no object of texts"),
    ],
)
def test_filters_that_cannot_be_read_are_named(address, filters, reason):
    body = {"model": "wenbao", "messages": [{"role": "user", "content": "问"}], "filters": filters}
    reply = httpx.post(f"{address}/v1/chat/completions", json=body, timeout=60)
    assert reply.status_code == 400
    assert reason in reply.json()["error"]["message"]
