"""Write schedules.npz: PyTorch's learning rates, step by step.

pip install torch==2.13.0
python tests/reference/make_schedules.py
"""

from pathlib import Path

import numpy as np
import torch
from torch.optim import lr_scheduler as s

STEPS = 60

SCHEDULES = {
    "step": (0.1, lambda o: s.StepLR(o, 7, 0.5)),
    "exponential": (0.1, lambda o: s.ExponentialLR(o, 0.9)),
    "cosine": (0.1, lambda o: s.CosineAnnealingLR(o, STEPS, 0.001)),
    "one cycle": (0.1, lambda o: s.OneCycleLR(o, 0.5, STEPS, cycle_momentum=False)),
    "one cycle, early": (
        0.1,
        lambda o: s.OneCycleLR(
            o, 0.5, STEPS, pct_start=0.1, div_factor=10, final_div_factor=100, cycle_momentum=False
        ),
    ),
}
PLATEAUS = {
    "falling": {"patience": 2, "threshold": 0.01},
    "cooldown": {"patience": 1, "threshold": 0.0, "cooldown": 3, "factor": 0.5},
    "minimum": {"patience": 0, "threshold": 0.0, "factor": 0.3, "min_lr": 0.01},
    "rising": {"patience": 2, "threshold": 0.05, "mode": "max", "factor": 0.7},
}


def optimizer(rate):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], rate)


def main() -> None:
    rng = np.random.default_rng(0)
    values = np.exp(-np.arange(STEPS) / 15) + rng.normal(0, 0.03, STEPS)
    tables = {"values": values}
    for name, (rate, make) in SCHEDULES.items():
        o = optimizer(rate)
        schedule = make(o)
        rates = []
        for _ in range(STEPS):
            rates.append(o.param_groups[0]["lr"])
            o.step()
            if len(rates) < STEPS:
                schedule.step()
        tables[f"rate/{name}"] = np.array(rates)
    for name, options in PLATEAUS.items():
        o = optimizer(0.1)
        schedule = s.ReduceLROnPlateau(o, threshold_mode="abs", **options)
        rates = []
        for value in values if options.get("mode") != "max" else -values:
            schedule.step(value)
            rates.append(o.param_groups[0]["lr"])
        tables[f"plateau/{name}"] = np.array(rates)
    np.savez_compressed(Path(__file__).with_name("schedules.npz"), **tables)


if __name__ == "__main__":
    main()
