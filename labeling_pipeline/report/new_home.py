"""The ontology a new home starts with.

Belongs here: an example that shows a direct question, atomic questions and a composition rule.
"""

from __future__ import annotations

EXAMPLE_ONTOLOGY = '''\
# One file per schema version. When a meaning changes, copy this file and give the copy a new schema_version.
schema_version = "v1"
effective_at = 2000-01-01T00:00:00Z
approved_by = "nobody yet"
reason = "first version"

guideline = """
Say here, in the words annotators will read, how to decide between the classes.
"""

[[classes]]
id = "acceptable"
name = "acceptable"
definition = "Nobody is put down."

[[classes]]
id = "toxic"
name = "toxic"
definition = "Puts somebody down."

# The direct question: its answers are the classes.
[[questions]]
id = "label"
text = "Which class describes the comment best?"
answers = "classes"

# Atomic questions are optional. With them, a rule composes their answers into a class, or "escalate":
#
# [[questions]]
# id = "targets_person"
# text = "Does it put a person down?"
# answers = ["yes", "no"]
#
# [composition]
# rules = [
#   { when = { targets_person = "yes" }, label = "toxic" },
#   { when = { targets_person = "unsure" }, label = "escalate" },
#   { when = {}, label = "acceptable" },
# ]
'''
