# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The chat model: Llama's architecture (RMSNorm, rotary positions, SwiGLU), small."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass
class Shape:
    vocabulary: int = 1536
    width: int = 192  # widths are multiples of 32, the block of Q4_0 and Q8_0
    layers: int = 4
    heads: int = 6
    hidden: int = 512
    context: int = 512
    base: float = 10000.0
    epsilon: float = 1e-5


class Norm(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.epsilon)


def rotate(x, angles):
    """Rotary positions on neighbouring pairs, which is how llama.cpp turns them for this architecture."""
    cos, sin = angles
    even, odd = x[..., ::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads = shape.heads
        self.attn_norm, self.ffn_norm = Norm(shape), Norm(shape)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            setattr(self, name, nn.Linear(shape.width, shape.width, bias=False))
        self.ffn_gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x, angles):
        rows, length, width = x.shape
        normed = self.attn_norm(x)
        q, k, v = (layer(normed).view(rows, length, self.heads, -1).transpose(1, 2)
                   for layer in (self.attn_q, self.attn_k, self.attn_v))
        with torch.autocast("cpu", enabled=False):  # attention in bfloat16 is slower than in float on CPUs
            seen = F.scaled_dot_product_attention(rotate(q.float(), angles), rotate(k.float(), angles), v.float(),
                                                  is_causal=True)
        x = x + self.attn_output(seen.transpose(1, 2).reshape(rows, length, width))
        normed = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(normed)) * self.ffn_up(normed))


class ChatModel(nn.Module):
    """Its parameters carry the names of GGUF; the output shares the token embeddings."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape)
        half = shape.width // shape.heads // 2
        turns = torch.outer(torch.arange(shape.context), shape.base ** (-torch.arange(half) / half))
        self.register_buffer("cos", turns.cos(), persistent=False)
        self.register_buffer("sin", turns.sin(), persistent=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5 if deep else 0.02)

    def hidden(self, ids):
        angles = self.cos[:ids.shape[1]], self.sin[:ids.shape[1]]
        x = self.token_embd(ids)
        for block in self.blk:
            x = block(x, angles)
        return self.output_norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.token_embd.weight)

    def loss(self, ids, targets):
        """The mean loss where a target is not negative; only those positions meet the vocabulary."""
        wanted = targets >= 0
        return F.cross_entropy(self.logits(self.hidden(ids)[wanted]), targets[wanted])
