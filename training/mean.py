"""Writes the mean of adapters that were trained from one beginning.

    python training/mean.py --out FILE.safetensors ADAPTER ADAPTER ...

Such a mean often judges better than each of them (Wortsman et al. 2022, model soups).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


def main() -> None:
    """Write the mean, in float16 as the adapters are."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("adapters", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    trained = [load_file(path) for path in options.adapters]
    names = set(trained[0])
    if any(set(one) != names for one in trained):
        parser.error("the adapters are not of one kind: their tensors have different names")
    save_file(
        {
            name: np.mean([one[name].astype(np.float32) for one in trained], axis=0).astype(
                np.float16
            )
            for name in sorted(names)
        },
        options.out,
    )


if __name__ == "__main__":
    main()
