# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Writes the embedding model as GGUF: F16 and Q8_0."""
import argparse
import pathlib

import gguf
import torch

from embed_model import EmbedModel, Shape
from export_chat import KINDS, add_about, add_tensor, finish
from wordpiece import SPECIAL, WordPiece


def write(path, model, tokenizer, file_type, kind):
    shape = model.shape
    writer = gguf.GGUFWriter(path, "bert")
    add_about(writer, "Pebble Embed", "A very small sentence embedding model, the demo of Maquette",
              ["sentence-similarity", "feature-extraction", "demo"], sum(weight.numel() for weight in model.parameters()))
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_eps(shape.epsilon)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_type_count(2)
    writer.add_token_list(tokenizer.tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL
                            for token in tokenizer.tokens])
    writer.add_bos_token_id(tokenizer.start)
    writer.add_sep_token_id(tokenizer.stop)
    writer.add_pad_token_id(tokenizer.padding)
    writer.add_unk_token_id(tokenizer.unknown)
    writer.add_mask_token_id(tokenizer.ids["[MASK]"])
    for name, weight in model.named_parameters():
        # llama.cpp wants places and kinds of tokens as floats.
        plain = name.startswith(("position_embd", "token_types"))
        add_tensor(writer, name, weight, gguf.GGMLQuantizationType.F32 if plain else kind)
    finish(writer)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="what train_embed.py left")
    parser.add_argument("into", type=pathlib.Path)
    options = parser.parse_args()
    tokenizer = WordPiece.load(options.folder / "wordpiece.json")
    model = EmbedModel(Shape())
    model.load_state_dict(torch.load(options.folder / "embed.pt"))
    options.into.mkdir(parents=True, exist_ok=True)
    for name in ("F16", "Q8_0"):
        write(options.into / f"pebble-embed-{name}.gguf", model, tokenizer, *KINDS[name])


if __name__ == "__main__":
    main()
