import type { Reply } from "../../measuring/reply.ts"
import { sample, type Time } from "../../measuring/sample.ts"
import { countWork } from "../counting/countWork.ts"
import type { GpuClasses } from "../counting/listen.ts"
import { isSteady, mostWork, type Work } from "../counting/work.ts"
import type { GpuRequest } from "./gpuRequest.ts"
import type { SubjectModule } from "./subject.ts"

/** How long something took. */
const timed = async <A>(work: () => Promise<A>): Promise<{ readonly milliseconds: number; readonly result: A }> => {
  const before = performance.now()
  const result = await work()
  return { milliseconds: performance.now() - before, result }
}

const finite = (value: number | undefined): number | null | undefined =>
  value === undefined || Number.isFinite(value) ? value : null

/** An entry of an object, or none where its value is not there. */
const present = <const Name extends string, A>(name: Name, value: A | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: A }

/**
 * Measures a case with a system whose code `load` loads, and counts what is asked of the GPU. A step has ended when the
 * device has done everything. Of the warm steps, the most of each count is given.
 */
export const measureSubject = async (
  { case: name, plan }: GpuRequest,
  classes: GpuClasses,
  load: () => Promise<SubjectModule>
): Promise<Reply> => {
  const counter = countWork(classes)
  const { milliseconds: imported, result: system } = await timed(load)
  const { milliseconds: start, result: subject } = await timed(async () => {
    const made = await system.makeSubject(name)
    await counter.idle()
    return made
  })
  const step = async () => {
    const loss = await subject.step()
    await counter.idle()
    return loss
  }
  counter.take()
  const { milliseconds: compile } = await timed(async () => subject.compile?.())
  const { milliseconds: first, result: firstLoss } = await timed(step)
  const cold = counter.take()

  let lastLoss = firstLoss
  let steps: Array<Work> = []
  const time: Time = async (calls) => {
    let spent = 0
    for (let at = 0; at < calls; at++) {
      const { milliseconds, result } = await timed(step)
      spent += milliseconds
      lastLoss = result
      steps.push(counter.take())
    }
    return spent
  }
  const milliseconds = await sample(time, plan, first, () => {
    steps = []
  })
  const deviation = await subject.deviation?.()
  const complaints = counter.complaints()
  if (complaints.length > 0) throw new Error(`the device complains: ${complaints[0]}`)
  return {
    milliseconds,
    cold: { import: imported, start, ...(subject.compile && { compile }), first },
    memory: {},
    ...present("firstLoss", finite(firstLoss)),
    ...present("lastLoss", finite(lastLoss)),
    ...present("deviation", finite(deviation)),
    ...present("tokens", subject.tokens?.()),
    gpu: { adapters: counter.adapters(), cold, warm: mostWork(steps), steady: isSteady(steps) }
  }
}
