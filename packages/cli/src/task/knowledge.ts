import * as Schema from "effect/Schema"

const Characters = Schema.Array(Schema.String)

/** A text's: its characters, which are the tokens, and those that it begins with. */
const TextKnowledge = Schema.Struct({
  task: Schema.Literal("text"),
  characters: Characters,
  beginning: Schema.String
})

/** Names': their characters, of which the first is what ends a name. */
const NamesKnowledge = Schema.Struct({ task: Schema.Literal("names"), characters: Characters })

/** A column of numbers, which are moved to a mean of 0 and a deviation of 1 where they are standardised. */
const Numbers = Schema.Struct({
  kind: Schema.Literal("numbers"),
  name: Schema.String,
  mean: Schema.Finite,
  deviation: Schema.Finite
})

/** A column of classes, by the names that it has in the training rows. */
const Classes = Schema.Struct({
  kind: Schema.Literal("classes"),
  name: Schema.String,
  classes: Schema.NonEmptyArray(Schema.String)
})

/** What is known of one column of a table. */
export const KnownColumn = Schema.Union([Numbers, Classes])

export type KnownColumn = typeof KnownColumn.Type

/** A table's: what its columns hold. */
const TableKnowledge = Schema.Struct({
  task: Schema.Literal("table"),
  features: Schema.NonEmptyArray(KnownColumn),
  target: KnownColumn
})

/** Images': how large they are, and how many classes there are. */
const ImagesKnowledge = Schema.Struct({
  task: Schema.Literal("images"),
  channels: Schema.Natural,
  height: Schema.Natural,
  width: Schema.Natural,
  classes: Schema.Natural
})

/** What reading a task's data has decided, which its model needs as much as its settings: plain JSON, in checkpoints. */
export const Knowledge = Schema.Union([TextKnowledge, NamesKnowledge, TableKnowledge, ImagesKnowledge])

export type Knowledge = typeof Knowledge.Type

/** What is known of one task's data. */
export type KnowledgeOf<Name extends Knowledge["task"]> = Extract<Knowledge, { readonly task: Name }>
