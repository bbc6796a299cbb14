"""Measures a case with PyTorch on processors."""

import time

from measure import measure, request

before = time.perf_counter()
import torch  # noqa: E402: its loading is timed

cold = {"import": (time.perf_counter() - before) * 1e3}
torch.set_num_threads(request["threads"])

from gpt import decode, train  # noqa: E402
from kernels import matmul, rowwise  # noqa: E402
from networks import image_mlp, lenet, tiny_mlp  # noqa: E402

cases = {
    **{f"W1-{size}": matmul(size) for size in (64, 128, 256, 512, 1024)},
    **rowwise,
    **{f"W3-{name}": image_mlp(name) for name in ("sgd", "adam")},
    **{f"W4-{name}": tiny_mlp(name) for name in ("sgd", "adam")},
    **{f"W5-{name}": train(name) for name in ("small", "big")},
    "W6-lenet": lenet,
    "W7-decode": decode,
}
measure(cold, cases)
