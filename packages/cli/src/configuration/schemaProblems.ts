import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import { isSettings, valueAt } from "./layer.ts"
import { insteadOf } from "./nearestName.ts"
import type { Problem, SettingPath } from "./problem.ts"
import { exactIntegers } from "./setting.ts"

/** Everything that a schema found wrong with a value, a problem for each setting, in words of settings. */
export const schemaProblems = (issue: SchemaIssue.Issue, value: unknown): ReadonlyArray<Problem> =>
  problemsAt(issue, [], value)

const problemsAt = (issue: SchemaIssue.Issue, path: SettingPath, value: unknown): ReadonlyArray<Problem> => {
  switch (issue._tag) {
    case "Pointer": {
      const keys = issue.path.map((key) => (typeof key === "number" ? key : String(key)))
      return problemsAt(issue.issue, [...path, ...keys], value)
    }
    case "UnexpectedKey":
      if (path.at(-1) === "<<") return [{ path, reason: "merge keys are not read; write out what it stands for" }]
      return [{ path, reason: `there is no such setting; ${insteadOf(String(path.at(-1)), namesOf(issue.ast))}` }]
    case "MissingKey":
      return [{ path, reason: "it is missing" }]
    case "Encoding":
      return problemsAt(issue.issue, path, value)
    case "Composite": {
      const isCheck = ({ _tag }: SchemaIssue.Issue) => _tag === "Filter"
      const checks = issue.issues.filter(isCheck)
      return [
        ...(checks.length === 0 ? [] : [{ path, reason: unmet(checks, valueAt(value, path)) }]),
        ...issue.issues.filter((each) => !isCheck(each)).flatMap((each) => problemsAt(each, path, value))
      ]
    }
    case "AnyOf":
      return anyOf(issue, path, value)
    case "InvalidType":
      return [{ path, reason: mismatch([issue.ast], valueAt(value, path)) }]
    default:
      return [{ path, reason: unmet([issue], valueAt(value, path)) }]
  }
}

/** What is wrong with a value that is none of several forms. */
const anyOf = (issue: SchemaIssue.AnyOf, path: SettingPath, value: unknown): ReadonlyArray<Problem> => {
  // The forms that it could be by its kind or type say what is wrong; where it could be none, that is.
  if (issue.issues.length > 0) return issue.issues.flatMap((each) => problemsAt(each, path, value))
  const found = valueAt(value, path)
  const kinds = issue.ast.types.flatMap(kindsOf)
  if (!isSettings(found) || kinds.length === 0) return [{ path, reason: mismatch(issue.ast.types, found) }]
  const { kind } = found
  const reason = kind === undefined ? `it is missing; there are ${kinds.join(", ")}` : noSuch(kind, kinds)
  return [{ path: [...path, "kind"], reason }]
}

const noSuch = (name: unknown, names: ReadonlyArray<string>): string =>
  `there is no ${written(name)}; ${insteadOf(String(name), names)}`

/** Why a value is of none of some types. */
const mismatch = (types: ReadonlyArray<SchemaAST.AST>, found: unknown): string => {
  const simple = types.flatMap(alternatives)
  const names = simple.flatMap((type) => (SchemaAST.isLiteral(type) ? [String(type.literal)] : []))
  if (typeof found === "string" && names.length > 0) return noSuch(found, names)
  return `expected ${[...new Set(simple.map(typeName))].join(" or ")}, found ${written(found)}`
}

const alternatives = (type: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUnion(type) ? type.types.flatMap(alternatives) : [type]

/** A type in words. */
const typeName = (type: SchemaAST.AST): string => {
  switch (type._tag) {
    case "Objects":
      return "settings by name"
    case "Arrays":
      return "a list"
    case "String":
      return "text"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Null":
      return "null"
    case "Literal":
      return String(type.literal)
    default:
      return type._tag
  }
}

const format = SchemaIssue.makeFormatterDefault()

/** Why a value is not what checks ask for. */
const unmet = (checks: ReadonlyArray<SchemaIssue.Issue>, found: unknown): string => {
  const asked = checks
    .map(expected)
    .map((text) => (text === "an integer" && Number.isInteger(found) ? exactIntegers : text))
  return `expected ${asked.join(" and ")}, found ${written(found)}`
}

/** What a check that failed asks for. */
const expected = (issue: SchemaIssue.Issue): string =>
  format(issue)
    .replace(/^Expected /, "")
    .split("\n")[0] ?? ""

/** The names that an object may have. */
const namesOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []

/** The name that an object has as its `kind`. */
const kindsOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast)
    ? ast.propertySignatures.flatMap(({ name, type }) =>
        name === "kind" && SchemaAST.isLiteral(type) ? [String(type.literal)] : []
      )
    : []

/** A value as one writes it, if that is short. */
const written = (value: unknown): string => {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing")
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`
}
