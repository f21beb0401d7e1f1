"""Trains the reader: whether a passage answers a question, and with which of its characters.

    python training/reader.py --groups FILE.jsonl --model FOLDER --out FILE.safetensors

FOLDER is the converted default embedder (`wenbao models` shows where it lies). Its first layers
are adapted by low-rank matrices (LoRA, Hu et al. 2021) and get three small heads; only these are
trained and written, in float16. Interrupted, it goes on from the last checkpoint beside FILE.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertModel

from rag.models.reader import as_trained

_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_QUESTION_TOKENS, _ALL_TOKENS = 64, 384
_CHECKPOINT_STEPS = 250
_SPAN_WEIGHT, _RANK_WEIGHT = 0.5, 0.5


class LowRank(nn.Module):
    """A linear layer with a trained low-rank addition: W x + B A x."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / math.sqrt(base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        low = functional.linear(functional.linear(inputs, self.down), self.up)
        return self.base(inputs) + low


class Reader(nn.Module):
    """The adapted encoder with heads for relevance, and start and end of the answer."""

    def __init__(self, folder: Path, layers: int, rank: int) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            folder, num_hidden_layers=layers, add_pooling_layer=False
        )
        self.encoder.requires_grad_(requires_grad=False)
        for layer in self.encoder.encoder.layer:
            for path in _PARTS.values():
                parent, name = layer, path
                while "." in name:
                    first, name = name.split(".", 1)
                    parent = getattr(parent, first)
                setattr(parent, name, LowRank(getattr(parent, name), rank))
        hidden = self.encoder.config.hidden_size
        self.relevance = nn.Linear(hidden, 1)
        self.span = nn.Linear(hidden, 2)

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return relevance (batch) and the start and end logits (batch, tokens)."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        spans = self.span(hidden)
        return self.relevance(hidden[:, 0])[:, 0], spans[..., 0], spans[..., 1]

    def take(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Begin with what `trained` returned once."""
        with torch.no_grad():
            for name, parameter in self._named().items():
                parameter.copy_(tensors[name])

    def trained(self) -> dict[str, torch.Tensor]:
        """Return what is written, under the names that `rag.models.reader` reads."""
        return {
            name: tensor.detach().to(torch.float16).contiguous()
            for name, tensor in self._named().items()
        }

    def _named(self) -> dict[str, nn.Parameter]:
        tensors: dict[str, nn.Parameter] = {}
        for number, layer in enumerate(self.encoder.encoder.layer):
            for ours, path in _PARTS.items():
                adapted = layer.get_submodule(path)
                tensors[f"l{number}.{ours}.down"] = adapted.down
                tensors[f"l{number}.{ours}.up"] = adapted.up
        for name, head in (("relevance", self.relevance), ("span", self.span)):
            tensors[f"{name}.w"], tensors[f"{name}.b"] = head.weight, head.bias
        return tensors


def encode(tokenizer: Tokenizer, group: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the token ids of each passage of a group, with the answer's tokens (or -1)."""
    rows = []
    for shown in group["passages"]:
        before = f"{shown['above']}\n" if shown["above"] else ""
        encoding = tokenizer.encode(as_trained(group["question"]), before + shown["text"])
        ids = encoding.ids[:_ALL_TOKENS]
        inside = [i for i, kind in enumerate(encoding.sequence_ids[:_ALL_TOKENS]) if kind == 1]
        start = end = -1
        if shown["start"] >= 0:
            first, last = shown["start"] + len(before), shown["end"] + len(before)
            held = [i for i in inside if _meets(encoding.offsets[i], first, last)]
            if held:
                start, end = held[0], held[-1]
        rows.append(
            {
                "ids": ids,
                "inside": inside,
                "start": start,
                "end": end,
                "answers": shown["start"] >= 0,
            }
        )
    return rows


def _meets(offsets: tuple[int, int], first: int, last: int) -> bool:
    return offsets[0] < last and first < offsets[1]


def loss_of(reader: Reader, groups: Sequence[list[dict[str, Any]]]) -> tuple[torch.Tensor, float]:
    """Return the loss of a batch and the share of its passages judged rightly."""
    rows = [row for group in groups for row in group]
    longest = max(len(row["ids"]) for row in rows)
    ids = torch.ones(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    inside = torch.zeros(len(rows), longest, dtype=torch.bool)
    for place, row in enumerate(rows):
        ids[place, : len(row["ids"])] = torch.tensor(row["ids"])
        mask[place, : len(row["ids"])] = 1
        inside[place, row["inside"]] = True
    relevance, starts, ends = reader(ids, mask)
    answers = torch.tensor([float(row["answers"]) for row in rows])
    loss = functional.binary_cross_entropy_with_logits(relevance, answers)
    right = ((relevance > 0) == (answers > 0)).float().mean().item()
    ranked, first = [], 0
    for group in groups:
        if group[0]["answers"] and len(group) > 1:
            scores = relevance[first : first + len(group)]
            ranked.append(functional.cross_entropy(scores[None], torch.tensor([0])))
        first += len(group)
    if ranked:
        loss = loss + _RANK_WEIGHT * torch.stack(ranked).mean()
    spanned = [place for place, row in enumerate(rows) if row["start"] >= 0]
    if spanned:
        hidden = ~inside[spanned]
        for logits, key in ((starts, "start"), (ends, "end")):
            wanted = torch.tensor([rows[place][key] for place in spanned])
            masked = logits[spanned].masked_fill(hidden, -1e4)
            loss = loss + _SPAN_WEIGHT * functional.cross_entropy(masked, wanted)
    return loss, right


def batches(
    groups: list[list[dict[str, Any]]], tokens: int, chance: random.Random
) -> list[list[list[dict[str, Any]]]]:
    """Return the groups in batches of like length, in random order."""
    order = sorted(
        groups, key=lambda group: max(len(row["ids"]) for row in group) * chance.uniform(0.9, 1.1)
    )
    made: list[list[list[dict[str, Any]]]] = []
    size = 0
    for group in order:
        cost = max(len(row["ids"]) for row in group) * len(group)
        if not made or size + cost > tokens:
            made.append([])
            size = 0
        made[-1].append(group)
        size += cost
    chance.shuffle(made)
    return made


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="adapter to go on from, of another training")
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--tokens", type=int, default=2500, help="tokens in a batch")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--bfloat16", action="store_true", help="a quarter faster on processors with AVX-512 BF16"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    with options.groups.open(encoding="utf-8") as stream:
        groups = [encode(tokenizer, json.loads(line)) for line in stream]
    plan = batches(groups, options.tokens, chance)
    reader = Reader(options.model, options.layers, options.rank)
    if options.start:
        reader.take(load_file(options.start))
    reader.train()
    for module in reader.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    steps = int(len(plan) * options.epochs)
    plan = (plan * math.ceil(options.epochs))[:steps]
    trained = [parameter for parameter in reader.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.05 * steps), (steps - step) / steps + 0.02)
    )
    state = options.out.with_suffix(".checkpoint.pt")
    begun = 0
    if state.is_file():
        kept = torch.load(state, weights_only=True)
        begun = kept["step"]
        reader.load_state_dict(kept["reader"], strict=False)
        optimizer.load_state_dict(kept["optimizer"])
        schedule.load_state_dict(kept["schedule"])
    print(f"{len(groups)} groups, {steps} steps, from {begun}", flush=True)
    began, total, right = time.monotonic(), 0.0, 0.0
    for step in range(begun, steps):
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
            loss, share = loss_of(reader, plan[step])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        total, right = total + loss.item(), right + share
        if (step + 1) % 50 == 0:
            rate = (time.monotonic() - began) / (step + 1 - begun)
            left = rate * (steps - step - 1) / 60
            print(
                f"step {step + 1}/{steps} loss {total / 50:.3f} right {right / 50:.3f}"
                f" {rate:.2f} s/step {left:.0f} min left",
                flush=True,
            )
            total = right = 0.0
        if (step + 1) % _CHECKPOINT_STEPS == 0 or step + 1 == steps:
            save_file(reader.trained(), options.out)
            named = {n: p for n, p in reader.named_parameters() if p.requires_grad}
            torch.save(
                {
                    "step": step + 1,
                    "reader": named,
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                },
                state,
            )


if __name__ == "__main__":
    main()
