"""All questions of one evidence as one sequence of tokens, and its loss.

The evidence is processed once. Each question with its answer sees it and itself only (a block
mask), in the positions that it would have alone, so the loss is that of separate sequences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from rag.answering.generators.base import REFUSAL
from rag.answering.prompts import load_prompt

_ROLES = {"human": "user", "ai": "assistant"}
_IGNORED = -100


@dataclass(frozen=True, slots=True)
class Packed:
    """Questions of one evidence, each with its answer.

    `branch` is 0 for what all share and else the number of the question that a token belongs to;
    `positions` are those that a token has when its question stands alone. `wanted[i]` is the token
    to be written after token i, `_IGNORED` where none is learnt.
    """

    ids: list[int]
    positions: list[int]
    branch: list[int]
    wanted: list[int]


def pack(tokenizer: Any, example: Mapping[str, Any]) -> Packed:
    """Return the tokens of an example as the product's prompt has them."""
    prompts, answers = [], []
    for turn in example["turns"]:
        messages = load_prompt("answer").format_messages(
            evidence=example["evidence"], question=turn["question"], refusal=REFUSAL
        )
        chat = [{"role": _ROLES.get(m.type, m.type), "content": m.content} for m in messages]
        text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        prompts.append(tokenizer(text, add_special_tokens=False).input_ids)
        answer = tokenizer(turn["answer"], add_special_tokens=False).input_ids
        answers.append([*answer, tokenizer.eos_token_id])
    shared = _shared(prompts)
    ids, positions = prompts[0][:shared], list(range(shared))
    branch, wanted = [0] * shared, [_IGNORED] * shared
    for number, (prompt, answer) in enumerate(zip(prompts, answers, strict=True), start=1):
        own = prompt[shared:] + answer
        ids += own
        positions += range(shared, shared + len(own))
        branch += [number] * len(own)
        before = len(prompt) - shared - 1
        wanted += [_IGNORED] * before + answer + [_IGNORED]
    return Packed(ids, positions, branch, wanted)


def _shared(prompts: Sequence[list[int]]) -> int:
    """How many tokens all begin with; the last of a prompt is never shared."""
    most = min(len(prompt) for prompt in prompts) - 1
    first = prompts[0]
    return next((i for i in range(most) if any(prompt[i] != first[i] for prompt in prompts)), most)


def loss_of(model: Any, example: Packed) -> torch.Tensor:
    """Return the sum of the answers' mean losses: a short answer counts as much as a long one."""
    branch = torch.tensor(example.branch)
    order = torch.arange(len(branch))
    sees = (order[None] <= order[:, None]) & (
        (branch[None] == 0) | (branch[None] == branch[:, None])
    )
    mask = torch.zeros(sees.shape, dtype=model.dtype).masked_fill(~sees, float("-inf"))
    hidden = model.model(
        input_ids=torch.tensor([example.ids]),
        position_ids=torch.tensor([example.positions]),
        attention_mask=mask[None, None],
        use_cache=False,
    ).last_hidden_state[0]
    wanted = torch.tensor(example.wanted)
    places = wanted != _IGNORED
    logits = model.lm_head(hidden[places]).float()
    losses = functional.cross_entropy(logits, wanted[places], reduction="none")
    numbers = branch[places]
    return torch.stack([losses[numbers == n].mean() for n in numbers.unique()]).sum()
