"""The endpoint as the openai client sees it, and the page beside it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from rag.errors import ModelError
from rag.server import create_app

pytestmark = pytest.mark.model

QUESTION = "宝龙社区沿街商铺有多少家?"


@pytest.fixture(scope="module")
def address(extractive):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        config = uvicorn.Config(create_app(extractive), port=port, log_level="error", ws="none")
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


def test_a_streamed_answer_says_the_same(client):
    whole = ask(client, ("user", QUESTION)).choices[0].message.content
    chunks = list(ask(client, ("user", QUESTION), stream=True))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole
    records = [c.model_extra["wenbao"] for c in chunks if (c.model_extra or {}).get("wenbao")]
    assert records[0]["sentences"][0]["citations"] == [1]


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
