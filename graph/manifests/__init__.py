"""What package manifests declare: one module per ecosystem, each a function from a manifest's path and text to a ``Manifest``."""
