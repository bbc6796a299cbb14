import * as Result from "effect/Result"
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml"
import type { SettingPath } from "./problem.ts"

/** A configuration as it is written in a file, and on which line of it a setting stands, counted from 1. */
export interface ConfigurationDocument {
  readonly value: unknown
  readonly lineOf: (path: SettingPath) => number | undefined
}

/** Why a text is neither YAML nor JSON, and on which line. */
export interface SyntaxProblem {
  readonly line: number
  readonly reason: string
}

/**
 * Reads YAML, of which JSON is a part. Anchors and aliases are read as what they stand for. Refused are tags that are not
 * YAML's own, and whatever is not one document.
 */
export const readDocument = (text: string): Result.Result<ConfigurationDocument, ReadonlyArray<SyntaxProblem>> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => lines.linePos(offset).line
  const problems = [...document.errors, ...document.warnings].map(
    ({ pos: [offset], code, message }): SyntaxProblem => ({
      line: lineAt(offset),
      reason:
        code === "MULTIPLE_DOCS"
          ? "another document begins; a configuration is one"
          : message.replaceAll(/\s*\n\s*/g, " ")
    })
  )
  if (problems.length > 0) return Result.fail(problems)

  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
  /** Where a node's member begins, its key if it has one, and what it holds. */
  const member = (
    node: unknown,
    key: string | number
  ): readonly [offset: number | undefined, value: unknown] | undefined => {
    if (isSeq(node) && typeof key === "number") {
      const item = node.items[key] as Node | undefined
      return item === undefined ? undefined : [item.range?.[0], item]
    }
    if (!isMap(node)) return undefined
    const pair = node.items.find(({ key: name }: Pair) => isScalar(name) && String(name.value) === String(key))
    return pair === undefined ? undefined : [(pair.key as Node).range?.[0], pair.value]
  }
  return Result.try({
    try: (): ConfigurationDocument => ({
      value: document.toJS(),
      lineOf: (path) => {
        let [offset, node]: [number | undefined, unknown] = [undefined, document.contents]
        for (const key of path) {
          const found = member(resolved(node), key)
          if (found === undefined) break
          offset = found[0] ?? offset
          node = found[1]
        }
        return offset === undefined ? undefined : lineAt(offset)
      }
    }),
    // An alias of what is not there, or one that would grow without end.
    catch: (error) => [{ line: 1, reason: (error as Error).message }]
  })
}
