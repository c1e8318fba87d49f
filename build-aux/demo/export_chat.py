# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Writes the chat model as GGUF: F16, Q8_0 and Q4_0."""
import argparse
import pathlib

import gguf
import torch

from bpe import SPECIAL, Tokenizer
from chat_model import ChatModel, Shape

TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' "
            "+ '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")

KINDS = {
    "F16": (gguf.LlamaFileType.MOSTLY_F16, gguf.GGMLQuantizationType.F16),
    "Q8_0": (gguf.LlamaFileType.MOSTLY_Q8_0, gguf.GGMLQuantizationType.Q8_0),
    "Q4_0": (gguf.LlamaFileType.MOSTLY_Q4_0, gguf.GGMLQuantizationType.Q4_0),
}


def add_about(writer, name, description, tags, parameters):
    writer.add_type("model")
    writer.add_name(name)
    writer.add_description(description)
    writer.add_organization("maquette")
    writer.add_version("1.0")
    writer.add_size_label(f"{parameters / 1e6:.1f}M")
    writer.add_license("cc0-1.0")
    writer.add_tags(tags)
    writer.add_languages(["en"])


def add_tensor(writer, name, weight, kind):
    """Matrices in the kind asked for, vectors always as float. Embeddings stay at Q8_0 where the rest is Q4_0: they are
    the output too, and a small model feels it."""
    array = weight.detach().float().numpy()
    if array.ndim == 1:
        writer.add_tensor(name, array)
        return
    if name == "token_embd.weight" and kind == gguf.GGMLQuantizationType.Q4_0:
        kind = gguf.GGMLQuantizationType.Q8_0
    if kind == gguf.GGMLQuantizationType.F16:
        writer.add_tensor(name, array.astype("float16"))
    else:
        writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write(path, model, tokenizer, file_type, kind):
    shape = model.shape
    writer = gguf.GGUFWriter(path, "llama")
    add_about(writer, "Pebble Chat", "A very small chat model, the demo of Maquette", ["text-generation", "chat", "demo"],
              sum(weight.numel() for weight in model.parameters()))
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(shape.base)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokenizer.tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL
                            for token in tokenizer.tokens])
    writer.add_token_merges([f"{left} {right}" for left, right in tokenizer.merges])
    writer.add_bos_token_id(tokenizer.end)
    writer.add_eos_token_id(tokenizer.im_end)
    writer.add_eot_token_id(tokenizer.im_end)
    writer.add_pad_token_id(tokenizer.end)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, weight in model.named_parameters():
        add_tensor(writer, name, weight, kind)
    finish(writer)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="what train_chat.py left")
    parser.add_argument("into", type=pathlib.Path)
    options = parser.parse_args()
    tokenizer = Tokenizer.load(options.folder / "bpe.json")
    model = ChatModel(Shape())
    model.load_state_dict(torch.load(options.folder / "chat.pt"))
    options.into.mkdir(parents=True, exist_ok=True)
    for name, (file_type, kind) in KINDS.items():
        write(options.into / f"pebble-chat-{name}.gguf", model, tokenizer, file_type, kind)


if __name__ == "__main__":
    main()
