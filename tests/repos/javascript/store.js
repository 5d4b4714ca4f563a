/* eslint-disable */
import Base, { EventEmitter as Emitter, once } from './base.js';
import * as paths from 'node:path';
import './polyfill.js';
export { load as read, save } from './disk.js';
export * from './errors.js';
export * as shapes from './shapes.js';

const MAX_ENTRIES = 100;
let hits = 0, misses; // the line below is documented by its own comment alone
export const [first, second] = [1, 2];
export const { width, height: h } = shapes;

/**
 * Keeps values by key.
 * @template V
 */
export class Store extends Emitter {
  static #instances = 0;
  entries = new Map();

  // Called by `new`.
  constructor(name) {
    super();
    this.name = name;
    Store.#instances += 1;
    this.#check();
  }

  /** How many there are. */
  get size() {
    return this.entries.size;
  }

  set size(value) {
    this.entries.length = value;
  }

  #check() {
    if (!this.name) throw new errors.NameError('no name');
  }

  async *[Symbol.asyncIterator]() {
    yield* this.entries;
  }

  onChange = (event) => {
    this.emit?.('change', event);
  };

  static {
    register(Store);
  }

  get(key) {
    const found = () => this.entries.get(key)?.value;
    function missed() {
      return once(key);
    }
    return found() ?? missed();
  }
}

class Cache extends paths.Store {
  get(key) {
    return super.get(paths.join(key));
  }
}

export default class extends Base {
  get(key) {
    return new Cache().get(key);
  }
}

/** Doubles. */
export const double = (x) => x * 2;
const triple = function (x) { return x * 3; },
  quadruple = async (x) => double(double(x));
const Anonymous = class extends Cache {
  size() {}
};

export function* walk(tree) {
  yield* walk(tree.left);
}

export const api = {
  /** Opens. */
  open(path) {
    return import('./lazy.js');
  },
  close: () => hits,
  'has-key': function (key) {
    return misses;
  },
  get ready() {
    return true;
  },
  limit: 10,
};

const größe = (naïve) => naïve.größe();
