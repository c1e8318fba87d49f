# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Writes GGUF models of given dimensions that really load and run. All weights are 0, so files are sparse and take no disk;
speed and memory do not depend on their values."""
import struct

# ggml's number, elements and bytes of a block.
TYPES = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34)}
ALIGNMENT = 32


def text(value):
    value = value.encode()
    return struct.pack("<Q", len(value)) + value


def value(item):
    """An entry's type and value, by its Python type."""
    if isinstance(item, bool):
        return struct.pack("<I?", 7, item)
    if isinstance(item, int):
        return struct.pack("<II", 4, item)
    if isinstance(item, float):
        return struct.pack("<If", 6, item)
    if isinstance(item, str):
        return struct.pack("<I", 8) + text(item)
    first = item[0]
    kind, pack = {bool: (7, "<?"), int: (5, "<i"), float: (6, "<f"), str: (8, None)}[type(first)]
    body = b"".join(text(part) if pack is None else struct.pack(pack, part) for part in item)
    return struct.pack("<IIQ", 9, kind, len(item)) + body


def vocabulary(size, merges):
    """Every byte is a token, so that a prompt of N letters has about N tokens. MERGES: of a BPE tokenizer, 0 for one of pieces."""
    if merges:
        letters = [chr(byte) for byte in range(33, 127)]
        tokens = letters + [f"token{number}" for number in range(size - len(letters))]
        return {"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "default", "tokenizer.ggml.tokens": tokens,
                "tokenizer.ggml.merges": [f"to ken{number}" for number in range(merges)], "tokenizer.ggml.eos_token_id": 0}
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [2, 3, 3] + [6] * 256 + [1] * (size - len(tokens))
    tokens += [f"token{number}" for number in range(size - len(tokens))]
    return {"tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.scores": [0.0] * size,
            "tokenizer.ggml.token_type": kinds, "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2,
            "tokenizer.ggml.unknown_token_id": 0}


def tensors(arch, width, layers, heads, kv, head, feed_forward, vocab, tied, experts, expert_width):
    """Names and shapes, innermost first, of an architecture's weights."""
    yield "token_embd.weight", (width, vocab)
    for layer in range(layers):
        at = f"blk.{layer}."
        yield at + "attn_norm.weight", (width,)
        yield at + "attn_q.weight", (width, head * heads)
        yield at + "attn_k.weight", (width, head * kv)
        yield at + "attn_v.weight", (width, head * kv)
        yield at + "attn_output.weight", (head * heads, width)
        yield at + "ffn_norm.weight", (width,)
        if arch == "gemma3":
            yield at + "post_attention_norm.weight", (width,)
            yield at + "post_ffw_norm.weight", (width,)
        if arch in ("gemma3", "qwen3", "qwen3moe"):
            yield at + "attn_q_norm.weight", (head,)
            yield at + "attn_k_norm.weight", (head,)
        if experts:
            yield at + "ffn_gate_inp.weight", (width, experts)
            yield at + "ffn_gate_exps.weight", (width, expert_width, experts)
            yield at + "ffn_up_exps.weight", (width, expert_width, experts)
            yield at + "ffn_down_exps.weight", (expert_width, width, experts)
        else:
            yield at + "ffn_gate.weight", (width, feed_forward)
            yield at + "ffn_up.weight", (width, feed_forward)
            yield at + "ffn_down.weight", (feed_forward, width)
    yield "output_norm.weight", (width,)
    if not tied:
        yield "output.weight", (width, vocab)


def write(path, arch="llama", kind="F16", width=512, layers=4, heads=8, kv=8, head=64, feed_forward=1536, vocab=8000, merges=0,
          context=32768, tied=False, experts=0, used=0, expert_width=0, window=0):
    """Writes the model to PATH. KIND: the type of its matrices. EXPERTS, of which USED work at once, and WINDOW: 0 for none."""
    entries = {"general.architecture": arch}
    dimensions = {"context_length": context, "embedding_length": width, "block_count": layers, "feed_forward_length": feed_forward,
                  "attention.head_count": heads, "attention.head_count_kv": kv, "attention.key_length": head,
                  "attention.value_length": head, "rope.dimension_count": head, "attention.layer_norm_rms_epsilon": 1e-5}
    if experts:
        dimensions |= {"expert_count": experts, "expert_used_count": used, "expert_feed_forward_length": expert_width}
    if window:
        dimensions["attention.sliding_window"] = window
    entries |= {f"{arch}.{key}": item for key, item in dimensions.items()} | vocabulary(vocab, merges)
    infos, offset = [], 0
    for name, shape in tensors(arch, width, layers, heads, kv, head, feed_forward, vocab, tied, experts, expert_width):
        number, elements, size = TYPES["F32" if len(shape) == 1 or "gate_inp" in name else kind]
        count = 1
        for length in shape:
            count *= length
        infos.append(text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, number, offset))
        offset += -(count // elements * size // -ALIGNMENT) * ALIGNMENT
    header = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(entries))
    header += b"".join(text(key) + value(item) for key, item in entries.items()) + b"".join(infos)
    with open(path, "wb") as file:
        file.write(header)
        file.truncate(-(len(header) // -ALIGNMENT) * ALIGNMENT + offset)
