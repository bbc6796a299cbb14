import { assert, describe, it } from "@effect/vitest"
import {
  type AnyExpr,
  type Composite,
  claimable,
  composite,
  DerivativeError,
  input,
  op,
  ShapeError,
  slot
} from "@residual/core"
import * as Either from "fp-ts/lib/Either.js"
import { CompileError, type Computation, compile, grad, structuralHash, type Target, trace } from "../src/index.ts"
import { gptStep } from "./fixture/gptStep.ts"
import { graphOf, right, x } from "./fixture/graphs.ts"

const small = { blocks: 1, heads: 2, width: 8, context: 4, batch: 2, vocabulary: 5 }
const target: Target = { claims: new Set() }

describe("compile", () => {
  it("gives the same program for the same computation, composed again", () => {
    const [first, second] = [compile(gptStep(small), target), compile(() => gptStep(small), target)]
    assert.deepStrictEqual(right(first), right(second))
  })

  it("gives programs that differ another hash", () => {
    const hash = (computation: Computation, claims: ReadonlyArray<Composite> = []): string =>
      right(compile(computation, { claims: new Set(claims) })).hash
    const hashes = [
      hash({ outputs: { y: op.softmax(x) } }),
      hash({ outputs: { y: op.softmax(x) } }, [claimable.softmax]),
      hash({ outputs: { z: op.softmax(x) } }),
      hash({ outputs: {}, updates: { y: op.softmax(x) } }),
      hash({ outputs: { y: op.softmax(op.add(x, 1)) } }),
      hash({ outputs: { y: op.softmax(op.add(x, 1.5)) } }),
      hash({ outputs: { y: op.softmax(op.add(x, -0)) }, updates: { y: op.softmax(x) } })
    ]
    assert.strictEqual(new Set(hashes).size, hashes.length)
    assert.isTrue(hashes.every((hash) => /^[0-9a-f]{16}$/.test(hash)))
  })

  it("has a hash that is the same everywhere", () => {
    assert.strictEqual(structuralHash(graphOf({ outputs: { y: op.add(x, 0.1) } })), "5a5bc7d57129aa6f")
  })

  it("turns what a composition throws into an error", () => {
    const shape = compile(() => ({ outputs: { y: op.matmul(x, x) } }), target)
    assert.isTrue(Either.isLeft(shape) && shape.left instanceof ShapeError)
    const closed = composite("closed", {
      body: ([a]) => a as AnyExpr,
      backward: () => {
        throw new DerivativeError("closed", "nobody wrote it")
      }
    })
    const derivative = compile(() => ({ outputs: { y: grad(op.sum(closed([x], {})), [x])[0] as AnyExpr } }), target)
    assert.isTrue(Either.isLeft(derivative) && derivative.left instanceof DerivativeError)
    assert.throws(
      () =>
        compile(() => {
          throw new RangeError("another")
        }, target),
      RangeError
    )
  })

  it("fails at the stage where a computation makes no sense", () => {
    const twice = compile({ outputs: { y: op.add(op.sum(x), op.sum(input("x", [4]))) } }, target)
    assert.isTrue(Either.isLeft(twice) && twice.left instanceof CompileError && twice.left.stage === "lower")
    const typed = compile({ outputs: {}, updates: { w: op.cast(slot("w", [2]), "i32") } }, target)
    assert.isTrue(Either.isLeft(typed) && typed.left instanceof CompileError && typed.left.stage === "lower")
  })

  it("compiles a computation of nothing", () => {
    const program = right(compile({ outputs: {} }, target))
    assert.deepStrictEqual([program.regions.length, program.arenaBytes, program.places.size], [0, 0, 0])
  })
})

describe("trace", () => {
  it("applies a function to inputs and slots of given types", () => {
    const traced = right(
      trace(({ x, w }) => op.matmul(x, w), {
        x: { dtype: "f32", shape: [2, 3] },
        w: { dtype: "f32", shape: [3, 4], binding: "slot" }
      })
    )
    assert.deepStrictEqual(traced.type, { dtype: "f32", shape: [2, 4] })
    const bindings = traced.inputs.map(({ attrs }) => (attrs as { readonly binding: string }).binding)
    assert.deepStrictEqual(bindings, ["run", "slot"])
  })

  it("gives the error that names op and operands", () => {
    const traced = trace(({ x, y }) => op.add(x, y), {
      x: { dtype: "f32", shape: [2] },
      y: { dtype: "f32", shape: [3] }
    })
    assert.strictEqual(
      Either.isLeft(traced) ? traced.left.message : "",
      "add(f32[2], f32[3]): expected shapes that broadcast: aligned at the last axis, sizes equal or 1"
    )
  })
})
