/** The classes of WebGPU by name: a page's global object, or what a package calls its globals. */
export type GpuClasses = Readonly<Record<string, unknown>>

/** A call of a method: what it was called on, what it was given, and what it gave. */
export interface Call {
  readonly self: object
  readonly given: ReadonlyArray<unknown>
  readonly result: unknown
}

type Method = (this: object, ...given: ReadonlyArray<unknown>) => unknown

/** Has every call of a method told, behind the call; the classes of WebGPU are the same for all who use them. */
export const listen = (classes: GpuClasses, name: `${string}.${string}`, tell: (call: Call) => void): void => {
  const [className = "", methodName = ""] = name.split(".")
  const { prototype } = classes[className] as { readonly prototype: Record<string, Method> }
  const method = prototype[methodName] as Method
  prototype[methodName] = function (...given) {
    const result = method.apply(this, [...given])
    tell({ self: this, given, result })
    return result
  }
}
