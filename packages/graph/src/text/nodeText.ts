import { Shape, TensorType } from "@residual/core"
import type { Node } from "../graph.ts"
import { attributeText } from "./attributeText.ts"

/** Attributes that a node's type says already, by op: they are left out of its text. */
export const impliedAttributes: Readonly<Record<string, ReadonlyArray<"dtype" | "shape">>> = {
  input: ["dtype", "shape"],
  constant: ["dtype", "shape"],
  iota: ["dtype", "shape"],
  randomBits: ["shape"],
  reshape: ["shape"],
  broadcast: ["shape"],
  cast: ["dtype"]
}

/** The types of a node: `f32[2,3]`, or `(f32[2], i32[2])` where it has several outputs. */
export const typesText = ({ types }: Node): string => {
  const texts = types.map(TensorType.print)
  return texts.length === 1 ? (texts[0] as string) : `(${texts.join(", ")})`
}

/** The attributes of a node in braces after a space, without those that its type says; nothing where none are left. */
export const attributesText = (node: Node): string => {
  const type = node.types[0]
  const implied = node.body === undefined ? (impliedAttributes[node.op] ?? []) : []
  const told = Object.entries(node.attrs).filter(([name, value]) => {
    if (name === "dtype" && implied.includes(name)) return value !== type?.dtype
    if (name === "shape" && implied.includes(name)) return !Shape.equals(value as Shape.Shape, type?.shape ?? [])
    return true
  })
  return told.length === 0 ? "" : ` ${attributeText(Object.fromEntries(told))}`
}

/** A name as text: bare where it is made of letters, digits, dots, dashes and underscores, quoted otherwise. */
export const nameText = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name))
