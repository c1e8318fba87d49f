# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Writes the questions that training never sees: 200 single ones, 60 chats of two to four turns."""
import argparse
import json
import pathlib

from talk import MADE, Talk

SINGLE = {"sums": 64, "numbers": 14, "counts": 14, "places": 26, "calendar": 16, "letters": 3, "things": 28, "plain": 3,
          "self": 6, "stories": 6, "repeats": 8, "repeat_anything": 4, "unknown": 8}
CHATS = 60


def singles(talk):
    made = {source.__name__: source for source in MADE}
    for name, number in SINGLE.items():
        asked = set()
        while len(asked) < number:
            fact = made[name](talk.rng) if name in made else talk.rng.choice(talk.tables[name])
            question = talk.question(fact, held_out=True)
            same = question and question.lower().rstrip(" ?!.=")
            if question and same not in asked:
                asked.add(same)
                yield [{"role": "user", "content": question}], fact.answer


def chats(talk):
    for _ in range(CHATS):
        *messages, answer = talk.chat(held_out=True, turns=talk.rng.randint(2, 4))
        yield messages, answer["content"]


def write(path, pairs):
    with path.open("w") as out:
        for messages, answer in pairs:
            out.write(json.dumps({"messages": messages, "expect": answer}, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    talk = Talk(options.seed)
    write(options.folder / "held-out.jsonl", singles(talk))
    write(options.folder / "held-out-chats.jsonl", chats(talk))


if __name__ == "__main__":
    main()
