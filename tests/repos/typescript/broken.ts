export class Sound {
  whole(): number {
    return helper<number>(1);
  }
}

function torn(a: , b: string) {
  return;
}

/** Still found. */
export const after = (value: Sound): number => value.whole();
