"""Trains low-rank additions to the default embedder: questions lie near what answers them.

    python training/embedder.py --groups FILE.jsonl --model FOLDER --out FILE.safetensors

FOLDER is the converted default embedder. Each question of a batch is to be nearer to its own
passage than to all others of the batch, among which are the hard ones of its group (InfoNCE,
van den Oord et al. 2018). Passages that hold the question's answer are no negatives for it.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from low_rank import adapted_encoder, additions, as_file
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertModel

_TOKENS = 160


def embed(encoder: BertModel, tokenizer: Tokenizer, texts: Sequence[str]) -> torch.Tensor:
    """Return the vectors (texts, hidden) of length 1; prompts stand in the texts."""
    encodings = [tokenizer.encode(text).ids[:_TOKENS] for text in texts]
    longest = max(map(len, encodings))
    ids = torch.ones(len(texts), longest, dtype=torch.long)
    mask = torch.zeros(len(texts), longest)
    for row, tokens in enumerate(encodings):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
    hidden = encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state
    return functional.normalize((hidden * mask[..., None]).sum(1), dim=-1)


def loss_of(
    encoder: BertModel, tokenizer: Tokenizer, groups: list[dict[str, Any]], temperature: float
) -> tuple[torch.Tensor, float]:
    """Return the loss of a batch and the share of questions nearest to their own passage."""
    passages = [shown["text"] for group in groups for shown in group["passages"]]
    own, place = [], 0
    for group in groups:
        own.append(place)
        place += len(group["passages"])
    asked = embed(encoder, tokenizer, [f"query: {group['question']}" for group in groups])
    # Short and long passages are embedded apart: what is padded is computed, too.
    order = sorted(range(len(passages)), key=lambda row: len(passages[row]))
    half = len(order) // 2
    parts = [
        embed(encoder, tokenizer, [f"passage: {passages[row]}" for row in rows])
        for rows in (order[:half], order[half:])
    ]
    shown = torch.cat(parts)[torch.tensor(order).argsort()]
    scores = asked @ shown.T / temperature
    for row, group in enumerate(groups):
        right = group["passages"][0]
        answer = right["text"][right["start"] : right["end"]]
        also = [at for at, text in enumerate(passages) if answer in text and at != own[row]]
        scores[row, also] = -1e4
    wanted = torch.tensor(own)
    nearest = (scores.argmax(1) == wanted).float().mean().item()
    return functional.cross_entropy(scores, wanted), nearest


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--temperature", type=float, default=0.02)
    parser.add_argument("--batch", type=int, default=32, help="questions in a batch")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    with options.groups.open(encoding="utf-8") as stream:
        groups = [json.loads(line) for line in stream]
    groups = [group for group in groups if group["passages"][0]["start"] >= 0]
    chance.shuffle(groups)
    encoder = adapted_encoder(options.model, layers=12, rank=options.rank)
    trained = additions(encoder)
    optimizer = torch.optim.AdamW(trained.values(), lr=options.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / (0.1 * options.steps), 1.02 - step / options.steps),
    )
    began, total, near = time.monotonic(), 0.0, 0.0
    for step in range(options.steps):
        batch = [groups[(step * options.batch + i) % len(groups)] for i in range(options.batch)]
        loss, nearest = loss_of(encoder, tokenizer, batch, options.temperature)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        schedule.step()
        total, near = total + loss.item(), near + nearest
        if (step + 1) % 10 == 0:
            seconds = (time.monotonic() - began) / (step + 1)
            print(
                f"step {step + 1}/{options.steps} loss {total / 10:.3f} nearest {near / 10:.3f}"
                f" {seconds:.1f} s/step",
                flush=True,
            )
            total = near = 0.0
            save_file(as_file(trained), options.out)


if __name__ == "__main__":
    main()
