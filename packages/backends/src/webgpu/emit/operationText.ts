import type { DType } from "@residual/core"
import { bare } from "../wgsl/bare.ts"
import { scalarType } from "../wgsl/scalar.ts"

/** An application of an elementwise primitive to numbers, as text: its operands, and the types of them and of the result. */
export interface OperationCall {
  readonly operands: ReadonlyArray<string>
  readonly from: DType.DType
  readonly to: DType.DType
  /** Notes a function of the library that the text calls. */
  readonly use: (name: string) => string
}

type Operation = (call: OperationCall) => string

const infix =
  (operator: string): Operation =>
  ({ operands: [a, b] }) =>
    `(${a} ${operator} ${b})`

const called =
  (name: string): Operation =>
  ({ operands, use }) =>
    `${use(name)}(${operands.map(bare).join(", ")})`

/** A function of the library for each type that it takes. */
const calledByType =
  (name: string): Operation =>
  ({ operands, from, use }) =>
    `${use(`${name}_${from}`)}(${operands.map(bare).join(", ")})`

const onFloats =
  (floats: Operation, others: Operation): Operation =>
  (call) =>
    (call.from === "f32" ? floats : others)(call)

const onBools =
  (bools: Operation, others: Operation): Operation =>
  (call) =>
    (call.from === "bool" ? bools : others)(call)

const shift =
  (operator: string): Operation =>
  ({ operands: [a, b], from }) =>
    `(${a} ${operator} (${from === "u32" ? b : `bitcast<u32>(${b})`} & 31u))`

const cast: Operation = ({ operands: [x], from, to, use }) => {
  if (from === to) return x as string
  if (to === "bool") {
    return from === "f32"
      ? `!${use("equal_f32")}(${bare(x as string)}, 0.0f)`
      : `(${x} != ${from === "u32" ? "0u" : "0"})`
  }
  if (from === "f32") return `${use(`cast_f32_${to}`)}(${bare(x as string)})`
  return `${scalarType(to)}(${bare(x as string)})`
}

/** Elementwise primitives as text, on every type that they take. */
const operations: Readonly<Record<string, Operation>> = {
  neg: ({ operands: [x], from }) => (from === "u32" ? `(0u - ${x})` : from === "i32" ? `(0 - ${x})` : `(-${x})`),
  exp: called("exp_f32"),
  expm1: called("expm1_f32"),
  log: called("log_f32"),
  log1p: called("log1p_f32"),
  sin: called("sin_f32"),
  cos: called("cos_f32"),
  atan: called("atan_f32"),
  tanh: called("tanh_f32"),
  erf: called("erf_f32"),
  sqrt: called("sqrt_f32"),
  floor: called("floor_f32"),
  round: called("round_f32"),
  cast,
  add: infix("+"),
  mul: infix("*"),
  div: onFloats(infix("/"), calledByType("div")),
  mod: calledByType("mod"),
  pow: called("pow_f32"),
  maximum: onFloats(called("maximum_f32"), ({ operands }) => `max(${operands.map(bare).join(", ")})`),
  less: onBools(({ operands: [a, b] }) => `(!${a} && ${b})`, onFloats(called("less_f32"), infix("<"))),
  equal: onFloats(called("equal_f32"), infix("==")),
  and: onBools(infix("&&"), infix("&")),
  or: onBools(infix("||"), infix("|")),
  xor: onBools(infix("!="), infix("^")),
  shiftLeft: shift("<<"),
  shiftRight: shift(">>"),
  where: ({ operands: [condition, a, b] }) =>
    `select(${[b, a, condition].map((each) => bare(each as string)).join(", ")})`
}

/** An application of an elementwise primitive as text. */
export const operationText = (op: string, call: OperationCall): string => {
  const operation = operations[op]
  if (operation === undefined) throw new Error(`"${op}" is no elementwise primitive`)
  return operation(call)
}
