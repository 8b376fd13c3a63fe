"""`make drill`: kill -9 until enough processes have died, each round by a printed seed; the last line is the result.

    python -m tests.faults --kills 200 [--seed N] [--blind]

Exit 1 when anything was paid twice or lost. `--blind` releases as nobody should, and must end so.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import drill


def main(arguments: list[str] | None = None) -> int:
    """Run the drill; 1 when money was doubled or lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the next rounds count on")
    parser.add_argument("--fault", choices=list(drill.FAULTS), default="", help="this fault alone")
    parser.add_argument("--blind", action="store_true", help="resend blindly: the drill must find it")
    given = parser.parse_args(arguments)
    seed = secrets.randbelow(10**9) if given.seed is None else given.seed
    kills = doubled = lost = resent = rounds = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="shixian-drill-") as name:
        folder = Path(name)
        copied = drill.template(folder)
        while kills < given.kills:
            at_most = min(4, given.kills - kills)
            own = folder / f"round-{rounds}"
            done = drill.one_round(own, copied, seed + rounds, fault=given.fault, at_most=at_most, blind=given.blind)
            shutil.rmtree(own)
            rounds += 1
            kills, resent = kills + done.kills, resent + done.resent
            verdict = done.verdict
            doubled, lost = doubled + len(verdict.doubled), lost + len(verdict.lost) + len(verdict.problems)
            print(done.line(), flush=True)
            for problem in (*verdict.doubled, *verdict.lost, *verdict.problems):
                print(f"  {problem}", flush=True)
    print(f"rounds={rounds} seconds={time.monotonic() - began:.0f}")
    print(f"kills={kills} doubled={doubled} lost={lost} resent={resent}", flush=True)
    return 1 if doubled or lost else 0


if __name__ == "__main__":
    sys.exit(main())
