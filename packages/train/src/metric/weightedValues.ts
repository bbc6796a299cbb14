import { Tensor } from "@residual/backends"
import { Shape } from "@residual/core"
import type { BatchResult } from "./metric.ts"
import { MetricError } from "./metricError.ts"

/** The tensor of a name, of what a step gave or of what it was given. */
export const named = (
  metric: string,
  what: "output" | "input",
  values: Readonly<Record<string, Tensor.Tensor>>,
  name: string
): Tensor.Tensor => {
  const value = values[name]
  if (value !== undefined) return value
  const there = Object.keys(values).join(", ") || "none"
  throw new MetricError({ metric, reason: `there is no ${what} "${name}"; there are ${there}` })
}

/**
 * The weight of each element of a shape: that of the row, or of the part of a row, that it lies in; 1 where a batch has no
 * weights. The axes of weights are the first ones of the shape.
 */
export const weightsOf = (metric: string, { batch }: BatchResult, shape: Shape.Shape): ((at: number) => number) => {
  const { weights } = batch
  if (weights === undefined) return () => 1
  const axes = weights.type.shape.length
  if (!Shape.equals(weights.type.shape, shape.slice(0, axes))) {
    const reason = `weights of shape [${weights.type.shape}] do not fit targets of shape [${shape}]`
    throw new MetricError({ metric, reason })
  }
  const elements = Tensor.toTypedArray(weights)
  const each = Shape.size(shape.slice(axes))
  return (at) => {
    const weight = elements[Math.floor(at / each)] as number
    if (weight >= 0) return weight
    throw new MetricError({ metric, row: rowOf(at, shape), reason: `its weight is ${weight}` })
  }
}

/** Which row of a batch an element of a shape is in. */
export const rowOf = (at: number, shape: Shape.Shape): number => Math.floor(at / Shape.size(shape.slice(1)))
