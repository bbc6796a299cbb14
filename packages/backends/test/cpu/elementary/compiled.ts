import {
  constantPool,
  type ElementaryName,
  elementaryFunctions,
  pow,
  type VectorMath
} from "../../../src/cpu/elementary/index.ts"
import { type Code, get, type Local, sequence, set } from "../../../src/cpu/wasm/code.ts"
import { counting } from "../../../src/cpu/wasm/control.ts"
import { functionOf, type MakeLocal, type WasmFunction } from "../../../src/cpu/wasm/function.ts"
import { f32x4, i32, v128 } from "../../../src/cpu/wasm/instructions.ts"
import { moduleBytes } from "../../../src/cpu/wasm/module.ts"
import * as WebAssembly from "../../../src/cpu/webassembly.ts"

/** A function's name, as the measurements call it. */
export type Name = ElementaryName | "pow"

/** Whether a product and a sum are fused. */
export type Variant = "fused" | "separate"

const multiplyAdds: Readonly<Record<Variant, VectorMath["multiplyAdd"]>> = {
  fused: f32x4.relaxedMultiplyAdd,
  separate: (a, b, c) => f32x4.add(f32x4.mul(a, b), c)
}

/** How many operands are computed at a time, and where they and the results lie. */
export const capacity = 1 << 16
const firstAt = 0
const secondAt = 4 * capacity
const resultsAt = 8 * capacity

type Compose = (x: Local, y: Local, local: MakeLocal, math: VectorMath) => Code

interface Around {
  readonly multiplyAdd: VectorMath["multiplyAdd"]
  readonly isPooled: boolean
}

const overArrays = ({ multiplyAdd, isPooled }: Around, compose: Compose): WasmFunction =>
  functionOf(["i32"], [], ([bytes], local) => {
    const { constant, code } = constantPool(local)
    const math = isPooled ? { multiplyAdd, constant } : { multiplyAdd }
    const at = local("i32")
    const x = local("v128")
    const y = local("v128")
    const body = sequence(
      set(x, v128.load(get(at), firstAt)),
      set(y, v128.load(get(at), secondAt)),
      v128.store(get(at), compose(x, y, local, math), resultsAt)
    )
    return sequence(code, counting(at, i32.constant(0), get(bytes as Local), 16, body))
  })

const functionsWith = (around: Around): Readonly<Record<Name, WasmFunction>> => {
  const one = (name: ElementaryName): WasmFunction =>
    overArrays(around, (x, _y, local, math) => elementaryFunctions[name](x, local, math))
  return {
    exp: one("exp"),
    expm1: one("expm1"),
    log: one("log"),
    log1p: one("log1p"),
    sin: one("sin"),
    cos: one("cos"),
    atan: one("atan"),
    tanh: one("tanh"),
    erf: one("erf"),
    pow: overArrays(around, pow)
  }
}

/** The elementary functions as WebAssembly that runs over arrays. */
export interface Compiled {
  readonly x: Float32Array
  readonly y: Float32Array
  readonly results: Float32Array
  /** Computes the first `count` results, a multiple of four. */
  readonly run: (name: Name, count: number) => void
}

/** Compiles all functions, with fused multiply-add or without, and their constants before the loop or in it. */
export const compile = (variant: Variant, isPooled = true): Compiled => {
  const pages = (12 * capacity) / 65536
  const memory = new WebAssembly.Memory({ initial: pages })
  const bytes = moduleBytes({
    memory: { module: "host", name: "memory", minimum: pages, shared: false },
    exports: functionsWith({ multiplyAdd: multiplyAdds[variant], isPooled })
  })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } })
  const of = (at: number) => new Float32Array(memory.buffer, at, capacity)
  return {
    x: of(firstAt),
    y: of(secondAt),
    results: of(resultsAt),
    run: (name, count) => (exports[name] as (bytes: number) => void)(4 * count)
  }
}
