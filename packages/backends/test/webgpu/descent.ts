import { type AnyExpr, input, op, Shape, slot } from "@residual/core"
import { type Computation, grad } from "@residual/graph"
import { Tensor } from "../../src/index.ts"

/** How wide the network of `descent` is, and so how many products its sums add up. */
export const width = 96

/** So many elements in all that their update is a kernel of its own. */
const shapes: Readonly<Record<string, Shape.Shape>> = {
  w0: [width, width],
  b0: [width],
  w1: [width, width],
  b1: [width],
  w2: [width, 2],
  b2: [2]
}

/** What the largest slot of `descent` takes. */
export const largestSlot = 4 * width * width

const names = Object.keys(shapes)

/** A step of gradient descent with momentum on a small network: its parameters and their momenta are slots, the rate too. */
export const descent = (): Computation => {
  const parameters = new Map(names.map((name) => [name, slot(name, shapes[name] as Shape.Shape)] as const))
  const parameter = (name: string): AnyExpr => parameters.get(name) as AnyExpr
  const layer = (x: AnyExpr, at: number): AnyExpr =>
    op.mul(op.add(op.matmul(x, parameter(`w${at}`)), parameter(`b${at}`)), 0.1)
  const x = input("x", [3, width])
  const y = layer(op.tanh(layer(op.tanh(layer(x, 0)), 1)), 2)
  const loss = op.mean(op.mul(y, y))
  const gradients = grad(loss, names.map(parameter)) as ReadonlyArray<AnyExpr>
  const rate = slot("rate", [])
  const count = slot("count", [])
  const updates: Record<string, AnyExpr> = { count: op.add(count, 1) }
  for (const [at, name] of names.entries()) {
    const before = slot(`m.${name}`, shapes[name] as Shape.Shape)
    const momentum = op.add(op.mul(before, 0.9), gradients[at] as AnyExpr)
    updates[`m.${name}`] = momentum
    updates[name] = op.sub(parameter(name), op.mul(rate, momentum))
  }
  return { outputs: { loss }, updates }
}

/** Numbers between -1 and 1, the same for the same seed. */
export const numbers = (shape: Shape.Shape, seed: number): Tensor.Tensor => {
  const elements = Float32Array.from({ length: Shape.size(shape) }, (_, at) => {
    const wave = Math.sin((at + 1) * 12.9898 + seed * 78.233) * 43758.5453
    return 2 * (wave - Math.floor(wave)) - 1
  })
  return Tensor.make(elements, { shape })
}

/** What the slots of `descent` hold at first. */
export const beginning: Readonly<Record<string, Tensor.Tensor>> = {
  ...Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape], at) => [
      [name, numbers(shape, at)],
      [`m.${name}`, Tensor.make(new Float32Array(Shape.size(shape)), { shape })]
    ])
  ),
  rate: Tensor.make(0.1),
  count: Tensor.make(0)
}

/** What `descent` is given at a step. */
export const batch = (step: number): { readonly x: Tensor.Tensor } => ({ x: numbers([3, width], 100 + step) })
