import { power } from "@residual/core"
import { type Compiled, capacity, compile, type Name } from "./compiled.ts"
import { errorOf, references } from "./references.ts"

// Measures the greatest errors over all floats of 32 bits, or over one in `step`; of pow, over a sixteenth as many pairs:
//   node packages/backends/test/cpu/elementary/measureErrors.ts [step] [function ...]

const step = Number(process.argv[2] ?? "1")
const names = (
  process.argv.length > 3 ? process.argv.slice(3) : [...Object.keys(references), "pow"]
) as ReadonlyArray<Name>

const fused = compile("fused")
const separate = compile("separate")
const bits = new Uint32Array(fused.x.buffer, 0, capacity)

const golden = 0.6180339887498949

// Bases of every size, those near 1 more than others, with exponents whose results are around floats; integers for
// negative bases.
const setPairs = (block: number): void => {
  for (let at = 0; at < capacity; at++) {
    const n = block * capacity + at
    if (n % 2 === 0) bits[at] = Math.floor(((n * golden) % 1) * 2 ** 32)
    else fused.x[at] = 2 ** (((n * golden) % 1) * 4 - 2)
    const x = fused.x[at] as number
    const y = (((n * Math.SQRT2) % 1) * 290 - 155) / Math.log2(Math.abs(x))
    fused.y[at] = x < 0 ? Math.round(y) : y
  }
}

const setOperands = (block: number): void => {
  for (let at = 0; at < capacity; at++) bits[at] = step * (block * capacity + at)
}

interface Worst {
  error: number
  x: number
  y: number
}

const note = (worst: Worst, error: number, { x, y }: Compiled, at: number): void => {
  if (error <= worst.error) return
  worst.error = error
  worst.x = x[at] as number
  worst.y = y[at] as number
}

for (const name of names) {
  const isPower = name === "pow"
  const exactAt = isPower
    ? (at: number) => power(fused.x[at] as number, fused.y[at] as number)
    : (at: number) => references[name](fused.x[at] as number)
  const worst = { fused: { error: 0, x: 0, y: 0 }, separate: { error: 0, x: 0, y: 0 } }
  const blocks = 2 ** 32 / (capacity * step * (isPower ? 16 : 1))
  for (let block = 0; block < blocks; block++) {
    if (isPower) setPairs(block)
    else setOperands(block)
    separate.x.set(fused.x)
    separate.y.set(fused.y)
    fused.run(name, capacity)
    separate.run(name, capacity)
    for (let at = 0; at < capacity; at++) {
      const exact = exactAt(at)
      const a = fused.results[at] as number
      const b = separate.results[at] as number
      // Both are the float that is closest, by less than half the distance to the next: nothing to measure.
      if (!isPower && a === b && a === Math.fround(exact) && a !== 0 && Math.abs(a) !== Infinity) continue
      note(worst.fused, errorOf(a, exact), fused, at)
      note(worst.separate, errorOf(b, exact), separate, at)
    }
  }
  const shown = ({ error, x, y }: Worst): string => `${error.toFixed(4)} at ${x}${isPower ? ` ^ ${y}` : ""}`
  process.stdout.write(`${name}: ${shown(worst.fused)} fused, ${shown(worst.separate)} separate\n`)
}
