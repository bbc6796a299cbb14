// A program where the engine may not compile WebAssembly, as a page's policy has it: loading fails with a tagged error.

const { WebAssembly: engine } = globalThis as unknown as { WebAssembly: Record<string, unknown> }

const refuse = function (this: unknown): never {
  throw new (engine["CompileError"] as new (message: string) => Error)("it is against the page's policy")
}
Object.assign(engine, { Module: refuse, compile: refuse, instantiate: refuse })

const { Backend, run } = await import("../../src/index.ts")
const Cpu = await import("../../src/cpu/index.ts")
const { input, op } = await import("@residual/core")
const Effect = await import("effect/Effect")

const program = Effect.gen(function* () {
  const backend = yield* Backend
  const error = yield* Effect.flip(run(op.neg(input("x", [2])), { x: [1, 2] }))
  return `${error._tag}: ${error.message}, ${yield* backend.liveBytes} bytes are live`
})
process.stdout.write(await Effect.runPromise(Effect.provide(program, Cpu.layer({ threads: 1 }))))
