# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""A WordPiece tokenizer as llama.cpp reads it ("bert"): lower case, "▁" before a word's first piece, longest match.

llama.cpp also strips accents, which this leaves out: the text trained on has next to none.
"""
import collections
import json
import re
import string

PIECE = re.compile(r"\w+|[^\w\s]")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ENDINGS = ["s", "es", "ed", "er", "est", "ing", "ly", "ies", "ion", "al", "en", "th", "ty", "teen", "day"]
SPACE = "▁"


def split(text):
    """Words and single signs; the underscore is a sign, too."""
    return [part for piece in PIECE.findall(text.lower()) for part in re.findall(r"_|[^_]+", piece)]


class WordPiece:
    def __init__(self, tokens):
        self.tokens = tokens
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.padding, self.unknown, self.start, self.stop, _ = range(len(SPECIAL))

    @classmethod
    def train(cls, texts, size):
        """Every ASCII sign, some endings, and the most frequent words up to size tokens."""
        count = collections.Counter(piece for text in texts for piece in split(text))
        letters = string.ascii_lowercase + string.digits
        tokens = SPECIAL + [SPACE + sign for sign in letters + string.punctuation] + list(letters)
        tokens += [ending for ending in ENDINGS if ending not in tokens]
        ranked = sorted(count, key=lambda word: (-count[word], word))
        words = [SPACE + word for word in ranked if SPACE + word not in tokens]
        return cls(tokens + words[:size - len(tokens)])

    @classmethod
    def load(cls, path):
        return cls(json.loads(path.read_text()))

    def save(self, path):
        path.write_text(json.dumps(self.tokens, ensure_ascii=False))

    def word(self, word):
        rest, ids = SPACE + word, []
        while rest:
            length = next((n for n in range(len(rest), 0, -1) if rest[:n] in self.ids), 0)
            if not length:
                return [self.unknown]
            ids.append(self.ids[rest[:length]])
            rest = rest[length:]
        return ids

    def encode(self, text, context=128):
        ids = [token for word in split(text) for token in self.word(word)]
        return [self.start] + ids[:context - 2] + [self.stop]
