import type { Prepared } from "./prepare.ts"

/** What programs were prepared for on the slots of their latest Stores: so that taking turns on a few prepares nothing. */
export interface Preparations {
  readonly add: (prepared: Prepared) => Prepared
  /** Whether something is still held, which is then the latest in use. */
  readonly use: (prepared: Prepared) => boolean
  readonly drop: (prepared: Prepared) => void
  readonly destroy: () => void
}

/** A Store that has changed is prepared for anew, and what was prepared before is not told so: few are held. */
const most = 4

/** Nothing is prepared yet. */
export const preparations = (): Preparations => {
  const held = new Set<Prepared>()
  let isOpen = true
  const drop = (prepared: Prepared): void => {
    if (held.delete(prepared)) prepared.release()
  }
  return {
    add: (prepared) => {
      held.add(prepared)
      const [oldest] = held
      if (!isOpen) drop(prepared)
      else if (held.size > most) drop(oldest as Prepared)
      return prepared
    },
    use: (prepared) => {
      if (!held.delete(prepared)) return false
      held.add(prepared)
      return true
    },
    drop,
    destroy: () => {
      isOpen = false
      for (const prepared of held) prepared.release()
      held.clear()
    }
  }
}
