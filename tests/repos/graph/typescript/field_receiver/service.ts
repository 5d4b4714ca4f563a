import { Archive, Disk, Store } from "./store";

/** Every method here has the name of the method it calls on a field. */
export class Service {
  private readonly disk: Disk = new Disk();
  private cache = new Store();
  plugin: any;

  constructor(
    readonly store: Store,
    private archive: Archive,
  ) {}

  save(item: unknown) {
    this.store.save(item);
    this.disk.save(item);
    this.plugin.save(item);
  }

  load(key: string) {
    return this.store.load(key);
  }

  flush() {
    this.cache.flush();
    this.save(null);
  }
}

export class Client {
  #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  save = (item: unknown) => {
    this.#service.save(item);
    this.#service.store.save(item);
  };

  load(key: string) {
    return this.#service.load(key);
  }

  flush(service: Service): void {
    service?.flush();
  }
}

export function save(item: unknown, store: Store) {
  store.save(item);
}

export function load(handle: any) {
  return handle.load("key");
}

export function close(client: Client, service: Service) {
  save(client, service.store);
  const local = service;
  local.flush();
  client.load("key");
}
