import { testAdapter, testDevice } from "../testDevice.ts"
import { emulated, type Order } from "./emulated.ts"
import { deviceError, type Exact, ofOne, ofTwo } from "./exact.ts"
import { capacity, onDevice } from "./onDevice.ts"

// Measures the greatest errors on this machine's adapter, over one in `step` of all floats of 32 bits, and 2²⁸ / `step`
// pairs; and those of a GPU that fuses products with sums, emulated, with sums as they are written and backwards:
//   node packages/backends/test/webgpu/elementary/measureErrors.ts [step] [function ...]

const step = Number(process.argv[2] ?? "255")
const all = { ...ofOne, ...ofTwo } as Readonly<Record<string, Exact>>
const names = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(all)

const device = await testDevice()
process.stdout.write(`${JSON.stringify(testAdapter?.info.architecture)}, one in ${step}\n`)

const golden = 0.6180339887498949

/** Floats of every exponent, and pairs whose powers, and quotients, are of every size. */
const setOperands = (x: Float32Array, y: Float32Array | undefined, name: string, first: number): void => {
  const bits = new Uint32Array(x.buffer, 0, capacity)
  for (let at = 0; at < capacity; at++) {
    const n = first + at
    if (y === undefined) {
      bits[at] = step * n
      continue
    }
    if (n % 2 === 0) bits[at] = Math.floor(((n * golden) % 1) * 2 ** 32)
    else x[at] = 2 ** (((n * golden) % 1) * 4 - 2)
    const base = x[at] as number
    const spread = (n * Math.SQRT2) % 1
    const exponent = (spread * 290 - 155) / Math.log2(Math.abs(base))
    if (name === "pow") y[at] = base < 0 ? Math.round(exponent) : exponent
    else y[at] = (n % 3 === 0 ? -base : base) * 2 ** (spread * 60 - 40)
  }
}

interface Worst {
  error: number
  shown: string
}

for (const name of names) {
  const exact = all[name] as Exact
  const isPair = name in ofTwo
  const { operands, run, destroy } = await onDevice(device, {
    name: `${name}_f32`,
    takes: isPair ? ["f32", "f32"] : ["f32"],
    gives: "f32"
  })
  const x = new Float32Array(operands.buffer, 0, capacity)
  const y = isPair ? new Float32Array(operands.buffer, 4 * capacity, capacity) : undefined
  const worst: Record<"device" | Order, Worst> = {
    device: { error: 0, shown: "" },
    fused: { error: 0, shown: "" },
    backwards: { error: 0, shown: "" }
  }
  const note = (of: Worst, computed: number, nearest: number, at: number): void => {
    // The float that is closest: nothing to measure.
    if (computed === nearest && computed !== 0) return
    const given = y === undefined ? [x[at] as number] : [x[at] as number, y[at] as number]
    const error = deviceError(computed, exact, given)
    if (error <= of.error) return
    of.error = error
    of.shown = `${error.toFixed(3)} at ${given.join(", ")}`
  }
  const orders = (["fused", "backwards"] as const).map((order) => [order, emulated(`${name}_f32`, order)] as const)
  const count = Math.floor((isPair ? 2 ** 28 : 2 ** 32) / step)
  for (let first = 0; first < count; first += capacity) {
    setOperands(x, y, name, first)
    const results = new Float32Array((await run(capacity)).buffer)
    for (let at = 0; at < capacity; at++) {
      const [first, second] = [x[at] as number, y?.[at] as number]
      const nearest = Math.fround(exact(first, second))
      note(worst.device, results[at] as number, nearest, at)
      for (const [order, emulation] of orders) note(worst[order], emulation(first, second), nearest, at)
    }
  }
  destroy()
  process.stdout.write(
    `${name}: ${worst.device.shown}; fused ${worst.fused.shown}; backwards ${worst.backwards.shown}\n`
  )
}
