import type { Logger } from './logger';
import { type Config, load as loadConfig } from './config';
import Ajv, * as ajv from 'ajv';
import fs = require('fs');
import Short = Geometry.Long;
export type { Options } from './options';
export * from './errors';

export const DEFAULT_PORT: number = 80;
export type Handler<T = unknown> = (event: T) => Promise<Result>;
type Shape = {
  /** In pixels. */
  width: number;
  grow(by: number): Shape;
};

/** What can be stored. */
export interface Entity extends Base, Comparable<Entity> {
  readonly id: string;
  rename?: (name: string) => void;
  clone(deep: boolean): Entity;
  [key: string]: unknown;
}

export enum Colour {
  Red = 1,
  Green,
  'Deep Blue',
}

declare const VERSION: string;
declare function legacy(code: number): asserts code is 1;

/**
 * Serves.
 */
@Injectable({ scope: 'root' })
export abstract class Service<T extends Entity> extends core.Base<T> implements Closeable, events.Source<T> {
  @Input() static readonly label: string = 'service';
  private cache = new Map<string, T>();
  #secret?: Config;

  constructor(
    private readonly db: Database<T>,
    @Inject(LOGGER) protected logger: Logger,
    limit: number = 10,
  ) {
    super(db);
    this.cache.clear();
  }

  get size(): number {
    return this.cache.size;
  }

  abstract find(id: string): Promise<T | undefined>;

  save(item: T): void;
  save(items: T[]): void;
  /** Saves one or many. */
  @trace
  save(items: T | T[]): void {
    this.db.write<T>(items as T[]);
    const entity = <Entity>items;
    entity.rename!('x');
  }

  private log = async <U>(message: U): Promise<void> => {
    this.logger.info(message);
  };
}

export function pick(value: string): string;
export function pick(value: number): number;
export function pick(value: any) {
  return value satisfies Shape;
}

export namespace Geometry.Plane {
  export const ORIGIN = new Point(0, 0);
  export class Point {
    clone(): Point {
      return new Plane.Point();
    }
  }
}

declare module 'express' {
  interface Request {
    user: Service<Entity>;
  }
}

declare global {
  interface Window {
    größe: Maße;
  }
}

class Point {
  clone = (): Point => Object.assign(new Point(), this);
}

export default interface Plugin {
  install(app: App): void;
}
