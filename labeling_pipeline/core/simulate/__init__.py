"""A simulated world: comments with a known truth, a crowd with a shared blind spot, experts, production.

Belongs here: everything the sample home's platform answers, as pure functions of a seed. Does not: writing files or
telling the time (see ``labeling_pipeline.platforms``).
"""
