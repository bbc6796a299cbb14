// Measures a case with jax-js on a GPU, in a page.
import { measureSubject } from "../../../src/webgpu/measuring/measureSubject.ts"

export const measure = (request) => measureSubject(request, globalThis, () => import("./subject.mjs"))
