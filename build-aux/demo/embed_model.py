# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The embedding model: BERT's encoder, small, with the mean over all tokens as the sentence's vector."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass
class Shape:
    vocabulary: int = 1280
    width: int = 128  # widths are multiples of 32, the block of Q8_0
    layers: int = 2
    heads: int = 4
    hidden: int = 256
    context: int = 128
    epsilon: float = 1e-12


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads = shape.heads
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            setattr(self, name, nn.Linear(shape.width, shape.width))
        self.attn_output_norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.ffn_up = nn.Linear(shape.width, shape.hidden)
        self.ffn_down = nn.Linear(shape.hidden, shape.width)
        self.layer_output_norm = nn.LayerNorm(shape.width, shape.epsilon)

    def forward(self, x, mask):
        rows, length, width = x.shape
        q, k, v = (layer(x).view(rows, length, self.heads, -1).transpose(1, 2)
                   for layer in (self.attn_q, self.attn_k, self.attn_v))
        with torch.autocast("cpu", enabled=False):  # attention in bfloat16 is slower than in float on CPUs
            seen = F.scaled_dot_product_attention(q.float(), k.float(), v.float(), attn_mask=mask[:, None, None, :])
        x = self.attn_output_norm(x + self.attn_output(seen.transpose(1, 2).reshape(rows, length, width)))
        return self.layer_output_norm(x + self.ffn_down(F.gelu(self.ffn_up(x), approximate="tanh")))


class EmbedModel(nn.Module):
    """Its parameters carry the names of GGUF."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.position_embd = nn.Embedding(shape.context, shape.width)
        self.token_types = nn.Embedding(2, shape.width)
        self.token_embd_norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.05)
        nn.init.zeros_(self.position_embd.weight)  # places that training never reaches stay neutral

    def forward(self, rows):
        """Unit vectors of lists of ids."""
        length = max(len(row) for row in rows)
        ids = torch.zeros(len(rows), length, dtype=torch.long)
        mask = torch.zeros(len(rows), length, dtype=torch.bool)
        for i, row in enumerate(rows):
            ids[i, :len(row)] = torch.tensor(row)
            mask[i, :len(row)] = True
        x = self.token_embd(ids) + self.position_embd.weight[:length] + self.token_types.weight[0]
        x = self.token_embd_norm(x)
        for block in self.blk:
            x = block(x, mask)
        x = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(x, dim=-1)
