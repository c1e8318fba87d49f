# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A byte-level BPE tokenizer as llama.cpp reads it ("gpt2" with the "llama-bpe" splitting), its training included."""
import collections
import json
import re

# The splitting of Llama 3 without \p classes, which Python's re lacks: same result for letters, digits and signs.
PIECE = re.compile(r"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|(?:(?![^\W_])[^\r\n])?[^\W\d_]+|\d{1,3}"
                   r"| ?(?:_|[^\s\w])+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def byte_letters():
    """GPT-2's printable letter for every byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, extra = {}, 256
    for byte in range(256):
        if byte in plain:
            letters[byte] = chr(byte)
        else:
            letters[byte] = chr(extra)
            extra += 1
    return letters


LETTERS = byte_letters()
BYTES = {letter: byte for byte, letter in LETTERS.items()}


def join(parts, pair):
    """The parts with every occurrence of the pair made one, from the left."""
    out, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return out


class Tokenizer:
    def __init__(self, merges):
        self.merges = [tuple(merge) for merge in merges]
        self.rank = {merge: i for i, merge in enumerate(self.merges)}
        self.tokens = list(LETTERS.values()) + [left + right for left, right in self.merges] + SPECIAL
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.end, self.im_start, self.im_end = (self.ids[token] for token in SPECIAL)
        self.known = {}

    @classmethod
    def train(cls, texts, size):
        """Learns merges until there are size tokens. Numbers up to 100 are made one token each first."""
        merges = [(str(n // 10), str(n % 10)) for n in range(10, 100)] + [("10", "0")]
        count = collections.Counter(piece for text in texts for piece in PIECE.findall(text))
        words = {}
        for piece, n in count.items():
            parts = [LETTERS[byte] for byte in piece.encode()]
            if not piece.isdigit():
                words[tuple(parts)] = n
        while 256 + len(merges) + len(SPECIAL) < size:
            pairs = collections.Counter()
            for parts, n in words.items():
                for pair in zip(parts, parts[1:]):
                    pairs[pair] += n
            best = max(pairs, key=lambda pair: (pairs[pair], pair))
            merges.append(best)
            words = {tuple(join(parts, best)) if best[0] in parts else parts: n for parts, n in words.items()}
        return cls(merges)

    @classmethod
    def load(cls, path):
        return cls(json.loads(path.read_text())["merges"])

    def save(self, path):
        path.write_text(json.dumps({"merges": self.merges}))

    def piece(self, piece):
        ids = self.known.get(piece)
        if ids is None:
            parts = [LETTERS[byte] for byte in piece.encode()]
            whole = "".join(parts)
            while len(parts) > 1 and whole not in self.ids:
                pair = min(zip(parts, parts[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
                if pair not in self.rank:
                    break
                parts = join(parts, pair)
            ids = self.known[piece] = [self.ids[whole]] if whole in self.ids else [self.ids[part] for part in parts]
        return ids

    def encode(self, text):
        return [token for piece in PIECE.findall(text) for token in self.piece(piece)]

    def decode(self, ids):
        letters = "".join(self.tokens[i] for i in ids if i < len(self.tokens) - len(SPECIAL))
        return bytes(BYTES[letter] for letter in letters).decode(errors="replace")

    def chat(self, messages, prompt=False):
        """The ids of a chat in ChatML and, for each, whether the assistant says it."""
        ids, said = [], []
        for message in messages:
            head = [self.im_start] + self.encode(message["role"] + "\n")
            whole = [self.im_start] + self.encode(message["role"] + "\n" + message["content"]) + [self.im_end]
            by_assistant = message["role"] == "assistant"
            ids += whole + self.encode("\n")
            said += [by_assistant and i >= len(head) for i in range(len(whole))] + [False]
        if prompt:
            ids += [self.im_start] + self.encode("assistant\n")
            said += [False] * (len(ids) - len(said))
        return ids, said
