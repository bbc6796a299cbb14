import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, type Composite, claimable, composite, constant, input, op, slot } from "@residual/core"
import {
  attributeText,
  type Computation,
  compile,
  type Graph,
  isPlainAttribute,
  lower,
  parse,
  parseProgram,
  print,
  printProgram,
  raise,
  toDot,
  toMermaid,
  transcribe
} from "../src/index.ts"
import { gptStep } from "./fixture/gptStep.ts"
import { graphOf, right, x } from "./fixture/graphs.ts"

const small = { blocks: 1, heads: 2, width: 8, context: 4, batch: 2, vocabulary: 5 }

const messageOf = (text: string, read: typeof parse | typeof parseProgram = parse): string => {
  const result = read(text)
  return result._tag === "Left" ? result.left.message : "none"
}

describe("attributeText", () => {
  it.each<[unknown, string]>([
    [-0, "-0"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [5e-324, "5e-324"],
    [1e21, "1e+21"],
    [['a\n"', true, null, undefined], '["a\\n\\"", true, null, undefined]'],
    [{ b: {}, a: [], "not a name": 1 }, '{a: [], b: {}, "not a name": 1}']
  ])("writes %o", (value, text) => {
    assert.strictEqual(attributeText(value), text)
    assert.isTrue(isPlainAttribute(value))
  })

  it.each([[Math.exp], [new Map()], [[Symbol.iterator]], [{ at: new Date(0) }], [1n]])(
    "takes %o for no attribute",
    (value) => {
      assert.isFalse(isPlainAttribute(value))
    }
  )
})

describe("parse", () => {
  const special = constant([Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 1 / 3], {
    dtype: "f64"
  })
  const nested = composite<{ readonly note: string; readonly deep: unknown }>("nested", {
    body: ([a]) => [op.softmax(a as AnyExpr), op.exp(a as AnyExpr)]
  })
  const odd = { note: 'a "quoted" {note}', deep: { list: [1, [-0]], nothing: undefined } }
  const computations: ReadonlyArray<readonly [string, Computation]> = [
    ["special numbers", { outputs: { y: special } }],
    ["several outputs", { outputs: { y: op.sort(x).indices } }],
    [
      "names that need quotes",
      { outputs: { "an output, 1": input("in = %0", [2]) }, updates: { '"': slot('"', [1]) } }
    ],
    ["a body with a body, and odd attributes", { outputs: { y: nested([x], odd) } }],
    ["nothing", { outputs: {} }],
    ["a GPT's step", gptStep(small)]
  ]

  it.each(computations)("reads back %s", (_, computation) => {
    for (const claims of [[], [nested.op, claimable.softmax]]) {
      const graph = right(lower(computation, new Set(claims)))
      const read = right(parse(print(graph)))
      assert.deepStrictEqual(read, graph)
      assert.strictEqual(print(read), print(graph))
    }
  })

  it("keeps the sign of zero and NaN", () => {
    const values = right(parse(print(graphOf({ outputs: { y: special } })))).nodes.map(({ attrs }) => attrs["values"])
    const [first, second] = values[0] as ReadonlyArray<number>
    assert.isTrue(Object.is(second, -0))
    assert.isNaN(first)
  })

  it.each([
    ['%0: f32[2] = input() {binding: "run", name: "x"}', 'parse: expected "outputs:" after the last line'],
    ["%1: f32[2] = iota()\noutputs:", 'parse: line 1, column 1: expected "%0:", found "%1: f32[2] = iota()"'],
    [
      "%0: f16[2] = iota()\noutputs:",
      'parse: line 1, column 8: expected an element type instead of "f16", found "[2] = iota()"'
    ],
    [
      "%0: f32[2] = iota() {axis: zero}\noutputs:",
      'parse: line 1, column 32: expected a value instead of "zero", found "}"'
    ],
    [
      "%0: f32[2] = iota() {axis: 0} elsewhere\noutputs:",
      'parse: line 1, column 31: expected "where", found "elsewhere"'
    ],
    ["\noutputs: y = %0 %1", 'parse: line 2, column 17: expected the end of the line, found "%1"'],
    ["outputs:\nmore", 'parse: line 2: expected the end of the text, found "more"'],
    ["outputs: y = %0", 'parse: the output "y" names %0, which does not exist'],
    ['outputs: "y = %0', 'parse: line 1, column 10: expected a quoted text, found ""y = %0"']
  ])("says where %o is no graph", (text, message) => {
    assert.strictEqual(messageOf(text), message)
  })
})

describe("parseProgram", () => {
  it.each([[[]], [["softmax", "gelu", "attention", "attentionBackward"]]] as const)(
    "reads back a GPT's step that claims %o",
    (names) => {
      const claims = new Set<Composite>(names.map((name) => claimable[name]))
      const program = right(compile(gptStep(small), { claims }))
      const text = printProgram(program)
      const read = right(parseProgram(text))
      assert.deepStrictEqual(read, program)
      assert.strictEqual(printProgram(read), text)
    }
  )

  it("says where a text is no program, and which plan does not work", () => {
    const text = printProgram(right(compile({ outputs: { y: op.exp(x) } }, { claims: new Set() })))
    assert.strictEqual(
      messageOf(text.replace("elementwise", "pointwise"), parseProgram).slice(0, 40),
      "parse: line 8, column 5: expected elemen"
    )
    assert.strictEqual(
      messageOf(text.replace("places:", "place:"), parseProgram),
      'parse: line 11: expected "places:", found "place:"'
    )
    assert.strictEqual(messageOf(text.replace("  %1 arena 0", ""), parseProgram), "allocate: %1 has no place")
  })
})

describe("raise", () => {
  it.each([true, false])("brings expressions back as they were composed, derivatives of gradients: %o", (clip) => {
    const graph = transcribe(gptStep(small, { clip }))
    assert.strictEqual(print(transcribe(raise(right(parse(print(graph)))))), print(graph))
  })

  it("keeps composites and stopGradient", () => {
    const graph = transcribe({ outputs: { y: op.gelu(op.stopGradient(x)) } })
    assert.deepStrictEqual(
      graph.nodes.map(({ op }) => op),
      ["input", "stopGradient", "gelu"]
    )
    assert.strictEqual(raise(graph).outputs["y"]?.op.kind, "composite")
  })
})

describe("drawings", () => {
  const graph: Graph = graphOf({ outputs: { 'a "b"': op.sum(op.add(x, 1), { axes: [0] }) }, updates: { w: op.exp(x) } })

  it("draws a graph for Graphviz", () => {
    assert.strictEqual(
      toDot(graph),
      [
        "digraph {",
        "  node [shape=box]",
        '  n0 [label="input\\nf32[2,3]\\n{binding: \\"run\\", name: \\"x\\"}"]',
        '  n1 [label="constant\\nf32[2,3]\\n{values: [1]}"]',
        '  n2 [label="add\\nf32[2,3]"]',
        '  n3 [label="sum\\nf32[1,3]\\n{axes: [0]}"]',
        '  n4 [label="reshape\\nf32[3]"]',
        '  n5 [label="exp\\nf32[2,3]"]',
        "  n0 -> n2",
        "  n1 -> n2",
        "  n2 -> n3",
        "  n3 -> n4",
        "  n0 -> n5",
        '  o0 [label="a \\"b\\"", shape=ellipse]',
        "  n4 -> o0",
        '  u0 [label="w", shape=cylinder]',
        "  n5 -> u0",
        "}",
        ""
      ].join("\n")
    )
  })

  it("draws a graph for Mermaid", () => {
    const lines = toMermaid(graph).split("\n")
    assert.deepStrictEqual(lines.slice(0, 3), [
      "flowchart TD",
      '  n0["input<br/>f32[2,3]<br/>{binding: #34;run#34;, name: #34;x#34;}"]',
      '  n1["constant<br/>f32[2,3]<br/>{values: [1]}"]'
    ])
    assert.deepStrictEqual(lines.slice(-6), [
      "  n0 --> n5",
      '  o0(["a #34;b#34;"])',
      "  n4 --> o0",
      '  u0[("w")]',
      "  n5 --> u0",
      ""
    ])
  })
})
