import { assert, describe, it } from "@effect/vitest"
import { claimable, composite, input, op, slot } from "@residual/core"
import { type Graph, lower, type Node, print, verify } from "../src/index.ts"
import { graphOf, right, x } from "./fixture/graphs.ts"

const f32 = (...shape: ReadonlyArray<number>) => ({ dtype: "f32", shape }) as const
const leaf = (name: string, binding = "run", type = f32(2)): Node => ({
  op: "input",
  inputs: [],
  attrs: { name, ...type, binding },
  types: [type]
})
const graph = (nodes: ReadonlyArray<Node>, rest: Partial<Graph> = {}): Graph => ({
  nodes,
  outputs: [],
  updates: [],
  ...rest
})
const neg: Node = { op: "neg", inputs: [0], attrs: {}, types: [f32(2)] }
const sort: Node = {
  op: "sort",
  inputs: [0],
  attrs: { descending: false, limit: 2 },
  types: [f32(2), { dtype: "i32", shape: [2] }]
}
const body = graph([leaf("0")], { outputs: [{ name: "0", id: 0 }] })

const messageOf = (defective: Graph): string => {
  const result = verify(defective, "test")
  return result._tag === "Left" ? result.left.message : "none"
}

describe("verify", () => {
  it("gives a graph back that has no defect", () => {
    const twice = composite("twice", { body: ([a]) => op.add(a as typeof x, a as typeof x) })
    const { values } = op.sort(x)
    const whole = right(lower({ outputs: { y: twice([values], {}) } }, new Set([twice.op])))
    assert.strictEqual(right(verify(whole)), whole)
  })

  it.each([
    ["an operand that comes later", graph([neg]), "test: %0 neg reads %0, which is not before it"],
    [
      "an operand that is no number of a node",
      graph([{ ...neg, inputs: [-1] }]),
      "test: %0 neg reads %-1, which is not before it"
    ],
    [
      "another type than the op gives",
      graph([leaf("x"), { ...neg, types: [f32(3)] }]),
      "test: %1 neg is typed f32[3], and should be f32[2]"
    ],
    [
      "operands that the op refuses",
      graph([leaf("x"), leaf("y", "run", f32(3)), { ...neg, op: "add", inputs: [0, 1] }]),
      "test: %2 add is ill-typed: add(f32[2], f32[3]): expected two numbers of one type"
    ],
    [
      "an op that nothing defines",
      graph([{ ...neg, op: "twice", inputs: [] }]),
      "test: %0 twice is neither a primitive nor has it a body"
    ],
    [
      "attributes that are functions",
      graph([leaf("x"), { ...neg, attrs: { f: Math.exp } }]),
      "test: %1 neg has attributes that are not plain data"
    ],
    [
      "several outputs read at once",
      graph([leaf("x"), sort, { ...neg, inputs: [1] }]),
      "test: %2 neg reads %1, which has 2 outputs, without a project"
    ],
    [
      "a projection of a single output",
      graph([leaf("x"), { ...neg, op: "project", attrs: { output: 0 } }]),
      "test: %1 project reads something that has a single output"
    ],
    ["an operand too few", graph([leaf("x"), { ...neg, op: "add" }]), "test: %1 add has 1 operands, and should have 2"],
    [
      "an operand too many",
      graph([leaf("x"), { ...neg, inputs: [0, 0] }]),
      "test: %1 neg has 2 operands, and should have 1"
    ],
    [
      "a concatenation of nothing",
      graph([{ ...neg, op: "concat", inputs: [], attrs: { axis: 0 } }]),
      "test: %0 concat has 0 operands, and should have some"
    ],
    [
      "attributes that are missing",
      graph([leaf("x"), { ...neg, op: "transpose" }]),
      "test: %1 transpose has not the attributes of its op"
    ],
    [
      "an input without a name",
      graph([{ ...leaf("x"), attrs: { ...f32(2), binding: "run" } }]),
      "test: %0 input has no name"
    ],
    ["an input bound to nothing known", graph([leaf("x", "file")]), 'test: %0 input is bound to "file"'],
    [
      "a constant of no numbers",
      graph([{ op: "constant", inputs: [], attrs: { ...f32(1), values: ["1"] }, types: [f32(1)] }]),
      "test: %0 constant has values that are no numbers"
    ],
    ["two inputs of one name", graph([leaf("x"), leaf("x")]), 'test: %1 input is a second input named "x"'],
    [
      "an output that is not there",
      graph([leaf("x")], { outputs: [{ name: "y", id: 3 }] }),
      'test: the output "y" names %3, which does not exist'
    ],
    [
      "an output of several outputs",
      graph([leaf("x"), sort], { outputs: [{ name: "y", id: 1 }] }),
      'test: the output "y" names %1, which has 2 outputs'
    ],
    [
      "two outputs of one name",
      graph([leaf("x")], {
        outputs: [
          { name: "y", id: 0 },
          { name: "y", id: 0 }
        ]
      }),
      'test: two outputs are named "y"'
    ],
    [
      "an update of an input",
      graph([leaf("x")], { updates: [{ name: "x", id: 0 }] }),
      'test: the update "x" names an input that is not a slot'
    ],
    [
      "an update of another type",
      graph([leaf("w", "slot"), leaf("x", "run", f32(3))], { updates: [{ name: "w", id: 1 }] }),
      'test: the update "w" is f32[3], the slot holds f32[2]'
    ],
    [
      "a body of another type",
      graph([leaf("x"), { ...neg, op: "same", types: [f32(3)], body }]),
      "test: %1 same is typed f32[3], and should be f32[2]"
    ],
    [
      "a body that reads something else",
      graph([leaf("x"), { ...neg, op: "same", body: { ...body, nodes: [leaf("1")] } }]),
      'test: %1 same has a body that reads "1", which is not one of its operands'
    ],
    [
      "a composite with a primitive's name",
      graph([leaf("x"), { ...neg, body }]),
      "test: %1 neg is a composite with a primitive's name"
    ],
    [
      "a body without the outputs",
      graph([leaf("x"), { ...neg, op: "same", body: graph([leaf("0")]) }]),
      "test: %1 same has 1 outputs and a body of 0"
    ],
    [
      "a body with a defect",
      graph([leaf("x"), { ...neg, op: "same", body: graph([neg]) }]),
      "test: %1 same has a body in which %0 neg reads %0, which is not before it"
    ]
  ])("finds %s", (_, defective, message) => {
    assert.strictEqual(messageOf(defective), message)
  })
})

describe("lower", () => {
  it("gives graphs without a defect, claimed and unclaimed", () => {
    const y = op.softmax(op.layerNorm(op.matmul(x, input("w", [3, 4]))))
    const updates = { state: op.mul(slot("state", [3, 4]), 0.5) }
    for (const claims of [[], [claimable.softmax], [claimable.softmax, claimable.layerNorm]]) {
      right(verify(right(lower({ outputs: { y }, updates }, new Set(claims)))))
    }
    assert.include(print(graphOf({ outputs: { y } })), "dot")
  })
})
