// Shows what recomputing each block of a GPT saves and costs: for 12 blocks of width 768 with 12 heads and 65 characters,
// AdamW and clipping, the most bytes of temporaries that a training step holds at once, how many of them are gradients,
// and its floating-point operations. With `--time`, also how much longer loss and
// gradients take on one thread of the CPU backend: processor time, with recomputation and without it in turns.
import {
  type Backend,
  type BackendError,
  compile,
  makeStore,
  type ProgramCache,
  regionWork,
  Tensor
} from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import { type AnyExpr, claimable, HostRandom, input, Model, op } from "@residual/core"
import { compile as compileProgram, grad, type Program } from "@residual/graph"
import { gpt } from "@residual/models"
import { adamW, firstParameters, globalNorm, trainingStep } from "@residual/train"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

const vocabulary = 65
const rounds = 3

interface Case {
  readonly layers: number
  readonly batch: number
  readonly context: number
}

const cases: ReadonlyArray<Case> = [
  { layers: 12, batch: 1, context: 64 },
  { layers: 12, batch: 4, context: 64 },
  { layers: 12, batch: 16, context: 64 },
  { layers: 12, batch: 4, context: 256 }
]

const modelOf = ({ layers, context }: Case, recompute: boolean): Model.Model<AnyExpr, AnyExpr> =>
  gpt({ vocabulary, context, layers, heads: 12, width: 768, recompute })

const claims = new Set([claimable.attention, claimable.attentionBackward])

const programOf = (size: Case, recompute: boolean): Program => {
  const type = { dtype: "i32", shape: [size.batch, size.context] } as const
  const computation = trainingStep(
    {
      model: modelOf(size, recompute),
      batch: { tokens: type, targets: type },
      loss: (model, { tokens, targets }) => op.crossEntropy(model(tokens as AnyExpr), targets as AnyExpr)
    },
    { optimiser: adamW(), clip: 1 }
  )
  const program = compileProgram(computation, { claims })
  if (program._tag === "Left") throw program.left
  return program.right
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

const flopOf = (program: Program): number =>
  program.regions.reduce((sum, region) => sum + regionWork(program, region).flop, 0)

const gradientBytes = (size: Case): number =>
  Object.values(Model.parameters(modelOf(size, false))).reduce(
    (sum, { shape }) => sum + 4 * shape.reduce((product, length) => product * length, 1),
    0
  )

/** A function that computes loss and gradient norm once, on parameters that stay as they are. */
const timed = (
  size: Case,
  recompute: boolean
): Effect.Effect<Effect.Effect<number, BackendError>, BackendError, Backend | ProgramCache | Scope.Scope> =>
  Effect.gen(function* () {
    const model = modelOf(size, recompute)
    const slots = Model.slots(model)
    const shape = [size.batch, size.context]
    const [tokens, targets] = ["tokens", "targets"].map((name) => input(name, shape, { dtype: "i32" })) as [
      AnyExpr,
      AnyExpr
    ]
    const loss = op.crossEntropy(Model.apply(model, { ...slots, mode: "train" }, tokens).output, targets)
    const norm = globalNorm(grad(loss, slots.parameters))
    const executable = yield* compile({ outputs: { loss, norm } })
    const step = yield* executable.bind(yield* makeStore(firstParameters(model, HostRandom.keyFromSeed(1))))
    const characters = Array.from({ length: size.batch * size.context }, (_, at) => (at * 7) % vocabulary)
    const batch = Tensor.make(characters, { dtype: "i32", shape })
    return Effect.gen(function* () {
      const start = process.cpuUsage()
      yield* step.run({ tokens: batch, targets: batch })
      return process.cpuUsage(start).user
    })
  })

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

/** How much longer a step with recomputation takes: the median of the ratios of neighbouring runs. */
const ratioOf = (size: Case): Effect.Effect<number, BackendError, Backend | ProgramCache> =>
  Effect.scoped(
    Effect.gen(function* () {
      const [kept, again] = [yield* timed(size, false), yield* timed(size, true)]
      yield* Effect.andThen(kept, again)
      const ratios: Array<number> = []
      for (let round = 0; round < rounds; round++) {
        const [before, after] =
          round % 2 === 0 ? [yield* kept, yield* again] : (yield* Effect.all([again, kept])).reverse()
        ratios.push((after as number) / (before as number))
      }
      return median(ratios)
    })
  )

for (const size of cases) {
  const [kept, again] = [programOf(size, false), programOf(size, true)]
  const line = [
    `${size.layers} blocks, batch ${size.batch}, context ${size.context}`,
    `gradients ${mebibytes(gradientBytes(size))}`,
    `peak ${mebibytes(kept.peakBytes)} -> ${mebibytes(again.peakBytes)}`,
    `arena ${mebibytes(kept.arenaBytes)} -> ${mebibytes(again.arenaBytes)}`,
    `${(flopOf(kept) / 1e9).toFixed(1)} -> ${(flopOf(again) / 1e9).toFixed(1)} GFLOP (x ${(flopOf(again) / flopOf(kept)).toFixed(3)})`
  ]
  const time = process.argv.includes("--time")
    ? [`time x ${(await Effect.runPromise(ratioOf(size).pipe(Effect.provide(Cpu.layer({ threads: 1 }))))).toFixed(2)}`]
    : []
  console.log([...line, ...time].join("; "))
}
