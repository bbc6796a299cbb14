import { type Arithmetic, type AttrsOf, DType, type MutableStorage, Shape, type TensorType } from "@residual/core"
import { type Call, type Kernel, operand, resultType } from "../kernel.ts"
import { offsets } from "../offsets.ts"
import { allocate, floatsOf, plainOf } from "../value.ts"
import { addInto } from "./addInto.ts"
import { disjunction } from "./integral.ts"

/** Where in the result each element of the operand is reduced into. */
const targets = (from: TensorType.TensorType, to: TensorType.TensorType, axes: ReadonlyArray<number>): Int32Array =>
  offsets(
    from.shape,
    Shape.strides(to.shape).map((stride, axis) => (axes.includes(axis) ? 0 : stride))
  )

/** Sums start at 0 and add in the order of the elements; integers wrap around in their storage. */
export const sum: Kernel<"sum"> = (call) => {
  const { data, type } = operand(call, 0)
  const to = resultType(call)
  const out = allocate(call.arithmetic, to)
  addInto(call.arithmetic, type.dtype, out, data, targets(type, to, call.attrs.axes))
  return [out]
}

/** The greatest element, from the first one on; of bools whether any holds. */
export const max: Kernel<"max"> = (call) => {
  const { data, type } = operand(call, 0)
  const to = resultType(call)
  const out = allocate(call.arithmetic, to)
  const at = targets(type, to, call.attrs.axes)
  if (DType.isFloat(type.dtype)) greatestFloat(call.arithmetic, floatsOf(data), at, floatsOf(out))
  else greatest(type.dtype === "bool" ? disjunction : Math.max, plainOf(data), at, plainOf(out))
  return [out]
}

const greatest = (
  larger: (a: number, b: number) => number,
  x: MutableStorage<number>,
  at: Int32Array,
  out: MutableStorage<number>
): void => {
  const started = new Uint8Array(out.length)
  for (let i = 0; i < x.length; i++) {
    const target = at[i] as number
    out[target] = started[target] === 0 ? (x[i] as number) : larger(out[target] as number, x[i] as number)
    started[target] = 1
  }
}

/**
 * `maximum` shares a derivative equally between two that tie. From the third on, each moves what there is by its share
 * of the difference, so that all of them weigh the same; between numbers there is no difference.
 */
const greatestFloat = <A>(
  arithmetic: Arithmetic<A>,
  x: MutableStorage<A>,
  at: Int32Array,
  out: MutableStorage<A>
): void => {
  const ties = new Int32Array(out.length)
  for (let i = 0; i < x.length; i++) {
    const target = at[i] as number
    const count = ties[target] as number
    const [so, next] = [out[target] as A, x[i] as A]
    if (count === 0) {
      out[target] = next
      ties[target] = 1
      continue
    }
    const isTie = arithmetic.equal(so, next) === 1
    const difference = isTie && count > 1 ? arithmetic.sub(next, so) : arithmetic.zero
    const moves = !arithmetic.vanishes(difference) && arithmetic.isNaN(difference) === 0
    out[target] = moves
      ? arithmetic.add(so, arithmetic.div(difference, arithmetic.fromNumber(count + 1)))
      : arithmetic.maximum(so, next)
    if (isTie) ties[target] = count + 1
    else if (arithmetic.less(so, next) !== 0) ties[target] = 1
  }
}

/** Running sums along an axis, each of which continues the one before it. */
export const cumSum: Kernel<"cumSum"> = (call) => {
  const { data, type } = operand(call, 0)
  const out = allocate(call.arithmetic, type)
  if (DType.isFloat(type.dtype)) runningSums(call, call.arithmetic, floatsOf(data), floatsOf(out))
  else runningSums(call, { add: (a: number, b: number) => a + b, zero: 0 }, plainOf(data), plainOf(out))
  return [out]
}

const runningSums = <A, X>(
  call: Call<A, AttrsOf<"cumSum">>,
  { add, zero }: Pick<Arithmetic<X>, "add" | "zero">,
  x: MutableStorage<X>,
  out: MutableStorage<X>
): void => {
  const { axis, reverse } = call.attrs
  const { shape } = resultType(call)
  const length = shape[axis] as number
  const inner = Shape.size(shape.slice(axis + 1))
  for (let i = 0; i < x.length; i++) {
    const from = reverse ? x.length - 1 - i : i
    const place = Math.floor(from / inner) % length
    const isFirst = place === (reverse ? length - 1 : 0)
    out[from] = add(isFirst ? zero : (out[from + (reverse ? inner : -inner)] as X), x[from] as X)
  }
}
