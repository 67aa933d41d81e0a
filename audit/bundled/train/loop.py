"""The optimisation loop of both models: warm-up, plateau and decay, checkpoints, resume, progress."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch


def out(text: str) -> None:
    """Write one line of progress, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Task(Protocol):
    """What can be trained."""

    name: str

    @property
    def model(self) -> torch.nn.Module:
        """What is trained."""

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Return the batch of a step: a function of the seed and the step only, so that a resumed run sees it too."""

    def loss(self, *batch: torch.Tensor) -> torch.Tensor:
        """Return the loss of a batch."""

    def measure(self) -> dict[str, float]:
        """Return figures on text that is not trained on."""


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train."""

    steps: int
    rate: float
    """Learning rate of the plateau."""
    warmup: int = 150
    decay: float = 0.35
    """Share of the steps, at the end, over which the rate falls linearly to zero."""
    weight_decay: float = 0.01
    head_factor: float = 1.0
    """The rate of parameters outside the encoder, relative to `rate`."""
    measure_every: int = 500
    save_every: int = 250
    bf16: bool = True
    """Arithmetic in bfloat16, weights in float32: more than twice as fast on a processor that has it."""


def rate_at(step: int, plan: Plan) -> float:
    """Return the learning rate at a step: linear warm-up, plateau, linear decay to zero.

    A run resumed with a smaller `steps` starts to decay earlier, which is how a plan is cut short.
    """
    left = (plan.steps - step) / max(1.0, plan.decay * plan.steps)
    return plan.rate * max(0.0, min(1.0, (step + 1) / plan.warmup, left))


def _groups(model: torch.nn.Module, plan: Plan) -> list[dict[str, object]]:
    """Group parameters by decay (matrices only) and by rate (encoder or head)."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            head = not name.startswith("bert.") or name.startswith("bert.pooler")
            groups.setdefault((parameter.ndim > 1, head), []).append(parameter)
    return [
        {
            "params": parameters,
            "weight_decay": plan.weight_decay if matrix else 0.0,
            "factor": plan.head_factor if head else 1.0,
        }
        for (matrix, head), parameters in groups.items()
    ]


def _save(path: Path, state: dict[str, object]) -> None:
    """Write a checkpoint so that a kill leaves either the old or the new one."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600)}:{int(seconds // 60) % 60:02d}:{int(seconds) % 60:02d}"


def fit(task: Task, plan: Plan, folder: Path, say: Callable[[str], None] = out) -> None:
    """Train `task.model` in place, going on from the checkpoint in `folder` if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"{task.name}.pt"
    optimiser = torch.optim.AdamW(_groups(task.model, plan), lr=plan.rate, betas=(0.9, 0.98), fused=True)
    start = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        task.model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        start = int(state["step"])
        say(f"{task.name}: going on from step {start}")
    task.model.train()
    began, tokens, running = time.monotonic(), 0, math.nan
    for step in range(start, plan.steps):
        torch.manual_seed(step)
        batch = task.batch(step)
        tokens += batch[0].numel()
        rate = rate_at(step, plan)
        for group in optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        with torch.autocast("cpu", torch.bfloat16, enabled=plan.bf16):
            loss = task.loss(*batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(task.model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        value = float(loss.detach())
        running = value if math.isnan(running) else 0.98 * running + 0.02 * value
        done = step + 1
        if done % 50 == 0:
            spent = time.monotonic() - began
            left = spent / (done - start) * (plan.steps - done)
            say(
                f"{task.name} {done}/{plan.steps} loss {running:.3f} rate {rate:.1e} "
                f"{tokens / spent:,.0f} tokens/s, {_clock(left)} left"
            )
        if done % plan.save_every == 0 or done == plan.steps:
            _save(checkpoint, {"step": done, "model": task.model.state_dict(), "optimiser": optimiser.state_dict()})
        if done % plan.measure_every == 0 or done == plan.steps:
            figures = task.measure()
            task.model.train()
            say(f"{task.name} {done}: " + ", ".join(f"{key} {number:.3f}" for key, number in figures.items()))


def average(model: torch.nn.Module, checkpoint: Path) -> None:
    """Replace the weights by their mean with those of a checkpoint of the same run."""
    other = torch.load(checkpoint, weights_only=True)["model"]
    own = model.state_dict()
    model.load_state_dict({name: (own[name] + other[name]) / 2 for name in own})
