import type { Class, Directive, Expression, Statement, VariableDeclarator } from "oxc-parser"

/** What is left out of a signature, in its place. */
const omitted = "…"

/** The longest value that stands in a signature as written. */
const shortValue = 100

/** The value of a declaration without a type: a function up to its body, anything else in short. */
const valueText = (text: string, value: Expression): string => {
  const written = text.slice(value.start, value.end)
  switch (value.type) {
    case "ArrowFunctionExpression":
      return text.slice(value.start, value.body.start).replace(/\s*=>[\s(]*$/, "")
    case "FunctionExpression":
      return text.slice(value.start, value.body?.start ?? value.end).trimEnd()
    case "CallExpression":
      if (written.length <= shortValue && !written.includes("\n")) return written
      return `${valueText(text, value.callee)}${
        value.typeArguments == null ? "" : text.slice(value.typeArguments.start, value.typeArguments.end)
      }(${omitted})`
    case "TSAsExpression":
      return valueText(text, value.expression)
    case "ObjectExpression":
      return written.length <= shortValue ? written : `{ ${omitted} }`
    case "ArrayExpression":
      return written.length <= shortValue ? written : `[${omitted}]`
    default:
      return written.length <= shortValue ? written : omitted
  }
}

const valueSignature = (text: string, { id, init }: VariableDeclarator): string => {
  if (id.type === "Identifier" && id.typeAnnotation != null) return text.slice(id.start, id.typeAnnotation.end)
  const name = text.slice(id.start, id.end)
  if (init === null) return name
  if (init.type === "TSSatisfiesExpression") {
    return `${name}: ${text.slice(init.typeAnnotation.start, init.typeAnnotation.end)}`
  }
  return `${name} = ${valueText(text, init)}`
}

/** A class with its members' doc comments and types, without what they do and what its base declares already. */
const classSignature = (text: string, declaration: Class): string => {
  const { body } = declaration
  let signature = text.slice(declaration.start, body.start)
  let from = body.start
  for (const member of body.body) {
    if ("override" in member && member.override === true) {
      signature += text.slice(from, member.start).trimEnd()
      from = member.end
    } else if (member.type === "MethodDefinition" && member.value.body != null) {
      signature += text.slice(from, member.value.body.start).trimEnd()
      from = member.end
    } else if (member.type === "PropertyDefinition" && member.typeAnnotation != null) {
      signature += text.slice(from, member.typeAnnotation.end)
      from = member.end
    }
  }
  return `${signature}${text.slice(from, declaration.end)}`.replace(/ ?\{\s*\}$/, "")
}

/**
 * What a module-level statement declares by a name, as it is written but without `export` and without what it does:
 * types in full, values by their type where that is written, functions up to their body.
 */
export const signatureOf = (text: string, statement: Statement | Directive, name: string): string => {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations
        .filter(({ id }) => id.type === "Identifier" && id.name === name)
        .map((declarator) => `${statement.kind} ${valueSignature(text, declarator)}`)
        .join("\n")
    case "FunctionDeclaration":
    case "TSDeclareFunction":
      return text.slice(statement.start, statement.body?.start ?? statement.end).trimEnd()
    case "ClassDeclaration":
      return classSignature(text, statement)
    default:
      return text.slice(statement.start, statement.end)
  }
}
