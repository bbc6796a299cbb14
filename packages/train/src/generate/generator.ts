import { type AnyExpr, input, Model, op } from "@residual/core"
import type { Computation } from "@residual/graph"

/**
 * A language model as generation runs it: over a whole context at once, and token by token with what it keeps of the
 * tokens before. Both have the parameters of the trained model under its paths, and the same states, which are the
 * caches.
 */
export interface LanguageModel {
  /** How many tokens the caches hold. */
  readonly context: number
  /** Tokens `i32[1, context]` -> logits `[1, context, vocabulary]`; sets the caches of all of them. */
  readonly prefill: Model.Model<AnyExpr, AnyExpr>
  /** A token `i32[1, 1]` at a position `i32[]` -> logits `[1, 1, vocabulary]`; sets the caches of that position. */
  readonly decode: Model.Model<DecodeInput, AnyExpr>
}

/** One token and its place in the context. */
export interface DecodeInput {
  readonly token: AnyExpr
  readonly position: AnyExpr
}

/** The names of the programs' inputs, which are those of no slot: no path of a model holds a slash. */
export const inputNames = {
  tokens: "generate/tokens",
  length: "generate/length",
  token: "generate/token",
  position: "generate/position"
} as const

const integers = (name: keyof typeof inputNames, shape: ReadonlyArray<number>): AnyExpr =>
  input(inputNames[name], shape, { dtype: "i32" })

const applied = <In>(model: Model.Model<In, AnyExpr>, given: In) => {
  const slots = Model.slots(model)
  const { output, state } = Model.apply(model, { ...slots, mode: "evaluate" }, given)
  // A state that the model did not touch stays a slot that nothing writes.
  const updates = Object.fromEntries(Object.entries(state).filter(([path, next]) => next !== slots.state[path]))
  return { output, updates }
}

/**
 * The computation that reads a prompt. Inputs: `tokens`, `i32[1, context]`, filled up with any tokens after the first
 * `length`, `i32[]`. Output: `logits`, `[vocabulary]`, of the token after them. Updates: the caches.
 */
export const prefillComputation = ({ context, prefill }: LanguageModel): Computation => {
  const { output, updates } = applied(prefill, integers("tokens", [1, context]))
  const rows = op.reshape(output, [context, -1])
  const last = op.sub(integers("length", []), 1)
  return { outputs: { logits: op.reshape(op.indexSelect(rows, op.reshape(last, [1]), { axis: 0 }), [-1]) }, updates }
}

/**
 * The computation that reads one more token. Inputs: `token`, `i32[1, 1]`; `position`, `i32[]`, how many tokens stand
 * before it. Output: `logits`, `[vocabulary]`, of the token after it. Updates: the caches.
 */
export const decodeComputation = ({ decode }: LanguageModel): Computation => {
  const token = integers("token", [1, 1])
  const { output, updates } = applied(decode, { token, position: integers("position", []) })
  return { outputs: { logits: op.reshape(output, [-1]) }, updates }
}
