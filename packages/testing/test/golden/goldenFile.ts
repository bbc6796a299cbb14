import { readFileSync } from "node:fs"
import * as Schema from "effect/Schema"

const Case = Schema.Struct({
  name: Schema.String,
  inputs: Schema.Array(Schema.Array(Schema.Int)),
  ints: Schema.Record(Schema.String, Schema.Unknown),
  gradgrad: Schema.Boolean
})

const Entry = Schema.Struct({
  dtype: Schema.Literal("F64"),
  shape: Schema.Array(Schema.Int),
  data_offsets: Schema.Tuple([Schema.Int, Schema.Int])
})

const Cases = Schema.fromJsonString(Schema.Array(Case))

/** One case: its name, the shapes of its inputs, and whether the file holds its second derivatives. */
export type GoldenCase = Schema.Schema.Type<typeof Case>

/** Reads the cases of a file of golden values, and the elements of its tensors by name. */
export const readGolden = (path: URL) => {
  const bytes = readFileSync(path)
  const length = Number(bytes.readBigUInt64LE(0))
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString("utf8", 8, 8 + length))
  const tensors = new Map(
    Object.entries(entries).map(([name, entry]) => {
      const {
        data_offsets: [start, end]
      } = Schema.decodeUnknownSync(Entry)(entry)
      const data = bytes.subarray(8 + length + start, 8 + length + end)
      return [name, new Float64Array(Uint8Array.from(data).buffer)] as const
    })
  )
  const tensor = (name: string): Float64Array => {
    const found = tensors.get(name)
    if (found === undefined) throw new Error(`the golden file has no tensor "${name}"`)
    return found
  }
  return { cases: Schema.decodeUnknownSync(Cases)(metadata.cases), tensor }
}
