import { capacity, compile, type Name } from "./compiled.ts"
import { errorOf, references } from "./references.ts"

// Measures the greatest errors over all floats of 32 bits, or over one in `step`:
//   node packages/backends/test/cpu/elementary/measureErrors.ts [step] [function ...]

const step = Number(process.argv[2] ?? "1")
const names = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(references)

const fused = compile("fused")
const separate = compile("separate")
const operands = new Uint32Array(fused.x.buffer, 0, capacity)

for (const name of names as ReadonlyArray<Exclude<Name, "pow">>) {
  const reference = references[name]
  const worst = { fused: 0, separate: 0 }
  const where = { fused: 0, separate: 0 }
  for (let start = 0; start < 2 ** 32; start += step * capacity) {
    for (let at = 0; at < capacity; at++) operands[at] = start + step * at
    separate.x.set(fused.x)
    fused.run(name, capacity)
    separate.run(name, capacity)
    for (let at = 0; at < capacity; at++) {
      const x = fused.x[at] as number
      const exact = reference(x)
      const a = fused.results[at] as number
      const b = separate.results[at] as number
      // Both are rounded correctly: nothing to measure.
      if (a === b && a === Math.fround(exact) && a !== 0 && Math.abs(a) !== Infinity) continue
      const error = errorOf(a, exact)
      if (error > worst.fused) {
        worst.fused = error
        where.fused = x
      }
      const other = errorOf(b, exact)
      if (other > worst.separate) {
        worst.separate = other
        where.separate = x
      }
    }
  }
  process.stdout.write(
    `${name}: ${worst.fused.toFixed(3)} at ${where.fused} fused, ${worst.separate.toFixed(3)} at ${where.separate} separate\n`
  )
}
