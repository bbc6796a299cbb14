/** A case that is measured: everything of it that needs no framework. */
export interface Case {
  readonly name: string
  readonly workload: string
  /** What one unit is. */
  readonly title: string
  /** Floating-point operations of a unit, a fused multiply-add counting as two: those of its products, where it has some. */
  readonly operations: number
  /** How much a unit does, and of what: so much a second is the rate. */
  readonly work?: { readonly amount: number; readonly unit: string }
  /** The loss of the first step, which depends on no system. */
  readonly firstLoss?: number
  /** The tokens that are chosen, which depend on none either. */
  readonly tokens?: ReadonlyArray<number>
  /** Cases of this framework's own, which the others have nothing beside. */
  readonly own?: true
}

const matmul = <const Size extends number>(size: Size) => ({
  name: `W1-${size}` as const,
  workload: "W1",
  title: `product of two matrices ${size}×${size}`,
  operations: 2 * size ** 3,
  work: { amount: 2e-9 * size ** 3, unit: "GFLOP/s" }
})

/** Forward, an element is read and written once; with its backward, two results are written and four operands read. */
const rowwise = <const Name extends string>(name: Name, title: string, elements: number) =>
  [
    {
      name: `W2-${name}-forward`,
      workload: "W2",
      title: `${title}, forward`,
      operations: 20 * elements,
      work: { amount: 8e-9 * elements, unit: "GB/s" }
    },
    {
      name: `W2-${name}-backward`,
      workload: "W2",
      title: `${title}, forward and backward`,
      operations: 50 * elements,
      work: { amount: 20e-9 * elements, unit: "GB/s" }
    }
  ] as const

const training = <const Name extends string>(name: Name, title: string, operations: number, firstLoss: number) => ({
  name,
  workload: name.slice(0, 2),
  title,
  operations,
  work: { amount: operations * 1e-9, unit: "GFLOP/s" },
  firstLoss
})

const repeated = (token: number, count: number): ReadonlyArray<number> => new Array<number>(count).fill(token)

/** What the small GPT says before it has learned anything. */
const tokens = [1, ...repeated(29, 16), ...repeated(20, 47)]

/** Whatever is measured, in the order in which it is. */
export const caseList = [
  matmul(64),
  matmul(128),
  matmul(256),
  matmul(512),
  matmul(1024),
  ...rowwise("gelu", "gelu(x·a + b) of 2²⁰ elements", 2 ** 20),
  ...rowwise("softmax", "softmax of 1024 rows of 1024", 1024 * 1024),
  ...rowwise("layernorm", "layer norm of 1024 rows of 768", 1024 * 768),
  training("W3-adam", "MLP 784-512-256-10, batch 128, Adam step", 308e6, 2.33321),
  training("W3-sgd", "MLP 784-512-256-10, batch 128, SGD step", 308e6, 2.33321),
  training("W4-sgd", "MLP 2-16-16-1, batch 32, SGD step", 60e3, 0.312828),
  training("W4-adam", "MLP 2-16-16-1, batch 32, Adam step", 60e3, 0.312828),
  { ...training("W4-fit", "the same SGD step in `fit`", 60e3, 0.312828), own: true },
  { name: "W4-empty-run", workload: "W4", title: "`run` of that step, computing nothing", operations: 0, own: true },
  { name: "W4-empty-fit", workload: "W4", title: "that step in `fit`, computing nothing", operations: 0, own: true },
  training("W5-small", "GPT of 4 layers, width 128, context 64, batch 12, AdamW step", 3.96e9, 4.2081),
  training("W5-big", "GPT of 6 layers, width 384, context 256, batch 4, AdamW step", 72.6e9, 4.28255),
  training("W6-lenet", "LeNet, batch 64, SGD step", 145e6, 2.32722),
  {
    name: "W7-decode",
    workload: "W7",
    title: "64 tokens of the small GPT, greedy, batch 1",
    operations: 110e6,
    work: { amount: 64, unit: "tokens/s" },
    tokens
  },
  {
    name: "W7-generate",
    workload: "W7",
    title: "the same by `generate`",
    operations: 160e6,
    work: { amount: 64, unit: "tokens/s" },
    tokens,
    own: true
  }
] as const satisfies ReadonlyArray<Case>

/** The name of a case. */
export type CaseName = (typeof caseList)[number]["name"]

/** The cases that words choose: a name's beginning up to a dash stands for all that begin so; no words, for all. */
export const casesOf = (words: ReadonlyArray<string>): ReadonlyArray<Case> =>
  words.length === 0
    ? caseList
    : caseList.filter(({ name }) => words.some((word) => name === word || name.startsWith(`${word}-`)))

/** The first word that chooses nothing. */
export const unknownWord = (words: ReadonlyArray<string>): string | undefined =>
  words.find((word) => casesOf([word]).length === 0)
