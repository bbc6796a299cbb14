import { compile, type Name, type Variant } from "./compiled.ts"

// Measures nanoseconds per element over 1024 operands in the first-level cache:
//   node packages/backends/test/cpu/elementary/measureTimes.ts

const count = 1024
const names = ["exp", "expm1", "log", "log1p", "sin", "cos", "atan", "tanh", "erf", "pow"] as const

const nanoseconds = (name: Name, variant: Variant, isPooled: boolean): number => {
  const { x, y, run } = compile(variant, isPooled)
  const positive = name === "log" || name === "pow"
  for (let at = 0; at < count; at++) {
    const spread = ((at * 0.6180339887) % 1) * 8 - 4
    x[at] = positive ? 2 ** spread : name === "log1p" ? spread / 5 : spread
    y[at] = 3 - spread
  }
  let best = Infinity
  for (let round = 0; round < 30; round++) {
    const repeats = 400
    const before = performance.now()
    for (let repeat = 0; repeat < repeats; repeat++) run(name, count)
    best = Math.min(best, ((performance.now() - before) * 1e6) / (repeats * count))
  }
  return best
}

for (const name of names) {
  const [fused, separate, inside] = [
    nanoseconds(name, "fused", true),
    nanoseconds(name, "separate", true),
    nanoseconds(name, "fused", false)
  ].map((time) => time.toFixed(2))
  process.stdout.write(`${name}: ${fused} fused, ${separate} separate, ${inside} fused with constants in the loop\n`)
}
