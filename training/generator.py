"""Trains the generator to judge its evidence: to begin its refusal as likely as it has no answer.

    python training/generator.py --examples FILE.jsonl --model FILE.gguf --out FILE.gguf

Only the probability of the refusal's first token is trained (binary cross-entropy), so that what
the model writes otherwise stays its own. The model is the GGUF file that the product runs, so the
adapter is trained against the weights as they were rounded. Low-rank additions (LoRA, Hu et al.
2021) to its upper layers are trained and written as a GGUF adapter, in float16. Interrupted, it
goes on from the last checkpoint beside FILE.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf
import torch
from packed import pack, refusal_odds
from peft import LoraConfig, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from rag.answering.generators.chat import BEGINS

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
_CHECKPOINT_STEPS = 20


def _keep_memory() -> None:
    """Tell glibc to keep freed blocks: getting them anew takes most of the time otherwise."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def write_adapter(model: Any, alpha: float, path: Path) -> None:
    """Write what was trained in llama.cpp's format."""
    part = path.with_suffix(".part")
    writer = gguf.GGUFWriter(part, "qwen2")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
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
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--from-layer", type=int, default=12, help="first layer that is adapted")
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--count", type=int, default=690, help="examples to learn from")
    parser.add_argument("--batch", type=int, default=3, help="examples a step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Train and write."""
    options = _arguments()
    _keep_memory()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    source = {"gguf_file": options.model.name}
    tokenizer = AutoTokenizer.from_pretrained(options.model.parent, **source)
    base = AutoModelForCausalLM.from_pretrained(
        options.model.parent,
        dtype=torch.bfloat16,
        attn_implementation="sdpa",
        quantization_config=GgufConfig(dequantize=True),
        **source,
    )
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
    with options.examples.open(encoding="utf-8") as stream:
        read = [json.loads(line) for line in stream]
    random.Random(options.seed).shuffle(read)
    examples = read[: options.count]
    [begins] = tokenizer(BEGINS, add_special_tokens=False).input_ids
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    steps = len(examples) // options.batch
    optimizer = torch.optim.AdamW(trained, lr=options.rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.06 * steps), (steps - step) / steps + 0.02)
    )
    state = options.out.with_suffix(".checkpoint.pt")
    begun = _resume(state, trained, optimizer, schedule)
    print(f"{len(examples)} examples, {steps} steps, from {begun}", flush=True)
    began = time.monotonic()
    total = 0.0
    for step in range(begun, steps):
        packed = pack(tokenizer, examples[step * options.batch : (step + 1) * options.batch])
        refused = torch.tensor([not answered for answered in packed.answered])
        odds = refusal_odds(model.get_base_model(), packed, begins)
        loss = functional.binary_cross_entropy_with_logits(odds, refused.float())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        total += loss.item()
        if (step + 1) % 5 == 0:
            rate = (time.monotonic() - began) / (step + 1 - begun)
            left = rate * (steps - step - 1) / 60
            print(
                f"step {step + 1}/{steps} loss {total / 5:.3f} {rate:.1f} s/step"
                f" {left:.0f} min left",
                flush=True,
            )
            total = 0.0
        if (step + 1) % _CHECKPOINT_STEPS == 0 or step + 1 == steps:
            write_adapter(model, alpha, options.out)
            kept = {
                "step": step + 1,
                "trained": trained,
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
            }
            torch.save(kept, state)


def _resume(state: Path, trained: Sequence[torch.Tensor], optimizer: Any, schedule: Any) -> int:
    if not state.is_file():
        return 0
    kept = torch.load(state, weights_only=True)
    with torch.no_grad():
        for parameter, tensor in zip(trained, kept["trained"], strict=True):
            parameter.copy_(tensor)
    optimizer.load_state_dict(kept["optimizer"])
    schedule.load_state_dict(kept["schedule"])
    return int(kept["step"])


if __name__ == "__main__":
    main()
