//! Any error as text, causes, hint and exit code.
