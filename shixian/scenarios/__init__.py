"""Scenarios: cases that a lawyer can read and write, run through simulated time without a database or Prefect.

`read` types a YAML file, `run` moves its cases through the same decision code as everything else, `report`
gives what `shixian simulate --json` prints, and `differences` compares it with the expectations.
"""

from shixian.scenarios.expectations import differences
from shixian.scenarios.reader import Scenario, read, read_text
from shixian.scenarios.report import report
from shixian.scenarios.runner import World, run

__all__ = ["Scenario", "World", "differences", "read", "read_text", "report", "run"]
