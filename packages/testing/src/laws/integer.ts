import { Tensor } from "@residual/backends"
import { op } from "@residual/core"
import fc from "fast-check"
import { shape } from "../arbitrary/shape.ts"
import { boolTensor, integerTensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

/** Words of every kind: small ones, ones with the sign bit, and the least and greatest. */
const words = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)
)

const integerLaw = (name: string, f: typeof op.and, dtype: "i32" | "u32", counts = false): Law => ({
  op: name,
  variant: dtype,
  cases: fc
    .array(fc.tuple(words, counts ? fc.integer({ min: 0, max: 31 }) : words), { minLength: 1, maxLength: 6 })
    .map((pairs) => {
      const operand = (side: 0 | 1): Tensor.Tensor =>
        Tensor.make(
          pairs.map((pair) => (dtype === "u32" ? pair[side] >>> 0 : pair[side])),
          { dtype }
        )
      const inputs = { a: operand(0), b: operand(1) }
      return lawCase(inputs, ({ a, b }) => f(a, b))
    }),
  noResidual: "integers have none"
})

const bitwise = { and: op.and, or: op.or, xor: op.xor } as const
const logical = { ...bitwise, logicalAnd: op.logicalAnd, logicalOr: op.logicalOr, logicalXor: op.logicalXor } as const
const shifts = { shiftLeft: op.shiftLeft, shiftRight: op.shiftRight } as const
const integral = {
  add: op.add,
  mul: op.mul,
  div: op.div,
  mod: op.mod,
  sub: op.sub,
  maximum: op.maximum,
  minimum: op.minimum
} as const

/** Rows of the ops on bits, and of arithmetic on integers, which wraps around. */
export const integerLaws: ReadonlyArray<Law> = [
  ...(["i32", "u32"] as const).flatMap((dtype) => [
    ...Object.entries(bitwise).map(([name, f]) => integerLaw(name, f, dtype)),
    ...Object.entries(shifts).map(([name, f]) => integerLaw(name, f, dtype, true)),
    ...Object.entries(integral).map(([name, f]) => integerLaw(name, f, dtype))
  ]),
  ...Object.entries(logical).map(
    ([name, f]): Law => ({
      op: name,
      variant: "bool",
      cases: shape().chain((shape) =>
        fc
          .record({ a: boolTensor(shape), b: boolTensor(shape) })
          .map((inputs) => lawCase(inputs, ({ a, b }) => f(a, b)))
      ),
      noResidual: "bools have none"
    })
  ),
  ...Object.entries({ not: op.not, logicalNot: op.logicalNot }).flatMap(
    ([name, f]): ReadonlyArray<Law> => [
      {
        op: name,
        variant: "bool",
        cases: shape().chain((shape) => boolTensor(shape).map((x) => lawCase({ x }, ({ x }) => f(x)))),
        noResidual: "bools have none"
      },
      {
        op: name,
        variant: "i32",
        cases: shape().chain((shape) => integerTensor(shape, -9, 9).map((x) => lawCase({ x }, ({ x }) => f(x)))),
        noResidual: "integers have none"
      }
    ]
  )
]
