import type { AttentionShape, MatrixOperand } from "../../../kernel/attention/attentionShape.ts"
import { add, constant, type Index } from "../../../kernel/indexExpression.ts"
import type { ValueAccess } from "../../wgsl/kernel.ts"
import type { KernelValues } from "../kernelValues.ts"
import type { BlockPlan } from "./blockPlan.ts"
import type { Counters } from "./counters.ts"
import type { Head } from "./heads.ts"
import { numberText } from "./matrixText.ts"
import type { ThreadNames } from "./rowWalk.ts"
import { ofFour } from "./weights.ts"

/** Which rows a row meets, where queries read keys; four at a time, from `place` on. */
export interface Meetings {
  /** Statements that must stand before the others. */
  readonly before: ReadonlyArray<string>
  /** The rows that any row of the block meets. */
  readonly from: string
  readonly to: string
  /** The rows that any row of a quad of threads meets, one by one. */
  readonly ofQuad: { readonly from: string; readonly to: string }
  /** Whether the row meets any of the four; always where undefined. */
  readonly meets: string | undefined
  /** Which of the four rows there are, and which of them the row meets; all where undefined. */
  readonly exist: string | undefined
  readonly met: (access: ValueAccess) => string | undefined
  /** Whether a row that is there, `place` itself, is met, beyond what `meets` says of it; always where undefined. */
  readonly metAlone: (access: ValueAccess) => string | undefined
}

/** What meetings depend on; the head is that of the mask's matrix. */
export interface MeetingsOf {
  readonly shape: AttentionShape
  readonly plan: BlockPlan
  readonly block: string
  readonly names: ThreadNames
  readonly mask: MatrixOperand | undefined
  readonly head: Head
  readonly counters: Counters
  readonly values: KernelValues
}

const four = ofFour((at) => `place + ${at}`, "vec4i")

/** All conditions, where there are any. */
const every = (...conditions: ReadonlyArray<string | undefined>): string | undefined => {
  const present = conditions.filter((condition) => condition !== undefined)
  return present.length === 0 ? undefined : present.map((condition) => `(${condition})`).join(" & ")
}

/** The `at`-th row from `place` on, or the last one where there are less: one that can be looked up. */
export const lookedUp = (counters: Counters, place: Index, at: number, count: number): Index => {
  const row = add(place, constant(at))
  return count % 4 === 0 || at === 0 ? row : counters.counter(`min(${counters.text(row)}, ${count - 1})`, count)
}

/** The keys that a query reads: the row is a query. */
export const keysOfQuery = (of: MeetingsOf): Meetings => {
  const { shape, plan, block, names, counters } = of
  const { queries, keys, causal } = shape
  const exist = keys % 4 === 0 ? undefined : `${four} < vec4i(${keys})`
  const read = maskText(of)
  const masked = (access: ValueAccess) =>
    read && ofFour((at) => read(access, names.row, lookedUp(counters, names.place, at, keys)), "vec4<bool>")
  const metAlone = (access: ValueAccess) => read?.(access, names.row, names.place)
  if (!causal) {
    const isEven = keys % (4 * plan.lanes * plan.steps) === 0
    const meets = isEven ? undefined : `place < ${keys}`
    return {
      before: [],
      from: "0",
      to: `${keys}`,
      ofQuad: { from: "0", to: `${keys}` },
      meets,
      exist,
      met: (access) => every(exist, masked(access)),
      metAlone
    }
  }
  return {
    before: [`let end = row + ${keys - queries + 1};`],
    from: "0",
    to: `min(${keys}, (${block} + 1) * ${plan.rows} + ${keys - queries})`,
    ofQuad: { from: "0", to: `min(${keys}, ${block} * ${plan.rows} + (line | 3) + ${keys - queries + 1})` },
    meets: "place < end",
    exist,
    met: (access) => every(`${four} < vec4i(end)`, masked(access)),
    metAlone
  }
}

/** The queries that read a key: the row is a key. */
export const queriesOfKey = (of: MeetingsOf): Meetings => {
  const { shape, plan, block, names, counters } = of
  const { queries, keys, causal } = shape
  const places = 4 * plan.lanes * plan.steps
  const exist = queries % 4 === 0 ? undefined : `${four} < vec4i(${queries})`
  const read = maskText(of)
  const masked = (access: ValueAccess) =>
    read && ofFour((at) => read(access, lookedUp(counters, names.place, at, queries), names.row), "vec4<bool>")
  const isThere = queries % places === 0 ? [] : [`place < ${queries}`]
  const meets = [...(causal ? ["place + 3 >= start"] : []), ...isThere]
  const since = causal ? `${four} >= vec4i(start)` : undefined
  return {
    before: causal ? [`let start = row - ${keys - queries};`] : [],
    from: causal ? `max(0, ${block} * ${plan.rows} - ${keys - queries}) / ${places} * ${places}` : "0",
    to: `${queries}`,
    ofQuad: {
      from: causal ? `max(0, ${block} * ${plan.rows} + (line & -4) - ${keys - queries})` : "0",
      to: `${queries}`
    },
    meets: meets.length === 0 ? undefined : meets.join(" && "),
    exist,
    met: (access) => every(exist, since, masked(access)),
    metAlone: (access) => every(causal ? "place >= start" : undefined, read?.(access, names.place, names.row))
  }
}

const maskText = ({ mask, head, counters, values }: MeetingsOf) =>
  mask === undefined ? undefined : numberText(counters, values, mask, head, "bool")
