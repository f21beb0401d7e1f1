"""Low-rank additions (LoRA, Hu et al. 2021) to the encoder of the default embedder."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from transformers import BertModel

_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}


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


def adapted_encoder(folder: Path, layers: int, rank: int) -> BertModel:
    """Return the first layers of the encoder, without dropout; only the additions are trained."""
    encoder: BertModel = BertModel.from_pretrained(
        folder, num_hidden_layers=layers, add_pooling_layer=False
    )
    encoder.requires_grad_(requires_grad=False)
    for layer in encoder.encoder.layer:
        for path in _PARTS.values():
            parent, _, name = path.rpartition(".")
            holder = layer.get_submodule(parent)
            setattr(holder, name, LowRank(getattr(holder, name), rank))
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return encoder


def additions(encoder: BertModel) -> dict[str, nn.Parameter]:
    """Return the trained matrices under the names that `rag.models.e5.AdaptedE5` reads."""
    named: dict[str, nn.Parameter] = {}
    for number, layer in enumerate(encoder.encoder.layer):
        for ours, path in _PARTS.items():
            adapted = layer.get_submodule(path)
            named[f"l{number}.{ours}.down"] = adapted.down
            named[f"l{number}.{ours}.up"] = adapted.up
    return named


def as_file(named: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the tensors as they are written: float16."""
    return {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in named.items()}
