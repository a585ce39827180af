"""From the exports that people have to a stream of comments, in constant memory.

``open_source`` recognises a file, ``plan`` decides in one pass what its columns mean, and
``read_comments`` streams its answers in a second pass. Nothing heavy is imported until then.
"""

from voices.read.clean import clean
from voices.read.columns import ROLES, Columns
from voices.read.comments import ReadCounts, read_comments
from voices.read.mapping import find_columns, parse_mapping, present_columns
from voices.read.planning import Plan, plan
from voices.read.source import Source, from_dataframe, open_source

__all__ = [
    "ROLES",
    "Columns",
    "Plan",
    "ReadCounts",
    "Source",
    "clean",
    "find_columns",
    "from_dataframe",
    "open_source",
    "parse_mapping",
    "plan",
    "present_columns",
    "read_comments",
]
