# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Writes what training never sees: 200 single questions, 60 chats of two to four turns, and for the embedding model 120
sentences, each with one that means the same and one that does not."""
import argparse
import json
import pathlib

from talk import MADE, Talk

SINGLE = {"sums": 64, "numbers": 14, "counts": 14, "places": 26, "calendar": 16, "letters": 3, "things": 28, "plain": 3,
          "self": 6, "stories": 6, "repeats": 8, "repeat_anything": 4, "unknown": 8}
CHATS = 60
TRIPLES = 120


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


def triples(talk):
    """Every other far sentence is of the anchor's own kind."""
    facts, kinds = {}, sorted(talk.by_kind)
    while len(facts) < TRIPLES:
        fact = talk.rng.choice(list(talk.by_kind[talk.rng.choice(kinds)].values()))
        anchor, near = talk.question(fact, held_out=True), talk.question(fact)
        if anchor and near:
            facts[fact.answer] = (fact, anchor, near)
    for number, (fact, anchor, near) in enumerate(facts.values()):
        far = None
        while far is None:
            siblings = list(talk.by_kind[fact.kind].values())
            other = talk.rng.choice(siblings) if number % 2 else talk.fact()
            far = talk.question(other) if other.answer != fact.answer else None
        yield {"anchor": anchor, "near": near, "far": far}


def questions(pairs):
    for messages, answer in pairs:
        yield {"messages": messages, "expect": answer}


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    talk = Talk(options.seed)
    write(options.folder / "held-out.jsonl", questions(singles(talk)))
    write(options.folder / "held-out-chats.jsonl", questions(chats(talk)))
    write(options.folder / "embed-triples.jsonl", triples(talk))


if __name__ == "__main__":
    main()
