"""The knowledge base: chunks, embeddings, index and search over agent documents."""

import os

# Read by numpy when it is first imported. A question is compared with all vectors in some
# milliseconds; a second thread gains nothing there but waits busily for the next question.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
