// The engine's WebAssembly, with the types of what is used of it: TypeScript has them in its browser libraries only, and a
// global declaration of them would clash with those where both are present. Import this file as `WebAssembly`.

/** A memory, which may be shared between threads. */
export interface Memory {
  /** Another object after the memory has grown; views of an old shared one stay valid. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  /** Adds pages of 64 KiB, and gives how many there were. */
  readonly grow: (pages: number) => number
}

/** A compiled module, which can be sent to other threads. The engine alone looks into it. */
export type Module = object

/** What a module imports, by its two names. */
export type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A module that is ready to be called. */
export interface Instance {
  readonly exports: Readonly<Record<string, unknown>>
}

/** How large a memory is, in pages of 64 KiB. A shared one needs a maximum. */
export interface MemoryDescriptor {
  readonly initial: number
  readonly maximum?: number
  readonly shared?: boolean
}

interface Engine {
  readonly Memory: new (descriptor: MemoryDescriptor) => Memory
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => Module
  readonly Instance: new (module: Module, imports: Imports) => Instance
  readonly compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<Module>
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean
}

const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly

/** Makes a memory of zeros, or throws where there is not so much. */
export const Memory: Engine["Memory"] = engine.Memory

/** Compiles a module while the caller waits. */
export const Module: Engine["Module"] = engine.Module

/** Makes a module ready, given what it imports. */
export const Instance: Engine["Instance"] = engine.Instance

/** Compiles a module while the caller does other things. */
export const compile: Engine["compile"] = (bytes) => engine.compile(bytes)

/** Whether bytes are a module that this engine understands. */
export const validate: Engine["validate"] = (bytes) => engine.validate(bytes)
