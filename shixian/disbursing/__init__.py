"""Joins casework and a treasury: release pays an approved batch, inquiry asks, reconciliation compares.

The rows are the record; what runs here may be killed at any point and started again, and two may run at once.
"""
