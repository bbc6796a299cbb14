"""The numbers that every system starts from."""

import numpy
import torch

BLOCK = 4096
MULTIPLIER, INCREMENT, MASK = 1664525, 1013904223, 0xFFFFFFFF


def _jumps():
    """What a linear congruential generator makes of its state in 1, 2, … steps: a factor and a summand for each."""
    factors, summands = numpy.empty(BLOCK, numpy.uint64), numpy.empty(BLOCK, numpy.uint64)
    factor, summand = 1, 0
    for step in range(BLOCK):
        factor, summand = factor * MULTIPLIER & MASK, summand * MULTIPLIER + INCREMENT & MASK
        factors[step], summands[step] = factor, summand
    return factors, summands


def _generated(count, seed):
    factors, summands = _jumps()
    numbers, state = numpy.empty(count, numpy.float64), seed
    for start in range(0, count, BLOCK):
        length = min(BLOCK, count - start)
        states = factors[:length] * numpy.uint64(state) + summands[:length] & numpy.uint64(MASK)
        numbers[start : start + length] = states.astype(numpy.float64) / 2**32
        state = int(states[-1])
    return numbers


def floats(shape, seed, scale=1.0):
    """Numbers uniform in [-scale, scale)."""
    numbers = (_generated(int(numpy.prod(shape)), seed) * 2 - 1) * scale
    return torch.from_numpy(numbers.astype(numpy.float32)).view(*shape)


def integers(shape, seed, below):
    """Integers uniform in [0, below)."""
    numbers = numpy.floor(_generated(int(numpy.prod(shape)), seed) * below)
    return torch.from_numpy(numbers.astype(numpy.int64)).view(*shape)


def weight(shape, fan, seed):
    """A learned weight that maps from so many features."""
    return floats(shape, seed, (1.0 / fan) ** 0.5 * 1.7).clone().requires_grad_(True)


def zeros(count):
    """A learned bias."""
    return torch.zeros(count, requires_grad=True)


GPT_SIZES = dict(
    small=dict(layers=4, heads=4, width=128, context=64, batch=12, vocabulary=65),
    big=dict(layers=6, heads=6, width=384, context=256, batch=4, vocabulary=65),
)
