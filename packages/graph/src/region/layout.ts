import { Shape } from "@residual/core"
import type { Node } from "../graph.ts"

/** So many steps of so many elements each. */
export interface Factor {
  readonly size: number
  readonly stride: number
}

/**
 * Where a view finds its elements in the memory of the value under it: element `i` of an axis with one factor lies `i ·
 * stride` from the `offset`; an axis with several factors is walked in all of them, outermost first, as an odometer is
 * (an axis that merges heads and their channels, say). An axis of size 1 has no factor.
 *
 * ```ts
 * import type { Layout } from "@residual/graph"
 * const transposed: Layout = { offset: 0, axes: [[{ size: 3, stride: 1 }], [{ size: 2, stride: 3 }]] }
 * transposed.axes.length // => 2
 * ```
 */
export interface Layout {
  readonly offset: number
  readonly axes: ReadonlyArray<ReadonlyArray<Factor>>
}

/**
 * The layout of a value in row-major order.
 *
 * ```ts
 * import { rowMajor } from "@residual/graph"
 * rowMajor([2, 3]).axes // => [[{ size: 2, stride: 3 }], [{ size: 3, stride: 1 }]]
 * ```
 */
export const rowMajor = (shape: Shape.Shape): Layout => {
  const strides = Shape.strides(shape)
  return { offset: 0, axes: shape.map((size, axis) => factor(size, strides[axis] as number)) }
}

const factor = (size: number, stride: number): ReadonlyArray<Factor> => (size === 1 ? [] : [{ size, stride }])

/**
 * The layout of a view of something that is laid out; `undefined` for other ops, and for the views that no strides
 * express (a slice of a merged axis, a reshape that cuts across one).
 *
 * ```ts
 * import { rowMajor, viewLayout } from "@residual/graph"
 * const transposed = { op: "transpose", inputs: [0], attrs: { permutation: [1, 0] }, types: [{ dtype: "f32", shape: [3, 2] }] } as const
 * viewLayout(rowMajor([2, 3]), transposed)?.axes // => [[{ size: 3, stride: 1 }], [{ size: 2, stride: 3 }]]
 * ```
 */
export const viewLayout = (layout: Layout, node: Node): Layout | undefined => {
  if (node.body !== undefined) return undefined
  const { axes, offset } = layout
  const { shape } = node.types[0] as { readonly shape: Shape.Shape }
  switch (node.op) {
    case "barrier":
      return layout
    case "transpose":
      return {
        offset,
        axes: (node.attrs["permutation"] as Shape.Shape).map((axis) => axes[axis] as Layout["axes"][number])
      }
    case "broadcast":
      return { offset, axes: axes.map((axis, at) => (axis.length === 0 ? factor(shape[at] as number, 0) : axis)) }
    case "reshape":
      return reshaped(layout, shape)
    case "slice":
      return sliced(layout, node.attrs as never)
    case "window":
      return windowed(layout, shape, node.attrs as never)
    default:
      return undefined
  }
}

/** Cuts all factors anew, outermost first, so that each axis gets its size. */
const reshaped = ({ offset, axes }: Layout, shape: Shape.Shape): Layout | undefined => {
  if (shape.includes(0)) return rowMajor(shape)
  const rest = [...merged(axes.flat())].reverse()
  const cut: Array<ReadonlyArray<Factor>> = []
  for (const size of shape) {
    const axis: Array<Factor> = []
    for (let left = size; left > 1; ) {
      const next = rest.pop() as Factor
      if (left % next.size === 0) {
        axis.push(next)
        left /= next.size
      } else if (next.size % left === 0) {
        const inner = next.size / left
        axis.push({ size: left, stride: next.stride * inner })
        rest.push({ size: inner, stride: next.stride })
        left = 1
      } else return undefined
    }
    cut.push(merged(axis))
  }
  return { offset, axes: cut }
}

/** Neighbours that are one run of equal steps become one factor. */
const merged = (axis: ReadonlyArray<Factor>): ReadonlyArray<Factor> => {
  const out: Array<Factor> = []
  for (const inner of axis) {
    const outer = out.at(-1)
    if (outer !== undefined && outer.stride === inner.size * inner.stride) {
      out[out.length - 1] = { size: outer.size * inner.size, stride: inner.stride }
    } else out.push(inner)
  }
  return out
}

type Slice = { readonly starts: Shape.Shape; readonly sizes: Shape.Shape; readonly steps: Shape.Shape }

const sliced = ({ offset, axes }: Layout, { starts, sizes, steps }: Slice): Layout | undefined => {
  let start = offset
  const cut: Array<ReadonlyArray<Factor>> = []
  for (const [at, axis] of axes.entries()) {
    const [from, size, step] = [starts[at], sizes[at], steps[at]] as readonly [number, number, number]
    const length = axis.reduce((product, { size }) => product * size, 1)
    const [only] = axis
    if (only === undefined) cut.push(factor(size, 0))
    else if (from === 0 && step === 1 && size === length) cut.push(axis)
    else if (axis.length === 1) {
      start += from * only.stride
      cut.push(factor(size, step * only.stride))
    } else return undefined
  }
  return { offset: start, axes: cut }
}

type Window = { readonly sizes: Shape.Shape; readonly strides: Shape.Shape; readonly dilations: Shape.Shape }

const windowed = ({ offset, axes }: Layout, shape: Shape.Shape, window: Window): Layout | undefined => {
  const rank = window.sizes.length
  const outer = axes.slice(0, axes.length - rank)
  const inner = axes.slice(axes.length - rank)
  if (inner.some((axis) => axis.length > 1)) return undefined
  const stride = (at: number): number => inner[at]?.[0]?.stride ?? 0
  const starts = inner.map((_, at) =>
    factor(shape[outer.length + at] as number, stride(at) * (window.strides[at] as number))
  )
  const within = inner.map((_, at) => factor(window.sizes[at] as number, stride(at) * (window.dilations[at] as number)))
  return { offset, axes: [...outer, ...starts, ...within] }
}
