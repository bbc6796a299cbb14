import type { Benchmark } from "./benchmark.ts"
import type { CaseName } from "./caseList.ts"
import { decode, generated } from "./decode.ts"
import { gelu, layerNorm, softmax } from "./elementwise.ts"
import { fitBenchmark } from "./fitBenchmark.ts"
import { gpt } from "./gpt.ts"
import { lenet } from "./lenet.ts"
import { matmul } from "./matmul.ts"
import { imageMlp, tinyMlp } from "./mlp.ts"
import { fitOverhead, runOverhead } from "./overhead.ts"
import { trainingBenchmark } from "./trainingBenchmark.ts"

/** How each case is made, with its data. */
export const cases: Readonly<Record<CaseName, () => Benchmark>> = {
  "W1-64": () => matmul(64),
  "W1-128": () => matmul(128),
  "W1-256": () => matmul(256),
  "W1-512": () => matmul(512),
  "W1-1024": () => matmul(1024),
  "W2-gelu-forward": () => gelu("forward"),
  "W2-gelu-backward": () => gelu("backward"),
  "W2-softmax-forward": () => softmax("forward"),
  "W2-softmax-backward": () => softmax("backward"),
  "W2-layernorm-forward": () => layerNorm("forward"),
  "W2-layernorm-backward": () => layerNorm("backward"),
  "W3-adam": () => trainingBenchmark(imageMlp("adam")),
  "W3-sgd": () => trainingBenchmark(imageMlp("sgd")),
  "W4-sgd": () => trainingBenchmark(tinyMlp("sgd")),
  "W4-adam": () => trainingBenchmark(tinyMlp("adam")),
  "W4-fit": () => fitBenchmark(tinyMlp("sgd")),
  "W4-empty-run": () => runOverhead(tinyMlp("sgd")),
  "W4-empty-fit": () => fitOverhead(tinyMlp("sgd")),
  "W5-small": () => trainingBenchmark(gpt("small")),
  "W5-big": () => trainingBenchmark(gpt("big")),
  "W6-lenet": () => trainingBenchmark(lenet()),
  "W7-decode": decode,
  "W7-generate": generated
}
