# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Trains the chat model on chats that talk.py makes, and keeps it in FOLDER/chat.pt and FOLDER/bpe.json."""
import argparse
import json
import math
import os
import pathlib
import random
import time
from concurrent.futures import ThreadPoolExecutor

# Else the threads of OpenMP and of OpenBLAS spin against each other: ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from bpe import Tokenizer
from chat_model import ChatModel, Shape
from talk import Talk


def batches(talk, tokenizer, avoid, tokens, context):
    """Endless batches of about so many tokens; rows of like length go together. Chats that hold one of the held-out
    questions are dropped."""
    order = random.Random(talk.rng.random())
    while True:
        rows = []
        while len(rows) < 2048:
            chat = talk.chat()
            if not any(message["content"] in avoid for message in chat if message["role"] == "user"):
                ids, said = tokenizer.chat(chat)
                rows.append((ids[:context], said[:context]))
        rows.sort(key=lambda row: len(row[0]))
        cut, batch = [], []
        for row in rows:
            if batch and len(row[0]) * (len(batch) + 1) > tokens:
                cut.append(batch)
                batch = []
            batch.append(row)
        cut.append(batch)
        order.shuffle(cut)
        for batch in cut:
            length = max(len(ids) for ids, _ in batch) - 1
            ids = torch.zeros(len(batch), length, dtype=torch.long)
            targets = torch.full((len(batch), length), -1)
            for i, (row, said) in enumerate(batch):
                ids[i, :len(row) - 1] = torch.tensor(row[:-1])
                targets[i, :len(row) - 1] = torch.where(torch.tensor(said[1:]), torch.tensor(row[1:]), -1)
            yield ids, targets


def held_out_questions(fixtures):
    lines = (fixtures / "held-out.jsonl").read_text().splitlines()
    return {json.loads(line)["messages"][-1]["content"] for line in lines}


def rate(step, steps, warm=100):
    """The learning rate as a share of its peak: a short rise, then a cosine down to a fiftieth."""
    if step < warm:
        return (step + 1) / warm
    return 0.02 + 0.49 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--fixtures", type=pathlib.Path, required=True, help="where the held-out questions are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--tokens", type=int, default=3072, help="in a batch")
    parser.add_argument("--peak", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    shape = Shape()
    options.folder.mkdir(parents=True, exist_ok=True)

    talk = Talk(options.seed)
    texts = (message["content"] for _ in range(30000) for message in talk.chat())
    tokenizer = Tokenizer.train(texts, shape.vocabulary)
    tokenizer.save(options.folder / "bpe.json")

    model = ChatModel(shape)
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters", flush=True)
    # Muon for the matrices between embeddings and output, which learns the same in half the steps; AdamW for the rest.
    matrices = [weight for name, weight in model.named_parameters() if weight.dim() == 2 and name.startswith("blk")]
    others = [weight for name, weight in model.named_parameters() if weight.dim() == 1 or not name.startswith("blk")]
    # Its many small products gain nothing from two threads each, but finish together in half the time.
    optimizers = [torch.optim.Muon(half, lr=1.5 * options.peak, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
                  for half in (matrices[::2], matrices[1::2])]
    optimizers.append(torch.optim.AdamW(others, lr=options.peak, weight_decay=0.0, betas=(0.9, 0.98), fused=True))
    pool = ThreadPoolExecutor(options.threads, initializer=torch.set_num_threads, initargs=(1,))
    schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, options.steps))
                 for optimizer in optimizers]
    source = batches(Talk(options.seed + 1), tokenizer, held_out_questions(options.fixtures), options.tokens, shape.context)
    begin, mean = time.monotonic(), None
    for step in range(1, options.steps + 1):
        ids, targets = next(source)
        with torch.autocast("cpu", torch.bfloat16):
            loss = model.loss(ids, targets)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for _ in pool.map(lambda optimizer: optimizer.step(), optimizers):
            pass
        for schedule in schedules:
            schedule.step()
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step} loss {mean:.4f} after {time.monotonic() - begin:.0f} s", flush=True)
        if step % 1000 == 0 or step == options.steps:
            torch.save(model.state_dict(), options.folder / "chat.pt")


if __name__ == "__main__":
    main()
