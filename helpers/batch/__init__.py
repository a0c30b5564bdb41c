"""Batches: papers × seeds × settings, on this machine or a cluster, that lose nothing.

`plan` says what runs, `checkout` what a run depends on, `execution` runs one notebook with papermill, `cluster`
many with Dask, `store` keeps results, `summary` and `report` tell what came of them.
"""
