import { assert, describe, it } from "@effect/vitest"
import { Backend, type Device, makeBackend, type StepResult, Tensor } from "@residual/backends"
import { referenceDevice } from "@residual/backends/reference"
import * as Effect from "effect/Effect"
import { type BackendLawOptions, backendLaws } from "../src/index.ts"

type Result = StepResult<Tensor.Tensor>

/** The reference, with what its runs give changed. */
const changed = (change: (result: Result) => Result): Device<Tensor.Tensor> => {
  const device = referenceDevice()
  return {
    ...device,
    load: (program) =>
      Effect.map(device.load(program), (loaded) => ({
        kind: "asynchronous",
        bind: (slots) => {
          const run = (loaded as Extract<typeof loaded, { readonly kind: "asynchronous" }>).bind(slots)
          return (...step) => Effect.map(run(...step), (result) => change(result as Result))
        }
      }))
  }
}

const mapped = (f: (value: number, tensor: Tensor.Tensor) => number) =>
  changed(({ outputs, slots }) => ({
    slots,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [
        name,
        Tensor.adopt(
          tensor.type,
          Tensor.toTypedArray(tensor).map((value) => f(value, tensor))
        )
      ])
    )
  }))

/** The names of the laws that a device breaks, of those whose names match. */
const broken = (device: Device<Tensor.Tensor>, matching: RegExp, options: BackendLawOptions = {}) =>
  Effect.forEach(
    backendLaws({ runs: 3, seed: 1, bitwise: "exact", ...options }).filter(({ name }) => matching.test(name)),
    ({ name, check }) => Effect.map(Effect.result(check), (result) => ({ name, result }))
  ).pipe(
    Effect.map((all) =>
      all.flatMap(({ name, result }) => (result._tag === "Failure" ? [{ name, error: result.failure }] : []))
    ),
    Effect.provideServiceEffect(
      Backend,
      Effect.sync(() => makeBackend(device))
    )
  )

describe("backendLaws", () => {
  it.effect("finds nothing wrong with the reference", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* broken(referenceDevice(), /^(tanh|sum|a run|random programs)/), [])
    })
  )

  it.effect("finds a result that is too far off, and says where", () =>
    Effect.gen(function* () {
      const found = yield* broken(
        mapped((value, { type }) => (type.dtype === "f32" ? value + 1e-4 : value)),
        /^tanh in/
      )
      assert.deepStrictEqual(
        found.map(({ name }) => name),
        ["tanh in f32 is the reference's"]
      )
      assert.match(
        found[0]?.error.message ?? "",
        /^tanh in f32 is the reference's: element 0 of output 0 is [\d.]+, not [\d.]+\n {2}\{\} x = f64\[\] 0\n {2}seed 1$/
      )
    })
  )

  it.effect("finds digits of small results that are lost", () =>
    Effect.gen(function* () {
      const coarse = mapped((value, { type }) => (type.dtype === "f32" ? value * (1 - 2 ** -12) : value))
      assert.deepStrictEqual(
        (yield* broken(coarse, /^(expm1 of small|sigmoid of negative)/)).map(({ name }) => name),
        ["expm1 of small numbers keeps its digits in f32", "sigmoid of negative numbers keeps its digits in f32"]
      )
    })
  )

  it.effect("finds a single wrong integer, and a NaN that is hidden", () =>
    Effect.gen(function* () {
      const wrong = mapped((value, { type }) => (type.dtype === "i32" ? value ^ 1 : Number.isNaN(value) ? 0 : value))
      const names = (yield* broken(wrong, /^(add i32 in f32|sqrt of NaN|maximum of NaN|neg in)/)).map(
        ({ name }) => name
      )
      assert.deepStrictEqual(names, [
        "add i32 in f32 is the reference's",
        "sqrt of NaN, infinities and zeros in f32",
        "maximum of NaN, infinities and zeros in f32",
        "sqrt of NaN, infinities and zeros in f64",
        "maximum of NaN, infinities and zeros in f64"
      ])
    })
  )

  it.effect("finds updates that are lost, and a Store that is written out of turn", () =>
    Effect.gen(function* () {
      const forgetful = changed(({ outputs }) => ({ outputs, slots: new Map() }))
      const names = (yield* broken(forgetful, /^(a run reads|slots change|random programs)/)).map(({ name }) => name)
      assert.deepStrictEqual(names, [
        "a run reads slots, and its updates are there for the next one",
        "slots change places, whatever the order in which they are written",
        "random programs are the reference's to the bit"
      ])
      const doubled = changed(({ outputs, slots }) => ({
        outputs,
        slots: new Map([...slots].map(([name, tensor]) => [name, slots.get("weight") ?? tensor]))
      }))
      const [swap] = yield* broken(doubled, /^slots change/)
      assert.match(swap?.error.message ?? "", /slot "state" holds \[10,20\], not \[1,2\]/)
    })
  )

  it.effect("finds bytes that are not given back", () =>
    Effect.gen(function* () {
      let leaked = 0
      const backend = makeBackend(referenceDevice())
      const leaking = { ...backend, liveBytes: Effect.sync(() => leaked++) }
      const law = backendLaws().find(({ name }) => name.startsWith("every byte"))
      const result = yield* Effect.result((law as NonNullable<typeof law>).check).pipe(
        Effect.provideService(Backend, leaking)
      )
      assert.strictEqual(result._tag, "Failure")
    })
  )

  it.effect("lets an error of the backend itself through", () =>
    Effect.gen(function* () {
      const device = referenceDevice({ bytes: 0 })
      const [failure] = yield* broken(device, /^a snapshot stays/)
      assert.strictEqual(failure?.error._tag, "MemoryError")
    })
  )
})
