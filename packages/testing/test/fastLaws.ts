// A program that tries the CPU backend in the fast mode, in a process of its own, and prints what it found as JSON: the
// tiles that were chosen, how much was tried, and what is broken, some of it where it is much.

import { type Backend, type BackendError, type ProgramCache, run, Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import { type AnyExpr, input, op } from "@residual/core"
import * as Effect from "effect/Effect"
import { backendLaws } from "../src/index.ts"

type Sizes = readonly [m: number, k: number, n: number]

/** Products of which tiles are cut off in every way, and that are deeper than what is summed at a time. */
const sizes: ReadonlyArray<Sizes> = [
  [6, 16, 16],
  [7, 9, 17],
  [13, 70, 40],
  [33, 300, 65],
  [64, 64, 64],
  [100, 257, 130],
  [5, 600, 12]
]

/** Small whole numbers, whose sums of products are exact. */
const wholes = (length: number): ReadonlyArray<number> => Array.from({ length }, (_, at) => ((at * 7) % 23) - 11)

/** Whether a product is that of the definition, for operands that lie as they are, or turned. */
const product = (
  [m, k, n]: Sizes,
  turnsA: boolean,
  turnsB: boolean
): Effect.Effect<boolean, BackendError, ProgramCache> => {
  const [a, b] = [wholes(m * k), wholes(k * n)]
  const operand = (name: string, shape: readonly [number, number], isTurned: boolean): AnyExpr =>
    isTurned ? op.transpose(input(name, [shape[1], shape[0]])) : input(name, shape)
  const y = op.add(op.matmul(operand("a", [m, k], turnsA), operand("b", [k, n], turnsB)), input("bias", [n]))
  const given = {
    a: Tensor.make(a, { shape: turnsA ? [k, m] : [m, k] }),
    b: Tensor.make(b, { shape: turnsB ? [n, k] : [k, n] }),
    bias: Tensor.make(wholes(n))
  }
  const at = (values: ReadonlyArray<number>, index: number): number => values[index] as number
  const element = (row: number, column: number): number => {
    let sum = ((column * 7) % 23) - 11
    for (let step = 0; step < k; step++) {
      sum += at(a, turnsA ? step * m + row : row * k + step) * at(b, turnsB ? column * k + step : step * n + column)
    }
    return sum
  }
  return Effect.map(run(y, given), (found) =>
    Tensor.toTypedArray(found).every((value, index) => value === element(Math.floor(index / n), index % n))
  )
}

const products = sizes.flatMap((sizes) =>
  [false, true].flatMap((turnsA) =>
    [false, true].map((turnsB) => ({
      name: `the product of sizes ${sizes}, turned: ${turnsA}, ${turnsB}`,
      check: Effect.flatMap(product(sizes, turnsA, turnsB), (isExact) =>
        isExact ? Effect.void : Effect.fail("inexact")
      )
    }))
  )
)

const [threads, runs] = process.argv.slice(2).map(Number) as [number, number]
const tried = [...backendLaws({ runs }), ...products]
const options: Cpu.CpuOptions = { threads, shareFrom: 0, fast: true }

const program = Effect.gen(function* () {
  const { tiles } = yield* Cpu.cpuDevice(options)
  const broken: Array<string> = []
  for (const { name, check } of tried) {
    const exit = yield* Effect.exit<void, unknown, Backend | ProgramCache>(check)
    if (exit._tag === "Failure") broken.push(`${name}: ${exit.cause}`)
  }
  return { tiles, tried: tried.length, broken: broken.slice(0, 20) }
}).pipe(Effect.scoped, Effect.provide(Cpu.layer(options)))

process.stdout.write(JSON.stringify(await Effect.runPromise(program)))
