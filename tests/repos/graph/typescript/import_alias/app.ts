import { wrap as fastWrap } from "fast";
import * as shop from "./shop";
import { Amount, exchange, submit as send, total } from "./shop";
import plain, { bind } from "./shop/deep";
import * as toolbox from "./shop/deep/tools";

function convert(price: unknown) {
  return price;
}

export function run() {
  const price = new Amount();
  price.add(1);
  exchange(price);
  send(price);
  total([1]);
  shop.order(price);
  shop.submit(price);
  shop.wrap("text");
  shop.bank.exchange(price);
  plain("text");
  bind("text");
  toolbox.bind("text");
  new shop.bank.Amount().add(2);
  convert(price);
  fastWrap("text");
  import("./shop/money").then((money) => money);
}

export function shadow(exchange: (value: number) => void, shop: { order(value: number): void }) {
  exchange(1);
  shop.order(1);
}
