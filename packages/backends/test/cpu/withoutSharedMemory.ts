// A program where the engine has the address space for no shared memory that may become large: it runs on one thread.

const { WebAssembly: engine } = globalThis as unknown as { WebAssembly: Record<string, unknown> }
const Memory = engine["Memory"] as new (descriptor: { readonly shared?: boolean; readonly maximum?: number }) => object

Object.assign(engine, {
  Memory: class extends Memory {
    constructor(descriptor: { readonly shared?: boolean; readonly maximum?: number }) {
      if (descriptor.shared === true && (descriptor.maximum ?? 0) > 1) throw new RangeError("could not allocate memory")
      super(descriptor)
    }
  }
})

const { run, Tensor } = await import("../../src/index.ts")
const Cpu = await import("../../src/cpu/index.ts")
const { input, op } = await import("@residual/core")
const Effect = await import("effect/Effect")

const y = Effect.map(run(op.mul(input("x", [2]), 3), { x: [1, 2] }), Tensor.toArray)
const layer = Cpu.layer({ threads: 2, shareFrom: 0 })
process.stdout.write(JSON.stringify(await Effect.runPromise(Effect.provide(y, layer))))
