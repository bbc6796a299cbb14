import type { Arithmetic, MutableStorage } from "@residual/core"
import { binary, binaryNumeric, comparison, unary, unaryNumeric } from "./elementwise.ts"
import { quotient, remainder } from "./integral.ts"

type Floats<A> = MutableStorage<A>

export const neg = unaryNumeric(
  <A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
    for (let i = 0; i < out.length; i++) out[i] = arithmetic.neg(x[i] as A)
  },
  (x) => -x
)

export const exp = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.exp(x[i] as A)
})

export const expm1 = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.expm1(x[i] as A)
})

export const log = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.log(x[i] as A)
})

export const log1p = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.log1p(x[i] as A)
})

export const sqrt = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.sqrt(x[i] as A)
})

export const sin = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.sin(x[i] as A)
})

export const cos = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.cos(x[i] as A)
})

export const atan = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.atan(x[i] as A)
})

export const tanh = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.tanh(x[i] as A)
})

export const erf = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.erf(x[i] as A)
})

export const floor = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.floor(x[i] as A)
})

export const round = unary(<A>(arithmetic: Arithmetic<A>, x: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.round(x[i] as A)
})

export const add = binaryNumeric(
  <A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Floats<A>) => {
    for (let i = 0; i < out.length; i++) out[i] = arithmetic.add(a[i] as A, b[i] as A)
  },
  (a, b) => a + b
)

export const mul = binaryNumeric(<A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.mul(a[i] as A, b[i] as A)
}, Math.imul)

export const div = binaryNumeric(<A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.div(a[i] as A, b[i] as A)
}, quotient)

export const mod = binaryNumeric(<A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.mod(a[i] as A, b[i] as A)
}, remainder)

export const maximum = binaryNumeric(<A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.maximum(a[i] as A, b[i] as A)
}, Math.max)

export const pow = binary(<A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Floats<A>) => {
  for (let i = 0; i < out.length; i++) out[i] = arithmetic.pow(a[i] as A, b[i] as A)
})

export const less = comparison(
  <A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Uint8Array) => {
    for (let i = 0; i < out.length; i++) out[i] = arithmetic.less(a[i] as A, b[i] as A)
  },
  (a, b) => (a < b ? 1 : 0)
)

export const equal = comparison(
  <A>(arithmetic: Arithmetic<A>, a: Floats<A>, b: Floats<A>, out: Uint8Array) => {
    for (let i = 0; i < out.length; i++) out[i] = arithmetic.equal(a[i] as A, b[i] as A)
  },
  (a, b) => (a === b ? 1 : 0)
)
