# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The committed questions and weights are those of build-aux/demo, and the tokenizer in them loses nothing. Speaks TAP."""
import os
import pathlib
import subprocess
import sys
import tempfile

import gguf

TOP = pathlib.Path(os.environ["MAQ_SOURCE_DIR"])
DEMO = TOP / "build-aux/demo"
sys.dont_write_bytecode = True
sys.path.insert(0, str(DEMO))

from bpe import SPECIAL, Tokenizer  # noqa: E402
from talk import Talk  # noqa: E402

WEIGHTS = TOP / "data/demo/weights"


def read(name):
    """The metadata of a weights file as plain values."""
    return {key: field.contents() for key, field in gguf.GGUFReader(WEIGHTS / name).fields.items()}


def the_questions_come_out_the_same():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", DEMO / "make_fixtures.py", folder], check=True)
        for path in pathlib.Path(folder).iterdir():
            assert path.read_text() == (TOP / "tests/fixtures/pebble" / path.name).read_text(), path.name


def all_weights_are_under_ten_megabytes():
    sizes = [path.stat().st_size for path in WEIGHTS.rglob("*.gguf")]
    assert len(sizes) == 5 and sum(sizes) < 10_000_000, sizes


def the_chat_files_say_how_to_talk():
    for kind in ("F16", "Q8_0", "Q4_0"):
        about = read(f"pebble-chat-GGUF/pebble-chat-{kind}.gguf")
        assert about["general.architecture"] == "llama" and about["general.license"] == "cc0-1.0"
        assert "<|im_start|>" in about["tokenizer.chat_template"]
        tokens = about["tokenizer.ggml.tokens"]
        assert tokens[about["tokenizer.ggml.eos_token_id"]] == "<|im_end|>" and tokens[-3:] == SPECIAL


def the_tokenizer_loses_nothing():
    merges = read("pebble-chat-GGUF/pebble-chat-Q8_0.gguf")["tokenizer.ggml.merges"]
    tokenizer = Tokenizer([merge.split(" ") for merge in merges])
    talk = Talk(7)
    texts = [message["content"] for _ in range(300) for message in talk.chat()]
    texts += ["", " ", "\n\n", "naïve café", "你好 😀", "a\tb\r\nc", "__init__(x) == 3.14", "12345", "\u0000"]
    for text in texts:
        assert tokenizer.decode(tokenizer.encode(text)) == text, text
    assert all(len(tokenizer.encode(str(number))) == 1 for number in range(101))


def the_embedding_file_asks_for_the_mean():
    about = read("pebble-embed-GGUF/pebble-embed-Q8_0.gguf")
    assert about["general.architecture"] == "bert" and about["bert.pooling_type"] == gguf.PoolingType.MEAN
    assert about["bert.attention.causal"] is False


def main():
    cases = [the_questions_come_out_the_same, all_weights_are_under_ten_megabytes, the_chat_files_say_how_to_talk,
             the_tokenizer_loses_nothing, the_embedding_file_asks_for_the_mean]
    print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        try:
            case()
            print(f"ok {number} /demo/models/{case.__name__.replace('_', '-')}")
        except AssertionError as error:
            print(f"not ok {number} /demo/models/{case.__name__.replace('_', '-')} # {error}")


if __name__ == "__main__":
    main()
