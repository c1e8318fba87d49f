# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Trains the embedding model so that two ways to ask for one fact, or the question and its answer, are near each other
and all else in the batch is far. Keeps it in FOLDER/embed.pt and FOLDER/wordpiece.json."""
import argparse
import os
import pathlib
import time

# Else the threads of OpenMP and of OpenBLAS spin against each other: ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch.nn import functional as F

from embed_model import EmbedModel, Shape
from talk import Talk
from train_chat import rate
from wordpiece import WordPiece


def pairs(talk, number):
    """Different facts, half of them of few kinds so that near misses are among them, each said in two ways."""
    rng, facts = talk.rng, {}
    kinds = rng.sample(sorted(talk.by_kind), 3)
    while len(facts) < number:
        fact = rng.choice(list(talk.by_kind[rng.choice(kinds)].values())) if rng.random() < 0.5 else talk.fact()
        facts.setdefault(fact.answer, fact)  # one of each answer, for what has the same answer is no near miss
    for fact in facts.values():
        first = talk.question(fact)
        second = fact.answer if rng.random() < 0.3 else talk.question(fact)
        if first and second:
            yield first, second


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    shape = Shape()
    options.folder.mkdir(parents=True, exist_ok=True)

    talk = Talk(options.seed)
    tokenizer = WordPiece.train((message["content"] for _ in range(30000) for message in talk.chat()), shape.vocabulary)
    tokenizer.save(options.folder / "wordpiece.json")

    model = EmbedModel(shape)
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.peak, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, options.steps))
    talk = Talk(options.seed + 1)
    begin, mean = time.monotonic(), None
    for step in range(1, options.steps + 1):
        batch = list(pairs(talk, options.batch))
        with torch.autocast("cpu", torch.bfloat16):
            vectors = model([tokenizer.encode(text) for side in zip(*batch) for text in side])
        likeness = vectors[:len(batch)] @ vectors[len(batch):].T / 0.05
        same = torch.arange(len(batch))
        loss = (F.cross_entropy(likeness, same) + F.cross_entropy(likeness.T, same)) / 2
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step} loss {mean:.4f} after {time.monotonic() - begin:.0f} s", flush=True)
    torch.save(model.state_dict(), options.folder / "embed.pt")


if __name__ == "__main__":
    main()
