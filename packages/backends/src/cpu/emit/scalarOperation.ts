import type { DType } from "@residual/core"
import type { ElementaryName } from "../elementary/index.ts"
import { hostFunction } from "../hostImport.ts"
import { type Code, get, type Local, sequence, set, type ValueType } from "../wasm/code.ts"
import { call } from "../wasm/control.ts"
import type { MakeLocal, WasmFunction } from "../wasm/function.ts"
import { f32, f64, i32, select } from "../wasm/instructions.ts"

/** What operations on single numbers are composed with. */
export interface ScalarContext {
  readonly local: MakeLocal
  /** Elementary functions of one float of 32 bits. */
  readonly elementary: (name: ElementaryName) => WasmFunction
  /** a to the power b, of floats of 32 bits. */
  readonly power: () => WasmFunction
}

/** An application of an elementwise primitive to numbers: its operands, their type and the result's. */
export interface ScalarCall {
  readonly operands: ReadonlyArray<Code>
  readonly from: DType.DType
  readonly to: DType.DType
  readonly context: ScalarContext
}

/** How a number is kept while it is computed with: bools are 0 and 1. */
export const valueType = (dtype: DType.DType): ValueType => (dtype === "f32" || dtype === "f64" ? dtype : "i32")

/** A number as a constant. */
export const scalarConstant = (dtype: DType.DType, value: number): Code => {
  if (dtype === "f32") return f32.constant(value)
  return dtype === "f64" ? f64.constant(value) : i32.constant(dtype === "bool" ? Number(value !== 0) : value)
}

type Operation = (call: ScalarCall) => Code

/** Computes values into locals, for operations that need them more than once. */
const kept = ({ operands, from, context }: ScalarCall, compose: (locals: ReadonlyArray<Local>) => Code): Code => {
  const locals = operands.map(() => context.local(valueType(from)))
  return sequence(...operands.map((operand, at) => set(locals[at] as Local, operand)), compose(locals))
}

const onFloats =
  (single: (...operands: ReadonlyArray<Code>) => Code, double: (...operands: ReadonlyArray<Code>) => Code): Operation =>
  ({ operands, from }) =>
    from === "f32" ? single(...operands) : double(...operands)

const onNumbers =
  (
    single: (...operands: ReadonlyArray<Code>) => Code,
    double: (...operands: ReadonlyArray<Code>) => Code,
    whole: Operation
  ): Operation =>
  (call) =>
    call.from === "f32" ? single(...call.operands) : call.from === "f64" ? double(...call.operands) : whole(call)

type Two = (a: Code, b: Code) => Code
type One = (a: Code) => Code

const one =
  (f: One) =>
  (...operands: ReadonlyArray<Code>): Code =>
    f(operands[0] as Code)
const two =
  (f: Two) =>
  (...operands: ReadonlyArray<Code>): Code =>
    f(operands[0] as Code, operands[1] as Code)

const elementary =
  (name: ElementaryName): Operation =>
  ({ operands, from, context }) =>
    call(from === "f32" ? context.elementary(name) : hostFunction(name), operands[0] as Code)

const division: Operation = (call) =>
  kept(call, ([a, b]) => {
    const [x, y] = [get(a as Local), get(b as Local)]
    // A divisor of 0 gives 0, and the engine traps on it and, signed, on the least integer by -1.
    if (call.from === "u32") return select(i32.constant(0), i32.divUnsigned(x, orOne(y)), i32.isZero(y))
    const quotient = i32.divSigned(
      x,
      select(i32.constant(1), y, i32.lessEqualUnsigned(i32.add(y, i32.constant(1)), i32.constant(1)))
    )
    return select(
      i32.constant(0),
      select(i32.sub(i32.constant(0), x), quotient, i32.equal(y, i32.constant(-1))),
      i32.isZero(y)
    )
  })

const orOne = (y: Code): Code => select(i32.constant(1), y, i32.isZero(y))

const modulus: Operation = (call) => {
  const { operands, from, context } = call
  const [a, b] = operands as readonly [Code, Code]
  if (from === "f64") return invoke("mod", a, b)
  if (from === "f32") return f32.demoteF64(invoke("mod", f64.promoteF32(a), f64.promoteF32(b)))
  return kept(call, ([left, right]) => {
    const [x, y] = [get(left as Local), get(right as Local)]
    const zero = i32.isZero(y)
    if (from === "u32") return select(i32.constant(0), i32.remUnsigned(x, orOne(y)), zero)
    const rest = context.local("i32")
    const differs = i32.and(
      i32.notEqual(get(rest), i32.constant(0)),
      i32.lessSigned(i32.xor(get(rest), y), i32.constant(0))
    )
    return sequence(
      set(rest, i32.remSigned(x, orOne(y))),
      select(i32.constant(0), select(i32.add(get(rest), y), get(rest), differs), zero)
    )
  })
}

const invoke = (name: "mod" | "pow", a: Code, b: Code): Code => call(hostFunction(name), a, b)

const power: Operation = ({ operands, from, context }) => {
  const [a, b] = operands as readonly [Code, Code]
  return from === "f32" ? call(context.power(), a, b) : invoke("pow", a, b)
}

const comparison = (single: Two, double: Two, signed: Two, unsigned: Two): Operation =>
  onNumbers(two(single), two(double), ({ operands, from }) => {
    const [a, b] = operands as readonly [Code, Code]
    return from === "i32" ? signed(a, b) : unsigned(a, b)
  })

const greatest: Operation = (call) =>
  kept(call, ([a, b]) => {
    const [x, y] = [get(a as Local), get(b as Local)]
    return select(x, y, call.from === "i32" ? i32.greaterSigned(x, y) : i32.greaterUnsigned(x, y))
  })

const bits =
  (f: Two): Operation =>
  ({ operands }) =>
    f(operands[0] as Code, operands[1] as Code)

const cast: Operation = ({ operands, from, to }) => {
  const [x] = operands as readonly [Code]
  if (from === to) return x
  if (from === "f32") {
    if (to === "f64") return f64.promoteF32(x)
    if (to === "bool") return f32.notEqual(x, f32.constant(0))
    return to === "i32" ? i32.truncateSaturatedF32Signed(x) : i32.truncateSaturatedF32Unsigned(x)
  }
  if (from === "f64") {
    if (to === "f32") return f32.demoteF64(x)
    if (to === "bool") return f64.notEqual(x, f64.constant(0))
    return to === "i32" ? i32.truncateSaturatedF64Signed(x) : i32.truncateSaturatedF64Unsigned(x)
  }
  if (to === "f32") return from === "i32" ? f32.convertI32Signed(x) : f32.convertI32Unsigned(x)
  if (to === "f64") return from === "i32" ? f64.convertI32Signed(x) : f64.convertI32Unsigned(x)
  return to === "bool" ? i32.notEqual(x, i32.constant(0)) : x
}

/** Elementwise primitives on single numbers, of every type that they take. */
export const scalarOperations: Readonly<Record<string, Operation>> = {
  neg: onNumbers(one(f32.neg), one(f64.neg), ({ operands }) => i32.sub(i32.constant(0), operands[0] as Code)),
  exp: elementary("exp"),
  expm1: elementary("expm1"),
  log: elementary("log"),
  log1p: elementary("log1p"),
  sin: elementary("sin"),
  cos: elementary("cos"),
  atan: elementary("atan"),
  tanh: elementary("tanh"),
  erf: elementary("erf"),
  sqrt: onFloats(one(f32.sqrt), one(f64.sqrt)),
  floor: onFloats(one(f32.floor), one(f64.floor)),
  round: onFloats(one(f32.nearest), one(f64.nearest)),
  cast,
  add: onNumbers(two(f32.add), two(f64.add), bits(i32.add)),
  mul: onNumbers(two(f32.mul), two(f64.mul), bits(i32.mul)),
  div: onNumbers(two(f32.div), two(f64.div), division),
  mod: modulus,
  pow: power,
  maximum: onNumbers(two(f32.max), two(f64.max), greatest),
  less: comparison(f32.less, f64.less, i32.lessSigned, i32.lessUnsigned),
  equal: comparison(f32.equal, f64.equal, i32.equal, i32.equal),
  and: bits(i32.and),
  or: bits(i32.or),
  xor: bits(i32.xor),
  shiftLeft: bits(i32.shiftLeft),
  shiftRight: ({ operands, from }) =>
    (from === "i32" ? i32.shiftRightSigned : i32.shiftRightUnsigned)(operands[0] as Code, operands[1] as Code),
  where: ({ operands }) => select(operands[1] as Code, operands[2] as Code, operands[0] as Code)
}
