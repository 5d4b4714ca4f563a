import React, { memo } from 'react';
import { Button } from './Button';

/** The page. */
export default function App({ user, onClose }) {
  const rename = () => user.rename('x');
  return (
    <Layout.Main title={user.name}>
      <Button onClick={rename}>
        <span>close</span>
      </Button>
      {user.items.map((item) => <Item key={item.id} />)}
    </Layout.Main>
  );
}

export const Row = memo(function Row(props) {
  return <tr {...props} />;
});

class Panel extends React.Component {
  state = { open: false };

  render() {
    return <div onClick={() => this.setState({ open: true })} />;
  }
}
