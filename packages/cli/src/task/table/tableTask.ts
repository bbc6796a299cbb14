import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { DataError, meanAbsoluteError, meanSquaredError, Read, rSquared, Samples, type Table } from "@residual/train"
import * as Effect from "effect/Effect"
import type { ConfigurationOf } from "../../configuration/configuration.ts"
import { fingerprint } from "../fingerprint.ts"
import { judgedByClass } from "../judgedByClass.ts"
import { keysOf } from "../keys.ts"
import type { KnowledgeOf, KnownColumn } from "../knowledge.ts"
import { mlpOf } from "../mlpOf.ts"
import { sourceBytes } from "../source/sourceBytes.ts"
import type { Learner, Task } from "../task.ts"
import { columnOf, learnColumn, sideBySide, valuesOf, widthOf } from "./columns.ts"

/** What predicts one column of a table from others: a class, or a number. */
export const tableLearner = (
  { model }: ConfigurationOf<"table">,
  { features, target }: KnowledgeOf<"table">
): Learner => {
  const width = features.reduce((sum, column) => sum + widthOf(column), 0)
  return target.kind === "classes"
    ? { model: mlpOf(model, width, target.classes.length), ...judgedByClass }
    : { model: Model.sequence(mlpOf(model, width, 1), (x) => op.squeeze(x, 1)), ...numberNear(target) }
}

/** How a model is judged that predicts a number: by its distance, in deviations of what it learned from. */
const numberNear = ({
  mean,
  deviation
}: Extract<KnownColumn, { kind: "numbers" }>): Pick<Learner, "judge" | "metrics"> => ({
  judge: (model, { inputs, targets }, weights) => {
    const predicted = model(inputs as AnyExpr)
    const wanted = op.div(op.sub(targets as AnyExpr, mean), deviation)
    return {
      loss: op.mse(predicted, wanted, weights === undefined ? {} : { weights }),
      outputs: { predictions: op.add(op.mul(predicted, deviation), mean) }
    }
  },
  metrics: [meanSquaredError(), meanAbsoluteError(), rSquared()]
})

/**
 * Predicting one column of a table from others; what is known already decides what the columns hold. Fails for a table that
 * lacks one of them or holds something else in it, and where there are too few rows to hold some out.
 */
export const tableTask = (configuration: ConfigurationOf<"table">, known?: KnowledgeOf<"table">) =>
  Effect.gen(function* () {
    const { data, seed } = configuration
    const table = yield* Read.table(sourceBytes(data.path, data), { kinds: data.kinds })
    const { source, rows: count } = table
    const heldOut = Math.floor(count * data.held)
    if (data.held > 0 && heldOut === 0) {
      const reason = `of its ${count} rows a share of ${data.held} is none, which cannot be held out`
      return yield* Effect.fail(new DataError({ source, reason }))
    }
    const { split: key } = keysOf(seed)
    const order = Array.from({ length: count }, (_, at) => HostRandom.shuffledIndex(key, count, at))
    const [held, learned] = [order.slice(0, heldOut), order.slice(heldOut)]
    const knowledge = known ?? (yield* learnTable(configuration, table, learned))
    const read = (rows: ReadonlyArray<number>) => samplesOf(table, knowledge, rows)
    const samples = yield* read(learned)
    const task: Task = {
      ...tableLearner(configuration, knowledge),
      knowledge,
      learned: samples,
      samplesOfEpoch: learned.length,
      held: heldOut === 0 ? undefined : yield* read(held),
      everything: read(order),
      fingerprint: fingerprint(
        new TextEncoder().encode(JSON.stringify(columnNames(table))),
        ...Object.values(table.columns).map(({ values }) => values)
      )
    }
    return task
  })

/** What columns and classes are called, of which the values are only places. */
const columnNames = ({ columns }: Table) =>
  Object.entries(columns).map(([name, column]) => [name, column.kind === "classes" ? column.classes : null])

const learnTable = ({ data }: ConfigurationOf<"table">, table: Table, rows: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const { target, features, predicts, standardise } = data
    const learn = (name: string, use: "classes" | "numbers" | null) =>
      Effect.flatMap(columnOf(table, name), (column) =>
        learnColumn(table.source, name, column, { rows, use, standardise })
      )
    const names = features ?? Object.keys(table.columns).filter((name) => name !== target)
    const [first, ...others] = yield* Effect.forEach(names, (name) => learn(name, null))
    if (first === undefined) {
      const reason = `it has no column but "${target}", which is to be predicted`
      return yield* Effect.fail(new DataError({ source: table.source, reason }))
    }
    return { task: "table" as const, features: [first, ...others] as const, target: yield* learn(target, predicts) }
  })

const samplesOf = (table: Table, { features, target }: KnowledgeOf<"table">, rows: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const { source } = table
    const read = (known: KnownColumn) =>
      Effect.flatMap(columnOf(table, known.name), (column) => valuesOf(source, column, known, rows))
    const inputs = sideBySide(features, yield* Effect.forEach(features, read), rows.length)
    const values = yield* read(target)
    const targets = target.kind === "classes" ? Int32Array.from(values) : Float32Array.from(values)
    return yield* Samples.fromArrays({ inputs, targets }, { source })
  })
