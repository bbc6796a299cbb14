import { fc, test as property } from "@fast-check/vitest"
import { type AnyExpr, claimable, input, numberArithmetic, op, slot, TensorType } from "@residual/core"
import { type Claims, type Computation, compile, grad, lower, type Program } from "@residual/graph"
import { describe, expect, test } from "vitest"
import { type Data, loadProgram, type Mode, type Results, runGraph } from "../../src/reference/index.ts"
import { randomComputation } from "./randomComputation.ts"

type Bound = Readonly<Record<string, Data<number>>>

const programOf = (computation: Computation, claims: Claims = new Set()): Program => {
  const compiled = compile(computation, { claims })
  if (compiled._tag === "Left") throw compiled.left
  return compiled.right
}

/** The computation as written, no pass having touched it. */
const asWritten = (computation: Computation, bound: Bound, mode: Mode): Results<number> => {
  const lowered = lower(computation, new Set())
  if (lowered._tag === "Left") throw lowered.left
  return runGraph(lowered.right, bound, numberArithmetic, mode)
}

/** Elements as text, in which zeros and NaN are told apart. */
const bits = ({ outputs, updates }: Results<number>): unknown =>
  [outputs, updates].map((results) =>
    Object.entries(results)
      .map(([name, { type, data }]) => `${name}: ${TensorType.print(type)} = ${texts(data as ArrayLike<number>)}`)
      .sort()
  )

const texts = (data: ArrayLike<number>): string =>
  Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ")

const expectAgreement = (computation: Computation, inputs: Bound, slots: Bound, claims?: Claims): void => {
  const program = programOf(computation, claims)
  for (const mode of ["exact", "rounded"] as const) {
    const bound = { ...inputs, ...slots }
    const written = bits(asWritten(computation, bound, mode))
    expect(bits(loadProgram(program, numberArithmetic, mode)(inputs, slots))).toEqual(written)
    expect(bits(runGraph(program.graph, bound, numberArithmetic, mode))).toEqual(written)
  }
}

const wave = (length: number, phase = 0): Float64Array =>
  Float64Array.from({ length }, (_, at) => Math.sin(at * 1.7 + phase))

const special = fc.constantFrom(0, -0, 1, -1, 0.5, 3.7, NaN, Infinity, -Infinity, 1e-40)

describe("a program agrees with the graph to the bit", () => {
  property.prop([randomComputation, fc.array(special, { minLength: 6, maxLength: 6 })])(
    "random computations",
    (computation, w) => {
      const inputs = { x: wave(6), n: Int32Array.of(1, -3) }
      expectAgreement(computation, inputs, { w: Float64Array.from(w), v: wave(6, 2) })
    }
  )

  test("a transformer block's step, with its gradients and updates", () => {
    const [time, width] = [4, 6]
    const weights = Object.fromEntries(
      ["query", "key", "value", "out"].map((name) => [name, slot(name, [width, width])])
    ) as Record<string, AnyExpr>
    const x = input("x", [time, width])
    const project = (name: string): AnyExpr => op.matmul(op.layerNorm(x), weights[name] as AnyExpr)
    const scores = op.div(op.matmul(project("query"), op.transpose(project("key"))), Math.sqrt(width))
    const y = op.add(x, op.matmul(op.matmul(op.softmax(scores), project("value")), weights["out"] as AnyExpr))
    const loss = op.mean(op.square(op.gelu(y)))
    const gradients = grad(loss, weights)
    const updates = Object.fromEntries(
      Object.entries(weights).map(([name, weight]) => [name, op.add(weight, op.mul(gradients[name] as AnyExpr, -0.1))])
    )
    const slots = Object.fromEntries(Object.keys(weights).map((name, at) => [name, wave(width * width, at)]))
    expectAgreement({ outputs: { loss, y }, updates }, { x: wave(time * width) }, slots)
  })

  test("convolution and pooling", () => {
    const [x, kernel] = [input("x", [1, 2, 6, 6]), input("kernel", [3, 2, 3, 3])]
    const y = op.maxPool2d(op.relu(op.conv2d(x, kernel, { padding: 1 })), { kernel: 2 })
    const gradient = grad(op.sum(op.square(y)), { x, kernel })
    expectAgreement({ outputs: { y, ...gradient } }, { x: wave(72), kernel: wave(54, 1) }, {})
  })

  test("slots that are exchanged, kept, added and read before they are replaced", () => {
    const [a, b] = [slot("a", [3]), slot("b", [3])]
    const computation = { outputs: { before: a, sum: op.add(a, b) }, updates: { a: b, b: a, c: op.mul(a, b) } }
    expectAgreement(computation, {}, { a: wave(3), b: wave(3, 1) })
  })

  test("composites that a backend takes whole", () => {
    const x = input("x", [3, 4])
    const y = op.softmax(op.gelu(x))
    const computation = { outputs: { y, slope: grad(op.sum(op.mul(y, y)), [x])[0] as AnyExpr } }
    const claims = new Set([claimable.softmax, claimable.gelu, claimable.softmaxBackward])
    expectAgreement(computation, { x: wave(12) }, {}, claims)
  })

  test("attention taken whole, on heads that are views of one value", () => {
    const [x, weight] = [input("x", [2, 5, 8]), input("weight", [8, 24])]
    const joined = op.matmul(x, weight)
    const part = (which: number): AnyExpr => {
      const rows = op.slice(joined, { starts: [0, 0, 8 * which], stops: [2, 5, 8 * which + 8] })
      return op.transpose(op.reshape(rows, [2, 5, 2, 4]), [0, 2, 1, 3])
    }
    const y = op.attention(part(0), part(1), part(2), { causal: true })
    const computation = { outputs: { y, ...grad(op.sum(op.mul(y, y)), { x, weight }) } }
    const claims = new Set([claimable.attention, claimable.attentionBackward])
    expectAgreement(computation, { x: wave(80), weight: wave(192, 1) }, {}, claims)
  })
})
