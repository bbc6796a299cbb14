/**
 * Values under names, nested as deep as one likes: parameters, their gradients and their optimiser state all have the
 * same tree. Leaves are whatever is neither an array nor a plain record.
 *
 * ```ts
 * import { Tree } from "@residual/core"
 * const tree: Tree.Tree<number> = { weight: 1, layers: [2, 3] }
 * Tree.leaves(tree) // => [1, 2, 3]
 * ```
 */
export type Tree<A> = A | ReadonlyArray<Tree<A>> | { readonly [name: string]: Tree<A> }

/** A tree of one form whose leaves are of another type. */
export type Mapped<T, A, B> = [T] extends [A] ? B : { readonly [K in keyof T]: Mapped<T[K], A, B> }

// Expressions, specifications and tensors are records too: a leaf is told by what marks it, not by its prototype.
const isBranch = (tree: unknown): tree is Readonly<Record<string, unknown>> =>
  Array.isArray(tree) ||
  (typeof tree === "object" &&
    tree !== null &&
    Object.getPrototypeOf(tree) === Object.prototype &&
    !("op" in tree && "types" in tree && Array.isArray(tree.types)) &&
    !("_tag" in tree && typeof tree._tag === "string"))

/**
 * Leaves with their paths, in the order of their names' insertion: `["blocks.0.weight", leaf]`.
 *
 * ```ts
 * import { Tree } from "@residual/core"
 * Tree.entries({ blocks: [{ weight: 1 }] }) // => [["blocks.0.weight", 1]]
 * ```
 */
export const entries = <A>(tree: Tree<A>): ReadonlyArray<readonly [string, A]> => {
  const out: Array<readonly [string, A]> = []
  const visit = (branch: unknown, path: string): void => {
    if (!isBranch(branch)) {
      out.push([path, branch as A])
      return
    }
    for (const [name, child] of Object.entries(branch)) visit(child, path === "" ? name : `${path}.${name}`)
  }
  visit(tree, "")
  return out
}

/**
 * The leaves, in the order of `entries`.
 *
 * ```ts
 * import { Tree } from "@residual/core"
 * Tree.leaves({ a: 1, b: [2] }) // => [1, 2]
 * ```
 */
export const leaves = <A>(tree: Tree<A>): ReadonlyArray<A> => entries(tree).map(([, leaf]) => leaf)

/**
 * The tree with a function applied to each leaf and its path.
 *
 * ```ts
 * import { Tree } from "@residual/core"
 * Tree.map({ a: 1, b: [2] }, (leaf: number) => leaf * 10) // => { a: 10, b: [20] }
 * ```
 */
export const map = <A, B, T extends Tree<A>>(tree: T, f: (leaf: A, path: string) => B): Mapped<T, A, B> => {
  const visit = (branch: unknown, path: string): unknown => {
    if (!isBranch(branch)) return f(branch as A, path)
    const children = Object.entries(branch).map(
      ([name, child]) => [name, visit(child, path === "" ? name : `${path}.${name}`)] as const
    )
    return Array.isArray(branch) ? children.map(([, child]) => child) : Object.fromEntries(children)
  }
  return visit(tree, "") as Mapped<T, A, B>
}

/**
 * The tree with its leaves replaced, in the order of `entries`, by those of an array.
 *
 * ```ts
 * import { Tree } from "@residual/core"
 * Tree.fill({ a: 1, b: [2] }, ["x", "y"]) // => { a: "x", b: ["y"] }
 * ```
 */
export const fill = <A, B, T extends Tree<A>>(tree: T, values: ReadonlyArray<B>): Mapped<T, A, B> => {
  let next = 0
  return map<A, B, T>(tree, () => values[next++] as B)
}
