export function Sound(): JSX.Element {
  return <Speaker volume={1} />;
}

const torn = (a: , b) => 1;

export const After = () => <Sound />;
