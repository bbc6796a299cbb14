import { Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import {
  add,
  type Condition,
  decided,
  guarded,
  type Index,
  placeOf,
  quotient,
  scale
} from "../../kernel/indexExpression.ts"
import { type Nest, nestsOf } from "../../kernel/nest.ts"
import { tracing } from "../../kernel/traceElements.ts"

/** Windows added up where they overlap: a sum, for each element, over the places within a window that it may have. */
export const unwindowNests = (graph: Graph, region: Region, written: Id): ReadonlyArray<Nest> => {
  const { inputs, attrs, types } = graph.nodes[written] as Node
  const [from] = inputs as readonly [Id]
  const { strides, dilations, sizes } = attrs as Readonly<Record<"strides" | "dilations" | "sizes", Shape.Shape>>
  const { dtype, shape } = types[0] as { readonly dtype: "f32"; readonly shape: Shape.Shape }
  const windows = graph.nodes[from]?.types[0]?.shape ?? []
  const [rank, outer] = [sizes.length, windows.length - 2 * sizes.length]
  const isEmpty = Shape.size(windows) === 0
  const axes = isEmpty ? [] : sizes.map((_, axis) => shape.length + axis)
  return nestsOf([...shape, ...(isEmpty ? [] : sizes)], axes, (coordinates, elements) => {
    const [at, within] = [coordinates.slice(0, shape.length), coordinates.slice(shape.length)]
    const place = placeOf(at, Shape.strides(shape))
    const zero = elements.number(dtype, 0)
    if (isEmpty) return { passes: [], rowStores: [{ id: written, place, element: zero }] }
    const trace = tracing({ graph, reads: new Set(region.reads), elements, replaced: () => undefined })
    const conditions: Array<Condition> = []
    const firsts = within.map((offset, axis): Index => {
      const stride = strides[axis] as number
      const first = add(at[outer + axis] as Index, scale(offset, -(dilations[axis] as number)))
      const count = windows[outer + axis] as number
      conditions.push({ kind: "within", index: first, low: 0, high: (count - 1) * stride + 1 })
      if (stride > 1) conditions.push({ kind: "multiple", index: first, of: stride })
      return first
    })
    const open = conditions.filter((condition) => decided(condition) !== true)
    const starts = firsts.map((first, axis) =>
      quotient(open.length === 0 ? first : guarded(first, open), strides[axis] as number)
    )
    const all = [...at.slice(0, outer), ...starts, ...within]
    const inside = trace(from, placeOf(all, Shape.strides(windows)))
    const element = open.length === 0 ? inside : elements.choice(open, inside, zero)
    if (rank === 0) return { passes: [], rowStores: [{ id: written, place, element }] }
    return {
      passes: [{ reductions: [{ id: written, op: "sum", element }], stores: [] }],
      rowStores: [{ id: written, place, element: elements.reduced(dtype, written) }]
    }
  })
}
