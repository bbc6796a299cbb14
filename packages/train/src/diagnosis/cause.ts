import type { PlannedOp, Value } from "./plan.ts"
import type { Replayed } from "./replay.ts"

type Kind = "nan" | "infinite"

/** What may be at fault, the likelier the lower: infinity that is given or written down may be meant so, as a mask's is. */
const ranks = { nanLeaf: 0, op: 1, infiniteLeaf: 2, constant: 3 } as const

interface Candidate {
  readonly value: Value
  readonly rank: number
}

/**
 * The value that is the reason why others are not finite: from these back along operands that are not finite, either,
 * to the first op that made NaN of what holds none, or infinity of what is finite; or to an input. NaN made of
 * infinities is the fault of the op that made those, unless they are constants, which are meant so.
 */
export const causeOf = (
  { ops, extentOf }: Pick<Replayed, "ops" | "extentOf">,
  decided: ReadonlyArray<Value>
): Value | undefined => {
  const has = (kind: Kind) => (value: Value) => extentOf(value)[kind] > 0
  const meant = meantIn(ops, has("infinite"))
  const isMeant = ({ at }: Value): boolean => meant.has(at)

  /** The operands that made a value what it is: none where it is the op's own doing. */
  const behind = ({ reads }: PlannedOp, kind: Kind): ReadonlyArray<Lead> => {
    const [nans, infinities] = [reads.filter(has("nan")), reads.filter(has("infinite"))]
    if (kind === "nan") return nans.length > 0 ? leads(nans, kind) : leads(infinities.filter(not(isMeant)), "infinite")
    if (infinities.length === 0) return leads(nans, "nan")
    const strange = infinities.filter(not(isMeant))
    return leads(strange.length > 0 ? strange : infinities, kind)
  }

  const candidates: Array<Candidate> = []
  const seen = new Set<string>()
  const pending = decided.flatMap((value) => [
    ...(has("nan")(value) ? leads([value], "nan") : []),
    ...(has("infinite")(value) ? leads([value], "infinite") : [])
  ])
  for (let lead = pending.pop(); lead !== undefined; lead = pending.pop()) {
    const { value, kind } = lead
    const key = `${value.at} ${value.output} ${kind}`
    if (seen.has(key)) continue
    seen.add(key)
    const op = ops[value.at] as PlannedOp
    const from = behind(op, kind)
    if (from.length === 0) candidates.push({ value, rank: rankOf(op, kind) })
    pending.push(...from)
  }
  const [first] = candidates.toSorted((a, b) => a.rank - b.rank || a.value.at - b.value.at)
  return first?.rank === ranks.constant ? readerOf(ops, first.value) : first?.value
}

/** A value to look behind, for one reason. */
interface Lead {
  readonly value: Value
  readonly kind: Kind
}

const leads = (values: ReadonlyArray<Value>, kind: Kind): Array<Lead> => values.map((value) => ({ value, kind }))

const not =
  <A>(holds: (value: A) => boolean) =>
  (value: A): boolean =>
    !holds(value)

const rankOf = ({ expr }: PlannedOp, kind: Kind): number => {
  if (expr.op.name === "constant") return ranks.constant
  if (expr.op.name !== "input") return ranks.op
  return kind === "nan" ? ranks.nanLeaf : ranks.infiniteLeaf
}

/** The ops that are infinite by nothing but constants. */
const meantIn = (ops: ReadonlyArray<PlannedOp>, isInfinite: (value: Value) => boolean): ReadonlySet<number> => {
  const meant = new Set<number>()
  for (const [at, { expr, reads }] of ops.entries()) {
    const infinities = reads.filter(isInfinite)
    const onlyMeant = infinities.length > 0 && infinities.every((value) => meant.has(value.at))
    if (expr.op.name === "constant" || onlyMeant) meant.add(at)
  }
  return meant
}

/** The op that reads a constant first: what is said of it says more than the constant. */
const readerOf = (ops: ReadonlyArray<PlannedOp>, constant: Value): Value => {
  const reader = ops.findIndex(({ reads }) => reads.some(({ at }) => at === constant.at))
  return reader < 0 ? constant : { at: reader, output: 0 }
}
