import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { input, op } from "@residual/core"
import * as Effect from "effect/Effect"
import { run, Tensor } from "../../src/index.ts"
import * as Reference from "../../src/reference/index.ts"
import { sharedTexts } from "../../src/webgpu/wgsl/sharedTexts.ts"
import { onWatched } from "./onWatched.ts"
import { hasAdapter } from "./testDevice.ts"

interface Sizes {
  readonly rows: number
  readonly columns: number
  readonly depth: number
}

/** A text that has numbers of every kind: sizes, and what is no number of its own. */
const textOf = ({ rows, columns, depth }: Sizes, length = 8, component = 3): string => `\
@group(0) @binding(0) var<storage, read_write> buffer0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> buffer1: array<f32>;
var<workgroup> tile: array<f32, 64>;

fn half_f32(x: f32) -> f32 {
  return x * 0.5f;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>
) {
  let group = i32(workgroup.x);
  var sums = array<vec4<f32>, ${length}>();
  for (var k = 0; k < ${depth}; k += 4) {
    let a0 = buffer0[(group * ${depth} + k) >> 2u];
    sums[0] = sums[0] + a0[${component}] * 12.25f * half_f32(1e-5f);
  }
  if (group < ${rows} && u32(group) < 128u) {
    buffer1[group * ${columns}] = sums[0].x;
  }
}
`

const [first, second] = [
  { rows: 10, columns: 20, depth: 64 },
  { rows: 10, columns: 24, depth: 128 }
]

/** A text with the numbers of its table in their places. */
const filledIn = (source: string, numbers: ReadonlyArray<number>): string =>
  source
    .replace(/^@group.* table: .*\n/m, "")
    .replaceAll(/^ {2}let size\d+ = .*\n/gm, "")
    .replaceAll(/\bsize(\d+)\b/g, (_, at) => `${numbers[Number(at)]}`)

const sizes: fc.Arbitrary<Sizes> = fc.record({
  rows: fc.integer({ min: 1, max: 3 }),
  columns: fc.integer({ min: 1, max: 3 }),
  depth: fc.integer({ min: 1, max: 3 })
})

describe("texts that differ in numbers", () => {
  it("are one, which reads those in which they differ, each once", () => {
    const shared = sharedTexts([textOf(first), textOf(second), textOf(first)])
    const [a, b] = [shared.get(textOf(first)), shared.get(textOf(second))]
    assert.strictEqual(a?.source, b?.source)
    assert.deepStrictEqual(
      [a?.numbers, b?.numbers],
      [
        [64, 20],
        [128, 24]
      ]
    )
    const lines = a?.source.split("\n").filter((line) => /\b(?:table|size\d)\b/.test(line))
    assert.deepStrictEqual(lines, [
      "@group(0) @binding(2) var<storage, read> table: array<i32>;",
      "  let size0 = table[0];",
      "  let size1 = table[1];",
      "  for (var k = 0; k < size0; k += 4) {",
      "    let a0 = buffer0[(group * size0 + k) >> 2u];",
      "    buffer1[group * size1] = sums[0].x;"
    ])
  })

  test.prop([fc.array(sizes, { minLength: 1, maxLength: 5 })])(
    "say with their tables what they say without, and stand alone where there is no other",
    (all) => {
      const texts = [...new Set(all.map((each) => textOf(each)))]
      const shared = sharedTexts(texts)
      assert.strictEqual(shared.size, texts.length === 1 ? 0 : texts.length)
      for (const [text, { source, numbers }] of shared) assert.strictEqual(filledIn(source, numbers), text)
      assert.isAtMost(new Set([...shared.values()].map(({ source }) => source)).size, 1)
    }
  )

  it.each([
    ["lengths of arrays", textOf(second, 16)],
    ["components of vectors", textOf(second, 8, 2)],
    ["floats", textOf(second).replace("12.25f", "12.5f")],
    ["numbers without sign", textOf(second).replace("128u", "256u")],
    ["numbers before the statements", textOf(second).replaceAll("64", "32")],
    ["names", textOf(second).replaceAll("a0", "a1")]
  ])("are several where they differ in %s as well", (_, other) => {
    assert.strictEqual(sharedTexts([textOf(first), other]).size, 0)
  })
})

describe.runIf(hasAdapter)("products of several sizes", () => {
  const products = [
    [40, 36, 48],
    [40, 64, 48],
    [72, 36, 20]
  ] as const
  const outputs = Object.fromEntries(
    products.map(([m, k, n], at) => [`y${at}`, op.matmul(input(`a${at}`, [m, k]), input(`b${at}`, [k, n]))])
  )
  const element = (at: number): number => ((at * 37) % 19) - 9
  const given = Object.fromEntries(
    products.flatMap(([m, k, n], at) => [
      [
        `a${at}`,
        Tensor.make(
          Float32Array.from({ length: m * k }, (_, i) => element(i)),
          { shape: [m, k] }
        )
      ],
      [
        `b${at}`,
        Tensor.make(
          Float32Array.from({ length: k * n }, (_, i) => element(i + at)),
          { shape: [k, n] }
        )
      ]
    ])
  )

  it.live("are compiled once, and each has its own sizes", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const found = yield* run(outputs, given)
        const expected = yield* Effect.provide(run(outputs, given), Reference.layer(), { local: true })
        for (const name of Object.keys(outputs)) {
          assert.deepStrictEqual(
            Tensor.toArray(found[name] as Tensor.Tensor),
            Tensor.toArray(expected[name] as Tensor.Tensor)
          )
        }
        assert.strictEqual(watched.counts().pipelines, 1)
      })
    )
  )
})
