import axios, { type AxiosResponse } from "axios";
import { Session, get as remoteGet } from "session-library";
import * as library from "session-library";
import { get, Session as LocalSession } from "./session";
import * as session from "./session";

class Map2 {
  set(key: string) {
    return key;
  }
}

class Promise2<T> {
  then(next: (value: T) => void) {
    next(null as T);
  }
}

export async function fetchIt(url: string) {
  const remote = new Session();
  const answer = remote.get(url);
  remote.close();
  return answer;
}

export function fetchWith(remote: library.Session, url: string) {
  return remote.get(url);
}

export function fetchPlain(url: string): AxiosResponse {
  axios.get(url);
  return axios(url);
}

export function rename(key: string) {
  remoteGet(key);
  library.get(key);
  return get(key);
}

export function remember(key: string) {
  const near = new LocalSession();
  near.get(key);
  near.close();
}

export function rememberToo(near: session.Session) {
  near.get("key");
  return session.get("key");
}

export function read(answer: Response) {
  return answer.json();
}

export function collect(map: Map<string, string>, own: Map2, promise: Promise<string>, later: Promise2<string>) {
  map.set("key", "value");
  own.set("key");
  promise.then(() => {});
  later.then(() => {});
}
