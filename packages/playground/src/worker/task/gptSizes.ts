/** How large a GPT is, and how long it learns. */
export interface GptSize {
  readonly layers: number
  readonly heads: number
  readonly width: number
  readonly context: number
  readonly batch: number
  readonly steps: number
  readonly rate: number
}

/** One that even the reference backend makes more than ten steps a second with. */
export const smallGpt: GptSize = { layers: 2, heads: 2, width: 32, context: 32, batch: 4, steps: 4000, rate: 0.01 }

/** The one that `residual train` trains by default. */
export const commandGpt: GptSize = { layers: 2, heads: 4, width: 96, context: 64, batch: 8, steps: 4500, rate: 0.007 }
