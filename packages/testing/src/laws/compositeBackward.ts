import { type AnyExpr, type Composite, project, topological } from "@residual/core"
import { applyBackward, backwardPass } from "@residual/graph"
import { applied, isFloat, randomLike, residualValues } from "./application.ts"
import { type Check, keyOf } from "./check.ts"
import { firstDifference, sameTolerance } from "./firstDifference.ts"

const outputsOf = (application: AnyExpr): ReadonlyArray<AnyExpr> => {
  const count = application.op.kind === "composite" ? Math.min(application.op.outputs, application.types.length) : 0
  return Array.from({ length: count }, (_, at) => project(application, at))
}

const isOwn = (backward: Composite["backward"]): boolean => typeof backward === "function" || backward === "recomputed"

/** The backward of each composite that has one of its own, or computes its body again, hands on what the one derived does. */
export const compositeBackward: Check = (subject, seed) => {
  const { outputs, bound } = applied(subject)
  const everywhere = topological(outputs, (expr) => [...expr.inputs, ...expr.body])
  for (const application of everywhere) {
    if (application.op.kind !== "composite" || !isOwn(application.op.backward)) continue
    const values = outputsOf(application)
    if (!values.some(isFloat)) continue
    const r = randomLike("r", values.filter(isFloat), keyOf(seed, application.op.name))
    const given = values.map((value) =>
      isFloat(value) ? (r.exprs[values.filter(isFloat).indexOf(value)] as AnyExpr) : null
    )
    const wanted = application.inputs.filter(isFloat)
    const own = applyBackward(application, given, isFloat)
    const seeds = given.flatMap((residual, at) =>
      residual === null ? [] : [{ value: application.body[at] as AnyExpr, residual }]
    )
    const derived = backwardPass(seeds, wanted, { cut: true })
    const at = { ...bound, ...r.bound }
    const distinct = wanted.filter((value, place) => wanted.indexOf(value) === place)
    if (distinct.length < wanted.length) continue
    const defect = firstDifference(
      `the backward of ${application.op.name} is not the one derived from its body`,
      residualValues(
        wanted.map((value) => own[application.inputs.indexOf(value)] ?? null),
        wanted,
        at
      ),
      residualValues(wanted.map(derived.residual), wanted, at),
      sameTolerance
    )
    if (defect !== undefined) return defect
  }
  return undefined
}
