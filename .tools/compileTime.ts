// Measures how long a GPT's training step takes from expressions to a program, and how large the program is: for 6, 12
// and 24 blocks (or the numbers given) of width 768 with 12 heads, 64 tokens of 65 characters, AdamW and clipping. The
// first time of each is the one that a user waits for: nothing is compiled by the engine yet at the first of all.
import { op } from "@residual/core"
import { type Computation, compile, type Program } from "@residual/graph"
import { gpt } from "@residual/models"
import { adamW, trainingStep } from "@residual/train"

const batch = Number(process.env.RESIDUAL_BATCH ?? 1)
const context = 64

const stepOf = (layers: number): Computation =>
  trainingStep(
    {
      model: gpt({ vocabulary: 65, context, layers, heads: 12, width: 768 }),
      batch: { tokens: { dtype: "i32", shape: [batch, context] }, targets: { dtype: "i32", shape: [batch, context] } },
      loss: (model, { tokens, targets }) => op.crossEntropy(model(tokens as never), targets as never)
    },
    { optimiser: adamW(), clip: 1 }
  )

const programOf = (computation: Computation): Program => {
  const program = compile(computation, { claims: new Set() })
  if (program._tag === "Left") throw program.left
  return program.right
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

const given = process.argv.slice(2).map(Number)
for (const blocks of given.length > 0 ? given : [6, 12, 24]) {
  const step = stepOf(blocks)
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    programOf(step)
    return performance.now() - start
  })
  const { graph, regions, buffers, arenaBytes, peakBytes, slots } = programOf(step)
  const multiTensor = regions.filter(({ kind }) => kind === "multiTensor").map(({ segments }) => segments.length)
  const inPlace = slots.filter((slot) => slot.inPlace).length
  console.log(
    [
      `${blocks} blocks: first ${times[0]?.toFixed(0)} ms, best ${Math.min(...times).toFixed(0)} ms`,
      `${graph.nodes.length} nodes, ${regions.length} regions (multi-tensor: ${multiTensor.join(" and ")} segments)`,
      `${buffers.length} buffers, peak ${mebibytes(peakBytes)}, arena ${mebibytes(arenaBytes)}`,
      `${inPlace} of ${slots.length} slots in place`
    ].join("; ")
  )
}
