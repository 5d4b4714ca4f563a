export class Store {
  save(item: unknown) {
    return item;
  }

  load(key: string) {
    return key;
  }

  flush() {
    this.save(null);
  }
}

export interface Archive {
  save(item: unknown): unknown;
  load(key: string): string;
}

export class Disk {
  save(item: unknown) {
    return item;
  }
}
