import { Schema } from "effect"
import { workNames } from "../webgpu/counting/work.ts"

/** A number of a system's; JSON has null for those that are not finite. */
const Measured = Schema.NullOr(Schema.Finite)

/** What a GPU was asked to do. */
const Counted = Schema.Record(Schema.Literals(workNames), Schema.Int)

/** What one child process found out; it is the last line that the child prints, as JSON. */
export const Reply = Schema.Struct({
  /** Of one unit of the case, once it is warm. */
  milliseconds: Schema.Struct({ median: Schema.Finite, fastest: Schema.Finite, samples: Schema.Int }),
  /** Before that, in milliseconds. */
  cold: Schema.Struct({
    /** Loading the system's code. */
    import: Schema.Finite,
    /** Starting its backend and threads, and filling the store. */
    start: Schema.optionalKey(Schema.Finite),
    /** Composing, compiling and loading the program. */
    compile: Schema.optionalKey(Schema.Finite),
    /** The first call. */
    first: Schema.Finite
  }),
  /** In bytes. */
  memory: Schema.Struct({
    /** What the program plans for its temporaries, and the most of them that it needs at once. */
    arena: Schema.optionalKey(Schema.Finite),
    temporaries: Schema.optionalKey(Schema.Finite),
    /** What the backend holds between calls. */
    live: Schema.optionalKey(Schema.Finite),
    /** Of the whole process: with the system's code loaded, and at most. */
    residentBefore: Schema.optionalKey(Schema.Finite),
    resident: Schema.optionalKey(Schema.Finite)
  }),
  /** Whether threads were pinned, where that is tried. */
  pinned: Schema.optionalKey(Schema.Boolean),
  firstLoss: Schema.optionalKey(Measured),
  lastLoss: Schema.optionalKey(Measured),
  /** From the reference's results, relative to the greatest of them. */
  deviation: Schema.optionalKey(Measured),
  tokens: Schema.optionalKey(Schema.Array(Schema.Int)),
  /** On a GPU: of compiling and the first step together, and of a warm step; steps that differ are no steady ones. */
  gpu: Schema.optionalKey(
    Schema.Struct({
      adapters: Schema.Array(Schema.String),
      cold: Counted,
      warm: Counted,
      steady: Schema.Boolean
    })
  ),
  /** What readers of the numbers should know. */
  note: Schema.optionalKey(Schema.String)
})

export type Reply = typeof Reply.Type
