"""Training of the models that ship, from data folders given as arguments; nothing here runs in use."""
