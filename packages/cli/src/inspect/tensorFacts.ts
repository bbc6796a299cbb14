import { Tensor } from "@residual/backends"
import { Shape, TensorType } from "@residual/core"
import * as Schema from "effect/Schema"

/** A tensor of a file: its type, and what its elements are like; infinite ones and those that are no number are counted. */
export const TensorFacts = Schema.Struct({
  event: Schema.Literal("tensor"),
  name: Schema.String,
  type: Schema.String,
  elements: Schema.Int,
  /** Of the finite elements; `null` where there are none. */
  mean: Schema.NullOr(Schema.Finite),
  deviation: Schema.NullOr(Schema.Finite),
  least: Schema.NullOr(Schema.Finite),
  most: Schema.NullOr(Schema.Finite),
  notFinite: Schema.Int
})

export type TensorFacts = typeof TensorFacts.Type

/** What there is to tell of a tensor. */
export const factsOf = (name: string, tensor: Tensor.Tensor): TensorFacts => {
  const values = Tensor.toTypedArray(tensor)
  let [count, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    count++
    sum += value
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const mean = sum / count
  let squares = 0
  for (const value of values) if (Number.isFinite(value)) squares += (value - mean) ** 2
  const told = (value: number): number | null => (count === 0 ? null : value)
  return {
    event: "tensor",
    name,
    type: TensorType.print(tensor.type),
    elements: Shape.size(tensor.type.shape),
    mean: told(mean),
    deviation: told(Math.sqrt(squares / count)),
    least: told(least),
    most: told(most),
    notFinite: values.length - count
  }
}
