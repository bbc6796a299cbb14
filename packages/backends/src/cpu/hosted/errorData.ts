import type { BackendError } from "../../error/backendError.ts"
import { CompileFailure } from "../../error/compileFailure.ts"
import { DeviceLost } from "../../error/deviceLost.ts"
import { ExecutionError } from "../../error/executionError.ts"
import { IndexError } from "../../error/indexError.ts"
import { InputError } from "../../error/inputError.ts"
import { MemoryError } from "../../error/memoryError.ts"
import { OutputError } from "../../error/outputError.ts"
import { StoreError } from "../../error/storeError.ts"

type Tag = BackendError["_tag"]

type ErrorOf<Name extends Tag> = Extract<BackendError, { readonly _tag: Name }>

/** How each error is made of its fields; the fields of one are those that its own constructor takes. */
const constructors: { readonly [Name in Tag]: new (fields: ErrorOf<Name>) => ErrorOf<Name> } = {
  CompileFailure,
  DeviceLost,
  ExecutionError,
  IndexError,
  InputError,
  MemoryError,
  OutputError,
  StoreError
}

/** An error as it is sent: an instance would arrive as a plain `Error`, without its tag and its fields. */
export interface ErrorData {
  readonly tag: Tag
  readonly fields: Readonly<Record<string, unknown>>
}

/** An error as data. */
export const dataOf = (error: BackendError): ErrorData => {
  const { _tag: tag, ...fields } = error
  return { tag, fields }
}

/** The error that data tell of: of the same class, with the same fields. */
export const errorOf = ({ tag, fields }: ErrorData): BackendError => {
  const Made = constructors[tag] as new (fields: unknown) => BackendError
  return new Made(fields)
}
