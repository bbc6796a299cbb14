import { HostRandom } from "@residual/core"
import { contextMlp } from "@residual/models"
import { DataError, encodeText, Samples, vocabularyOf } from "@residual/train"
import * as Effect from "effect/Effect"
import type { ConfigurationOf } from "../../configuration/configuration.ts"
import { fingerprint } from "../fingerprint.ts"
import { judgedByClass } from "../judgedByClass.ts"
import { keysOf } from "../keys.ts"
import type { KnowledgeOf } from "../knowledge.ts"
import type { Learner, Task } from "../task.ts"
import { readText } from "../text/readText.ts"

/** What begins and ends a name, as a character and as a token. */
export const boundary = { character: "\n", token: 0 } as const

/** What guesses each next character of a name. */
export const namesLearner = (
  { model: { kind: _, ...sizes } }: ConfigurationOf<"names">,
  { characters }: KnowledgeOf<"names">
): Learner => ({ model: contextMlp({ ...sizes, vocabulary: characters.length }), ...judgedByClass })

/**
 * Guessing each next character of names, one on each line of a text, and where they end; what is known already decides
 * their characters. Fails where there are no names.
 */
export const namesTask = (configuration: ConfigurationOf<"names">, known?: KnowledgeOf<"names">) =>
  Effect.gen(function* () {
    const { data, model, seed } = configuration
    const text = yield* readText(data.path, data)
    const names = text.split(/\r\n|\r|\n/).filter((name) => name !== "")
    const heldOut = Math.floor(names.length * data.held)
    if (names.length === 0) return yield* Effect.fail(new DataError({ source: data.path, reason: "it has no names" }))
    if (data.held > 0 && heldOut === 0) {
      const reason = `of its ${names.length} names a share of ${data.held} is none, which cannot be held out`
      return yield* Effect.fail(new DataError({ source: data.path, reason }))
    }
    const knowledge: KnowledgeOf<"names"> = known ?? {
      task: "names",
      characters: [boundary.character, ...vocabularyOf(names.join("")).characters]
    }
    const { split: key } = keysOf(seed)
    const order = names.map((_, at) => names[HostRandom.shuffledIndex(key, names.length, at)] as string)
    const [learned, held] = [
      yield* contexts(order.slice(heldOut), knowledge, model.context),
      yield* contexts(order.slice(0, heldOut), knowledge, model.context)
    ]
    const task: Task = {
      ...namesLearner(configuration, knowledge),
      knowledge,
      learned: yield* samplesOf(data.path, learned, model.context),
      samplesOfEpoch: learned.targets.length,
      held: heldOut === 0 ? undefined : yield* samplesOf(data.path, held, model.context),
      everything: Effect.flatMap(contexts(order, knowledge, model.context), (all) =>
        samplesOf(data.path, all, model.context)
      ),
      fingerprint: fingerprint(learned.inputs, learned.targets, held.inputs, held.targets)
    }
    return task
  })

/** Every character of some names and each of their ends, and as many characters before it as a model sees. */
interface Contexts {
  readonly inputs: Int32Array
  readonly targets: Int32Array
}

const contexts = (names: ReadonlyArray<string>, knowledge: KnowledgeOf<"names">, context: number) =>
  Effect.map(
    encodeText(knowledge, names.map((name) => `${name}${boundary.character}`).join("")),
    (targets): Contexts => {
      const inputs = new Int32Array(targets.length * context)
      let begin = 0
      for (const [at, token] of targets.entries()) {
        // What comes before the name's first character stays the boundary.
        const seen = Math.min(context, at - begin)
        inputs.set(targets.subarray(at - seen, at), (at + 1) * context - seen)
        if (token === boundary.token) begin = at + 1
      }
      return { inputs, targets }
    }
  )

const samplesOf = (source: string, { inputs, targets }: Contexts, context: number) =>
  Samples.fromArrays({ inputs: { shape: [targets.length, context], elements: inputs }, targets }, { source })
