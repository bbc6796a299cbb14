import { assert, describe, it } from "@effect/vitest"
import { CompileFailure, DeviceUnavailable, InputError, Tensor } from "@residual/backends"
import { input, Model, op } from "@residual/core"
import { ParameterMismatch } from "@residual/train"
import { ClosedError, open, UnknownBackend } from "../src/index.ts"
import { backends, line } from "./line.ts"
import { rejection } from "./rejection.ts"

describe.each(backends)("an open backend: %s", (name, openBackend) => {
  it("computes expressions, one or several by name", async () => {
    await using backend = await openBackend()
    assert.strictEqual(backend.name, name)
    assert.strictEqual(backend.identity.name, name)
    const x = input("x", [2])
    assert.deepStrictEqual(Tensor.toArray(await backend.run(op.mul(x, 3), { x: [1, 2] })), [3, 6])
    const { sum, twice } = await backend.run({ sum: op.sum(x), twice: op.add(x, x) }, { x: Tensor.make([1, 2]) })
    assert.deepStrictEqual([Tensor.toArray(sum), Tensor.toArray(twice)], [3, [2, 4]])
  })

  it("compiles them as functions", async () => {
    await using backend = await openBackend()
    const x = input("x", [2])
    const triple = await backend.compile(op.mul(x, 3))
    const several = await backend.compile({ negative: op.neg(x) })
    const all = await Promise.all([triple({ x: [1, 2] }), triple({ x: [3, 4] })])
    assert.deepStrictEqual(all.map(Tensor.toArray), [
      [3, 6],
      [9, 12]
    ])
    assert.deepStrictEqual(Tensor.toArray((await several({ x: [1, 2] })).negative), [-1, -2])
  })

  it("rejects with the library's tagged errors, which are Errors", async () => {
    await using backend = await openBackend()
    const triple = await backend.compile(op.mul(input("x", [2]), 3))
    const error = await rejection(triple({ x: [1, 2, 3] }))
    assert.instanceOf(error, InputError)
    assert.instanceOf(error, Error)
    assert.strictEqual(error._tag, "InputError")
    const twice = { a: input("x", [2]), b: input("x", [3]) }
    assert.instanceOf(await rejection(backend.compile(twice)), CompileFailure)
  })

  it("holds a model, and predicts", async () => {
    await using backend = await openBackend()
    const tensors = { slope: Tensor.make(3), offset: Tensor.make(1), calls: Tensor.make(0) }
    const model = await backend.model(line, tensors)
    assert.deepStrictEqual(Object.keys(await model.values()).sort(), ["calls", "offset", "slope"])
    const predict = await model.predictor({
      model: line,
      inputs: { x: { dtype: "f32", shape: [2] } },
      outputs: (model, { x }) => {
        const y = model(x!)
        return { y, negative: op.neg(y) }
      }
    })
    const { y, negative } = await predict({ x: [1, 2] })
    assert.deepStrictEqual(
      [Tensor.toArray(y), Tensor.toArray(negative)],
      [
        [4, 7],
        [-4, -7]
      ]
    )
    assert.strictEqual(Tensor.toNumber((await model.values())["calls"]!), 0)
  })

  it("refuses tensors of another model, and then holds none", async () => {
    await using backend = await openBackend()
    const error = await rejection(backend.model(Model.linear({ in: 2, out: 1 }), { slope: Tensor.make(3) }))
    assert.instanceOf(error, ParameterMismatch)
    assert.deepStrictEqual(Object.keys(error.missing), ["weight", "bias"])
    assert.strictEqual(await backend.liveBytes(), 0)
  })

  it("frees what is closed, a model alone or all of it", async () => {
    const backend = await openBackend()
    const tensors = { slope: Tensor.make(3), offset: Tensor.make(1), calls: Tensor.make(0) }
    const first = await backend.model(line, tensors)
    const held = await backend.liveBytes()
    const second = await backend.model(line, tensors)
    assert.isAbove(await backend.liveBytes(), held)
    await second.close()
    await second.close()
    assert.strictEqual(await backend.liveBytes(), held)
    const closed = await rejection(second.values())
    assert.instanceOf(closed, ClosedError)
    assert.strictEqual(closed.message, "the model is closed")
    await first.values()
    const triple = await backend.compile(op.mul(input("x", [2]), 3))
    await backend.close()
    await backend.close()
    const late = [first.values(), triple({ x: [1, 2] }), backend.liveBytes(), backend.run(op.neg(input("x", [])))]
    for (const answer of late) {
      assert.instanceOf(await rejection(answer), ClosedError)
    }
  })

  it("does nothing for a signal that is aborted", async () => {
    await using backend = await openBackend()
    const reason = new Error("no longer needed")
    const signal = AbortSignal.abort(reason)
    assert.strictEqual(await rejection(backend.run(op.neg(input("x", [])), { x: 1 }, { signal })), reason)
  })
})

describe("opening", () => {
  it("rejects where a device is not to be had", async () => {
    const error = await rejection(open("webgpu", { requiredFeatures: ["no-such-feature"] }))
    assert.instanceOf(error, DeviceUnavailable)
    assert.strictEqual(error._tag, "DeviceUnavailable")
  })

  it("hands the options on", async () => {
    await using rounded = await open("reference", { mode: "rounded" })
    await using exact = await open("reference", { mode: "exact" })
    const third = op.div(input("x", []), 3)
    const [inRounded, inExact] = [await rounded.run(third, { x: 1 }), await exact.run(third, { x: 1 })]
    assert.strictEqual(Tensor.toNumber(inRounded), Math.fround(1 / 3))
    assert.strictEqual(Tensor.toNumber(inExact), 1 / 3)
    await using threads = await open("cpu", { threads: 2, shareFrom: 0 })
    assert.strictEqual(threads.identity["threads"], 2)
  })
})

describe("a backend that there is not", () => {
  it("is refused, with those that there are", async () => {
    for (const name of ["foo", "constructor", "__proto__"]) {
      const error = await rejection(open(name as "cpu"))
      assert.instanceOf(error, UnknownBackend)
      assert.strictEqual(error.message, `there is no backend "${name}"; expected "reference", "cpu" or "webgpu"`)
    }
  })
})
