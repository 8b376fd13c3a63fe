"""The desk: the web for officers, finance, auditors and the public, on 127.0.0.1:8000. Never imports Prefect."""
