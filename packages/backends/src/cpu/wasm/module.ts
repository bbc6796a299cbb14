import { typeByte, type ValueType } from "./code.ts"
import type { Called, Imported, WasmFunction } from "./function.ts"
import { byte, makeWriter, name, raw, unsigned, type Writer, written } from "./writer.ts"

/** The memory that a module is given, in pages of 64 KiB. A shared memory needs a maximum. */
export interface ImportedMemory {
  readonly module: string
  readonly name: string
  readonly minimum: number
  readonly maximum?: number
  readonly shared: boolean
}

/** What a module is made of: its memory, and the functions that it hands out. */
export interface ModuleParts {
  readonly memory: ImportedMemory
  readonly exports: Readonly<Record<string, WasmFunction>>
  /** Host functions that may be called, in any order. */
  readonly imports?: ReadonlyArray<Imported>
}

/**
 * A module's binary form. It holds the functions that are handed out and whatever they call, each once, in the order in
 * which they are come upon.
 */
export const moduleBytes = ({ memory, exports, imports = [] }: ModuleParts): Uint8Array<ArrayBuffer> => {
  const numbers = new Map<Called, number>(imports.map((imported, at) => [imported, at]))
  const functions: Array<WasmFunction> = []
  const indexOf = (callee: object): number => {
    const called = callee as Called
    const known = numbers.get(called)
    if (known !== undefined) return known
    if ("module" in called) throw new Error(`"${called.module}.${called.name}" is called and not imported`)
    const number = imports.length + functions.push(called) - 1
    numbers.set(called, number)
    return number
  }
  const exported = Object.entries(exports).map(([name, called]) => ({ name, number: indexOf(called) }))
  const bodies: Array<Writer> = []
  for (let at = 0; at < functions.length; at++) bodies.push(bodyOf(functions[at] as WasmFunction, indexOf))

  const types: Array<string> = []
  const typeOf = ({ params, results }: Called): number => {
    const key = `${params.join()}>${results.join()}`
    const known = types.indexOf(key)
    return known >= 0 ? known : types.push(key) - 1
  }
  const importTypes = imports.map(typeOf)
  const functionTypes = functions.map(typeOf)

  const to = makeWriter()
  raw(to, [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  section(to, 1, types, (out, key) => {
    const [params, results] = key.split(">").map((list) => (list === "" ? [] : list.split(",")))
    byte(out, 0x60)
    for (const list of [params, results] as ReadonlyArray<ReadonlyArray<ValueType>>) {
      unsigned(out, list.length)
      for (const type of list) byte(out, typeByte[type])
    }
  })
  section(to, 2, [...imports, memory], (out, imported) => {
    name(out, imported.module)
    name(out, imported.name)
    if ("params" in imported) {
      byte(out, 0x00)
      unsigned(out, importTypes[imports.indexOf(imported)] as number)
      return
    }
    byte(out, 0x02)
    byte(out, (imported.shared ? 2 : 0) + (imported.maximum === undefined ? 0 : 1))
    unsigned(out, imported.minimum)
    if (imported.maximum !== undefined) unsigned(out, imported.maximum)
  })
  section(to, 3, functionTypes, unsigned)
  section(to, 7, exported, (out, { name: exportName, number }) => {
    name(out, exportName)
    byte(out, 0x00)
    unsigned(out, number)
  })
  section(to, 10, bodies, (out, body) => {
    unsigned(out, body.length)
    raw(out, written(body))
  })
  return written(to).slice()
}

const section = <A>(to: Writer, id: number, items: ReadonlyArray<A>, write: (out: Writer, item: A) => void): void => {
  const out = makeWriter()
  unsigned(out, items.length)
  for (const item of items) write(out, item)
  byte(to, id)
  unsigned(to, out.length)
  raw(to, written(out))
}

const bodyOf = ({ locals, body }: WasmFunction, indexOf: Writer["indexOf"]): Writer => {
  const code = makeWriter(indexOf)
  body(code)
  const to = makeWriter()
  const runs: Array<{ readonly type: ValueType; count: number }> = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  unsigned(to, runs.length)
  for (const { type, count } of runs) {
    unsigned(to, count)
    byte(to, typeByte[type])
  }
  raw(to, written(code))
  byte(to, 0x0b)
  return to
}
