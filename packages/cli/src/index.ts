export { residual } from "./residual.ts"
