import { spawnSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inProcess } from "./inProcess.ts"

const groups = [[], ["check"]]
const commands = [
  ...["train", "resume", "generate", "eval", "inspect", "profile", "explain", "doctor"].map((name) => [name]),
  ["check", "ops"],
  ["check", "training"]
]

describe("the help of each command", () => {
  it.effect("is there for all that there are", () =>
    Effect.gen(function* () {
      const { stdout } = yield* inProcess(["--help"])
      const listed = stdout.slice(stdout.indexOf("SUBCOMMANDS")).matchAll(/^ {2}(\w+) {2,}\S/gm)
      assert.sameMembers(
        Array.from(listed, ([, name]) => name),
        [...new Set([...commands, ...groups].flatMap(([name]) => name ?? []))]
      )
    })
  )

  it.effect.each([...groups, ...commands])("has examples: %s", (command) =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* inProcess([...command, "--help"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, new RegExp(`EXAMPLES\\n[\\s\\S]* {2}residual ${command.join(" ")}`))
    })
  )

  it.effect.each(commands)("has --json: %s", (command) =>
    Effect.gen(function* () {
      const { stdout } = yield* inProcess([...command, "--help"])
      assert.match(stdout, /^ {2}--json +One JSON object a line on stdout$/m)
    })
  )
})

describe("completions", () => {
  it.effect("are a script that bash reads, and knows every command", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* inProcess(["--completions", "bash"])
      assert.strictEqual(code, 0)
      assert.strictEqual(spawnSync("bash", ["-n"], { input: stdout }).status, 0)
      for (const [name] of commands) assert.include(stdout, name ?? "")
    })
  )

  it.effect.each(["zsh", "fish", "powershell"])("are there for %s", (shell) =>
    Effect.gen(function* () {
      const { code, stdout } = yield* inProcess(["--completions", shell])
      assert.strictEqual(code, 0)
      assert.include(stdout, "generate")
    })
  )
})
