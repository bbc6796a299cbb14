import type { TaskName } from "./configuration.ts"
import type { Settings } from "./layer.ts"

const everywhere: Settings = { checkpoints: {}, report: {}, backend: {}, seed: 0 }

/**
 * What each task starts from; whatever else is given goes over it.
 *
 * For a text, two cores learn for about a minute, in which they read Moby-Dick twice: in that time a larger model reads
 * less, and is worse at text that it has not seen. One of this size is as good at such text as at what it learned from.
 */
export const starts: Readonly<Record<TaskName, Settings>> = {
  text: {
    ...everywhere,
    task: "text",
    data: {},
    model: { kind: "gpt" },
    optimiser: { kind: "adamW", beta2: 0.99, weightDecay: 0.1 },
    rate: { kind: "cosine", peak: 0.007 },
    training: { steps: 4500, batch: 8, clip: { norm: 1 } },
    generate: {}
  },
  names: {
    ...everywhere,
    task: "names",
    data: {},
    model: { kind: "mlp" },
    optimiser: { kind: "adamW" },
    rate: { kind: "cosine", peak: 0.005 },
    training: { epochs: 10, batch: 128 },
    generate: { count: 20, temperature: 1 }
  },
  table: {
    ...everywhere,
    task: "table",
    data: {},
    model: { kind: "mlp" },
    optimiser: { kind: "adamW" },
    rate: { kind: "cosine", peak: 0.01 },
    training: { epochs: 60, batch: 16 }
  },
  images: {
    ...everywhere,
    task: "images",
    data: {},
    model: { kind: "lenet" },
    optimiser: { kind: "adamW" },
    rate: { kind: "cosine", peak: 0.003, floor: 0 },
    training: { epochs: 3, batch: 64 }
  }
}
