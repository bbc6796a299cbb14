import { assert, layer } from "@effect/vitest"
import { compile, makeStore, Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Effect from "effect/Effect"
import { adamW, feed, optimiserStart, trainingStep } from "../src/index.ts"
import { line, objective } from "./countingLine.ts"

const options = { optimiser: adamW(), clip: 1 }

for (const [name, cpu] of [
  ["one thread", { threads: 1 }],
  ["two threads", { threads: 2, shareFrom: 0 }]
] as const) {
  layer(Cpu.layer(cpu), { excludeTestServices: true })(`a training step on ${name} of the CPU backend`, (it) => {
    it.effect.each([
      { what: "a loss that is not a number", slope: 2, x: [1, 2], y: [Number.NaN, 1] },
      { what: "an infinite loss", slope: 2, x: [1, 2], y: [Number.POSITIVE_INFINITY, 1] },
      { what: "a loss that overflows", slope: 2, x: [1, 3e38], y: [0, 0] },
      { what: "gradients that overflow", slope: 1e-30, x: [1e30, 1], y: [1e15, 1] }
    ])("changes nothing where it has $what, and learns from the next batch", ({ slope, x, y }) =>
      Effect.gen(function* () {
        const store = yield* makeStore({ slope: Tensor.make(slope), offset: Tensor.make(1), calls: Tensor.make(7) })
        yield* Effect.flatMap((yield* compile(optimiserStart(line, options))).bind(store), (start) => start.run())
        const step = yield* (yield* compile(trainingStep(objective, options))).bind(store)
        const at = { key: [1, 2], step: 0, scalars: options.optimiser.scalars({ rate: 0.1, step: 0 }) } as const
        const batch = (x: ReadonlyArray<number>, y: ReadonlyArray<number>) =>
          feed(step, { x: Tensor.make(x), y: Tensor.make(y) }, at)
        const held = Effect.map(store.snapshot, (tensors) =>
          Object.fromEntries(Object.entries(tensors).map(([slot, tensor]) => [slot, Tensor.toArray(tensor)]))
        )
        const before = yield* held
        const { committed } = yield* step.run(batch(x, y))
        assert.strictEqual(Tensor.toNumber(committed as Tensor.Tensor), 0)
        assert.deepStrictEqual(yield* held, before)
        const next = yield* step.run(batch([1, 2], [3, 4]))
        assert.strictEqual(Tensor.toNumber(next["committed"] as Tensor.Tensor), 1)
        const after = yield* held
        assert.strictEqual(after["calls"], 8)
        for (const slot of ["slope", "offset"]) assert.notStrictEqual(after[slot], before[slot])
      }).pipe(Effect.scoped)
    )
  })
}
