import { Model, Shape } from "@residual/core"
import { type GptOptions, gpt } from "./gpt.ts"

/** A tensor of a GPT-2 file, or columns of its last axis, which hold a parameter. */
export interface Gpt2Name {
  readonly name: string
  readonly columns?: { readonly start: number; readonly count: number }
}

const inBlock: Readonly<Record<string, string>> = {
  "attentionNorm.scale": "ln_1.weight",
  "attentionNorm.bias": "ln_1.bias",
  "attention.projection.weight": "attn.c_attn.weight",
  "attention.projection.bias": "attn.c_attn.bias",
  "attention.output.weight": "attn.c_proj.weight",
  "attention.output.bias": "attn.c_proj.bias",
  "feedForwardNorm.scale": "ln_2.weight",
  "feedForwardNorm.bias": "ln_2.bias",
  "feedForward.expand.weight": "mlp.c_fc.weight",
  "feedForward.expand.bias": "mlp.c_fc.bias",
  "feedForward.contract.weight": "mlp.c_proj.weight",
  "feedForward.contract.bias": "mlp.c_proj.bias"
}

const outside: Readonly<Record<string, string>> = {
  "tokens.weight": "wte.weight",
  "positions.weight": "wpe.weight",
  "norm.scale": "ln_f.weight",
  "norm.bias": "ln_f.bias",
  "head.weight": "lm_head.weight"
}

const nameOf = (path: string, width: number): Gpt2Name => {
  const [, layer, within = ""] = /^blocks\.(\d+)\.(.*)$/.exec(path) ?? []
  if (layer === undefined) return { name: outside[path] as string }
  const [, part, kind] = /^attention\.(query|key|value)\.(.*)$/.exec(within) ?? []
  if (part === undefined) return { name: `h.${layer}.${inBlock[within]}` }
  const start = ["query", "key", "value"].indexOf(part) * width
  return { name: `h.${layer}.attn.c_attn.${kind}`, columns: { start, count: width } }
}

/**
 * Where GPT-2's files hold each parameter of a `gpt`, by path: the name, and the columns where queries, keys and values
 * stand side by side in one tensor. Layouts are the same (GPT-2's weights are `[in, out]`).
 *
 * ```ts
 * import { gpt2Names } from "@residual/models"
 * const names = gpt2Names({ vocabulary: 65, context: 16, layers: 1, heads: 2, width: 32 })
 * names["blocks.0.attention.key.weight"]
 * // => { name: "h.0.attn.c_attn.weight", columns: { start: 32, count: 32 } }
 * ```
 */
export const gpt2Names = (options: GptOptions): Readonly<Record<string, Gpt2Name>> =>
  Object.fromEntries(Object.keys(Model.parameters(gpt(options))).map((path) => [path, nameOf(path, options.width)]))

/** Elements of tensors in row-major order, by name. */
export type Tensors = Readonly<Record<string, ArrayLike<number>>>

/** The columns of rows of `total` elements. */
const columnsOf = (tensor: ArrayLike<number>, total: number, start: number, count: number): Float64Array =>
  Float64Array.from(
    { length: (tensor.length / total) * count },
    (_, at) => tensor[Math.floor(at / count) * total + start + (at % count)] as number
  )

/**
 * The parameters of a `gpt` by path, from tensors under GPT-2's names. Throws a `ModelError` for a tensor that is missing
 * or of another size.
 *
 * ```ts
 * import { HostRandom, Model } from "@residual/core"
 * import { fromGpt2, gpt, toGpt2 } from "@residual/models"
 * const options = { vocabulary: 5, context: 4, layers: 1, heads: 2, width: 4 }
 * const first = Model.initialise(gpt(options), HostRandom.keyFromSeed(0))
 * fromGpt2(options, toGpt2(options, first))["tokens.weight"] // => first["tokens.weight"]
 * ```
 */
export const fromGpt2 = (options: GptOptions, tensors: Tensors): Readonly<Record<string, Float64Array>> => {
  const specs = Model.parameters(gpt(options))
  return Object.fromEntries(
    Object.entries(gpt2Names(options)).map(([path, { name, columns }]) => {
      const size = Shape.size((specs[path] as Model.Parameter).shape) * (columns === undefined ? 1 : 3)
      const tensor = tensors[name]
      if (tensor === undefined) throw new Model.ModelError(path, `a tensor "${name}"`)
      if (tensor.length !== size) {
        throw new Model.ModelError(path, `a tensor "${name}" of ${size} elements, not ${tensor.length}`)
      }
      return [
        path,
        columns === undefined
          ? Float64Array.from(tensor)
          : columnsOf(tensor, 3 * columns.count, columns.start, columns.count)
      ]
    })
  )
}

/**
 * Tensors under GPT-2's names, from the parameters of a `gpt` by path. Throws a `ModelError` for a parameter that is
 * missing.
 *
 * ```ts
 * import { HostRandom, Model } from "@residual/core"
 * import { gpt, toGpt2 } from "@residual/models"
 * const options = { vocabulary: 5, context: 4, layers: 1, heads: 2, width: 4 }
 * toGpt2(options, Model.initialise(gpt(options), HostRandom.keyFromSeed(0)))["h.0.attn.c_attn.bias"]?.length // => 12
 * ```
 */
export const toGpt2 = (options: GptOptions, parameters: Tensors): Readonly<Record<string, Float64Array>> => {
  const tensors: Record<string, Float64Array> = {}
  for (const [path, { name, columns }] of Object.entries(gpt2Names(options))) {
    const values = parameters[path]
    if (values === undefined) throw new Model.ModelError(path, "a value")
    if (columns === undefined) {
      tensors[name] = Float64Array.from(values)
      continue
    }
    const { start, count } = columns
    const tensor = tensors[name] ?? new Float64Array(3 * values.length)
    for (let at = 0; at < values.length; at++) {
      tensor[Math.floor(at / count) * 3 * count + start + (at % count)] = values[at] as number
    }
    tensors[name] = tensor
  }
  return tensors
}
