"""The Project page: what it holds, where on the disk and on the sky, and what goes out of it."""
