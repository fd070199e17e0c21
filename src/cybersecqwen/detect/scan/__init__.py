"""Every record of an input, once: rules, templates, anomalies and counts in one pass over batches.

records ─scanner→ batches of one kind ─┬─ sigma.Engine → detections, correlations
                                       └─ lines, anomalies → templates, anomalies
                                              Scan (scan.py): what is left, bounded, mergeable, in JSON
"""
