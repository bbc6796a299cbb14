import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import * as Reference from "@residual/backends/reference"
import { input } from "@residual/core"
import { Effect } from "effect"
import { adamW, type Group, groups, type Optimiser, SettingError, sgd } from "../src/index.ts"
import { pathPattern } from "../src/optimiser/pathPattern.ts"
import { descend, type Held, paths, shapes, starts } from "./bowl.ts"

const onReference = Effect.provide(Reference.layer())
const rate = 0.05
const steps = 6

/** The paths that a state holds values of, by name. */
const pathsOf = (optimiser: Optimiser): Readonly<Record<string, ReadonlyArray<string>>> => {
  const parameters = Object.fromEntries(paths.map((path) => [path, input(path, shapes[path])]))
  const state = Object.entries(optimiser.init(parameters))
  return Object.fromEntries(state.map(([name, values]) => [name, Object.keys(values)]))
}

/** What was seen of some parameters. */
const seenOf = (seen: ReadonlyArray<Held>, chosen: ReadonlyArray<string>) =>
  seen.map((held) =>
    Object.fromEntries(Object.entries(held).filter(([slot]) => chosen.some((path) => slot.endsWith(path))))
  )

describe("groups", () => {
  it.effect("move their parameters as their optimisers would, and leave the others to the last", () =>
    Effect.gen(function* () {
      const momentum = sgd({ momentum: 0.9, weightDecay: 0.1 })
      const grouped = groups(
        [
          { where: "kernel", optimiser: momentum },
          { where: (_, { shape }) => shape.length >= 2, optimiser: sgd(), rateScale: 2 }
        ],
        adamW()
      )
      const seen = yield* descend(grouped, rate, steps)
      const alone = (optimiser: Optimiser, chosen: ReadonlyArray<string>, scale: number) =>
        Effect.map(descend(optimiser, rate * scale, steps), (all) => seenOf(all, chosen))
      assert.deepStrictEqual(seenOf(seen, ["kernel"]), yield* alone(momentum, ["kernel"], 1))
      assert.deepStrictEqual(seenOf(seen, ["wide", "tall"]), yield* alone(sgd(), ["wide", "tall"], 2))
      assert.deepStrictEqual(seenOf(seen, ["bias", "scale"]), yield* alone(adamW(), ["bias", "scale"], 1))
    }).pipe(onReference)
  )

  it.effect("that are alike move parameters as one optimiser, with the same state", () =>
    Effect.gen(function* () {
      const alike = groups([{ where: "wide", optimiser: adamW() }], adamW())
      assert.deepStrictEqual(yield* descend(alike, rate, steps), yield* descend(adamW(), rate, steps))
    }).pipe(onReference)
  )

  it.effect("may be made of groups", () =>
    Effect.gen(function* () {
      const inner = groups([{ where: "kernel", optimiser: sgd(), rateScale: 0 }], sgd())
      const outer = groups([{ where: "bias", optimiser: sgd(), rateScale: 0 }], inner)
      const last = (yield* descend(outer, rate, steps)).at(-1)
      assert.deepStrictEqual(
        paths.filter((path) => String(last?.[path]) === String(starts[path])),
        ["kernel", "bias"]
      )
    }).pipe(onReference)
  )

  it("keep what their optimisers keep, of their own parameters, the first that a parameter is in", () => {
    const chosen: ReadonlyArray<Group> = [
      { where: "*l*", optimiser: sgd({ momentum: 0.9 }) },
      { where: "**", optimiser: adamW() }
    ]
    assert.deepStrictEqual(pathsOf(groups(chosen, sgd())), {
      momentum: ["tall", "kernel", "scale"],
      mean: ["wide", "bias"],
      square: ["wide", "bias"]
    })
  })

  const wrong: ReadonlyArray<readonly [what: string, chosen: ReadonlyArray<Group>, message: string]> = [
    [
      "a pattern that no path matches",
      [{ where: "tabel.*", optimiser: sgd() }],
      "groups: where of group 0 is tabel.*; expected some of wide, tall, kernel, bias, scale"
    ],
    [
      "a predicate that holds for none",
      [
        { where: "wide", optimiser: sgd() },
        { where: (path) => path === "wide", optimiser: sgd() }
      ],
      "groups: where of group 1 is true for none of them; expected some of tall, kernel, bias, scale"
    ],
    [
      "a group behind one that has all",
      [
        { where: "**", optimiser: sgd() },
        { where: "bias", optimiser: sgd() }
      ],
      "groups: where of group 1 is bias; expected some of the paths, all of which are in groups before it"
    ]
  ]
  it.each(wrong)("refuse %s", (_, chosen, message) => {
    assert.throws(() => pathsOf(groups(chosen, adamW())), SettingError, message)
  })

  it("refuse a rate scale below 0", () => {
    const message = "withRateScale: by is -1; expected a finite number, 0 or more"
    assert.throws(() => groups([{ where: "**", optimiser: sgd(), rateScale: -1 }], sgd()), SettingError, message)
  })
})

describe("a pattern of paths", () => {
  const cases: ReadonlyArray<readonly [pattern: string, path: string, matches: boolean]> = [
    ["head.weight", "head.weight", true],
    ["head.weight", "head.weights", false],
    ["head.weight", "body.head.weight", false],
    ["head", "head.weight", false],
    ["blocks.*.norm", "blocks.0.norm", true],
    ["blocks.*.norm", "blocks.0.1.norm", false],
    ["blocks.*", "blocks.12", true],
    ["*Norm.scale", "attentionNorm.scale", true],
    ["h*d", "head", true],
    ["h*d", "heads", false],
    ["**", "head", true],
    ["**", "blocks.0.norm.scale", true],
    ["**.bias", "bias", true],
    ["**.bias", "blocks.0.bias", true],
    ["**.bias", "blocks.0.biases", false],
    ["blocks.**.bias", "blocks.bias", true],
    ["blocks.**.bias", "blocks.0.attention.query.bias", true],
    ["blocks.**", "blocks", true],
    ["a+b.(c)", "a+b.(c)", true],
    ["a.b", "axb", false]
  ]
  it.each(cases)("%s and %s: %s", (pattern, path, matches) => {
    assert.strictEqual(pathPattern(pattern)(path), matches)
  })

  const part = fc.stringMatching(/^[a-zA-Z0-9$^+?()[\]{}|\\]{1,4}$/)
  test.prop([fc.array(part, { minLength: 1, maxLength: 5 }), fc.nat(4), fc.nat(4)])(
    "without stars is the path itself, and ** stands for any parts of it",
    (parts, a, b) => {
      const path = parts.join(".")
      assert.isTrue(pathPattern(path)(path))
      assert.isFalse(pathPattern(path)(`${path}.x`))
      const [from, to] = [Math.min(a, b, parts.length), Math.min(Math.max(a, b), parts.length)]
      assert.isTrue(pathPattern([...parts.slice(0, from), "**", ...parts.slice(to)].join("."))(path))
      assert.isTrue(pathPattern(parts.map((text, at) => (at === a ? `${text.slice(0, 1)}*` : text)).join("."))(path))
    }
  )
})
