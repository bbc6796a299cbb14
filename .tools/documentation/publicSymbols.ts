import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { type Comment, type Directive, type ModuleExportName, parseSync, type Statement } from "oxc-parser"
import { root } from "../run.ts"
import { signatureOf } from "./signature.ts"

/** A name that a package exports, with the doc comment of its declaration. */
export interface PublicSymbol {
  /** `@residual/core op.exp` */
  readonly name: string
  /** The name where it is declared, which an export may change: `exp`. */
  readonly declaredName: string
  readonly path: string
  readonly line: number
  /** Present at run time, unlike a type or an interface. */
  readonly isValue: boolean
  readonly docstring: string | undefined
  /** What is declared, as written; overloads, or a type and a value of one name, follow each other. */
  readonly signature: string
}

type Declared = Omit<PublicSymbol, "name">

interface Module {
  readonly path: string
  readonly text: string
  readonly body: ReadonlyArray<Directive | Statement>
  readonly comments: ReadonlyArray<Comment>
}

const written = (name: ModuleExportName): string => (name.type === "Literal" ? name.value : name.name)

/** The doc comment that stands right before an offset, but for notes to the linter in between. */
const docstringBefore = (module: Module, start: number): string | undefined =>
  module.comments.findLast(
    (comment) =>
      comment.type === "Block" &&
      comment.value.startsWith("*") &&
      comment.end <= start &&
      module.text
        .slice(comment.end, start)
        .replace(/^\s*\/\/ biome-ignore .*$/gm, "")
        .trim() === ""
  )?.value

/** The names that a statement declares, each with whether it is there at run time. */
const declaredNames = (statement: Statement | Directive): ReadonlyArray<readonly [string, boolean]> => {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [[id.name, true] as const] : []))
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
      return statement.id === null ? [] : [[statement.id.name, true]]
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      return [[statement.id.name, false]]
    default:
      return []
  }
}

/** Reads the modules of a source tree once each, and follows what their entry points export to its declarations. */
const makeReader = () => {
  const modules = new Map<string, Module>()

  const load = (path: string): Module => {
    const known = modules.get(path)
    if (known !== undefined) return known
    const text = readFileSync(join(root, path), "utf8")
    const { program, comments } = parseSync(path, text)
    const module = { path, text, body: program.body, comments }
    modules.set(path, module)
    return module
  }

  const resolve = (module: Module, specifier: string): Module | undefined =>
    specifier.startsWith(".") ? load(join(dirname(module.path), specifier).replaceAll("\\", "/")) : undefined

  /** What a module-level name stands for: its declarations here, or what it was imported from. */
  const lookUp = (module: Module, name: string): ReadonlyMap<string, Declared> => {
    const found = new Map<string, Declared>()
    for (const statement of module.body) {
      if (statement.type === "ImportDeclaration") {
        const from = resolve(module, statement.source.value)
        if (from === undefined) continue
        for (const specifier of statement.specifiers) {
          if (specifier.local.name !== name) continue
          if (specifier.type === "ImportNamespaceSpecifier") {
            for (const [key, value] of exportsOf(from)) found.set(`.${key}`, value)
          } else if (specifier.type === "ImportSpecifier") {
            for (const [key, value] of pick(exportsOf(from), written(specifier.imported))) found.set(key, value)
          }
        }
        continue
      }
      const declaration =
        statement.type === "ExportNamedDeclaration" && statement.declaration !== null
          ? statement.declaration
          : statement
      for (const [declared, isValue] of declaredNames(declaration)) {
        if (declared !== name) continue
        const earlier = found.get("")
        const isImplementation = declaration.type === "FunctionDeclaration" && earlier?.isValue === true
        const signatures = [
          earlier?.signature,
          isImplementation ? undefined : signatureOf(module.text, declaration, name)
        ]
        found.set("", {
          declaredName: name,
          path: module.path,
          line: module.text.slice(0, statement.start).split("\n").length,
          isValue: isValue || earlier?.isValue === true,
          docstring: docstringBefore(module, statement.start) ?? earlier?.docstring,
          signature: signatures.filter((signature) => signature !== undefined).join("\n")
        })
      }
    }
    return found
  }

  /** A name out of an export table, as suffixes: `""` is the name itself, `".member"` a member of a namespace. */
  const pick = (table: ReadonlyMap<string, Declared>, name: string): ReadonlyMap<string, Declared> =>
    new Map(
      [...table].flatMap(([key, value]) =>
        key === name || key.startsWith(`${name}.`) ? [[key.slice(name.length), value] as const] : []
      )
    )

  /** Everything a module exports; the members of an exported namespace are `namespace.member`. */
  const exportsOf = (module: Module): ReadonlyMap<string, Declared> => {
    const table = new Map<string, Declared>()
    for (const statement of module.body) {
      if (statement.type === "ExportAllDeclaration") {
        const from = resolve(module, statement.source.value)
        if (from === undefined) continue
        const prefix = statement.exported === null ? "" : `${written(statement.exported)}.`
        for (const [key, value] of exportsOf(from)) table.set(`${prefix}${key}`, value)
      } else if (statement.type === "ExportNamedDeclaration") {
        const from = statement.source === null ? module : resolve(module, statement.source.value)
        if (from === undefined) continue
        for (const { local, exported } of statement.specifiers) {
          const name = written(local)
          const entries = statement.source === null ? lookUp(module, name) : pick(exportsOf(from), name)
          for (const [suffix, value] of entries) table.set(`${written(exported)}${suffix}`, value)
        }
        if (statement.declaration !== null) {
          for (const [name] of declaredNames(statement.declaration)) {
            for (const [suffix, value] of lookUp(module, name)) table.set(`${name}${suffix}`, value)
          }
        }
      }
    }
    return table
  }

  return { exports: (path: string) => exportsOf(load(path)) }
}

/** Every public name of every package: what its entry points export, followed to the declarations. */
export const publicSymbols = (): ReadonlyArray<PublicSymbol> => {
  const reader = makeReader()
  return globSync("packages/*/package.json", { cwd: root })
    .sort()
    .flatMap((manifestPath) => {
      const manifest: { readonly name: string; readonly exports: Readonly<Record<string, string>> } = JSON.parse(
        readFileSync(join(root, manifestPath), "utf8")
      )
      return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
        const entry = join(dirname(manifestPath), target).replaceAll("\\", "/")
        if (!existsSync(join(root, entry))) throw new Error(`${manifestPath}: ${relative(".", entry)} does not exist`)
        return [...reader.exports(entry)].map(([name, symbol]) => ({
          ...symbol,
          name: `${manifest.name}${subpath.slice(1)} ${name}`
        }))
      })
    })
}
