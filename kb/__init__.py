"""The knowledge base: chunks, embeddings, index and search over agent documents."""
