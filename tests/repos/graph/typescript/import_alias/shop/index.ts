export * from "./deep";
export { Price as Amount, convert as exchange } from "./money";
export { order, place as submit } from "./orders";
export { default as total } from "./total";
export * as bank from "./money";
