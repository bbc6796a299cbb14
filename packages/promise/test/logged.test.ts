import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { ReportError, type TrainingEvent } from "@residual/train"
import { open } from "../src/index.ts"
import { logToSvg, logToTensorBoard } from "../src/node/index.ts"
import { closing, key, objective, options, rate, shuffled } from "./line.ts"
import { rejection, thrownBy } from "./rejection.ts"

const folder = await mkdtemp(join(tmpdir(), "residual-logged-"))
afterAll(() => rm(folder, { recursive: true }))

describe("a run that is logged", () => {
  it("is drawn and written as it goes, and stops where the loop is left", async () => {
    await using backend = await open("reference")
    const trainer = await backend.trainer(objective, options)
    const { batches, isClosed } = closing()
    const [svg, board] = [join(folder, "loss.svg"), join(folder, "board")]
    const run = trainer.fit({ batches, rate, steps: 100, key })
    const seen: Array<string> = []
    for await (const { event } of logToTensorBoard(logToSvg(run, svg, { everySeconds: 0 }), board)) {
      seen.push(event)
      if (seen.length === 4) break
    }
    assert.deepStrictEqual(seen, ["started", "step", "step", "step"])
    assert.deepStrictEqual([trainer.state.step, isClosed()], [3, true])
    assert.match(await readFile(svg, "utf8"), /^<svg[\s\S]*<\/svg>\s*$/)
    assert.lengthOf(await readdir(board), 1)
    const rest = await Array.fromAsync(logToSvg(trainer.fit({ batches: shuffled(3), rate, steps: 5, key }), svg))
    assert.deepStrictEqual(
      rest.map(({ event }) => event),
      ["started", "step", "step", "finished"]
    )
  })

  it("throws what it throws, and where it cannot be logged", async () => {
    const broken = new Error("broken")
    const failing = async function* (): AsyncGenerator<TrainingEvent> {
      yield { event: "started", parameters: 1, from: 0, steps: 10 }
      throw broken
    }
    assert.strictEqual((await thrownBy(logToSvg(failing(), join(folder, "none.svg")))).thrown, broken)
    assert.strictEqual((await thrownBy(logToTensorBoard(failing(), join(folder, "none")))).thrown, broken)
    const file = join(folder, "file")
    await writeFile(file, "")
    const drawn = logToSvg(failing(), join(file, "loss.svg"))[Symbol.asyncIterator]()
    assert.instanceOf(await rejection(drawn.next()), ReportError)
  })
})
