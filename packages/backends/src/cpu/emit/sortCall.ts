import { DType, Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import { readLayout } from "@residual/graph"
import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { block, branch, branchIf, call, counting, loop, when } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { f32, f64, i32 } from "../wasm/instructions.ts"
import { bytesOf } from "./elementSource.ts"
import type { KernelCall, KernelContext } from "./kernels.ts"
import { valueType } from "./scalarOperation.ts"

interface Sorting {
  readonly dtype: DType.DType
  readonly length: number
  readonly limit: number
  readonly descending: boolean
  readonly hasValues: boolean
  readonly hasIndices: boolean
}

/** The kernel of a sort along the last axis: rows are shared out, each sorted by merging runs of places. */
export const sortCall = (graph: Graph, region: Region, sort: Id, context: KernelContext): KernelCall => {
  const { inputs, attrs } = graph.nodes[sort] as Node
  const { dtype, shape } = (graph.nodes[inputs[0] as Id] as Node).types[0] as {
    readonly dtype: DType.DType
    readonly shape: Shape.Shape
  }
  const { descending, limit } = attrs as { readonly descending: boolean; readonly limit: number }
  const length = shape.at(-1) as number
  const outputOf = (output: number): Id | undefined =>
    region.writes.find((id) => graph.nodes[id]?.attrs["output"] === output)
  const [values, indices] = [outputOf(0), outputOf(1)]
  const writes = [values, indices].filter((id): id is Id => id !== undefined)
  const sorting: Sorting = {
    dtype,
    length,
    limit,
    descending,
    hasValues: values !== undefined,
    hasIndices: indices !== undefined
  }
  const read = readLayout(graph, region, inputs[0] as Id)?.read as Id
  const rows = Shape.size(shape.slice(0, -1))
  return {
    name: `sort ${rows}x${length}`,
    kernel: context.once(`sort ${JSON.stringify(sorting)}`, () => sortFunction(sorting)),
    reads: [read],
    writes,
    pieces: limit === 0 ? 0 : rows,
    isShared: true,
    unit: 1,
    scratchBytes: Math.ceil((8 * length) / 64) * 64,
    cost: rows * length * Math.log2(length + 1) * 4
  }
}

/** Whether the second of two numbers must come before the first: neither where they are equal. */
const mustSwap = ({ dtype, descending }: Sorting): WasmFunction => {
  const type = valueType(dtype)
  return functionOf([type, type], ["i32"], ([first, second]) => {
    const [a, b] = [get(first as Local), get(second as Local)]
    if (!DType.isFloat(dtype)) {
      const less = dtype === "i32" ? i32.lessSigned : i32.lessUnsigned
      return descending ? less(a, b) : less(b, a)
    }
    const instructions = dtype === "f32" ? f32 : f64
    const isBefore = descending ? instructions.less(a, b) : instructions.less(b, a)
    // NaN comes last in either direction.
    const isLast = i32.and(instructions.notEqual(a, a), instructions.equal(b, b))
    return i32.or(isBefore, isLast)
  })
}

const sortFunction = (sorting: Sorting): WasmFunction => {
  const { dtype, length, limit, hasValues, hasIndices } = sorting
  const outputs = Number(hasValues) + Number(hasIndices)
  const compare = mustSwap(sorting)
  const bytes = bytesOf(dtype)
  const instructions = dtype === "f32" ? f32 : dtype === "f64" ? f64 : i32
  return functionOf(new Array(outputs + 4).fill("i32"), [], (params, local) => {
    const from = params[0] as Local
    const values = hasValues ? (params[1] as Local) : undefined
    const indices = hasIndices ? (params[1 + Number(hasValues)] as Local) : undefined
    const [scratch, first, last] = params.slice(-3) as [Local, Local, Local]
    const row = local("i32")
    const data = local("i32")
    const [source, target, other] = [local("i32"), local("i32"), local("i32")]
    const [width, start, middle, end, left, right, at] = [0, 1, 2, 3, 4, 5, 6].map(() => local("i32")) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local
    ]
    const word = (base: Local, index: Code): Code => i32.add(get(base), i32.shiftLeft(index, i32.constant(2)))
    const place = (index: Local): Code => i32.load(word(source, get(index)))
    const value = (index: Code): Code => instructions.load(i32.add(get(data), i32.mul(index, i32.constant(bytes))))
    const least = (a: Code, b: Code, to: Local): Code =>
      sequence(set(to, a), when(i32.greaterSigned(get(to), b), set(to, b)))
    const take = (side: Local): Code =>
      sequence(
        i32.store(word(target, get(at)), place(side)),
        set(side, i32.add(get(side), i32.constant(1))),
        set(at, i32.add(get(at), i32.constant(1)))
      )
    const merge = block((done) =>
      loop((again) =>
        sequence(
          branchIf(done, i32.greaterEqualSigned(get(at), get(end))),
          when(
            i32.greaterEqualSigned(get(left), get(middle)),
            take(right),
            when(
              i32.greaterEqualSigned(get(right), get(end)),
              take(left),
              when(call(compare, value(place(left)), value(place(right))), take(right), take(left))
            )
          ),
          branch(again)
        )
      )
    )
    const total = i32.constant(length)
    const pass = sequence(
      set(start, i32.constant(0)),
      block((done) =>
        loop((again) =>
          sequence(
            branchIf(done, i32.greaterEqualSigned(get(start), total)),
            least(i32.add(get(start), get(width)), total, middle),
            least(i32.add(get(middle), get(width)), total, end),
            set(left, get(start)),
            set(right, get(middle)),
            set(at, get(start)),
            merge,
            set(start, get(end)),
            branch(again)
          )
        )
      ),
      set(other, get(source)),
      set(source, get(target)),
      set(target, get(other)),
      set(width, i32.shiftLeft(get(width), i32.constant(1)))
    )
    const result = (base: Local, size: number): Code =>
      i32.add(get(base), i32.mul(i32.add(i32.mul(get(row), i32.constant(limit)), get(at)), i32.constant(size)))
    const writeOut = counting(
      at,
      i32.constant(0),
      i32.constant(limit),
      1,
      sequence(
        values === undefined ? nothing : instructions.store(result(values, bytes), value(place(at))),
        indices === undefined ? nothing : i32.store(result(indices, 4), place(at))
      )
    )
    return counting(
      row,
      get(first),
      get(last),
      1,
      sequence(
        set(data, i32.add(get(from), i32.mul(get(row), i32.constant(length * bytes)))),
        set(source, get(scratch)),
        set(target, i32.add(get(scratch), i32.constant(4 * length))),
        counting(at, i32.constant(0), total, 1, i32.store(word(source, get(at)), get(at))),
        set(width, i32.constant(1)),
        block((done) =>
          loop((again) => sequence(branchIf(done, i32.greaterEqualSigned(get(width), total)), pass, branch(again)))
        ),
        writeOut
      )
    )
  })
}
