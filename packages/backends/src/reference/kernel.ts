import type { Arithmetic, AttrsOf, PrimitiveName, TensorType } from "@residual/core"
import type { Data, Value } from "./value.ts"

/** One application of a primitive: what its kernel reads. */
export interface Call<A, Attrs> {
  readonly arithmetic: Arithmetic<A>
  /** The operands; for `project`, all outputs of the node that it reads. */
  readonly inputs: ReadonlyArray<Value<A>>
  readonly attrs: Attrs
  /** The types of the outputs. */
  readonly types: ReadonlyArray<TensorType.TensorType>
  /** The value bound to an input or slot of this name. */
  readonly bound: (name: string) => Data<A>
}

/**
 * Computes a primitive over any arithmetic: one array of elements for each output. It never writes to its operands, and
 * may return an operand's own elements.
 */
export type Kernel<K extends PrimitiveName> = <A>(call: Call<A, AttrsOf<K>>) => ReadonlyArray<Data<A>>

/**
 * A kernel looked up by the name of a node's op: which attributes it reads is no longer known to the type checker, and
 * the primitive's type rule has made sure that the node carries them.
 */
// biome-ignore lint/suspicious/noExplicitAny: the erasure of an op's attributes
export type AnyKernel = <A>(call: Call<A, any>) => ReadonlyArray<Data<A>>

/** A kernel that reads no attributes. */
export type PlainKernel = <A>(call: Call<A, unknown>) => ReadonlyArray<Data<A>>

/** An operand that a type rule has made sure of. */
export const operand = <A>(call: Call<A, unknown>, at: number): Value<A> => call.inputs[at] as Value<A>

/** The type of the first output. */
export const resultType = <A>(call: Call<A, unknown>): TensorType.TensorType => call.types[0] as TensorType.TensorType
