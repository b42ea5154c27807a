"""Measures how well the knowledge base answers: question sets, metrics, runner and report."""
