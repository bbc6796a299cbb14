import type { KernelProfile, Profile } from "./profile.ts"

/**
 * How a profile is printed.
 *
 * ```ts
 * import type { PrintProfileOptions } from "@residual/backends"
 * const short: PrintProfileOptions = { grouped: true }
 * short.grouped // => true
 * ```
 */
export interface PrintProfileOptions {
  /** Whether kernels that are alike, those of a model's equal layers, share a line: not so by default. */
  readonly grouped?: boolean
}

/**
 * A profile as a table: a line for each kernel, the one that took longest first, with its share of all kernels' time and
 * how much it computed and moved in a second, and a line for all of them.
 *
 * ```ts
 * import { printProfile } from "@residual/backends"
 * const work = { region: 0, kind: "product", kernel: "product 64x64x64", bytes: 49_152, flop: 524_288 } as const
 * const text = printProfile({ device: "cpu", milliseconds: 0.025, kernels: [{ ...work, nanoseconds: 16_384 }] })
 * text.split("\n")[3] // => "16.4  100.0%    32.00  3.00       0  product  product 64x64x64"
 * ```
 */
export const printProfile = (profile: Profile, { grouped = false }: PrintProfileOptions = {}): string => {
  const { device, milliseconds, kernels } = profile
  const total = sumOf(kernels)
  const rows = (grouped ? groupsOf(kernels) : kernels.map((kernel) => [kernel] as const))
    .map((group) => ({ group, sum: sumOf(group) }))
    .sort((a, b) => b.sum.nanoseconds - a.sum.nanoseconds)
  const lines = rows.map(({ group: [first, ...others], sum }) => [
    ...figures(sum, total.nanoseconds),
    String(grouped ? others.length + 1 : first.region),
    first.kind,
    first.kernel
  ])
  const head = ["µs", "share", "GFLOP/s", "GB/s", grouped ? "count" : "region", "kind", "kernel"]
  const last = [...figures(total, total.nanoseconds), grouped ? String(kernels.length) : "", "", "all kernels"]
  return [`${device}: a run of ${milliseconds.toFixed(3)} ms`, "", ...table([head, ...lines, last])].join("\n")
}

type Sum = Pick<KernelProfile, "nanoseconds" | "bytes" | "flop">

const sumOf = (kernels: ReadonlyArray<Sum>): Sum => {
  const sum = { nanoseconds: 0, bytes: 0, flop: 0 }
  for (const { nanoseconds, bytes, flop } of kernels) {
    sum.nanoseconds += nanoseconds
    sum.bytes += bytes
    sum.flop += flop
  }
  return sum
}

type Group = readonly [KernelProfile, ...ReadonlyArray<KernelProfile>]

/** Kernels of one name that have the same to do. */
const groupsOf = (kernels: ReadonlyArray<KernelProfile>): ReadonlyArray<Group> => [
  ...(Map.groupBy(kernels, ({ kind, kernel, bytes, flop }) =>
    JSON.stringify([kind, kernel, bytes, flop])
  ).values() as Iterable<[KernelProfile, ...Array<KernelProfile>]>)
]

const figures = ({ nanoseconds, flop, bytes }: Sum, all: number): ReadonlyArray<string> => [
  (nanoseconds / 1000).toFixed(1),
  all > 0 ? `${((100 * nanoseconds) / all).toFixed(1)}%` : "-",
  perNanosecond(flop, nanoseconds),
  perNanosecond(bytes, nanoseconds)
]

/** Billions in a second; a dash for none, and where the clock did not see the time pass. */
const perNanosecond = (amount: number, nanoseconds: number): string =>
  amount === 0 || nanoseconds === 0 ? "-" : (amount / nanoseconds).toFixed(2)

/** The first column of text; those before it hold numbers. */
const firstText = 5

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  return rows.map((row) =>
    row
      .map((text, column) =>
        column < firstText ? text.padStart(widths[column] as number) : text.padEnd(widths[column] as number)
      )
      .join("  ")
      .trimEnd()
  )
}
