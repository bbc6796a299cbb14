import * as Result from "effect/Result"
import { readDocument } from "./document.ts"
import { isSettings, type Layer } from "./layer.ts"

/** The settings of a configuration file's text, or everything in it that is not YAML, a line for each. */
export const fileLayer = (path: string, text: string): Result.Result<Layer, ReadonlyArray<string>> => {
  const read = readDocument(text)
  if (Result.isFailure(read)) return Result.fail(read.failure.map(({ line, reason }) => `${path}:${line}: ${reason}`))
  const { value, lineOf } = read.success
  if (value !== null && !isSettings(value)) return Result.fail([`${path}:1: settings by name are expected`])
  return Result.succeed({
    value: value ?? {},
    whereOf: (setting) => {
      const line = lineOf(setting)
      return line === undefined ? path : `${path}:${line}`
    },
    unread: []
  })
}
