import { parseSync } from "oxc-parser"

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

const parses = (expression: string): boolean =>
  parseSync("expected.ts", `(${expression}\n)`).errors.length === 0 && expression.trim() !== ""

/**
 * Turns the claims of an example into assertions, without moving any line:
 *
 * - `expression // => value` and `const name = expression // => value`: the two are deeply equal. A long value may go
 *   on over the comment lines that follow. The comment stands at the end of the statement, or on the next line.
 * - `expression // throws text`: evaluating it throws an error whose name and message contain the text.
 */
export const withAssertions = (where: string, code: string): string => {
  const { program, comments, errors } = parseSync("example.ts", code)
  if (errors.length > 0) throw new Error(`${where}: this example does not parse: ${errors[0]?.message}`)
  const edits: Array<Edit> = []
  comments.forEach((comment, index) => {
    const claim = /^\s*(=>|throws\b)(.*)$/s.exec(comment.value)
    if (claim === null || comment.type !== "Line") return
    const statement = program.body.find(
      (node) => node.end <= comment.start && /^[ \t;]*(\r?\n[ \t]*)?$/.test(code.slice(node.end, comment.start))
    )
    const written = claim[2]?.trim() ?? ""
    if (statement === undefined) throw new Error(`${where}: \`// ${claim[1]} ${written}\` follows no statement`)
    if (claim[1] === "throws") {
      if (statement.type !== "ExpressionStatement") throw new Error(`${where}: only an expression can be said to throw`)
      const expression = code.slice(statement.expression.start, statement.expression.end)
      edits.push({
        start: statement.start,
        end: statement.end,
        text: `await $throws(async () => (${expression}), ${JSON.stringify(written)})`
      })
      return
    }
    let expected = written
    let end = comment.end
    for (let next = index + 1; !parses(expected); next++) {
      const following = comments[next]
      if (following === undefined || code.slice(end, following.start).trim() !== "") {
        throw new Error(`${where}: \`${expected}\` is no expression`)
      }
      expected += `\n${following.value}`
      end = following.end
    }
    if (statement.type === "ExpressionStatement") {
      const expression = code.slice(statement.expression.start, statement.expression.end)
      edits.push({ start: statement.start, end, text: `$equals((${expression}), (${expected}))` })
    } else if (statement.type === "VariableDeclaration") {
      const name = statement.declarations.at(-1)?.id
      if (name?.type !== "Identifier") throw new Error(`${where}: \`// =>\` needs a plain name on its left`)
      edits.push({ start: statement.end, end, text: `; $equals(${name.name}, (${expected}))` })
    } else throw new Error(`${where}: \`// =>\` follows neither an expression nor a declaration`)
  })
  let result = ""
  let from = 0
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    result += `${code.slice(from, edit.start)};${edit.text}`
    from = edit.end
  }
  return result + code.slice(from)
}
