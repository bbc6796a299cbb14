import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type Binding, makeBinding } from "./binding.ts"
import type { Device, LoadedProgram, ProfiledResult, StartedStep, Step, StepResult } from "./device.ts"
import type { BackendError } from "./error/backendError.ts"
import type { HeldStore } from "./heldStore.ts"
import type { Memory } from "./memory.ts"
import type { RunOutputs } from "./runOutputs.ts"
import type { Tensor } from "./tensor.ts"
import type { Turns } from "./turns.ts"

/** What the programs of one device share. */
export interface Host<Slot> {
  readonly device: Device<Slot>
  readonly memory: Memory
  readonly turns: Turns
}

type Outcome<A = Readonly<Record<string, Tensor>>> = Effect.Effect<A, BackendError>

/** Runs whose inputs and outputs are checked: each accounts for memory, takes the step and updates the Store, or fails. */
export interface Transaction {
  /** A run that happens within the call, so that the Effect is only what came of it; for a synchronous program. */
  readonly run: Step<Outcome> | undefined
  /** A run whose outputs are waited for when it is over; for an asynchronous program. */
  readonly start: Step<Outcome<Outcome>> | undefined
  /** A run that tells times, where the device does. It always takes a turn. */
  readonly profile: Step<Outcome<ProfiledResult<unknown>>> | undefined
}

/** The runs of a program on a Store, or on none. They need a turn, which is left to the caller. */
export const makeTransaction = <Slot>(
  { device, memory, turns }: Host<Slot>,
  program: Program,
  known: RunOutputs,
  loaded: LoadedProgram<Slot>,
  held: HeldStore<Slot> | undefined
): Transaction => {
  const inputBytes = program.inputs.reduce((bytes, { type }) => bytes + TensorType.bytes(type), 0)

  /** Runs that begin alike: `conclude` takes the step, gives back the bytes of the run, and commits what came of it. */
  const runs =
    <Result, A>(
      { current, commit }: Binding<Slot, Result>,
      conclude: (
        step: () => Result,
        passing: number,
        added: number,
        commit: Binding<Slot, Result>["commit"]
      ) => Outcome<A>
    ): Step<Outcome<A>> =>
    (inputs, outputs) => {
      const bound = current()
      if ("_tag" in bound) return Effect.fail(bound)
      const passing = inputBytes + known.bytes(outputs) + bound.passing
      const refused = memory.take("a run", passing + bound.added)
      if (refused !== undefined) return Effect.fail(refused)
      return conclude(() => bound.step(inputs, outputs), passing, bound.added, commit)
    }

  /** Runs whose step is an Effect. */
  const asynchronously = <Result extends Pick<StepResult<Slot>, "slots">, A>(
    bind: (slots: ReadonlyMap<string, Slot>) => Step<Outcome<Result>>,
    give: (result: Result) => A
  ): Step<Outcome<A>> =>
    runs(makeBinding(program, held, bind), (step, passing, added, commit) =>
      Effect.suspend(step).pipe(
        Effect.onExit((exit) => Effect.sync(() => memory.giveBack(Exit.isSuccess(exit) ? passing : passing + added))),
        Effect.flatMap((result) =>
          Effect.as(Effect.forEach(commit(result.slots), device.release, { discard: true }), give(result))
        )
      )
    )

  const profile = loaded.profile && asynchronously(loaded.profile, (result) => result)

  if (loaded.kind === "synchronous") {
    const run = runs(makeBinding(program, held, loaded.bind), (step, passing, added, commit) => {
      let result: StepResult<Slot> | BackendError | undefined
      try {
        result = step()
      } finally {
        memory.giveBack(result === undefined || "_tag" in result ? passing + added : passing)
      }
      if ("_tag" in result) {
        if (result._tag === "DeviceLost") turns.lose(result)
        return Effect.fail(result)
      }
      if (commit(result.slots).length > 0) {
        throw new Error(`${device.name}: a synchronous step gave a slot another holder`)
      }
      return Effect.succeed(result.outputs)
    })
    return { run, start: undefined, profile }
  }

  const start = asynchronously(loaded.bind, ({ outputs }: StartedStep<Slot>) =>
    Effect.isEffect(outputs) ? outputs : Effect.succeed(outputs)
  )
  return { run: undefined, start, profile }
}
