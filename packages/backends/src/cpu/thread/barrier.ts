import { type Code, get, sequence, set } from "../wasm/code.ts"
import { block, branch, branchIf, drop, leave, loop, when } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { atomicI32, i32, i64 } from "../wasm/instructions.ts"
import { failure, napMilliseconds, word } from "./layout.ts"

/**
 * How often a thread looks whether the others have arrived before it sleeps: some 20 µs (50 in code that the engine has not
 * optimised yet), less than waking costs. With fewer, threads sleep that are but slightly out of step; with more, more is
 * lost where threads share a core, and the one that is waited for cannot run meanwhile.
 */
const looks = 60_000

/** How often a thread that is not allowed to sleep looks: about as long as the others' naps. */
const looksInsteadOfNap = 100_000_000

/**
 * A function of type (thread) → i32 that returns when all `threads` threads have called it: 0, or 1 where the run has to
 * be given up, upon which the caller returns at once, too. What a thread wrote before, the others read after it. Make it
 * once for a module, which then holds it once.
 *
 * The last thread to arrive starts the next epoch, which the others watch: a while awake, and then asleep.
 */
export const barrier = (control: number, threads: number): WasmFunction =>
  functionOf(["i32"], ["i32"], ([thread], local) => {
    if (thread === undefined || threads === 1) return i32.constant(0)
    const epoch = local("i32")
    const left = local("i32")
    const at = (index: number): Code => i32.constant(control + 4 * index)
    const look = (index: number): Code => atomicI32.load(at(index))
    const hasPassed = i32.notEqual(look(word.barrierEpoch), get(epoch))
    const wakeAll = drop(atomicI32.notify(at(word.barrierEpoch), i32.constant(-1)))
    const countDown = set(left, i32.sub(get(left), i32.constant(1)))

    /** Looks so often, and leaves to a label once the epoch has passed. */
    const watch = (times: number, passed: Parameters<typeof branch>[0]): Code =>
      sequence(
        set(left, i32.constant(times)),
        loop((again) => sequence(branchIf(passed, hasPassed), countDown, branchIf(again, get(left))))
      )

    const giveUp = sequence(
      when(
        i32.isZero(look(word.failed)),
        atomicI32.store(
          at(word.failed),
          i32.or(i32.constant(failure.stalled), i32.shiftLeft(get(thread), i32.constant(8)))
        )
      ),
      drop(atomicI32.add(at(word.barrierEpoch), i32.constant(1))),
      wakeAll
    )

    const naps = local("i32")
    const nap = drop(
      atomicI32.wait(at(word.barrierEpoch), get(epoch), i64.constant(BigInt(napMilliseconds) * 1_000_000n))
    )
    const isCallerAwake = i32.and(look(word.callerSpins), i32.isZero(get(thread)))
    const sleep = sequence(
      drop(atomicI32.add(at(word.barrierSleepers), i32.constant(1))),
      set(naps, look(word.patience)),
      block((passed) =>
        loop((again) =>
          sequence(
            branchIf(passed, hasPassed),
            when(i32.isZero(get(naps)), giveUp),
            set(naps, i32.sub(get(naps), i32.constant(1))),
            when(isCallerAwake, watch(looksInsteadOfNap, passed), nap),
            branch(again)
          )
        )
      ),
      drop(atomicI32.add(at(word.barrierSleepers), i32.constant(-1)))
    )

    const isLast = i32.equal(atomicI32.add(at(word.arrived), i32.constant(1)), i32.constant(threads - 1))
    return sequence(
      // In this order: a thread that fails sets `failed`, and then moves the epoch on.
      set(epoch, look(word.barrierEpoch)),
      when(look(word.failed), leave(i32.constant(1))),
      when(
        isLast,
        sequence(
          atomicI32.store(at(word.arrived), i32.constant(0)),
          atomicI32.store(at(word.barrierEpoch), i32.add(get(epoch), i32.constant(1))),
          when(look(word.barrierSleepers), wakeAll)
        ),
        block((passed) => sequence(watch(looks, passed), sleep))
      ),
      i32.notEqual(look(word.failed), i32.constant(0))
    )
  })
