"""Language models fitted to this product's skills and to an organisation: from data to a model in use.

    corpora, own data ─▶ records ─▶ (masked, held apart from benchmarks) ─▶ fitting ─▶ adapter ─▶ gate ─▶
    shelf

Nothing here is needed to answer anything; what trains is imported when it is asked for (extra `train`).
"""
