export class Price {
  add(other: number) {
    return other;
  }
}

/** Not the Amount of the package: that one is Price. */
export class Amount {
  add(other: number) {
    return other;
  }
}

export function convert(price: unknown) {
  return price;
}

/** Not the exchange of the package: that one is convert. */
export function exchange(price: unknown) {
  return price;
}
