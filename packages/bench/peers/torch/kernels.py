"""W1 and W2."""

import torch
import torch.nn.functional as functional
from data import floats


def matmul(size):
    """The product of two square matrices."""

    def case():
        a, b = floats((size, size), 1), floats((size, size), 2)
        return lambda: torch.mm(a, b), None, None

    return case


def _passes(name, make):
    def forward():
        f, x, _ = make()

        def call():
            with torch.no_grad():
                f(x)

        return call, None, None

    def backward():
        f, x, others = make()
        residual = floats(x.shape, 6, 0.5)
        learned = x.clone().requires_grad_(True)

        def call():
            for value in (learned, *others):
                value.grad = None
            f(learned).backward(residual)

        return call, None, None

    return {f"W2-{name}-forward": forward, f"W2-{name}-backward": backward}


def _gelu():
    return lambda x: functional.gelu(x * 1.5 + 0.25, approximate="tanh"), floats((2**20,), 3, 3.0), ()


def _softmax():
    return lambda x: functional.softmax(x, -1), floats((1024, 1024), 4, 3.0), ()


def _layer_norm():
    scale, bias = torch.ones(768, requires_grad=True), torch.zeros(768, requires_grad=True)
    return lambda x: functional.layer_norm(x, (768,), scale, bias), floats((1024, 768), 5, 3.0), (scale, bias)


rowwise = {**_passes("gelu", _gelu), **_passes("softmax", _softmax), **_passes("layernorm", _layer_norm)}
