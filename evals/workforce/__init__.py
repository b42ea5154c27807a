"""How well the workforce register finds and sorts passages and reads their status: labels and measures."""
