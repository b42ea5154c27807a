"""Tables: found, read into cells, joined over pages, and made to mean something."""
