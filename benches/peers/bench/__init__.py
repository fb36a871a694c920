"""Parts of the side-by-side benchmark."""
