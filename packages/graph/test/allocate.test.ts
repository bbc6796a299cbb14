import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, type Composite, claimable, constant, input, op, slot } from "@residual/core"
import {
  type Buffer,
  type Computation,
  compile,
  type Place,
  type Program,
  type Region,
  type Slot,
  verifyProgram
} from "../src/index.ts"
import { gptStep } from "./fixture/gptStep.ts"
import { right } from "./fixture/graphs.ts"

const programOf = (computation: Computation, claims: ReadonlyArray<Composite> = []): Program =>
  right(compile(computation, { claims: new Set(claims) }))
const x = input("x", [64])
const weight = slot("weight", [4, 4])
const small = { blocks: 2, heads: 2, width: 32, context: 8, batch: 2, vocabulary: 11 }

/** Steps that each run in a region of their own. */
const chain = (from: AnyExpr, length: number): AnyExpr =>
  Array.from({ length }).reduce<AnyExpr>((value) => op.cumSum(value, { axis: 0 }), from)

const slotOf = (program: Program, name: string): Slot => program.slots.find((slot) => slot.name === name) as Slot

describe("allocate", () => {
  it("uses memory again when nothing reads what it holds", () => {
    const program = programOf({ outputs: { y: chain(x, 5) } })
    assert.deepStrictEqual([program.buffers.length, program.arenaBytes, program.peakBytes], [5, 512, 512])
    assert.deepStrictEqual(
      program.buffers.map(({ offset }) => offset),
      [0, 256, 0, 256, 0]
    )
  })

  it("computes over an operand that dies and is needed at the same element only", () => {
    const before = op.cumSum(x, { axis: 0 })
    const over = programOf({ outputs: { y: op.exp(before) } })
    assert.deepStrictEqual(
      over.buffers.map(({ holds }) => holds.length),
      [2]
    )
    const flipped = programOf({ outputs: { y: op.exp(op.flip(before)) } })
    assert.deepStrictEqual(
      flipped.buffers.map(({ holds }) => holds.length),
      [1, 1]
    )
    const twice = programOf({ outputs: { y: op.add(before, op.flip(before)) } })
    assert.deepStrictEqual(
      twice.buffers.map(({ holds }) => holds.length),
      [1, 1]
    )
    const later = programOf({ outputs: { y: op.exp(before), z: op.cumSum(before, { axis: 0 }) } })
    assert.isTrue(later.buffers.every(({ holds }) => holds.length === 1))
  })

  it("computes over what a reduction's rows read only in the last pass over them", () => {
    const before = op.cumSum(input("x", [4, 16]), { axis: 0 })
    const softmax = programOf({ outputs: { y: op.softmax(before) } })
    assert.deepStrictEqual(
      softmax.buffers.map(({ holds }) => holds.length),
      [2]
    )
    const shifted = op.add(before, 1)
    const first = programOf({
      outputs: { y: shifted, z: op.add(before, op.sum(shifted, { axes: [1], keepDims: true })) }
    })
    const region = first.regions.at(-1) as Region
    const places = region.writes.map((id) => first.places.get(id))
    const read = region.reads.map((id) => first.places.get(id))
    assert.strictEqual(region.kind, "reduction")
    assert.notDeepEqual(places[0], read[0])
    assert.deepStrictEqual(places[1], read[0])
  })

  it("keeps outputs until the end, and constants, inputs and slots where they are", () => {
    const program = programOf({
      outputs: { first: op.exp(x), last: chain(x, 4), table: constant([1, 2, 3]), x },
      updates: { weight: op.swapLast(weight) }
    })
    const where = program.outputs.map(({ id }) => program.places.get(id)?.in)
    assert.deepStrictEqual(where, ["arena", "arena", "constant", "input"])
    const first = program.outputs[0]?.id as number
    const place = program.places.get(first)
    assert.deepStrictEqual(place?.in === "arena" ? program.buffers[place.buffer]?.holds : [], [first])
    assert.isFalse(slotOf(program, "weight").inPlace)
  })

  it("writes nothing of a claimed composite over its operands", () => {
    const y = op.softmax(op.exp(weight))
    const program = programOf({ outputs: { y: op.exp(y) }, updates: { weight: op.softmax(weight) } }, [
      claimable.softmax
    ])
    const claimed = program.regions.filter(({ kind }) => kind === "claimed")
    assert.strictEqual(claimed.length, 2)
    for (const { reads, writes } of claimed) {
      for (const id of writes) {
        for (const read of reads) assert.notDeepEqual(program.places.get(id), program.places.get(read))
      }
    }
  })

  it.each<[string, Computation["updates"], Computation["outputs"], boolean]>([
    ["where its region reads the old value at the same element", { weight: op.mul(weight, 0.5) }, {}, true],
    ["where its region reads the old value elsewhere", { weight: op.swapLast(op.add(weight, 1)) }, {}, false],
    ["where the old value is read before", { weight: op.exp(op.cumSum(weight, { axis: 0 })) }, {}, true],
    [
      "where the old value is read later",
      { weight: op.mul(weight, 0.5) },
      { y: op.cumSum(op.add(op.sum(op.mul(weight, 0.5)), weight), { axis: 0 }) },
      false
    ],
    [
      "where a row is replaced",
      { weight: op.dynamicUpdateSlice(weight, input("row", [1, 4]), constant([1, 0], { dtype: "i32" })) },
      {},
      true
    ],
    [
      "where the replacement reads the old value",
      { weight: op.dynamicUpdateSlice(weight, op.slice(weight, { stops: [1] }), constant([1, 0], { dtype: "i32" })) },
      {},
      false
    ],
    ["where a product reads the old value", { weight: op.dot(weight, weight) }, {}, false]
  ])("writes a slot in place or not: %s", (_, updates, outputs, inPlace) => {
    assert.strictEqual(slotOf(programOf({ outputs, updates: updates ?? {} }), "weight").inPlace, inPlace)
  })

  it("exchanges slots, and hands out the old value of one that is replaced", () => {
    const [a, b] = [slot("a", [4]), slot("b", [4])]
    const program = programOf({ outputs: { old: a }, updates: { a: b, b: a } })
    const placeOf = (id: number | undefined): Place | undefined => program.places.get(id as number)
    assert.strictEqual(placeOf(program.outputs[0]?.id)?.in, "arena")
    assert.strictEqual(placeOf(slotOf(program, "b").updates)?.in, "arena")
  })

  it("tells what a program does with each slot", () => {
    const program = programOf({
      outputs: { y: slot("read", [4]) },
      updates: { written: op.exp(input("z", [4])), both: op.exp(slot("both", [4])) }
    })
    assert.deepStrictEqual(
      program.slots.map(({ name, access }) => [name, access]),
      [
        ["read", "read"],
        ["both", "donated"],
        ["written", "write"]
      ]
    )
  })

  it("takes little more than what is live at once for a GPT's step", () => {
    const program = programOf(gptStep(small))
    assert.isAtMost(program.arenaBytes / program.peakBytes, 1.3)
  })

  it("gives no bytes to what has no elements", () => {
    const program = programOf({ outputs: { y: op.exp(input("none", [0, 3])) } })
    assert.strictEqual(program.arenaBytes, 0)
    const sums = programOf({ outputs: { y: op.sum(input("none", [0, 3]), { axes: [0] }) } })
    assert.strictEqual(right(verifyProgram(sums)), sums)
  })
})

describe("verifyProgram", () => {
  const program = programOf(gptStep(small))
  const messageOf = (defective: Program): string => {
    const result = verifyProgram(defective)
    return result._tag === "Left" ? result.left.message : "none"
  }
  const withRegion = (at: number, change: (region: Region) => Partial<Region>): Program => ({
    ...program,
    regions: program.regions.map((region, i) => (i === at ? { ...region, ...change(region) } : region))
  })
  const withBuffer = (at: number, change: (buffer: Buffer) => Partial<Buffer>): Program => ({
    ...program,
    buffers: program.buffers.map((buffer, i) => (i === at ? { ...buffer, ...change(buffer) } : buffer))
  })
  const withSlot = (name: string, change: Partial<Slot>): Program => ({
    ...program,
    slots: program.slots.map((slot) => (slot.name === name ? { ...slot, ...change } : slot))
  })
  const withPlace = (id: number, place: Place | undefined): Program => {
    const places = new Map(program.places)
    if (place === undefined) places.delete(id)
    else places.set(id, place)
    return { ...program, places }
  }
  const last = program.regions.length - 1
  const written = program.regions[0]?.writes[0] as number

  it("gives a program back that has no defect", () => {
    assert.strictEqual(right(verifyProgram(program)), program)
  })

  it.each<[string, Program, string]>([
    [
      "a region that comes too early",
      { ...program, regions: [program.regions[1] as Region, ...program.regions] },
      "which is not in memory"
    ],
    ["a region that is missing", { ...program, regions: program.regions.slice(0, -1) }, "nothing computes the update"],
    [
      "a region that runs twice",
      { ...program, regions: [program.regions[0] as Region, ...program.regions] },
      "which is in memory already"
    ],
    ["a node without its operand", withRegion(0, ({ reads }) => ({ reads: reads.slice(1) })), "without %"],
    ["a node that nothing needs", withRegion(0, ({ nodes }) => ({ nodes: [...nodes, nodes[0] as number] })), "twice"],
    [
      "a read that nothing needs",
      withRegion(1, ({ reads }) => ({ reads: [...reads, written] })),
      "which nothing in it needs"
    ],
    ["a write that is not computed", withRegion(1, () => ({ writes: [written] })), "which nothing in it needs"],
    ["a scalar that is none", withRegion(1, ({ reads }) => ({ scalars: reads })), "by value"],
    [
      "segments that differ",
      withRegion(last, ({ segments }) => ({
        segments: segments.map((segment, at) => (at === 1 ? { ...segment, nodes: segment.nodes.slice(1) } : segment))
      })),
      "something else"
    ],
    [
      "segments with other attributes",
      withRegion(last, ({ segments }) => ({ segments: segments.map((segment) => ({ ...segment, attributes: [7] })) })),
      "attributes"
    ],
    [
      "a segment of another size",
      withRegion(last, ({ segments }) => ({ segments: segments.map((segment) => ({ ...segment, elements: 3 })) })),
      "which has 3 elements"
    ],
    [
      "segments that are not all",
      withRegion(last, ({ segments }) => ({ segments: segments.slice(1) })),
      "than its segments"
    ],
    ["a region that walks other elements", withRegion(0, () => ({ space: [7], axes: [] })), "none of its [7]"],
    ["rows along an axis that is not there", withRegion(0, () => ({ axes: [9] })), "along axis 9"],
    ["segments of fewer elements", withRegion(last, () => ({ space: [3] })), "walks 3 elements"],
    ["segments of no multi-tensor region", withRegion(last, () => ({ kind: "elementwise" })), "has segments"],
    ["a value without a place", withPlace(written, undefined), "has no place"],
    [
      "a value in a buffer that does not hold it",
      withPlace(written, { in: "arena", buffer: program.buffers.length - 1 }),
      "does not hold it"
    ],
    ["a value placed as a constant", withPlace(written, { in: "constant" }), "placed as a constant wrongly"],
    ["a buffer off the lines", withBuffer(1, ({ offset }) => ({ offset: offset + 4 })), "no multiple of 64"],
    ["a buffer beyond the arena", withBuffer(1, () => ({ offset: program.arenaBytes })), "ends beyond the arena"],
    ["a buffer that is too small", withBuffer(1, () => ({ bytes: 1 })), "is too small"],
    [
      "buffers over one another",
      { ...program, buffers: program.buffers.map((buffer) => ({ ...buffer, offset: 0 })) },
      "which is needed"
    ],
    [
      "an arena that is too small for its peak",
      { ...program, peakBytes: program.arenaBytes + 1 },
      "more bytes are live"
    ],
    ["another access to a slot", withSlot("step", { access: "read" }), 'the slot "step" is donated, not read'],
    ["a slot of another type", withSlot("step", { type: { dtype: "f32", shape: [2] } }), "holds another type"],
    ["a slot that is said to be copied", withSlot("step", { inPlace: false }), "not in place"],
    ["a slot that is missing", { ...program, slots: program.slots.slice(1) }, "is not among the program's"],
    [
      "the next values of two slots exchanged",
      {
        ...program,
        slots: program.slots.map((slot) => (slot.updates === undefined ? slot : { ...slot, updates: written }))
      },
      "is another graph's"
    ],
    [
      "a value in a slot that it does not become",
      withPlace(written, { in: "slot", slot: "step" }),
      "not its next value"
    ],
    [
      "a value in memory of the caller's",
      withPlace(written, { in: "input", name: "tokens" }),
      "where such a value lies"
    ],
    [
      "an input in the memory of another one",
      withPlace(program.inputs[0]?.id as number, { in: "input", name: "none" }),
      "where such a value lies"
    ],
    [
      "an input of another type",
      { ...program, inputs: program.inputs.map((input) => ({ ...input, type: { dtype: "f64", shape: [9] } })) },
      "inputs"
    ],
    ["a slot in two groups", { ...program, slotGroups: [["step"], ["step"]] }, "in two groups"],
    ["a group of an unknown slot", { ...program, slotGroups: [["none"]] }, "not in the program"],
    ["a hash of another graph", { ...program, hash: "0" }, "hash"],
    ["inputs of another graph", { ...program, inputs: [] }, "inputs"],
    ["outputs of another graph", { ...program, outputs: [] }, "outputs"]
  ])("finds %s", (_, defective, message) => {
    assert.include(messageOf(defective), message)
  })

  it("finds a reduction along other axes than its region's rows", () => {
    const sums = programOf({ outputs: { y: op.sum(weight, { axes: [1] }) } })
    const turned = { ...sums, regions: sums.regions.map((region) => ({ ...region, axes: [0] })) }
    assert.include(messageOf(turned), "along other axes than its rows'")
  })

  it("finds a slot that is written while its old value is needed", () => {
    const needed = programOf({
      outputs: { y: op.cumSum(op.add(op.sum(op.mul(weight, 0.5)), weight), { axis: 0 }) },
      updates: { weight: op.mul(weight, 0.5) }
    })
    const { updates } = slotOf(needed, "weight")
    const places = new Map(needed.places).set(updates as number, { in: "slot", slot: "weight" })
    const slots = needed.slots.map((slot) => ({ ...slot, inPlace: true }))
    assert.match(
      messageOf({ ...needed, places, slots }),
      /^allocate: region \d \(\w+\) writes %\d+ over %\d+, which is needed$/
    )
  })

  it("finds a claimed composite whose operand is computed in its region", () => {
    const whole = programOf({ outputs: { y: op.softmax(op.exp(x)) } }, [claimable.softmax])
    const [first, second] = whole.regions as readonly [Region, Region]
    const region = { ...second, nodes: [...first.nodes, ...second.nodes], reads: first.reads }
    assert.strictEqual(
      messageOf({ ...whole, regions: [region] }),
      "fuse: region 0 (claimed) computes %2 from %1, which does not lie in memory by strides"
    )
  })

  it("finds a region that crosses a barrier", () => {
    const crossing = programOf({ outputs: { y: op.exp(op.barrier(op.exp(x))) } })
    const [first, second] = crossing.regions as readonly [Region, Region]
    const region = { ...second, nodes: [...first.nodes, ...second.nodes], reads: first.reads }
    assert.strictEqual(
      messageOf({ ...crossing, regions: [region] }),
      "fuse: region 0 (elementwise) crosses the barrier %2"
    )
  })
})
