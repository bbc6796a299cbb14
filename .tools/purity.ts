import { type Node, parseSync } from "oxc-parser"

/** Something that a pure package must not do, and where. */
export interface Impurity {
  readonly line: number
  readonly message: string
}

const mutators = new Set("set add delete clear push pop shift unshift splice sort reverse fill copyWithin".split(" "))

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

const visit = (node: Node, parent: Node | undefined, enter: (node: Node, parent: Node | undefined) => void): void => {
  enter(node, parent)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, node, enter)
  }
}

const memberName = (node: Node): string | undefined => {
  if (node.type !== "MemberExpression") return undefined
  if (node.property.type === "Identifier" && !node.computed) return node.property.name
  return node.property.type === "Literal" ? String(node.property.value) : undefined
}

const rootName = (node: Node): string | undefined =>
  node.type === "Identifier" ? node.name : node.type === "MemberExpression" ? rootName(node.object) : undefined

/**
 * What keeps a source of `core` or `graph` from being pure beyond what the linter's list of globals catches: asynchrony,
 * unkeyed randomness, and state that outlives a call (a module-level `let`, or a module-level value changed in place).
 */
export const impurities = (path: string, text: string): ReadonlyArray<Impurity> => {
  const { program } = parseSync(path, text)
  const found: Array<Impurity> = []
  const report = (node: Node, message: string) =>
    found.push({ line: text.slice(0, node.start).split("\n").length, message })

  const moduleLevel = new Set<string>()
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
    if (declaration?.type !== "VariableDeclaration") continue
    if (declaration.kind !== "const") report(declaration, `a module-level ${declaration.kind} is state`)
    for (const { id } of declaration.declarations) if (id.type === "Identifier") moduleLevel.add(id.name)
  }
  const reportIfModuleLevel = (node: Node, changed: Node) => {
    const name = rootName(changed)
    if (name !== undefined && moduleLevel.has(name)) report(node, `the module-level ${name} is changed in place`)
  }

  visit(program, undefined, (node, parent) => {
    if ("async" in node && node.async === true) report(node, "an async function")
    if (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await)) report(node, "an await")
    if (memberName(node) === "random" && rootName(node) === "Math") report(node, "Math.random: randomness is keyed")
    if (node.type === "Identifier" && node.name === "Math" && parent?.type !== "MemberExpression") {
      report(node, "Math as a whole, which carries Math.random")
    }
    if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
      if (mutators.has(memberName(node.callee) ?? "")) reportIfModuleLevel(node, node.callee.object)
    }
    if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
      reportIfModuleLevel(node, node.left)
    }
    if (node.type === "UpdateExpression" && node.argument.type === "MemberExpression") {
      reportIfModuleLevel(node, node.argument)
    }
    if (node.type === "UnaryExpression" && node.operator === "delete") reportIfModuleLevel(node, node.argument)
  })
  return found
}
