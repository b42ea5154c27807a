"""Questions on one table answered by small programs: enumerate the programs that a question's words could mean, run
them, and rank them by a trained model (after Pasupat and Liang 2015, "Compositional Semantic Parsing on
Semi-Structured Tables").
"""

from kb.answering.programs.rank import RankedProgram, table_to_ranked

__all__ = ["RankedProgram", "table_to_ranked"]
