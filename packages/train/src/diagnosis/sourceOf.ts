import type { Origin } from "../step/origins.ts"
import { scalarOf } from "../step/scalarInput.ts"
import type { TracedStep } from "../step/traced.ts"
import type { OpSource, ValueSource } from "./nonFiniteReport.ts"
import type { Plan, PlannedOp, Value } from "./plan.ts"

type Names = Pick<TracedStep, "origins" | "parameters" | "states">

/** Where a value of a plan comes from. */
export const sourceOf = ({ ops }: Plan, value: Value, names: Names): ValueSource => {
  const { expr, within } = ops[value.at] as PlannedOp
  if (expr.op.name === "constant") return { kind: "constant" }
  if (expr.op.name === "input") {
    const { name, binding } = expr.attrs as { readonly name: string; readonly binding: string }
    const scalar = scalarOf(name)
    if (scalar !== undefined) return { kind: "scalar", name: scalar }
    if (binding !== "slot") return { kind: "input", name }
    return { kind: names.parameters.has(name) ? "parameter" : names.states.has(name) ? "state" : "slot", name }
  }
  const place = placeOf(names.origins.get(within[0] ?? expr))
  return { kind: "op", op: expr.op.name, within: within.map(({ op }) => op.name), ...place }
}

/** The source of an operand, behind the ops that only move or convert it. */
export const sourceBehind = (plan: Plan, value: Value, names: Names): ValueSource => {
  const { expr, reads } = plan.ops[value.at] as PlannedOp
  const [moved] = reads
  return moved !== undefined && movements.has(expr.op.name)
    ? sourceBehind(plan, moved, names)
    : sourceOf(plan, value, names)
}

/** Ops whose result has no other numbers than their operand. */
const movements: ReadonlySet<string> = new Set(["reshape", "transpose", "broadcast", "slice", "window", "barrier"])

const placeOf = (origin: Origin | undefined): Pick<OpSource, "pass" | "path" | "of"> => {
  switch (origin?.pass) {
    case undefined:
      return { pass: "update", path: undefined, of: undefined }
    case "forward":
      return { pass: "forward", path: origin.path, of: undefined }
    case "backward":
      return { pass: "backward", path: origin.path, of: origin.of }
    case "gradient":
      return { pass: "backward", path: origin.parameter, of: undefined }
  }
}
