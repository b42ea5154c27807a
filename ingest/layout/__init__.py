"""From words with positions to blocks in reading order."""
