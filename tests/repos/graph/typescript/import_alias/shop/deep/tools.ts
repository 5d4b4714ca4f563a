export function wrap(text: string) {
  return text;
}

export function bind(text: string) {
  return text;
}

export function hidden(text: string) {
  return wrap(text);
}
