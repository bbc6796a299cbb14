import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inProcess } from "./inProcess.ts"
import { temporaryFolder } from "./temporary.ts"

const { file } = temporaryFolder("read-configuration")

const refused = (...args: ReadonlyArray<string>) =>
  Effect.map(inProcess(["train", ...args]), ({ code, stdout, stderr }) => {
    assert.strictEqual(stdout, "")
    return { code, lines: stderr.trimEnd().split("\n") }
  })

describe("a configuration's file", () => {
  it.effect("is refused where it is not UTF-8, with the line and the byte, together with flags that are wrong", () =>
    Effect.gen(function* () {
      const latin = file(
        "latin.yaml",
        Uint8Array.from([...Buffer.from("seed: 1\ndata: { path: caf"), 0xe9, 0x20, 0x7d])
      )
      assert.deepStrictEqual(yield* refused(latin, "--set", "batch"), {
        code: 1,
        lines: [
          `residual: ${latin}:2: byte 26: it is not UTF-8 here`,
          "residual: --set batch: expected a setting and its value, as in training.batch=16"
        ]
      })
    })
  )

  it.effect("may begin with a byte order mark", () =>
    Effect.gen(function* () {
      const marked = file("marked.yaml", "\ufeffseed: 7\n")
      const { code, stdout } = yield* inProcess(["train", marked, "--print-config"])
      assert.strictEqual(code, 0)
      assert.match(stdout, /^seed: 7$/m)
    })
  )

  it.effect("is refused where it is none", () =>
    Effect.gen(function* () {
      const missing = file("here", "").replace("here", "missing.yaml")
      assert.deepStrictEqual(yield* refused(missing), {
        code: 2,
        lines: [`residual: ${missing}: cannot read the configuration: there is no such file or folder`]
      })
    })
  )
})
