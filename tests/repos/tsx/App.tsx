import { useState, type FC } from 'react';
import Button from './Button';

export interface Props {
  user: User;
  onClose?: () => void;
}

/** The page. */
export const App: FC<Props> = ({ user, onClose }) => {
  const [name, setName] = useState<string>('');
  const rename = async (): Promise<void> => user.rename(name);
  return (
    <Layout.Main title={name}>
      <Button<string> onClick={rename} />
      <span onClick={() => setName('x')}>{name}</span>
    </Layout.Main>
  );
};

export default function List<T,>({ items, onPick }: { items: T[]; onPick: (item: T) => void }) {
  return <>{items.map((item) => <Row item={item as T} />)}</>;
}

class Panel extends React.Component<Props, State> {
  private ref = React.createRef<HTMLDivElement>();

  render() {
    return <App user={this.props.user} />;
  }
}
