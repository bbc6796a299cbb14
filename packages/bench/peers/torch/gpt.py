"""W5 and W7."""

import math

import torch
import torch.nn.functional as functional
from data import GPT_SIZES, floats, integers
from training import training


def _matrix(before, after, seed):
    return floats((before, after), seed, 0.02 * 1.73).clone().requires_grad_(True)


class Gpt:
    """A GPT without biases, whose head reads the table of the token embedding."""

    def __init__(self, layers, heads, width, context, vocabulary, batch):
        self.heads, self.width, self.context, self.vocabulary, self.batch = heads, width, context, vocabulary, batch
        self.tokens, self.positions = _matrix(vocabulary, width, 1), _matrix(context, width, 2)
        self.norm = torch.ones(width, requires_grad=True)
        self.blocks = [
            dict(
                attention_norm=torch.ones(width, requires_grad=True),
                projection=_matrix(width, 3 * width, 100 + 9 * layer),
                output=_matrix(width, width, 101 + 9 * layer),
                feed_forward_norm=torch.ones(width, requires_grad=True),
                expand=_matrix(width, 4 * width, 102 + 9 * layer),
                contract=_matrix(4 * width, width, 103 + 9 * layer),
            )
            for layer in range(layers)
        ]
        self.later = torch.tril(torch.ones(context, context)) == 0
        self.scale = 1 / math.sqrt(width // heads)

    def parameters(self):
        return [self.tokens, self.positions, self.norm, *(value for block in self.blocks for value in block.values())]

    def normalised(self, x, scale):
        return functional.layer_norm(x, (self.width,), scale)

    def feed_forward(self, x, block):
        expanded = self.normalised(x, block["feed_forward_norm"]) @ block["expand"]
        return functional.gelu(expanded, approximate="tanh") @ block["contract"]

    def attention(self, x, block):
        batch, context, width = x.shape
        parts = (self.normalised(x, block["attention_norm"]) @ block["projection"]).split(width, 2)
        query, key, value = (
            part.view(batch, context, self.heads, width // self.heads).transpose(1, 2) for part in parts
        )
        scores = (query @ key.transpose(-2, -1)) * self.scale
        weights = functional.softmax(scores.masked_fill(self.later, float("-inf")), -1)
        return (weights @ value).transpose(1, 2).reshape(batch, context, width) @ block["output"]

    def loss(self, indices, targets):
        x = self.tokens[indices] + self.positions
        for block in self.blocks:
            x = x + self.attention(x, block)
            x = x + self.feed_forward(x, block)
        logits = self.normalised(x, self.norm) @ self.tokens.t()
        return functional.cross_entropy(logits.view(-1, self.vocabulary), targets.reshape(-1))

    @torch.no_grad()
    def decode(self, count):
        """Greedy decoding with the keys and values of earlier tokens in tables of their own."""
        width, heads = self.width, self.heads
        head_width = width // heads
        keys = [torch.zeros(heads, self.context, head_width) for _ in self.blocks]
        values = [torch.zeros(heads, self.context, head_width) for _ in self.blocks]
        token, chosen = 1, []
        for position in range(count):
            x = (self.tokens[token] + self.positions[position]).view(1, width)
            for layer, block in enumerate(self.blocks):
                projected = self.normalised(x, block["attention_norm"]) @ block["projection"]
                query, key, value = projected.view(3, heads, head_width).unbind(0)
                keys[layer][:, position], values[layer][:, position] = key, value
                known = keys[layer][:, : position + 1], values[layer][:, : position + 1]
                scores = torch.matmul(known[0], query.unsqueeze(-1)).squeeze(-1) * self.scale
                weights = functional.softmax(scores, -1).unsqueeze(1)
                x = x + torch.matmul(weights, known[1]).view(1, width) @ block["output"]
                x = x + self.feed_forward(x, block)
            token = int((self.normalised(x, self.norm) @ self.tokens.t()).argmax())
            chosen.append(token)
        return chosen


def train(name):
    """A training step with AdamW, whose decay leaves vectors alone."""

    def case():
        gpt = Gpt(**GPT_SIZES[name])
        shape = (gpt.batch, gpt.context)
        indices, targets = integers(shape, 20, gpt.vocabulary), integers(shape, 21, gpt.vocabulary)
        parameters = gpt.parameters()
        groups = [
            dict(params=[value for value in parameters if value.dim() >= 2], weight_decay=0.1),
            dict(params=[value for value in parameters if value.dim() < 2], weight_decay=0.0),
        ]
        optimiser = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))
        return training(lambda: gpt.loss(indices, targets), optimiser)

    return case


def decode():
    """64 tokens of the small GPT."""
    gpt, chosen = Gpt(**GPT_SIZES["small"]), []

    def call():
        chosen[:] = gpt.decode(gpt.context)

    return call, None, lambda: chosen
