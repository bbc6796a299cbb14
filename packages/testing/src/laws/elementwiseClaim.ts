import { type AnyExpr, project, Shape, TensorType, topological } from "@residual/core"
import { exactly } from "../evaluation.ts"
import { applied, isFloat } from "./application.ts"
import type { Check } from "./check.ts"

/** An op that says it is elementwise keeps the shape, and each output element follows the input elements at its place. */
export const elementwiseClaim: Check = (subject) => {
  const { outputs, bound } = applied(subject)
  for (const application of topological(outputs, (expr) => [...expr.inputs, ...expr.body])) {
    if (!application.op.elementwise) continue
    const { shape } = application.type
    const types = [...application.inputs.map(({ type }) => type), ...application.types]
    const other = types.find((type) => !Shape.equals(type.shape, shape))
    if (other !== undefined)
      return `${application.op.name} is not elementwise: it reads or makes ${TensorType.print(other)}`
    const spread = spreadOf(application, bound)
    if (spread !== undefined) return spread
  }
  return undefined
}

/** Moves one element of each operand, and looks for another one of the result that moves with it. */
const spreadOf = (application: AnyExpr, bound: Parameters<ReturnType<typeof exactly>>[0]): string | undefined => {
  const size = Shape.size(application.type.shape)
  if (
    size < 2 ||
    application.inputs.length === 0 ||
    !application.inputs.every((input) => input.op.name === "input" && isFloat(input))
  ) {
    return undefined
  }
  const evaluate = exactly([project(application, 0)])
  const [before] = evaluate(bound) as readonly [ArrayLike<number>]
  const moved = Object.fromEntries(
    application.inputs.map(({ attrs }) => {
      const { name } = attrs as { readonly name: string }
      const values = Array.from(bound[name] as ArrayLike<number>)
      return [name, values.map((value, at) => (at === 0 ? (values[1] as number) : value))]
    })
  )
  const [after] = evaluate({ ...bound, ...moved }) as readonly [ArrayLike<number>]
  const changed = Array.from({ length: size - 1 }, (_, at) => at + 1).find((at) => !Object.is(before[at], after[at]))
  return changed === undefined
    ? undefined
    : `${application.op.name} is not elementwise: element 0 moves element ${changed}`
}
