import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { EvalEvent } from "../src/eval/evaluateModel.ts"
import { GenerateEvent } from "../src/generate/generate.ts"
import { InspectEvent } from "../src/inspect/inspect.ts"
import { eventsOf, only } from "./events.ts"
import { inProcess } from "./inProcess.ts"
import { fixture, residual } from "./process.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder, file } = temporaryFolder("checkpoints")
const iris = fileURLToPath(new URL("../configs/iris.csv", import.meta.url))
const sentence = "the quick brown fox jumps over the lazy dog. "
const text = file("text.txt", sentence.repeat(40))
const [table, gpt, averaged] = [join(folder, "table"), join(folder, "gpt"), join(folder, "averaged")]

const ran = (...args: ReadonlyArray<string>) =>
  Effect.map(inProcess(args), ({ code, stdout, stderr }) => {
    assert.deepStrictEqual([code, stderr], [0, ""])
    return stdout
  })

const refused = (code: number, ...args: ReadonlyArray<string>) =>
  Effect.map(inProcess(args), (ended) => {
    assert.deepStrictEqual([ended.code, ended.stdout], [code, ""])
    return ended.stderr
  })

const lines = <A>(schema: Schema.Decoder<A>, stdout: string): ReadonlyArray<A> => {
  const decode = Schema.decodeUnknownSync(Schema.fromJsonString(schema), { onExcessProperty: "error" })
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => decode(line))
}

const small = ["layers=1", "heads=2", "width=16", "context=8"].flatMap((one) => ["--set", `model.${one}`])
const gptRun = ["--text", text, ...small, "--steps", "60", "--sample", "30", "--set", "data.held=0.2", "--json"]

/** What the runs told, of which the tests use the checkpoints. */
let events: Readonly<Record<"table" | "gpt" | "averaged", ReturnType<typeof eventsOf>>>
beforeAll(async () => {
  const run = (...args: ReadonlyArray<string>) => Effect.runPromise(Effect.map(ran("train", ...args), eventsOf))
  const irises = ["task=table", `data.path=${iris}`, "data.target=species", "training.epochs=10"]
  events = {
    table: await run("--checkpoints", table, "--json", ...irises.flatMap((each) => ["--set", each])),
    gpt: await run("--checkpoints", gpt, ...gptRun),
    averaged: await run("--checkpoints", averaged, ...gptRun, "--set", "training.average.decay=0.9")
  }
})

describe("residual eval", () => {
  it.live("measures what its run has measured, whatever the batches, and all of the data, or others", () =>
    Effect.gen(function* () {
      const measured = (...args: ReadonlyArray<string>) =>
        Effect.map(ran("eval", table, "--json", ...args), (stdout) => lines(EvalEvent, stdout)[0])
      const best = only(events.table, "evaluated").findLast(({ best }) => best)
      const held = yield* measured()
      assert.deepStrictEqual([held?.samples, held?.metrics, held?.step], [30, best?.metrics, best?.step])
      assert.closeTo(held?.loss ?? Number.NaN, best?.loss ?? Number.NaN, 1e-6)
      const batched = yield* measured("--batch", "7")
      assert.closeTo(batched?.loss ?? Number.NaN, best?.loss ?? Number.NaN, 1e-6)
      const all = yield* measured("--all")
      const others = yield* measured("--data", iris)
      assert.deepStrictEqual([all?.samples, others], [150, all])
    })
  )

  it.live("takes the average of the parameters where the run has kept one", () =>
    Effect.gen(function* () {
      const [measured] = lines(EvalEvent, yield* ran("eval", averaged, "--json"))
      const best = only(events.averaged, "evaluated").findLast(({ best }) => best)
      assert.closeTo(measured?.loss ?? Number.NaN, best?.loss ?? Number.NaN, 1e-5)
      assert.notStrictEqual(best?.loss, only(events.gpt, "evaluated").findLast(({ best }) => best)?.loss)
    })
  )

  it.live("says so in a line of words", () =>
    Effect.gen(function* () {
      const said = yield* ran("eval", join(gpt, "best.safetensors"), "--backend", "reference")
      assert.match(said, /best\.safetensors, step \d+: loss \d\.\d{4}, accuracy 0\.\d{4} over 45 samples\n$/)
    })
  )

  it.live("refuses data that the model cannot read, and a checkpoint of another model", () =>
    Effect.gen(function* () {
      const missing = file("missing.csv", "sepal length,species\n1,setosa\n")
      assert.match(
        yield* refused(2, "eval", table, "--data", missing),
        /missing\.csv: no column "sepal width"; there are/
      )
      const unknown = file("unknown.csv", "sepal length,sepal width,petal length,petal width,species\n1,1,1,1,rosa\n")
      assert.match(
        yield* refused(2, "eval", table, "--data", unknown),
        /row 1, column "species": "rosa" is none of the/
      )
      const strange = file("strange.txt", `${sentence}Q`)
      assert.match(yield* refused(2, "eval", gpt, "--data", strange), /strange\.txt, character 46: "Q" is not in/)
      const wider = yield* refused(2, "eval", table, "--set", "model.hidden=[8]")
      assert.match(wider, /hidden\.0\.linear\.weight +expected f32\[4,8\] +found f32\[4,16\]\n/)
      assert.match(wider, /output\.weight +expected f32\[8,3\] +found f32\[16,3\]\n/)
    })
  )
})

describe("residual generate", () => {
  const generated = (...args: ReadonlyArray<string>) =>
    Effect.map(ran("generate", gpt, "--json", ...args), (stdout) => {
      const pieces = lines(GenerateEvent, stdout)
      const last = pieces.at(-1)
      assert.strictEqual(last?.event, "generated")
      assert.strictEqual(
        last?.text,
        pieces
          .slice(0, -1)
          .map(({ text }) => text)
          .join("")
      )
      return { text: last?.text ?? "", pieces: pieces.length - 1 }
    })

  it.live("writes what its run wrote at its end, a character at a time", () =>
    Effect.gen(function* () {
      const latest = join(gpt, "step-000000060.safetensors")
      const again = yield* ran("generate", latest)
      assert.strictEqual(again, `${only(events.gpt, "generated")[0]?.text}\n`)
      const ofAverage = yield* ran("generate", join(averaged, "step-000000060.safetensors"))
      assert.strictEqual(ofAverage, `${only(events.averaged, "generated")[0]?.text}\n`)
    })
  )

  it.live("goes on from a prompt, beyond the context, with other draws for other seeds", () =>
    Effect.gen(function* () {
      const one = yield* generated("--prompt", "the fox", "--count", "40", "--seed", "1")
      assert.deepStrictEqual([one.text.slice(0, 7), one.text.length, one.pieces], ["the fox", 47, 41])
      assert.strictEqual((yield* generated("--prompt", "the fox", "--count", "40", "--seed", "1")).text, one.text)
      assert.notStrictEqual((yield* generated("--prompt", "the fox", "--count", "40", "--seed", "2")).text, one.text)
    })
  )

  it.live("goes on from the beginning of its text where the prompt has no characters", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* generated("--prompt", ""), yield* generated())
    })
  )

  it.live("draws the same one for every seed where only the most probable may be drawn", () =>
    Effect.gen(function* () {
      const greedy = yield* generated("--temperature", "0", "--seed", "1")
      assert.deepStrictEqual(yield* generated("--top-k", "1", "--seed", "2"), greedy)
      assert.deepStrictEqual(yield* generated("--top-p", "1e-9", "--seed", "3"), greedy)
    })
  )

  it.live("refuses a prompt that the model cannot read, settings that cannot be, and models that do not write", () =>
    Effect.gen(function* () {
      assert.match(
        yield* refused(2, "generate", gpt, "--prompt", "the FOX"),
        /^residual: the prompt, character 5: "F" is not in the vocabulary\n$/
      )
      assert.match(
        yield* refused(1, "generate", gpt, "--prompt", "-x"),
        /^residual: Missing value for flag --prompt\. Expected: string, and one that begins with a dash as in --prompt=-x;/
      )
      assert.match(yield* refused(1, "generate", gpt, "--top-p", "2"), /--top-p/)
      assert.match(
        yield* refused(1, "generate", gpt, "--set", "generate.topK=0"),
        /^residual: --set generate\.topK: generate\.topK: expected a value greater than 0, found 0\n$/
      )
      const writesNothing = /^residual: [^\n]*: a model of table writes nothing; residual eval measures it\n$/
      assert.match(yield* refused(1, "generate", table), writesNothing)
      assert.match(yield* refused(1, "generate", table, "--count", "5", "--top-k", "2"), writesNothing)
    })
  )
})

describe("residual inspect", () => {
  it.live("tells what a run has saved, and each tensor", () =>
    Effect.gen(function* () {
      const said = yield* ran("inspect", table)
      assert.match(said, /^checkpoint: .*best\.safetensors\nstep: \d+\n/)
      assert.match(said, /\n {6}target: species\n/)
      assert.match(said, /\nhidden\.0\.linear\.weight +f32\[4,16\] +-?\d\.\d+/)
      const [first, ...tensors] = lines(InspectEvent, yield* ran("inspect", table, "--json"))
      assert.strictEqual(first?.event, "checkpoint")
      assert.isTrue(tensors.every(({ event }) => event === "tensor"))
      assert.strictEqual(tensors.length, said.slice(said.indexOf("\ntensor ")).trim().split("\n").length - 1)
    })
  )

  it.live("tells of any file of safetensors", () =>
    Effect.gen(function* () {
      const said = yield* ran("inspect", fixture("gpt.init.safetensors"))
      assert.match(said, /\nwte\.weight +f64\[65,32\] /)
      const [first] = lines(InspectEvent, yield* ran("inspect", fixture("gpt.init.safetensors"), "--json"))
      assert.deepInclude(first, { event: "file" })
    })
  )
})

describe("a checkpoint that cannot be used", () => {
  it.live("is refused in a line that says why", () =>
    Effect.gen(function* () {
      for (const command of ["eval", "generate", "inspect"]) {
        assert.match(yield* refused(2, command, join(folder, "none")), /none: cannot read it: there is no such file/)
        assert.match(yield* refused(2, command, file("other", "not one")), /other, byte 0: /)
        assert.match(yield* refused(1, command, folder), /: there are no checkpoints\n$/)
      }
      const bytes = yield* Effect.promise(() =>
        import("node:fs/promises").then(({ readFile }) => readFile(join(gpt, "best.safetensors")))
      )
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
      const altered = join(folder, "altered.safetensors")
      writeFileSync(altered, bytes)
      assert.match(yield* refused(2, "generate", altered), /altered\.safetensors.*hash|SHA-256/)
      writeFileSync(altered, bytes.subarray(0, -5))
      assert.match(yield* refused(2, "eval", altered), /altered\.safetensors, byte \d+: /)
    })
  )

  it("is so in a process of its own", async () => {
    const { code, stdout, stderr } = await residual(["eval", join(folder, "none")])
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^residual: .*none: cannot read it: there is no such file or folder\n$/)
  })
})
