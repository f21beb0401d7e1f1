"""Several prompts as one sequence of tokens, those that begin alike sharing what they begin with.

The judgement's adapter acts from `INVOKES` on (activated LoRA, Greenewald et al. 2025): what stands
before is read by the model as it is. So each prompt has two parts: its tokens before the
invocation, a path in a tree that all prompts of a pack share, and those from it on. A token sees
what stands before it in its own prompt (a tree mask), in the position that it has there, so the
result is that of separate prompts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import DynamicCache

from rag.answering.drafts import says_nothing
from rag.answering.generators.base import REFUSAL
from rag.answering.plain import INVOKES
from rag.answering.prompts import load_prompt
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold

_ROLES = {"human": "user", "ai": "assistant"}
# A draft that says so much of the answer is right, and one that says no more of it is wrong.
_RIGHT_LEAST, _WRONG_MOST = 0.75, 0.35

State = list[tuple[torch.Tensor, torch.Tensor]]
"""Keys and values of each layer, (1, heads, tokens, size)."""


@dataclass(slots=True)
class Packed:
    """The tokens of some prompts; `before` the invocation a tree, the root's parent is -1.

    `ends` is the token of the tree that each prompt's invocation follows.
    """

    ids: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    _places: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, ids: Sequence[int], after: int = -1) -> int:
        """Add tokens after one of the tree; return the place of the last."""
        for token in ids:
            place = self._places.setdefault((after, token), len(self.ids))
            if place == len(self.ids):
                self.ids.append(token)
                self.parents.append(after)
                self.positions.append(self.positions[after] + 1 if after >= 0 else 0)
            after = place
        return after

    def sees(self) -> torch.Tensor:
        """Return which tokens of the tree each sees; shape (tokens, tokens)."""
        seen = torch.eye(len(self.ids), dtype=torch.bool)
        for place, parent in enumerate(self.parents):
            if parent >= 0:
                seen[place] |= seen[parent]
        return seen


class Prompts:
    """The product's prompts as tokens."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.invokes = self.tokens(INVOKES)

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text."""
        ids: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return ids

    def text(self, ids: Sequence[int]) -> str:
        """Return what tokens say."""
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text

    def asked(self, evidence: str, question: str) -> str:
        """Return what stands in the prompt before the model's first word."""
        messages = load_prompt("answer").format_messages(
            evidence=evidence, question=question, refusal=REFUSAL
        )
        chat = [{"role": _ROLES.get(m.type, m.type), "content": m.content} for m in messages]
        text: str = self._tokenizer.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=True
        )
        return text


def prepare(
    model: Any, prompts: Prompts, examples: Sequence[Mapping[str, Any]], *, drafts: bool
) -> tuple[Packed, State, list[bool]]:
    """Return the prompts of some evidences, read, and what is to be said to each.

    Of each question one prompt asks whether the evidence answers it, one whether what is told of
    it does, and with `drafts` one whether what the model writes does.
    """
    packed, right = Packed(), []
    turns = [(example["evidence"], turn) for example in examples for turn in example["turns"]]
    asked = [prompts.tokens(prompts.asked(evidence, turn["question"])) for evidence, turn in turns]
    before = [packed.add(ids[:-1]) for ids in asked]
    last = asked[0][-1]
    state = read(model, packed)
    written = write(model, packed, state, last, before) if drafts else [[] for _ in asked]
    for place, ids, (_, turn) in zip(before, written, turns, strict=True):
        begins = packed.add([last], place)
        packed.ends.append(begins)
        right.append(turn["answered"])
        told = [(turn["told"], turn["right"])] if turn["told"] else []
        draft = prompts.text(ids).strip()
        if draft and not says_nothing(draft):
            held = share(units_of(turn["answer"]), fold(draft)) if turn["answer"] else 0.0
            if held >= _RIGHT_LEAST or held <= _WRONG_MOST:
                told.append((draft, held >= _RIGHT_LEAST))
        for text, is_right in told:
            packed.ends.append(packed.add(prompts.tokens(f"{text}\n"), begins))
            right.append(is_right)
    return packed, read(model, packed, state), right


def read(model: Any, packed: Packed, state: State | None = None) -> State:
    """Return what the model keeps of the tree's tokens, those after `state` being read."""
    begun = state[0][0].shape[2] if state else 0
    cache = DynamicCache(state)
    with torch.no_grad():
        model.model(
            input_ids=torch.tensor([packed.ids[begun:]]),
            position_ids=torch.tensor([packed.positions[begun:]]),
            attention_mask=_mask(packed.sees()[begun:], model.dtype),
            past_key_values=cache,
        )
    return [(layer.keys, layer.values) for layer in cache.layers]


def write(
    model: Any, packed: Packed, state: State, last: int, ends: Sequence[int], most: int = 40
) -> list[list[int]]:
    """Return the tokens that the model writes (greedily) after `last` has followed each of `ends`.

    A text ends before the token with which the model ends, or after `most`.
    """
    stop = model.generation_config.eos_token_id
    cache = DynamicCache(state)
    seen, own = packed.sees()[list(ends)], torch.eye(len(ends), dtype=torch.bool)
    begins = torch.tensor(packed.positions)[list(ends)] + 1
    written: list[list[int]] = [[] for _ in ends]
    ended = [False] * len(ends)
    tokens = torch.full((len(ends),), last)
    for step in range(most):
        seen = torch.cat([seen, own], 1)
        with torch.no_grad():
            hidden = model.model(
                input_ids=tokens[None],
                position_ids=(begins + step)[None],
                attention_mask=_mask(seen, model.dtype),
                past_key_values=cache,
            ).last_hidden_state[0]
            tokens = model.lm_head(hidden).argmax(-1)
        for place, token in enumerate(tokens.tolist()):
            ended[place] |= token == stop
            if not ended[place]:
                written[place].append(token)
        if all(ended):
            break
    return written


def log_odds(
    model: Any, packed: Packed, state: State, invokes: Sequence[int], says: tuple[int, int]
) -> torch.Tensor:
    """Return the log-odds that `says[0]` follows each invocation, not `says[1]`; (prompts,)."""
    length, prompts = len(invokes), len(packed.ends)
    ends = torch.tensor(packed.ends)
    before = packed.sees()[ends].repeat_interleave(length, 0)
    own = torch.block_diag(*[torch.ones(length, length).tril()] * prompts).bool()
    begins = torch.tensor(packed.positions)[ends] + 1
    hidden = model.model(
        input_ids=torch.tensor([list(invokes) * prompts]),
        position_ids=(begins[:, None] + torch.arange(length)).reshape(1, -1),
        attention_mask=_mask(torch.cat([before, own], 1), model.dtype),
        past_key_values=DynamicCache(state),
    ).last_hidden_state[0]
    last = hidden[length - 1 :: length]
    weights = model.lm_head.weight[list(says)]
    said = last.float() @ weights.float().T
    return said[:, 0] - said[:, 1]


def _mask(sees: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return torch.zeros(sees.shape, dtype=dtype).masked_fill(~sees, float("-inf"))[None, None]
