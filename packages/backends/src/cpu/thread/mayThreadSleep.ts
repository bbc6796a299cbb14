/** Whether the thread that asks may sleep, which a browser's main thread may not. */
export const mayThreadSleep = (): boolean => {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0)
    return true
  } catch {
    return false
  }
}
