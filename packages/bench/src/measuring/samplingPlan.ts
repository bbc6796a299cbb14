import { Schema } from "effect"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Milliseconds = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** How long a case is repeated. */
export const SamplingPlan = Schema.Struct({
  /** Calls that are not counted go on until there are so many and so much time has passed. */
  warmUpCalls: Count,
  warmUpMilliseconds: Milliseconds,
  /** Samples are taken until there are so many and so much time has passed. */
  samples: Count,
  milliseconds: Milliseconds,
  /** Where the first call took longer, it is the only sample. */
  patienceMilliseconds: Milliseconds
})

export type SamplingPlan = typeof SamplingPlan.Type

/** The plans: the usual one, one for a quick look, one on GPUs, and one for the reference, whose speed is of no interest. */
export const samplingPlans = {
  usual: {
    warmUpCalls: 3,
    warmUpMilliseconds: 400,
    samples: 8,
    milliseconds: 1000,
    patienceMilliseconds: 10_000
  },
  quick: {
    warmUpCalls: 3,
    warmUpMilliseconds: 300,
    samples: 3,
    milliseconds: 200,
    patienceMilliseconds: 5_000
  },
  /** On a GPU, whose first step is of no use as a sample, and whose steps may take many seconds in software. */
  gpu: { warmUpCalls: 1, warmUpMilliseconds: 200, samples: 2, milliseconds: 600, patienceMilliseconds: 600_000 },
  once: { warmUpCalls: 0, warmUpMilliseconds: 0, samples: 1, milliseconds: 0, patienceMilliseconds: 500 }
} as const satisfies Readonly<Record<string, SamplingPlan>>
