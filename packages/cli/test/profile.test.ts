import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { hasAdapter } from "../../backends/test/webgpu/testDevice.ts"
import { inProcess } from "./inProcess.ts"

const folder = mkdtempSync(join(tmpdir(), "residual-profile-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const text = join(folder, "text.txt")
writeFileSync(text, "the quick brown fox jumps over the lazy dog. ".repeat(20))
const small = { text, layers: 2, heads: 2, width: 8, context: 8, batch: 2, steps: 1, repeat: 2 }

const profile = (flags: Readonly<Record<string, string | number>> = {}, switches: ReadonlyArray<string> = []) =>
  inProcess([
    "profile",
    ...Object.entries({ ...small, ...flags }).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...switches
  ])

/** The rows of a table below its head, by columns; the last one is of all kernels. */
const rowsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .slice(3)
    .map((line) => {
      const [time, share, flop, bytes, ...rest] = line.trim().split(/ {2,}/)
      return { time: Number(time), share: Number(share?.replace("%", "")), flop, bytes, rest }
    })

describe("residual profile", () => {
  it.live.each([
    ["cpu", 1],
    ["cpu", 2],
    ["reference", 1]
  ] as const)("prints where the time of a step goes on %s with %i threads", ([backend, threads]) =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* profile({ backend, threads })
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, new RegExp(`^${backend}: a run of \\d+\\.\\d{3} ms\n\n +µs +share .* count +kind +kernel\n`))
      const rows = rowsOf(stdout)
      const all = rows.pop()
      assert.deepStrictEqual(all?.rest.at(-1), "all kernels")
      assert.strictEqual(all?.share, 100)
      const times = rows.map(({ time }) => time)
      assert.deepStrictEqual(
        times,
        times.toSorted((a, b) => b - a)
      )
      assert.closeTo(
        times.reduce((sum, time) => sum + time, 0),
        all?.time ?? 0,
        0.05 * times.length
      )
      const counts = rows.map(({ rest }) => Number(rest[0]))
      assert.strictEqual(
        counts.reduce((sum, count) => sum + count, 0),
        Number(all?.rest[0])
      )
      // Both layers have the same kernels.
      assert.isAtLeast(counts.filter((count) => count % 2 === 0).length, 5)
      assert.includeMembers(
        rows.map(({ rest }) => rest[1]),
        ["product", "reduction", "multiTensor", "gather"]
      )
    })
  )

  it.live.runIf(hasAdapter)("tells of each dispatch on a GPU, which may compute several regions", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* profile({ backend: "webgpu", width: 32, context: 32, batch: 4 })
      assert.strictEqual(code, 0)
      assert.match(stdout, /^webgpu: a run of \d+\.\d{3} ms\n/)
      const rows = rowsOf(stdout)
      assert.deepStrictEqual([rows.at(-1)?.share, rows.at(-1)?.rest.at(-1)], [100, "all kernels"])
      const kernels = rows.map(({ rest }) => rest.at(-1) ?? "")
      assert.isTrue(kernels.some((kernel) => kernel.startsWith("matmul")))
      assert.isTrue(kernels.some((kernel) => kernel.startsWith("attention")))
    })
  )

  it.live("shows each region by itself where that is asked for", () =>
    Effect.gen(function* () {
      const together = rowsOf((yield* profile({ threads: 1 })).stdout)
      const { stdout } = yield* profile({ threads: 1 }, ["--regions"])
      const each = rowsOf(stdout)
      assert.match(stdout, / region +kind +kernel\n/)
      assert.isAbove(each.length, together.length)
      const regions = each.slice(0, -1).map(({ rest }) => Number(rest[0]))
      assert.strictEqual(new Set(regions).size, regions.length)
      assert.strictEqual(regions.length, Number(together.at(-1)?.rest[0]))
    })
  )

  it.live("prints one object a line as JSON, a kernel each and one for the run", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* profile({ threads: 1, steps: 0 }, ["--json"])
      assert.strictEqual(code, 0)
      const events = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
      const last = events.pop()
      assert.deepInclude(last, { event: "profiled", device: "cpu", steps: 2 })
      assert.isAtLeast(last.milliseconds, events.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0) / 1e6)
      for (const event of events) {
        assert.hasAllKeys(event, ["event", "region", "kind", "kernel", "nanoseconds", "bytes", "flop"])
        assert.strictEqual(event.event, "kernel")
      }
      const products = events.filter(({ kind }) => kind === "product")
      // Forward, and the residuals of both operands: queries, keys, values, what they give, two of the block, and logits.
      assert.strictEqual(products.length, 3 * (2 * 6 + 1))
    })
  )

  it.effect("refuses what it cannot do in one line", () =>
    Effect.gen(function* () {
      const refused = [
        yield* profile({ repeat: 0 }),
        yield* profile({ heads: 3 }),
        yield* profile({ text: join(folder, "none") }),
        yield* profile({ backend: "reference", threads: 2 })
      ]
      assert.deepStrictEqual(
        refused.map(({ code, stdout }) => [code, stdout]),
        [
          [1, ""],
          [1, ""],
          [2, ""],
          [1, ""]
        ]
      )
      const [repeat, heads, none, threads] = refused.map(({ stderr }) => stderr)
      assert.match(
        repeat ?? "",
        /^residual: .* --repeat: "0"\. Expected a value greater than 0 \(see residual profile --help\)\n$/
      )
      assert.strictEqual(heads, "residual: --heads: model.heads: 3 heads do not divide a width of 8\n")
      assert.match(none ?? "", /none: cannot read it: there is no such file or folder\n$/)
      assert.strictEqual(threads, "residual: --threads: backend.threads: 2: the reference backend runs on one thread\n")
    })
  )
})
