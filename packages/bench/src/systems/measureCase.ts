import { Backend, type BackendError, makeStore, type ProgramCache } from "@residual/backends"
import { Effect, type Layer, Schema } from "effect"
import type { Ready } from "../cases/benchmark.ts"
import type { CaseName } from "../cases/caseList.ts"
import { cases } from "../cases/cases.ts"
import { makePinning } from "../measuring/pinning.ts"
import { Reply } from "../measuring/reply.ts"
import { Request } from "../measuring/request.ts"
import { sample, type Time } from "../measuring/sample.ts"
import { backendLayer } from "./backendLayer.ts"

/** Reads a request, or throws. */
export const readRequest = Schema.decodeUnknownSync(Schema.fromJsonString(Request))

/** Writes a reply as JSON. */
export const writeReply = Schema.encodeSync(Schema.fromJsonString(Reply))

/** Calls one after the other, and how long they took; the clock is read inside, so that starting a fiber is no part. */
const timed = (call: Ready["call"], calls: number) =>
  Effect.gen(function* () {
    let loss: number | undefined
    const before = performance.now()
    for (let at = 0; at < calls; at++) loss = yield* call
    return { milliseconds: performance.now() - before, loss }
  })

/** The rest of an object without what is undefined. */
const present = <const Name extends string, A>(name: Name, value: A | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: A }

const finite = (value: number | undefined): number | null | undefined =>
  value === undefined || Number.isFinite(value) ? value : null

/**
 * Measures a case with this framework, whose code took `imported` milliseconds to load. `pin` is called whenever threads
 * may have started, and says whether it could pin them.
 */
export const measureCase = (
  request: Request,
  layer: Layer.Layer<Backend | ProgramCache>,
  imported: number,
  pin: () => boolean
): Effect.Effect<Reply, BackendError> =>
  Effect.suspend(() => {
    const residentBefore = process.memoryUsage.rss()
    const benchmark = cases[request.case as CaseName]()
    const launched = performance.now()
    const measured = Effect.gen(function* () {
      const backend = yield* Backend
      const store = yield* makeStore(benchmark.slots)
      const started = performance.now()
      pin()
      const building = performance.now()
      const { program, call, unitsPerCall = 1, tokens, deviation } = yield* benchmark.build(store)
      const compiled = performance.now()
      const first = yield* timed(call, 1)
      const pinned = pin()
      const context = yield* Effect.context<never>()
      let last = first.loss
      const time: Time = async (calls) => {
        const { milliseconds, loss } = await Effect.runPromiseWith(context)(timed(call, calls))
        last = loss
        return milliseconds
      }
      const samples = yield* Effect.promise(() => sample(time, request.plan, first.milliseconds, pin))
      const live = yield* backend.liveBytes
      const resident = process.resourceUsage().maxRSS * 1024
      const distance = deviation === undefined ? undefined : yield* deviation
      return {
        milliseconds: {
          median: samples.median / unitsPerCall,
          fastest: samples.fastest / unitsPerCall,
          samples: samples.samples
        },
        cold: {
          import: imported,
          start: started - launched,
          compile: compiled - building,
          first: first.milliseconds
        },
        memory: { arena: program.arenaBytes, temporaries: program.peakBytes, live, residentBefore, resident },
        pinned,
        ...present("firstLoss", finite(first.loss)),
        ...present("lastLoss", finite(last)),
        ...present("deviation", finite(distance)),
        ...present("tokens", tokens?.())
      }
    })
    return Effect.scoped(measured).pipe(Effect.provide(layer))
  })

/** Measures what a request asks for, and gives the reply as JSON. */
export const answer = async (text: string, before: number): Promise<string> => {
  const request = readRequest(text)
  const layer = await backendLayer(request)
  const imported = performance.now() - before
  return writeReply(await Effect.runPromise(measureCase(request, layer, imported, makePinning())))
}
