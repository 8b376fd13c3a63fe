"""Running the house on one machine: Prefect's server, its deployments and a worker as child processes.

Nothing here imports Prefect: it is started as a program, because importing it costs seconds.
"""
