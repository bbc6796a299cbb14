import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** cos(x) = sin(|x| + π/2). */
export const cos: WgslFunction = {
  name: "cos_f32",
  uses: ["sine_f32"],
  source: `fn cos_f32(x: f32) -> f32 {
  return sine_f32(abs(x), 1u);
}`
}
