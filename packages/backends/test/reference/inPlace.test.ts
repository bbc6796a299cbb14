import { test as property } from "@fast-check/vitest"
import { type AnyExpr, input, numberArithmetic, op, Shape, slot, TensorType } from "@residual/core"
import {
  type Computation,
  compile,
  type Graph,
  grad,
  type Id,
  type Node,
  type Program,
  type Region
} from "@residual/graph"
import { describe, expect, test } from "vitest"
import { allocate, type Data, runGraph } from "../../src/reference/index.ts"
import { naiveProgram } from "../naiveProgram.ts"
import { randomComputation } from "./randomComputation.ts"

const programOf = (computation: Computation): Program => {
  const compiled = compile(computation, { claims: new Set() })
  if (compiled._tag === "Left") throw compiled.left
  return compiled.right
}

const typeOf = ({ graph }: Program, id: Id): TensorType.TensorType => graph.nodes[id]?.types[0] as TensorType.TensorType

/** Where a value lies, as one line on which spans are compared: the arena, then each slot. */
const spanOf = (program: Program, id: Id): readonly [from: number, to: number] | undefined => {
  const place = program.places.get(id)
  const bytes = TensorType.bytes(typeOf(program, id))
  if (place?.in === "arena") {
    const from = program.buffers[place.buffer]?.offset as number
    return [from, from + bytes]
  }
  if (place?.in !== "slot") return undefined
  const from = -1e9 * (1 + program.slots.findIndex(({ name }) => name === place.slot))
  return [from, from + bytes]
}

/** What a region writes over of what it reads. */
const overwritten = (program: Program, { reads, writes }: Region): ReadonlyArray<readonly [read: Id, write: Id]> =>
  reads.flatMap((read) =>
    writes.flatMap((write) => {
      const [a, b] = [spanOf(program, read), spanOf(program, write)]
      return a !== undefined && b !== undefined && a[0] < b[1] && b[0] < a[1] ? [[read, write] as const] : []
    })
  )

/** A region on its own: what it reads are inputs. */
const graphOf = ({ graph }: Program, { nodes, reads, writes }: Region): Graph => {
  const placed = new Map<Id, Id>()
  const own: Array<Node> = []
  for (const id of reads) {
    const types = graph.nodes[id]?.types as Node["types"]
    placed.set(
      id,
      own.push({ op: "input", inputs: [], attrs: { name: String(id), ...types[0], binding: "run" }, types }) - 1
    )
  }
  for (const id of nodes) {
    const node = graph.nodes[id] as Node
    placed.set(id, own.push({ ...node, inputs: node.inputs.map((from) => placed.get(from) as Id) }) - 1)
  }
  return { nodes: own, outputs: writes.map((id) => ({ name: String(id), id: placed.get(id) as Id })), updates: [] }
}

const drawn = (type: TensorType.TensorType): Data<number> => {
  const data = allocate(numberArithmetic, type)
  for (let at = 0; at < data.length; at++)
    data[at] = type.dtype === "bool" ? at % 2 : type.dtype === "f32" ? Math.sin(at * 2.3 + 1) : at % 3
  return data
}

/** In which row of a region's walk an element lies: the same for elements that it reduces together. */
const rowOf = ({ space, axes }: Region, element: number): string =>
  Shape.strides(space)
    .map((stride, axis) => (axes.includes(axis) ? "" : Math.floor(element / stride) % (space[axis] as number)))
    .join()

/** Elements that are written from others of what they are written over, and not of one row: a device would lose these. */
const lost = (program: Program, region: Region, read: Id, write: Id): ReadonlyArray<string> => {
  const graph = graphOf(program, region)
  const values = Object.fromEntries(region.reads.map((id) => [String(id), drawn(typeOf(program, id))]))
  const written = (): Data<number> =>
    runGraph<number>(graph, values, numberArithmetic, "exact").outputs[String(write)]?.data as Data<number>
  const before = Array.from(written() as ArrayLike<number>)
  const target = values[String(read)] as Data<number>
  return Array.from({ length: target.length }, (_, at) => {
    const was = target[at] as number
    target[at] = typeOf(program, read).dtype === "bool" ? 1 - was : was + 1
    const after = written() as ArrayLike<number>
    target[at] = was
    return before.flatMap((value, element) => {
      const stays = Object.is(value, after[element]) || element === at
      return stays || (region.axes.length > 0 && rowOf(region, element) === rowOf(region, at))
        ? []
        : [`${element} from ${at}`]
    })
  }).flat()
}

/** How often a program writes over what the same region reads, and what that would lose. */
const check = (program: Program): { readonly count: number; readonly problems: ReadonlyArray<string> } => {
  const pairs = program.regions.flatMap((region) => overwritten(program, region).map((pair) => [region, pair] as const))
  const problems = pairs.flatMap(([region, [read, write]]) => {
    const aligned = spanOf(program, read)?.[0] === spanOf(program, write)?.[0]
    return aligned ? lost(program, region, read, write) : [`%${write} begins elsewhere than %${read}`]
  })
  return { count: pairs.length, problems }
}

describe("a region that writes over what it reads needs it at the same element, or row, only", () => {
  property.prop([randomComputation])("in random computations", (computation) => {
    expect(check(programOf(computation)).problems).toEqual([])
  })

  test("in a step of gradient descent with momentum, where it does so", () => {
    const parameters = { w: slot("w", [4, 4]), b: slot("b", [4]) }
    const x = input("x", [3, 4])
    const hidden: AnyExpr = op.matmul(op.tanh(op.matmul(x, parameters.w)), parameters.w)
    const loss = op.mean(op.square(op.softmax(op.add(hidden, parameters.b))))
    const gradients = grad(loss, parameters)
    const updates = Object.fromEntries(
      (["w", "b"] as const).flatMap((name) => {
        const momentum = slot(`momentum/${name}`, parameters[name].type.shape)
        const next: AnyExpr = op.add(op.mul(momentum, 0.9), gradients[name])
        return [
          [name, op.add(parameters[name], op.mul(next, -0.1))],
          [`momentum/${name}`, next]
        ]
      })
    )
    const { count, problems } = check(programOf({ outputs: { loss }, updates }))
    expect(problems).toEqual([])
    expect(count).toBeGreaterThan(2)
  })

  test("in a cache that is extended by a row", () => {
    const [cache, row, at] = [slot("cache", [8, 4]), input("row", [1, 4]), input("at", [2], { dtype: "i32" })]
    const next = op.dynamicUpdateSlice(cache, row, at)
    const program = programOf({ outputs: { sum: op.sum(next) }, updates: { cache: next } })
    expect(check(program)).toEqual({ count: 1, problems: [] })
  })

  test("which is told from one that needs it elsewhere", () => {
    const w = slot("w", [2, 2])
    const program = naiveProgram({ outputs: {}, updates: { w: op.transpose(w) } })
    const inPlace = new Map(program.places).set(1, { in: "slot", slot: "w" })
    expect(check({ ...program, places: inPlace })).toEqual({ count: 1, problems: ["2 from 1", "1 from 2"] })
  })
})
