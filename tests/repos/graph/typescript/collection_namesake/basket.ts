export class Basket {
  private list: string[] = [];
  private index: Map<string, string> = new Map();
  private tags = new Set<string>();

  push(item: string) {
    this.list.push(item);
  }

  add(item: string) {
    this.tags.add(item);
    this.push(item);
  }

  get(key: string) {
    return this.index.get(key);
  }

  map(change: (item: string) => string) {
    return this.list.map(change);
  }

  forEach(visit: (item: string) => void) {
    this.list.forEach(visit);
  }

  concat(other: Basket) {
    other.push("mine");
    return this.list.concat([]);
  }

  keys() {
    return Object.keys(this.list);
  }
}

export function update(values: Map<string, number>, names: string[], basket: Basket) {
  values.get("key");
  names.push("name");
  basket.push("name");
  basket.get("key");
  names.map((name) => name.concat("x"));
  basket.map((name) => name);
  values.forEach(() => {});
  basket.forEach(() => {});
}

export function keys() {
  const baskets = [new Basket(), new Basket()];
  baskets.push(new Basket());
  baskets[0].push("first");
  baskets.forEach((basket) => basket.keys());
  for (const each of baskets) {
    each.concat(each);
  }
  const byName = new Map<string, Basket>();
  byName.get("a");
  byName.get("b")!.get("c");
  const { length } = "a b".split(" ");
  return Object.keys(byName);
}

export function split(text: string) {
  return text.split(",");
}
