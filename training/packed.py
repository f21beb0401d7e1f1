"""Several evidences with their questions as one sequence of tokens.

What prompts begin with is processed once: a token sees only what stands before it in its own
prompt (a block mask), in the position that it has there, so the result is that of separate prompts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rag.answering.generators.base import REFUSAL
from rag.answering.prompts import load_prompt

_ROLES = {"human": "user", "ai": "assistant"}


@dataclass(frozen=True, slots=True)
class Packed:
    """The tokens of some prompts that begin alike, the system's part first.

    `evidence` and `question` are the numbers of the branches that a token belongs to, 0 for what
    all share; `last` are the places of the prompts' last tokens, `answered` whether the evidence
    answers each.
    """

    ids: list[int]
    positions: list[int]
    evidence: list[int]
    question: list[int]
    last: list[int]
    answered: list[bool]


def pack(tokenizer: Any, examples: Sequence[Mapping[str, Any]]) -> Packed:
    """Return the prompts of some evidences as the product has them."""
    prompts = [
        [_prompt(tokenizer, example["evidence"], turn["question"]) for turn in example["turns"]]
        for example in examples
    ]
    system = _shared([prompt for group in prompts for prompt in group])
    packed = Packed([], [], [], [], [], [])
    _add(packed, prompts[0][0][:system], 0, 0, 0)
    for number, (example, group) in enumerate(zip(examples, prompts, strict=True), start=1):
        shared = max(system, _shared(group))
        _add(packed, group[0][system:shared], system, number, 0)
        for turn, prompt in zip(example["turns"], group, strict=True):
            _add(packed, prompt[shared:], shared, number, len(packed.last) + 1)
            packed.last.append(len(packed.ids) - 1)
            packed.answered.append(turn["answered"])
    return packed


def _prompt(tokenizer: Any, evidence: str, question: str) -> list[int]:
    messages = load_prompt("answer").format_messages(
        evidence=evidence, question=question, refusal=REFUSAL
    )
    chat = [{"role": _ROLES.get(m.type, m.type), "content": m.content} for m in messages]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


def _add(packed: Packed, ids: list[int], begin: int, evidence: int, question: int) -> None:
    packed.ids.extend(ids)
    packed.positions.extend(range(begin, begin + len(ids)))
    packed.evidence.extend([evidence] * len(ids))
    packed.question.extend([question] * len(ids))


def _shared(prompts: Sequence[list[int]]) -> int:
    """How many tokens all begin with; the last of a prompt is never shared."""
    most = min(len(prompt) for prompt in prompts) - 1
    first = prompts[0]
    return next((i for i in range(most) if any(prompt[i] != first[i] for prompt in prompts)), most)


def refusal_odds(model: Any, packed: Packed, begins: int) -> torch.Tensor:
    """Return the log-odds that `begins` is the first token of each answer; shape (prompts,)."""
    order = torch.arange(len(packed.ids))
    sees = order[None] <= order[:, None]
    for branches in (torch.tensor(packed.evidence), torch.tensor(packed.question)):
        sees &= (branches[None] == 0) | (branches[None] == branches[:, None])
    mask = torch.zeros(sees.shape, dtype=model.dtype).masked_fill(~sees, float("-inf"))
    hidden = model.model(
        input_ids=torch.tensor([packed.ids]),
        position_ids=torch.tensor([packed.positions]),
        attention_mask=mask[None, None],
        use_cache=False,
    ).last_hidden_state[0]
    logits = model.lm_head(hidden[torch.tensor(packed.last)]).float()
    others = torch.arange(logits.shape[1]) != begins
    return logits[:, begins] - torch.logsumexp(logits[:, others], -1)
