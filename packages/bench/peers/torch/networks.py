"""W3, W4 and W6."""

import torch
import torch.nn.functional as functional
from data import floats, integers, weight, zeros
from training import training

OPTIMISERS = dict(
    sgd=lambda parameters: torch.optim.SGD(parameters, 0.05),
    adam=lambda parameters: torch.optim.Adam(parameters, 1e-3),
)


def _mlp(widths, activation, loss_of, features, targets, optimiser):
    maps = list(zip(widths, widths[1:]))
    weights = [weight((before, after), before, 10 + at) for at, (before, after) in enumerate(maps)]
    biases = [zeros(after) for _, after in maps]

    def loss():
        x = features
        for at in range(len(maps)):
            x = torch.addmm(biases[at], x, weights[at])
            if at < len(maps) - 1:
                x = activation(x)
        return loss_of(x, targets)

    return training(loss, OPTIMISERS[optimiser]([*weights, *biases]))


def image_mlp(optimiser):
    """W3: a classifier of images."""
    return lambda: _mlp(
        [784, 512, 256, 10],
        torch.relu,
        functional.cross_entropy,
        floats((128, 784), 7),
        integers((128,), 8, 10),
        optimiser,
    )


def tiny_mlp(optimiser):
    """W4: the product of two numbers."""

    def case():
        factors = floats((32, 2), 9)
        products = (factors[:, :1] * factors[:, 1:]).clone()
        return _mlp([2, 16, 16, 1], torch.tanh, functional.mse_loss, factors, products, optimiser)

    return case


def lenet():
    """W6: LeNet."""
    weights = [
        weight((6, 1, 5, 5), 25, 1),
        weight((16, 6, 5, 5), 150, 2),
        weight((400, 120), 400, 3),
        weight((120, 84), 120, 4),
        weight((84, 10), 84, 5),
    ]
    biases = [zeros(count) for count in (6, 16, 120, 84, 10)]
    images, targets = floats((64, 1, 28, 28), 6), integers((64,), 7, 10)

    def convolved(x, at, padding):
        return functional.max_pool2d(functional.relu(functional.conv2d(x, weights[at], biases[at], padding=padding)), 2)

    def mapped(x, at):
        return torch.addmm(biases[at], x, weights[at])

    def loss():
        features = convolved(convolved(images, 0, 2), 1, 0).flatten(1)
        hidden = functional.relu(mapped(functional.relu(mapped(features, 2)), 3))
        return functional.cross_entropy(mapped(hidden, 4), targets)

    return training(loss, OPTIMISERS["sgd"]([*weights, *biases]))
