/** A GPT and its batch. */
export interface GptSize {
  readonly layers: number
  readonly heads: number
  readonly width: number
  readonly context: number
  readonly batch: number
  readonly vocabulary: number
}

/** The two GPTs that are trained; the small one also decodes. */
export const gptSizes = {
  small: { layers: 4, heads: 4, width: 128, context: 64, batch: 12, vocabulary: 65 },
  big: { layers: 6, heads: 6, width: 384, context: 256, batch: 4, vocabulary: 65 }
} as const satisfies Readonly<Record<string, GptSize>>
