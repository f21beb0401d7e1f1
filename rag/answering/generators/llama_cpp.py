"""llama.cpp as a LangChain chat model: a GGUF file on the CPU, streamed token by token."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from rag.errors import GenerationError, ModelError

_END = object()
# Options of a call that the engine knows by the names that LangChain's chat models use.
_PASSED_ON = ("logprobs", "top_logprobs")


class ChatLlamaCpp(BaseChatModel):
    """Chat messages answered by a GGUF model; greedy, so the same prompt gives the same text.

    `adapter` is a GGUF file of low-rank additions (LoRA) trained for this very model. One that
    names the tokens that invoke it (activated LoRA) acts after them alone, so that what was read
    before them stays read.

    The model is loaded by the first call or by `load()`. One call runs at a time: two at once
    would share two cores and both be late. The engine keeps the last prompt's state, so a common
    beginning (the system prompt) is processed once.

    Raises:
        ModelError: the file is missing or not a model that the engine can read.
        GenerationError: the engine failed while answering.
    """

    path: Path
    adapter: Path | None = None
    threads: int = 0
    context_tokens: int = 4096
    max_tokens: int = 256

    _server: Any = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "llama.cpp"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        adapter = self.adapter.name if self.adapter else ""
        return {"model": self.path.name, "adapter": adapter, "max_tokens": self.max_tokens}

    def load(self) -> None:
        """Load the model if it is not loaded yet."""
        with self._lock:
            self._loaded()

    def _loaded(self) -> Any:
        if self._server is not None:
            return self._server
        if not self.path.is_file():
            raise ModelError(
                f"there is no model file at {self.path}", remedy="run `wenbao models fetch`"
            )
        _require_gguf(self.path, "generator.model")
        if self.adapter is not None:
            _require_gguf(self.adapter, "generator.adapter")
            _require_invoked(self.adapter)
        # Spinning OpenMP threads fall below one token a second as soon as anything else runs.
        # Read by the OpenMP runtime when the engine is first imported.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        os.environ.setdefault("GOMP_SPINCOUNT", "0")
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.path)
        if self.adapter is not None:
            parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(self.adapter), 1.0)]
        parameters.n_ctx = self.context_tokens
        parameters.n_parallel = 1
        threads = self.threads or len(os.sched_getaffinity(0)) if _LINUX else self.threads
        threads = threads or os.cpu_count() or 1
        parameters.cpuparams.n_threads = threads
        parameters.cpuparams_batch.n_threads = threads
        parameters.warmup = False
        parameters.verbosity = -1
        # A model that may think first would spend the answer's tokens on it.
        parameters.enable_reasoning = 0
        # The engine always opens a local port; nobody but this process may use it.
        parameters.api_keys = [secrets.token_hex(16)]
        parameters.endpoint_slots = False
        try:
            self._server = xllamacpp.Server(parameters)
        except Exception as error:
            with_adapter = f" with {self.adapter.name}" if self.adapter else ""
            raise ModelError(
                f"llama.cpp cannot load {self.path.name}{with_adapter}: {error}",
                remedy="run `wenbao models verify`, or set generator.model to another model"
                + (", or leave out generator.adapter" if self.adapter else ""),
            ) from error
        return self._server

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = {
            "messages": convert_to_openai_messages(messages),
            "max_tokens": kwargs.get("max_tokens", self.max_tokens),
            "temperature": 0.0,
            "stream": True,
            "cache_prompt": True,
            **({"stop": stop} if stop else {}),
            **{name: kwargs[name] for name in _PASSED_ON if name in kwargs},
        }
        with self._lock:
            for event in _events(self._loaded(), request):
                chunk = _chunk(event)
                if chunk is None:
                    continue
                if run_manager is not None and chunk.message.content:
                    run_manager.on_llm_new_token(cast("str", chunk.message.content), chunk=chunk)
                yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        usage: UsageMetadata | None = None
        text = ""
        for chunk in self._stream(messages, stop, run_manager, **kwargs):
            text += cast("str", chunk.message.content)
            usage = cast("AIMessageChunk", chunk.message).usage_metadata or usage
        message = AIMessage(content=text, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


def _require_gguf(path: Path, setting: str) -> None:
    try:
        with path.open("rb") as file:
            begins_right = file.read(4) == b"GGUF"
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read: {error.strerror or error}",
            remedy=f"correct {setting} or the file's rights",
        ) from error
    if not begins_right:
        raise ModelError(f"{path} is not a GGUF file", remedy=f"set {setting} to a GGUF file")


def _require_invoked(adapter: Path) -> None:
    """One that acts on every word would change what the model reads and writes, unseen."""
    with adapter.open("rb") as file:
        if _INVOCATION not in file.read(_HEADER_BYTES):
            raise ModelError(
                f"{adapter} does not say which tokens invoke it (activated LoRA)",
                remedy="train it with training/generator.py, or leave out generator.adapter",
            )


_INVOCATION, _HEADER_BYTES = b"adapter.alora.invocation_tokens", 65536
_LINUX = sys.platform == "linux"


def _events(server: Any, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the engine's events as they come; closing the iterator stops the engine."""
    events: queue.Queue[Any] = queue.Queue()
    stopped = threading.Event()

    def receive(event: Any) -> bool:
        events.put(event)
        return stopped.is_set()  # true tells the engine to stop

    def run() -> None:
        try:
            server.handle_chat_completions(request, receive)
        except BaseException as error:
            events.put(error)
        finally:
            events.put(_END)

    worker = threading.Thread(target=run, name="llama.cpp", daemon=True)
    worker.start()
    try:
        while (event := events.get()) is not _END:
            if isinstance(event, BaseException):
                raise GenerationError(f"llama.cpp failed: {event}") from event
            yield json.loads(event) if isinstance(event, str | bytes) else event
    finally:
        stopped.set()
        with contextlib.suppress(RuntimeError):
            worker.join(timeout=60)


def _chunk(event: dict[str, Any]) -> ChatGenerationChunk | None:
    if "error" in event or "choices" not in event:
        detail = event.get("error", event)
        message = detail.get("message", detail) if isinstance(detail, dict) else detail
        raise GenerationError(
            f"llama.cpp refused the request: {message}",
            remedy="lower answering.evidence_chars or raise generator.context_tokens",
        )
    choice = event["choices"][0] if event["choices"] else {}
    text = (choice.get("delta") or {}).get("content") or ""
    timings = event.get("timings")
    if not text and not timings:
        return None
    logprobs = choice.get("logprobs")
    usage: UsageMetadata | None = None
    if timings and choice.get("finish_reason"):
        kept = timings.get("cache_n", 0)
        prompt, answer = timings["prompt_n"] + kept, timings["predicted_n"]
        usage = UsageMetadata(
            input_tokens=prompt,
            output_tokens=answer,
            total_tokens=prompt + answer,
            input_token_details={"cache_read": kept},
        )
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=text,
            usage_metadata=usage,
            response_metadata={"logprobs": logprobs} if logprobs else {},
        )
    )
