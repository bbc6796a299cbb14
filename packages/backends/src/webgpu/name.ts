/** The name of this backend. */
export const name = "webgpu"
