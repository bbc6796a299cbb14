import type { Memory } from "../webassembly.ts"
import { postJob } from "./job.ts"
import { lineOf, own, word } from "./layout.ts"
import type { FromWorker, SentProgram, ToWorker } from "./message.ts"
import { type StartedThread, startThread } from "./threadEngine.ts"
import { threadSource } from "./threadSource.ts"
import { readyTicket, startingTicket } from "./ticket.ts"

/** A worker, as the calling thread knows it. */
export interface Member {
  readonly thread: number
  /** What it leaves in its claim once it is ready. */
  readonly ready: number
  /** What it last left there. */
  claim: number
  /** Why it ended before it was ready, if it did. */
  ended: string | undefined
  readonly started: StartedThread<ToWorker>
}

/** Told what workers say of programs, and of workers that end before they are ready. */
export interface CrewListener {
  readonly onLoaded: (thread: number, program: number, reason: string | undefined) => void
  readonly onEnded: (thread: number, reason: string) => void
}

/** The workers of a pool, one for each thread but the calling one. */
export interface Crew {
  /** Starts the workers that have not been started, or ended before they were ready. */
  readonly start: () => void
  readonly member: (thread: number) => Member
  /** Puts another worker in the place of one, which takes part in nothing more. */
  readonly replace: (thread: number) => Member
  /** Tells every worker something, which takes it out of its work for a moment. */
  readonly tell: (message: ToWorker) => void
  /** Ends the workers. */
  readonly end: () => Promise<void>
}

/** The crew of a pool: none of it started yet. */
export const makeCrew = (
  { memory, control, threads }: { readonly memory: Memory; readonly control: number; readonly threads: number },
  words: Int32Array,
  programs: ReadonlyMap<number, SentProgram>,
  { onLoaded, onEnded }: CrewListener
): Crew => {
  const members: Array<Member> = []
  let count = 0
  let isOpen = true

  const enlist = (thread: number): Member => {
    count++
    const [starting, ready] = [startingTicket(count), readyTicket(count)]
    Atomics.store(words, lineOf(thread) + own.claim, starting)
    const started = startThread<ToWorker, FromWorker>(threadSource, {
      onMessage: ({ number, reason }) => {
        if (members[thread] === member) onLoaded(thread, number, reason)
      },
      onEnd: (reason) => {
        if (isOpen && members[thread] === member) ended(member, reason)
      }
    })
    const member: Member = { thread, ready, claim: ready, ended: undefined, started }
    members[thread] = member
    started.post({
      kind: "start",
      memory,
      control,
      thread,
      threads,
      starting,
      ready,
      job: Atomics.load(words, word.job),
      mail: Atomics.load(words, word.mail),
      programs: [...programs.values()]
    })
    return member
  }

  /** One that was ready is replaced at once; another would end likewise, so that waits until it is needed. */
  const ended = (member: Member, reason: string): void => {
    if (Atomics.load(words, lineOf(member.thread) + own.claim) === member.claim) {
      replace(member.thread)
    } else if (member.ended === undefined) {
      member.ended = reason
      onEnded(member.thread, reason)
    }
  }

  const replace = (thread: number): Member => {
    const before = members[thread]
    const member = enlist(thread)
    void before?.started.end()
    return member
  }

  return {
    start: () => {
      for (let thread = 1; thread < threads; thread++) {
        const member = members[thread]
        if (member === undefined || member.ended !== undefined) enlist(thread)
      }
    },
    member: (thread) => members[thread] as Member,
    replace,
    tell: (message) => {
      for (const member of members.slice(1)) {
        member.started.post(message)
        member.started.post({ kind: "resume" })
      }
      Atomics.add(words, word.mail, 1)
      postJob(words, 0, 0, 0)
    },
    end: async () => {
      isOpen = false
      await Promise.all(members.slice(1).map(({ started }) => started.end()))
    }
  }
}
