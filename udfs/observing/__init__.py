"""The parts of the inspector: each looks at a batch of documents and writes down what it saw."""
