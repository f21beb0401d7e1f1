"""A transformers checkpoint as a LangChain chat model: a hub name or a local folder, GPU or CPU."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, cast

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    convert_to_openai_messages,
)
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from rag.answering.generators.base import THINKS
from rag.errors import GenerationError, ModelError

# Tokens at the end of a prompt among which one may be that begins thoughts.
_BEGINS = 16


def require_installed() -> None:
    """Raise an error that says what to install, without importing it: that takes seconds.

    Raises:
        ModelError: transformers or torch is not installed.
    """
    if find_spec("transformers") is None or find_spec("torch") is None:
        raise _not_installed()


def _not_installed() -> ModelError:
    return ModelError(
        "generator.kind is transformers, but transformers is not installed",
        remedy='pip install "wenbao[transformers]"',
    )


class ChatTransformers(BaseChatModel):
    """Chat messages answered by a transformers checkpoint, greedily, one call at a time.

    Raises:
        ModelError: transformers is not installed, or the checkpoint is not to be had.
        GenerationError: the checkpoint failed while answering.
    """

    name_or_path: str
    device: str = "auto"
    max_tokens: int = 256

    _model: Any = PrivateAttr(default=None)
    _tokenizer: Any = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "transformers"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.name_or_path, "max_tokens": self.max_tokens}

    def load(self) -> None:
        """Load the checkpoint if it is not loaded yet."""
        with self._lock:
            self._loaded()

    def _loaded(self) -> tuple[Any, Any]:
        if self._model is not None:
            return self._model, self._tokenizer
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise _not_installed() from error
        device = self.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.name_or_path)
            model = AutoModelForCausalLM.from_pretrained(self.name_or_path, dtype="auto")
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).strip().splitlines()
            raise ModelError(
                f"transformers cannot load {self.name_or_path}: {reason[0] if reason else error!r}",
                remedy="set generator.model to a hub name or to a folder with a checkpoint",
            ) from error
        if tokenizer.chat_template is None:
            raise ModelError(
                f"{self.name_or_path} has no chat template",
                remedy="set generator.model to an instruction-tuned checkpoint",
            )
        try:
            self._model = cast("Any", model).to(device).eval()
        except (AssertionError, RuntimeError) as error:
            # What torch raises where it was built without the device, and where memory is short.
            raise ModelError(
                f"{self.name_or_path} cannot be moved to device {device!r}: {error}",
                remedy="set generator.device to auto or cpu",
            ) from error
        self._tokenizer = tokenizer
        return self._model, self._tokenizer

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with self._lock:
            model, tokenizer = self._loaded()
            from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

            inputs = tokenizer.apply_chat_template(
                convert_to_openai_messages(messages),
                add_generation_prompt=True,
                return_tensors="pt",
                return_dict=True,
                # A model that may think first would spend the answer's tokens on it.
                enable_thinking=False,
            ).to(model.device)
            streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
            closed = threading.Event()
            failure: list[Exception] = []

            class Closed(StoppingCriteria):
                """Stops the model when nobody reads its answer any more."""

                def __call__(self, *_: Any, **__: Any) -> bool:
                    return closed.is_set()

            def run() -> None:
                try:
                    model.generate(
                        **inputs,
                        max_new_tokens=kwargs.get("max_tokens", self.max_tokens),
                        do_sample=False,
                        temperature=None,
                        top_p=None,
                        top_k=None,
                        streamer=streamer,
                        stopping_criteria=StoppingCriteriaList([Closed()]),
                        **({"stop_strings": stop, "tokenizer": tokenizer} if stop else {}),
                    )
                except Exception as error:
                    failure.append(error)
                    cast("Any", streamer).end()

            worker = threading.Thread(target=run, name="transformers", daemon=True)
            worker.start()
            # Of one that always thinks, the template begins the thoughts that are written here.
            prompt = tokenizer.decode(inputs["input_ids"][0][-_BEGINS:])
            begun = [THINKS] if prompt.rstrip().endswith(THINKS) else []
            try:
                for text in itertools.chain(begun, streamer):
                    if not text:
                        continue
                    chunk = ChatGenerationChunk(message=AIMessageChunk(content=text))
                    if run_manager is not None:
                        run_manager.on_llm_new_token(text, chunk=chunk)
                    yield chunk
            finally:
                closed.set()
                worker.join(timeout=60)
            if failure:
                raise GenerationError(f"transformers failed: {failure[0]}") from failure[0]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(
            cast("str", chunk.message.content)
            for chunk in self._stream(messages, stop, run_manager, **kwargs)
        )
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])
