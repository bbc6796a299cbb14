import type { AnyExpr } from "../expr.ts"
import { add } from "../op/arithmetic.ts"
import { dynamicUpdateSlice } from "../op/indexing.ts"
import { lessEqual } from "../op/inequality.ts"
import { constant, iota } from "../op/leaf.ts"
import { concat, slice, transpose } from "../op/movement.ts"
import { attention } from "../op/nn/attention.ts"
import { type RotaryOptions, rotaryEmbedding } from "../op/nn/rotaryEmbedding.ts"
import { reshape } from "../op/stretch.ts"
import { ShapeError } from "../shapeError.ts"
import { around } from "./around.ts"
import { parallel } from "./combinators.ts"
import { dropout } from "./dropout.ts"
import type { Initialiser } from "./initialiser.ts"
import { linear } from "./linear.ts"
import { type BoundState, type Model, make, type State, state } from "./model.ts"

/** The keys and values of earlier positions, so that a decoder computes those of new ones only. */
export interface Cache {
  readonly batch: number
  /** For how many positions there is room. */
  readonly length: number
  /** The `i32` scalar that counts positions already there; attentions of one model share it. */
  readonly position: State
}

/** How a self-attention is built. */
export interface SelfAttentionOptions {
  readonly width: number
  readonly heads: number
  /** Heads of keys and values, which groups of query heads share: as many as `heads` by default. */
  readonly keyHeads?: number
  /** Whether a place reads only itself and earlier ones: true by default. */
  readonly causal?: boolean
  /** The rate at which elements of the result are dropped in training. */
  readonly dropout?: number
  /** Rotary position embedding of queries and keys: none by default. */
  readonly rotary?: Omit<RotaryOptions, "positions">
  readonly bias?: boolean
  /** Whether one parameter `projection` `[width, query + key + value]` stands for `query`, `key` and `value`. */
  readonly fused?: boolean
  readonly initialiser?: Initialiser
  /** That of the weight of `output`, where it is another. */
  readonly outputInitialiser?: Initialiser
  /** For decoding: with a cache the model reads and extends it, and is causal. */
  readonly cache?: Cache
}

type Heads = { readonly query: AnyExpr; readonly key: AnyExpr; readonly value: AnyExpr }

/** The part of the last axis from a place on. */
const columns = (x: AnyExpr, start: number, count: number): AnyExpr =>
  slice(x, {
    starts: [...x.type.shape.slice(1).map(() => 0), start],
    stops: [...x.type.shape.slice(0, -1), start + count]
  })

const projections = (options: SelfAttentionOptions, keyWidth: number): Model<AnyExpr, Heads> => {
  const { width, bias = true, initialiser, fused = false } = options
  const to = (out: number) => linear({ in: width, out, bias, ...(initialiser && { initialiser }) })
  return fused
    ? make({ projection: to(width + 2 * keyWidth) }, ({ projection }, x: AnyExpr) => {
        const all = projection(x)
        return {
          query: columns(all, 0, width),
          key: columns(all, width, keyWidth),
          value: columns(all, width + keyWidth, keyWidth)
        }
      })
    : parallel<Heads>({ query: to(width), key: to(keyWidth), value: to(keyWidth) })
}

/** The last two axes but one exchanged: `[..., n, heads, width]` and back. */
const swapHeads = (x: AnyExpr): AnyExpr => {
  const rank = x.type.shape.length
  return transpose(x, [...x.type.shape.slice(0, -3).map((_, axis) => axis), rank - 2, rank - 3, rank - 1])
}

/** `[..., n, heads · width]` as `[..., heads, n, width]`. */
const split = (x: AnyExpr, heads: number): AnyExpr =>
  swapHeads(reshape(x, [...x.type.shape.slice(0, -1), heads, (x.type.shape.at(-1) as number) / heads]))

const merge = (x: AnyExpr): AnyExpr => {
  const swapped = swapHeads(x)
  return reshape(swapped, [...swapped.type.shape.slice(0, -2), -1])
}

/** What is in a cache once new keys or values have been written to it from a position on. */
const extended = (cached: BoundState, next: AnyExpr, position: AnyExpr): AnyExpr => {
  const zero = constant([0], { dtype: "i32" })
  const all = dynamicUpdateSlice(cached.value, next, concat([zero, zero, reshape(position, [1]), zero]))
  cached.update(all)
  return all
}

/** Which cached keys each of `count` queries may read: its own and earlier ones. */
const readable = (count: number, length: number, position: AnyExpr): AnyExpr =>
  lessEqual(iota([count, length], { axis: 1 }), add(iota([count, length], { axis: 0 }), position))

const checkHeads = ({ width, heads, keyHeads = heads }: SelfAttentionOptions): void => {
  const whole = [heads, keyHeads].every((count) => Number.isInteger(count) && count >= 1)
  if (!whole || width % heads !== 0 || heads % keyHeads !== 0) {
    const expected = `heads that divide the width ${width} and keyHeads that divide heads, not ${heads} and ${keyHeads}`
    throw new ShapeError("selfAttention", [], expected)
  }
}

/**
 * Attention of a sequence to itself: linear maps `query`, `key` and `value`, attention by heads, and the linear map
 * `output`. With a cache it takes the places of its input for those from `position` on, writes their keys and values
 * into the states `keys` and `values`, and reads all that is there; moving `position` on is left to the model around it.
 * Input: `[..., n, width]` -> the same; with a cache `[batch, n, width]`. Throws a `ShapeError` for heads that do not
 * divide the width, or keyHeads that do not divide the heads.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * const attention = Model.selfAttention({ width: 8, heads: 4, keyHeads: 2 })
 * Model.parameters(attention)["key.weight"]?.shape // => [8, 4]
 * Model.apply(attention, { ...Model.slots(attention), mode: "train" }, input("x", [2, 5, 8])).output.type.shape // => [2, 5, 8]
 * ```
 */
export const selfAttention = (options: SelfAttentionOptions): Model<AnyExpr, AnyExpr> => {
  checkHeads(options)
  const { width, heads, keyHeads = heads, causal = true, rotary, bias = true, cache, dropout: rate = 0 } = options
  const initialiser = options.outputInitialiser ?? options.initialiser
  const headWidth = width / heads
  const project = projections(options, keyHeads * headWidth)
  const rotated = (x: AnyExpr, positions?: AnyExpr): AnyExpr =>
    rotary === undefined ? x : rotaryEmbedding(x, { ...rotary, positions })
  const tree = {
    output: linear({ in: width, out: width, bias, ...(initialiser && { initialiser }) }),
    dropout: dropout({ rate })
  }
  if (cache === undefined) {
    return around(project, tree, (inner, self, x: AnyExpr) => {
      const { query, key, value } = inner(x)
      const read = attention(rotated(split(query, heads)), rotated(split(key, keyHeads)), split(value, keyHeads), {
        causal
      })
      return self.dropout(self.output(merge(read)))
    })
  }
  const shape = [cache.batch, keyHeads, cache.length, headWidth]
  const cached = { ...tree, position: cache.position, keys: state(shape), values: state(shape) }
  return around(project, cached, (inner, self, x: AnyExpr) => {
    const { query, key, value } = inner(x)
    const position = self.position.value
    const count = query.type.shape.at(-2) as number
    const positions = add(iota([count]), position)
    const keys = extended(self.keys, rotated(split(key, keyHeads), positions), position)
    const values = extended(self.values, split(value, keyHeads), position)
    const mask = readable(count, cache.length, position)
    return self.output(merge(attention(rotated(split(query, heads), positions), keys, values, { mask })))
  })
}
