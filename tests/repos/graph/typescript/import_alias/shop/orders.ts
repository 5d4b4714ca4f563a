import * as cash from "./money";
import { convert } from "./money";

export function order(price: unknown) {
  return cash.convert(price);
}

function place(price: unknown) {
  convert(price);
  return cash.exchange(price);
}

export function submit(price: unknown) {
  return price;
}

export { place };
