// A worker's claim is the word through which it takes part in a job, or is refused: it changes what it last left there
// into the job's ticket, in one step. Whoever replaces a worker changes the claim likewise. So each job is taken by one
// worker of that number at most, and a worker that was given up, however late it comes, takes part in nothing more.

/** What the claim of a worker that has taken a job holds. */
export const jobTicket = (job: number): number => (job << 2) | 1 | 0

/** What the claim of the `count`th worker holds before it is ready. */
export const startingTicket = (count: number): number => (count << 2) | 2 | 0

/** What the claim of the `count`th worker holds once it is ready. */
export const readyTicket = (count: number): number => (count << 2) | 3 | 0
