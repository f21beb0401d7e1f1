r"""Trains the generator to judge: whether its evidence answers, and whether an answer is right.

    python training/generator.py --examples FILE.jsonl --model FILE.gguf --work FOLDER \
        --out FILE.gguf

What is trained is the probability of 是 after the words that invoke the adapter (binary
cross-entropy, against 否), at the end of the prompt and after words told as the answer. The adapter
acts on these words alone (activated LoRA), so the model reads and writes as it always does, and
what it has read need not be read again: here neither, where the model's state is kept in FOLDER
and training repeated in minutes, nor in the product. Some of what is told the model writes itself.

The model is the GGUF file that the product runs, so the adapter is trained on the weights as they
were rounded. Low-rank additions (LoRA, Hu et al. 2021) are written as a GGUF adapter, in float16.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gguf
import torch
from packed import Packed, Prompts, log_odds, prepare
from peft import LoraConfig, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from rag.answering.generators.chat import JUDGES_WITH

_MATRICES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def _keep_memory() -> None:
    """Tell glibc to keep freed blocks: getting them anew takes most of the time otherwise."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def write_adapter(model: Any, alpha: float, invokes: Sequence[int], path: Path) -> None:
    """Write what was trained in llama.cpp's format."""
    part = path.with_suffix(".part")
    writer = gguf.GGUFWriter(part, "qwen2")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
    writer.add_key_value(
        gguf.Keys.Adapter.ALORA_INVOCATION_TOKENS,
        list(invokes),
        gguf.GGUFValueType.ARRAY,
        sub_type=gguf.GGUFValueType.UINT32,
    )
    for name, module in model.named_modules():
        if not hasattr(module, "lora_A"):
            continue
        pieces = name.split(".")
        tensor = f"blk.{pieces[pieces.index('layers') + 1]}.{_MATRICES[pieces[-1]]}.weight"
        for end, weights in (("lora_a", module.lora_A), ("lora_b", module.lora_B)):
            array = weights["default"].weight.detach().to(torch.float16).numpy()
            writer.add_tensor(f"{tensor}.{end}", array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.replace(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="GGUF file of the generator")
    parser.add_argument("--work", type=Path, required=True, help="folder for what has been read")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--from-layer", type=int, default=10, help="first layer that is adapted")
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--batch", type=int, default=3, help="evidences a step")
    parser.add_argument("--drafts", type=float, default=0.34, help="share of steps with drafts")
    parser.add_argument("--held-out", type=int, default=12, help="steps that are only measured")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Read, train and write."""
    options = _arguments()
    _keep_memory()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    source = {"gguf_file": options.model.name}
    prompts = Prompts(AutoTokenizer.from_pretrained(options.model.parent, **source))
    base = AutoModelForCausalLM.from_pretrained(
        options.model.parent,
        dtype=torch.bfloat16,
        attn_implementation="sdpa",
        quantization_config=GgufConfig(dequantize=True),
        **source,
    )
    with options.examples.open(encoding="utf-8") as stream:
        examples = [json.loads(line) for line in stream]
    batches = [
        examples[place : place + options.batch] for place in range(0, len(examples), options.batch)
    ]
    files = _read_all(base, prompts, batches, options)
    layers = range(options.from_layer, base.config.num_hidden_layers)
    alpha = 2.0 * options.rank
    model = get_peft_model(
        base,
        LoraConfig(
            r=options.rank,
            lora_alpha=alpha,
            target_modules=list(_MATRICES),
            layers_to_transform=list(layers),
        ),
    )
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    held_out, files = files[: options.held_out], files[options.held_out :]
    steps = int(len(files) * options.epochs)
    optimizer = torch.optim.AdamW(trained, lr=options.rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.06 * steps), (steps - step) / steps + 0.02)
    )
    chance = random.Random(options.seed)
    order: list[Path] = []
    began = time.monotonic()
    total = 0.0
    for step in range(steps):
        order = order or chance.sample(files, len(files))
        loss = _loss(model, prompts, order.pop())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        total += loss.item()
        if (step + 1) % 10 == 0:
            rate = (time.monotonic() - began) / (step + 1)
            left = rate * (steps - step - 1) / 60
            print(
                f"step {step + 1}/{steps} loss {total / 10:.3f} {rate:.1f} s/step"
                f" {left:.0f} min left",
                flush=True,
            )
            total = 0.0
        if (step + 1) % 100 == 0 or step + 1 == steps:
            write_adapter(model, alpha, prompts.invokes, options.out)
            with torch.no_grad():
                losses = [_loss(model, prompts, file).item() for file in held_out]
            print(f"held out: loss {sum(losses) / max(1, len(losses)):.3f}", flush=True)


def _read_all(
    model: Any,
    prompts: Prompts,
    batches: Sequence[Sequence[Mapping[str, Any]]],
    options: argparse.Namespace,
) -> list[Path]:
    """Read what was not read before; return a file of each batch."""
    options.work.mkdir(parents=True, exist_ok=True)
    files = []
    for number, batch in enumerate(batches):
        file = options.work / f"{number:04}.pt"
        files.append(file)
        if file.is_file():
            continue
        began = time.monotonic()
        drafts = int((number + 1) * options.drafts) > int(number * options.drafts)
        packed, state, right = prepare(model, prompts, batch, drafts=drafts)
        part = file.with_suffix(".part")
        torch.save((packed.ids, packed.parents, packed.positions, packed.ends, state, right), part)
        part.replace(file)
        print(
            f"read {number + 1}/{len(batches)}, {len(packed.ids)} tokens,"
            f" {len(right)} prompts, {time.monotonic() - began:.1f} s",
            flush=True,
        )
    return files


def _loss(model: Any, prompts: Prompts, file: Path) -> torch.Tensor:
    ids, parents, positions, ends, state, right = torch.load(file, weights_only=True)
    says = (prompts.tokens(JUDGES_WITH[0])[0], prompts.tokens(JUDGES_WITH[1])[0])
    packed = Packed(ids, parents, positions, ends)
    odds = log_odds(model.get_base_model(), packed, state, prompts.invokes, says)
    return functional.binary_cross_entropy_with_logits(odds, torch.tensor(right).float())


if __name__ == "__main__":
    main()
