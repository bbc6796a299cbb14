import { add, constant, type Index, scale } from "../../../kernel/indexExpression.ts"
import type { ValueAccess } from "../../wgsl/kernel.ts"
import { block } from "../loopText.ts"
import type { BlockPlan, Tile } from "./blockPlan.ts"
import type { Counters } from "./counters.ts"
import { digitsText } from "./digits.ts"
import type { Rows } from "./matrixText.ts"

/** Rows of an operand under a name of their own. */
export interface NamedRows {
  readonly name: string
  readonly rows: Rows
}

/** The product of a thread's row of one operand with each of four rows of another, as a vector. */
export interface RowProduct {
  readonly name: string
  readonly held: NamedRows
  readonly met: NamedRows
}

/** A row that a thread adds up: of rows that it meets, by weights, a vector of which each step computes. */
export interface RowSum {
  readonly name: string
  readonly weights: string
  readonly met: NamedRows
}

/** A block of rows and what each of them does with the rows that it meets. */
export interface RowWalk {
  readonly plan: BlockPlan
  readonly counters: Counters
  readonly names: ThreadNames
  readonly held: ReadonlyArray<NamedRows>
  readonly met: ReadonlyArray<NamedRows>
  readonly products: ReadonlyArray<RowProduct>
  readonly sums: ReadonlyArray<RowSum>
  /** How many rows there are to be met, and which of them the block meets: from a multiple of the tiles' rows on. */
  readonly count: number
  readonly from: string
  readonly to: string
  /** Which of them a quad of threads meets, where it meets them one by one. */
  readonly ofQuad: { readonly from: string; readonly to: string }
  /** Whether the row meets any of the four from `place` on. */
  readonly meets: string | undefined
  /** Whether threads of a subgroup may hand each other numbers. */
  readonly subgroups: boolean
  /** Statements that compute weights from products, with those four. */
  readonly weigh: (access: ValueAccess) => ReadonlyArray<string>
  /** The same with one row: products and weights are numbers. */
  readonly weighAlone: (access: ValueAccess) => ReadonlyArray<string>
}

/** Which row a thread computes, and which part of it. */
export interface ThreadNames {
  /** The row, or the last one where a block is longer. */
  readonly row: Index
  readonly slice: Index
  /** The first of four rows that are met. */
  readonly place: Index
  readonly text: ReadonlyArray<string>
}

/** Statements that tell a thread its part, given which block of rows its workgroup computes. */
export const threadNames = (
  counters: Counters,
  plan: BlockPlan,
  block: string,
  rows: number,
  met: number
): ThreadNames => {
  const { slices, lanes } = plan
  const own = `${block} * ${plan.rows} + line`
  return {
    row: counters.counter("row", rows),
    slice: slices === 1 ? constant(0) : counters.counter("slice", slices),
    place: counters.counter("place", met),
    text: [
      ...digitsText("thread", [
        ["lane", lanes],
        ["slice", slices],
        ["line", plan.rows]
      ]),
      `let row = ${rows % plan.rows === 0 ? own : `min(${own}, ${rows - 1})`};`
    ]
  }
}

const barrier = "workgroupBarrier();"

const threadsOf = ({ rows, slices, lanes }: BlockPlan): number => rows * slices * lanes

/** How many vectors of a row one thread has, some of which may be beyond its end. */
const shareOf = ({ rows: { vectors } }: NamedRows, { slices }: BlockPlan): number => Math.ceil(vectors / slices)

/**
 * Statements for each of so many vectors, given its number. A loop of so few turns is written out by a GPU's compiler, where
 * vectors can stay in registers so; written out here, it would take compilers for processors several times as long.
 */
export const eachVector = (count: number, lines: (at: string) => ReadonlyArray<string>): ReadonlyArray<string> =>
  count === 0 ? [] : count === 1 ? block("", lines("0")) : block(`for (var v = 0; v < ${count}; v++)`, lines("v"))

/** The vector of a thread's own that `eachVector` is at, by its number among all of the row. */
const vectorAt = ({ names, plan, counters }: RowWalk, count: number): Index =>
  count === 1 ? names.slice : add(names.slice, scale(counters.counter("v", count), plan.slices))

/** The array that a sum is in, in a thread, and how many vectors it has. */
export const sumShare = (plan: BlockPlan, { met }: RowSum): number => shareOf(met, plan)

/** Statements that read a thread's row of every operand, and set its sums to zero. */
export const heldText = (walk: RowWalk, access: ValueAccess): ReadonlyArray<string> => [
  ...walk.held.flatMap((held) => {
    const count = shareOf(held, walk.plan)
    const load = (at: string) => held.rows.load(access, `${held.name}[${at}]`, walk.names.row, vectorAt(walk, count))
    return [...declared(held.name, count), ...eachVector(count, load)]
  }),
  ...walk.sums.flatMap((sum) => declared(sum.name, sumShare(walk.plan, sum)))
]

const declared = (name: string, count: number): ReadonlyArray<string> =>
  count === 0 ? [] : [`var ${name}: array<vec4f, ${count}>;`]

/** So many vectors a thread may hold, those of rows that it meets among them, where it meets them one by one. */
const mostHeldAlone = 48

/** Whether a thread can keep the rows that it meets while it needs them: then it reads each of them once. */
const meetsOneByOne = ({ plan, held, sums, products }: RowWalk): boolean => {
  const isAlone = plan.tiles === undefined && plan.slices * plan.lanes === 1
  const kept = products.filter((product) => sums.some((sum) => sum.met === product.met)).map((product) => product.met)
  const all = [...held, ...sums.map((sum) => sum.met), ...kept]
  return isAlone && all.reduce((count, rows) => count + shareOf(rows, plan), 0) <= mostHeldAlone
}

/** Whether threads hand each other parts of rows that they meet. */
export const handsOver = (walk: RowWalk): boolean => walk.subgroups && meetsOneByOne(walk)

/** Statements in which rows meet all that they have to, one by one. */
const meetAlone = (walk: RowWalk, access: ValueAccess): ReadonlyArray<string> => {
  const { plan, ofQuad, met, meets, products, sums, weighAlone } = walk
  const first = met.filter((rows) => products.some((product) => product.met === rows))
  const later = met.filter((rows) => !first.includes(rows) && sums.some((sum) => sum.met === rows))
  const multiplied = products.map(({ name, held, met: other }) => {
    const parts = counted(shareOf(held, plan)).map((at) => `dot(${held.name}[${at}], ${vectorName(other, at)})`)
    return `let ${name} = ${parts.join(" + ")};`
  })
  const summed = sums.flatMap(({ name, weights, met: other }) =>
    counted(shareOf(other, plan)).map((at) => `${name}[${at}] += ${weights} * ${vectorName(other, at)};`)
  )
  const weighed = weighAlone(access)
  const whereMet = (...lines: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
    meets === undefined ? lines.flat() : block(`if (${meets})`, lines.flat())
  const read = (rows: NamedRows) => readText(walk, access, rows)
  return block(
    `for (var place = ${ofQuad.from}; place < ${ofQuad.to}; place++)`,
    walk.subgroups
      ? // Whether a thread's own row meets another or not, its neighbours need the part that it reads.
        [...[...first, ...later].flatMap(read), ...whereMet(multiplied, weighed, summed)]
      : whereMet(first.flatMap(read), multiplied, weighed, later.flatMap(read), summed)
  )
}

/** A vector of the row that is met. */
const vectorName = ({ name }: NamedRows, at: number): string => `${name}${at}OfOther`

/** So many threads hand each other what they read. */
const quad = 4

/** Statements that read the row that is met: all of it, or every fourth of its vectors where the quad's threads share it. */
const readText = (walk: RowWalk, access: ValueAccess, rows: NamedRows): ReadonlyArray<string> => {
  const { names, counters, subgroups } = walk
  const read = (name: string, vector: Index): ReadonlyArray<string> => {
    const loaded = rows.rows.load(access, name, names.place, vector)
    return isConstant(name, loaded) ? [`let ${loaded[0]}`] : [`var ${name} = vec4f();`, ...loaded]
  }
  return counted(shareOf(rows, walk.plan)).flatMap((at) => {
    if (!subgroups) return read(vectorName(rows, at), constant(at))
    const part = `${rows.name}Part${Math.floor(at / quad)}`
    const own = add(counters.counter("(thread & 3)", quad), constant(at))
    return [
      ...(at % quad === 0 ? read(part, own) : []),
      `let ${vectorName(rows, at)} = quadBroadcast(${part}, ${at % quad}u);`
    ]
  })
}

const counted = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)

/** Whether statements that set a variable are one assignment: then they make a constant, which costs less to keep. */
const isConstant = (name: string, lines: ReadonlyArray<string>): boolean =>
  lines.length === 1 && lines[0]?.startsWith(`${name} = `) === true

/** Statements in which rows meet all that they have to. */
export const meetText = (walk: RowWalk, access: ValueAccess): ReadonlyArray<string> => {
  if (meetsOneByOne(walk)) return meetAlone(walk, access)
  const { plan, from, to, products, met, sums, weigh } = walk
  const { slices, lanes, steps, tiles } = plan
  const places = 4 * lanes * steps
  const staged = tiles?.flatMap((tile, at) => tileText(walk, access, met[at] as NamedRows, tile)) ?? []
  const inSteps = (...lines: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
    const place = [`let step = ${steps === 1 ? "lane" : `lane + ${lanes} * part`};`, "let place = first + 4 * step;"]
    const met = walk.meets === undefined ? lines.flat() : block(`if (${walk.meets})`, lines.flat())
    return block(`for (var part = 0; part < ${steps}; part++)`, [...place, ...met])
  }
  const summed = sums.flatMap((sum) => sumText(walk, access, sum))
  const multiplied = products.map((product) => productText(walk, access, product))
  const wait = staged.length > 0 || slices > 1 ? [barrier] : []
  const handedOver = (at: number): string =>
    `${plan.exchange} + (part * ${products.length} + ${at}) * ${threadsOf(plan)}`
  const body =
    slices === 1
      ? inSteps(multiplied.flat(), weigh(access), summed)
      : [
          ...inSteps(
            products.flatMap(({ name }, at) => [
              ...(multiplied[at] ?? []),
              `tiles[${handedOver(at)} + thread] = ${name};`
            ])
          ),
          barrier,
          ...inSteps(
            products.flatMap(({ name }, at) => [
              `var ${name} = vec4f();`,
              ...block(`for (var other = 0; other < ${slices}; other++)`, [
                `${name} += tiles[${handedOver(at)} + line + (lane * ${slices} + other) * ${plan.rows}];`
              ])
            ]),
            weigh(access),
            summed
          )
        ]
  return block(`for (var first = ${from}; first < ${to}; first += ${places})`, [
    ...staged,
    ...(staged.length > 0 ? [barrier] : []),
    ...body,
    ...wait
  ])
}

/** Statements that copy rows into shared memory, all threads together. */
const tileText = (
  { plan, counters, count }: RowWalk,
  access: ValueAccess,
  { rows }: NamedRows,
  { offset, stride, vectors }: Tile
): ReadonlyArray<string> => {
  if (vectors === 0) return []
  const places = 4 * plan.lanes * plan.steps
  const digits = [
    ["to", places],
    ["vector", vectors]
  ] as const
  const loaded = rows.load(
    access,
    "loaded",
    counters.counter("(first + to)", count),
    counters.counter("vector", vectors)
  )
  return block(`for (var at = thread; at < ${places * vectors}; at += ${threadsOf(plan)})`, [
    ...digitsText("at", rows.isTransposed ? digits.toReversed() : digits),
    "var loaded = vec4f();",
    ...(count % places === 0 ? loaded : block(`if (first + to < ${count})`, loaded)),
    `tiles[${offset} + to * ${stride} + vector] = loaded;`
  ])
}

/** Statements that multiply a thread's part of its row with that of each of four others. */
const productText = (walk: RowWalk, access: ValueAccess, { name, held, met }: RowProduct): ReadonlyArray<string> => [
  `var ${name} = vec4f();`,
  ...eachMet(walk, access, met, (vector) => [
    "var products = vec4f();",
    ...eachVector(shareOf(held, walk.plan), (at) => [
      ...vector(at).before,
      `products += ${held.name}[${at}] * ${vector(at).text};`
    ]),
    `${name}[nth] = (products.x + products.y) + (products.z + products.w);`
  ])
]

/** Statements that add four rows, each times its weight, to a sum. */
const sumText = (walk: RowWalk, access: ValueAccess, { name, weights, met }: RowSum): ReadonlyArray<string> =>
  eachMet(walk, access, met, (vector) => [
    `let weight = ${weights}[nth];`,
    ...eachVector(shareOf(met, walk.plan), (at) => [
      ...vector(at).before,
      `${name}[${at}] += weight * ${vector(at).text};`
    ])
  ])

/** A vector of a row that is met, and what must stand before it. */
type MetVector = (at: string) => { readonly before: ReadonlyArray<string>; readonly text: string }

/** Statements for each of the four rows of a step, given a thread's vectors of it by their numbers. */
const eachMet = (
  walk: RowWalk,
  access: ValueAccess,
  met: NamedRows,
  lines: (vector: MetVector) => ReadonlyArray<string>
): ReadonlyArray<string> => {
  const { plan, names, counters, count } = walk
  const tile = plan.tiles?.[walk.met.indexOf(met)]
  const each = "for (var nth = 0; nth < 4; nth++)"
  if (tile !== undefined) {
    const slice = plan.slices === 1 ? "" : " + slice"
    const start = `let start = ${tile.offset} + (4 * step + nth) * ${tile.stride}${slice};`
    return block(each, [
      start,
      ...lines((at) => ({
        before: [],
        text: `tiles[start + ${at === "0" ? at : plan.slices === 1 ? at : `${plan.slices} * ${at}`}]`
      }))
    ])
  }
  const row = add(names.place, counters.counter("nth", 4))
  const isThere = `if (${counters.text(row)} < ${count})`
  return block(
    each,
    lines(() => {
      const loaded = met.rows.load(access, "own", row, vectorAt(walk, shareOf(met, plan)))
      if (count % 4 === 0 && isConstant("own", loaded)) return { before: [`let ${loaded[0]}`], text: "own" }
      return { before: ["var own = vec4f();", ...(count % 4 === 0 ? loaded : block(isThere, loaded))], text: "own" }
    })
  )
}
