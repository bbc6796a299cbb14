export { ioReason } from "@residual/train"
