import type { Id } from "@residual/graph"
import type { ValueAccess } from "../../wgsl/kernel.ts"
import type { KernelValues } from "../kernelValues.ts"
import { block } from "../loopText.ts"
import type { BlockPlan } from "./blockPlan.ts"
import { digitsText } from "./digits.ts"
import { eachVector } from "./rowWalk.ts"

/** A sum of every row of a block, and where it is stored: row by row, matrix by matrix. */
export interface StoredSum {
  /** The array of a thread that is its part of a row, and how many vectors it has. */
  readonly name: string
  readonly count: number
  readonly width: number
  /** The number of what is written among the kernel's values, and whether it is written in vectors. */
  readonly value: number
  readonly isWhole: boolean
}

/** A sum that becomes a value of rows of this width; `vectors` says whether it may be written in vectors. */
export const storedSum = (
  values: KernelValues,
  id: Id,
  name: string,
  count: number,
  width: number,
  vectors: boolean
): StoredSum => {
  const isWhole = vectors && width % 4 === 0
  return { name, count, width, isWhole, value: values.write(id, "f32", isWhole) }
}

/** Which rows these are: how many there are in a matrix, and the numbers of the matrix and the block. */
export interface BlockPlace {
  readonly rows: number
  readonly matrix: string
  readonly block: string
}

const barrier = "workgroupBarrier();"

/** Statements that add up what the lanes of each row have, in order, and store it, neighbours by neighbouring threads. */
export const storeSums = (
  plan: BlockPlan,
  place: BlockPlace,
  sums: ReadonlyArray<StoredSum>,
  access: ValueAccess
): ReadonlyArray<string> => {
  if (plan.shared === 0) return sums.flatMap((sum) => ownSum(plan, place, sum, access))
  const ofLane = plan.rows * plan.slices
  const threads = ofLane * plan.lanes
  const most = Math.floor(plan.shared / threads)
  const lines = sums.flatMap((sum) => {
    const rounds = Array.from({ length: Math.ceil(sum.count / most) }, (_, at) => at * most)
    return rounds.flatMap((from) => {
      const count = Math.min(most, sum.count - from)
      return [
        ...eachVector(count, (at) => [`tiles[${at} * ${threads} + thread] = ${sum.name}[${from} + ${at}];`]),
        barrier,
        ...block(`for (var at = thread; at < ${count * ofLane}; at += ${threads})`, [
          ...digitsText("at", [
            ["line", plan.rows],
            ["vector", count],
            ["part", plan.slices]
          ]),
          `let start = vector * ${threads} + part * ${plan.rows} + line;`,
          "var total = tiles[start];",
          ...(plan.lanes === 1
            ? []
            : block(`for (var other = 1; other < ${plan.lanes}; other++)`, [
                `total += tiles[start + other * ${ofLane}];`
              ])),
          ...storeText(plan, place, sum, `part + (vector + ${from}) * ${plan.slices}`, access)
        ]),
        barrier
      ]
    })
  })
  // What is read last, nothing is written over.
  return lines.slice(0, -1)
}

/** Statements that store the row of a thread, which has all of it. */
const ownSum = (plan: BlockPlan, place: BlockPlace, sum: StoredSum, access: ValueAccess): ReadonlyArray<string> =>
  eachVector(sum.count, (at) => [`let total = ${sum.name}[${at}];`, ...storeText(plan, place, sum, at, access)])

/** Statements that store a vector, `total`, of the row that is at a line of the block. */
const storeText = (
  plan: BlockPlan,
  { rows, matrix, block: ofBlock }: BlockPlace,
  { count, width, value, isWhole }: StoredSum,
  vector: string,
  access: ValueAccess
): ReadonlyArray<string> => {
  const vectors = Math.ceil(width / 4)
  const conditions = [
    ...(rows % plan.rows === 0 ? [] : [`row < ${rows}`]),
    ...(count * plan.slices === vectors ? [] : [isWhole ? `${vector} < ${vectors}` : `column < ${width}`])
  ]
  const start = `(${matrix} * ${rows} + row)`
  const element = (at: number): string =>
    access.store(value, `${start} * ${width} + column${at === 0 ? "" : ` + ${at}`}`, `total.${"xyzw"[at]}`)
  const stores = isWhole
    ? [access.store(value, `${start} * ${vectors} + ${vector}`, "total")]
    : [0, 1, 2, 3].flatMap((at) =>
        width % 4 === 0 || at === 0 ? [element(at)] : block(`if (column + ${at} < ${width})`, [element(at)])
      )
  return [
    `let row = ${ofBlock} * ${plan.rows} + line;`,
    ...(isWhole ? [] : [`let column = 4 * (${vector});`]),
    ...(conditions.length === 0 ? stores : block(`if (${conditions.join(" && ")})`, stores))
  ]
}
