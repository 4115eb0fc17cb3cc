"""`python -m tests.faults [--sample] [--seed N]`: all trials, their counts, and what must not happen."""

import argparse
import random

from tests.faults.trials import SAMPLE, WHOLE, run


def main() -> int:
    """0 when nothing was lost, wrong or without words."""
    parser = argparse.ArgumentParser(description="故障试验")
    parser.add_argument("--sample", action="store_true", help="只做抽样")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    tallies = run(SAMPLE if given.sample else WHOLE, seed=given.seed)
    for tally in tallies:
        print(f"{tally.name}：{tally.count} 次")
        for outcome, count in sorted(tally.outcomes.items()):
            print(f"    {outcome} {count}")
        for bad in tally.bad:
            print(f"    !! {bad}")
    bad = [each for tally in tallies for each in tally.bad]
    wrong, lost = sum(each.startswith("wrong") for each in bad), sum(each.startswith("lost") for each in bad)
    print(
        f"共 {sum(tally.count for tally in tallies)} 次：数丢失 {lost}，数错误 {wrong}，其他 {len(bad) - lost - wrong}（种子 {given.seed}）"
    )
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main())
