import { hidden as secret } from "./tools";

export { wrap } from "./tools";

export function bind(text: string) {
  return secret(text);
}

export default function plain(text: string) {
  return text;
}
