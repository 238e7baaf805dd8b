"""The soak's verdict against made-up files: what was lost must be told, whatever it is, and nothing else."""

import json
import tempfile
import unittest
from pathlib import Path

import report
import sampling
import verdict

TOTALS = [
    {"symbol": "BTCUSDT", "trades": 3, "last_id": 12, "buy": "1.50000000", "sell": "2.00000001"},
    {"symbol": "ETHUSDT", "trades": 0, "last_id": -1, "buy": "0.00000000", "sell": "0.00000000"},
]
WINDOWS = [
    {"symbol": "BTCUSDT", "trades_24h": 3, "last_id": 12, "cvd_24h": "-0.50000001", "held": 0, "hole": False},
    {"symbol": "ETHUSDT", "trades_24h": 0, "last_id": 0, "cvd_24h": "0", "held": 0, "hole": False},
]
COUNTERS = {**{name: 0 for name in verdict.MUST_BE_ZERO}, "pool_chunks": 1000, "pool_used": 2}
COUNTERS |= {name: 0 for name in report.TOLD}


def sample(seconds, trades, resident, states="2 warm-up", feed="streaming"):
    return sampling.Sample(
        seconds=seconds, trades=trades, resident=resident, engine_cpu=0, venue_cpu=0, rest_weight=7, rest_limit=2400,
        connections=1, states=states, feed=feed, gaps=0, late=0, refused=0)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def losses(self, totals=None, windows=None, counters=None):
        """By way of files, as a run leaves them."""
        written = {
            "totals.jsonl": TOTALS if totals is None else totals,
            "windows.jsonl": (WINDOWS if windows is None else windows) + [{"counters": counters or COUNTERS}],
        }
        for name, values in written.items():
            (self.folder / name).write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
        read, counted = verdict.read_windows(self.folder / "windows.jsonl")
        return verdict.losses(verdict.read_totals(self.folder / "totals.jsonl"), read, counted)

    def changed(self, **fields):
        return [{**WINDOWS[0], **fields}, WINDOWS[1]]

    def test_what_agrees_is_no_loss(self):
        self.assertEqual(self.losses(), [])

    def test_each_difference_of_a_symbol_is_told_with_its_name(self):
        for fields, words in [
            ({"trades_24h": 2}, "2 trades of 3 (1 missing)"),
            ({"trades_24h": 4}, "4 trades of 3 (-1 missing)"),
            ({"last_id": 11}, "last id 11, not 12"),
            ({"cvd_24h": "-0.50000000"}, "cvd -0.50000000, not -0.50000001"),
            ({"held": 1}, "1 trades still held"),
            ({"hole": True}, "a hole was passed over"),
        ]:
            with self.subTest(fields):
                self.assertEqual(self.losses(windows=self.changed(**fields)), [f"BTCUSDT: {words}"])

    def test_a_trade_that_took_another_ones_place_is_told_by_its_quantity(self):
        self.assertEqual(len(self.losses(windows=self.changed(cvd_24h="0.50000001"))), 1)

    def test_quantities_beyond_a_doubles_digits_are_compared_exactly(self):
        totals = [{**TOTALS[0], "buy": "90000000000.00000001", "sell": "0"}, TOTALS[1]]
        self.assertEqual(self.losses(totals, self.changed(cvd_24h="90000000000.00000001")), [])
        self.assertEqual(len(self.losses(totals, self.changed(cvd_24h="90000000000.00000002"))), 1)

    def test_symbols_of_one_side_only_are_told(self):
        self.assertIn("unknown to the engine", self.losses(windows=WINDOWS[1:])[0])
        self.assertIn("not to the venue", self.losses(totals=TOTALS[:1])[0])

    def test_a_venue_that_traded_nothing_proves_nothing(self):
        self.assertEqual(len(self.losses(totals=TOTALS[1:], windows=WINDOWS[1:])), 1)
        self.assertEqual(len(self.losses(totals=[], windows=[])), 1)

    def test_each_counter_that_must_be_0_is_told(self):
        for name in verdict.MUST_BE_ZERO:
            with self.subTest(name):
                found = self.losses(counters={**COUNTERS, name: 1})
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith(f"{name} 1: "))

    def test_files_that_are_cut_off_or_lack_something_are_no_agreement(self):
        self.losses()
        path = self.folder / "windows.jsonl"
        whole = path.read_text(encoding="utf-8")
        for text in ["", whole.splitlines()[0] + "\n", whole[:-5], "[]\n", "{}\n" + whole]:
            path.write_text(text, encoding="utf-8")
            with self.subTest(text), self.assertRaises(verdict.Broken):
                verdict.read_windows(path)
        path.unlink()
        with self.assertRaises(verdict.Broken):
            verdict.read_windows(path)
        for broken in [[{"symbol": "BTCUSDT"}], self.changed(cvd_24h="many"), self.changed(cvd_24h=None)]:
            with self.subTest(broken), self.assertRaises(verdict.Broken):
                self.losses(windows=broken)
        with self.assertRaises(verdict.Broken):
            self.losses(counters={"pool_chunks": 1})


class Memory(unittest.TestCase):
    def test_growth_is_what_is_left_after_the_trades(self):
        taken = [sample(5, 0, 90), sample(15, 100, 1_000), sample(70, 1_100, 1_000 + 24_100 + 500)]
        self.assertEqual(verdict.growth_bytes(taken, 60), 500)
        self.assertIsNone(verdict.memory_problem(500, 500))
        self.assertIn("grew", verdict.memory_problem(501, 500))

    def test_without_a_sample_in_the_load_nothing_is_proved(self):
        for taken in [[], [sample(5, 0, 90)], [sample(5, 0, 90), sample(15, 0, 90)], [sample(70, 0, 90)]]:
            with self.subTest(taken):
                self.assertIsNotNone(verdict.memory_problem(verdict.growth_bytes(taken, 60), 1e9))


class CaughtUp(unittest.TestCase):
    def test_two_looks_at_the_same_trades_after_the_end(self):
        busy, first, second = sample(50, 9, 1), sample(61, 10, 1), sample(71, 10, 1)
        self.assertTrue(sampling.is_caught_up([busy, first, second], 60))
        self.assertFalse(sampling.is_caught_up([busy, first], 60))
        self.assertFalse(sampling.is_caught_up([busy, sample(61, 9, 1), second], 60))

    def test_not_while_something_is_fetched_or_cut_off(self):
        for last in [{"states": "1 gap, 599 ready"}, {"states": "12 cut off"}, {"states": "600 history"}, {"feed": "stopped"}]:
            with self.subTest(last):
                self.assertFalse(sampling.is_caught_up([sample(61, 10, 1), sample(71, 10, 1, **last)], 60))


class Result(unittest.TestCase):
    class options:
        profile, symbols, minutes, memory_bound, weight_limit = "many", 2, 1.0, 64.0, 2400

    def outcome(self, losses=(), memory=None):
        return report.Outcome(
            totals={line["symbol"]: line for line in TOTALS}, counters=COUNTERS, losses=list(losses), growth=0.0,
            memory=memory, samples=[sample(15, 1, 1), sample(70, 3, 1)], engine_cpu=1.0, venue_cpu=1.0,
            decision={"p50_ns": 1500, "p99_ns": 9000}, events={})

    def test_it_passes_only_without_losses_and_growth(self):
        self.assertTrue(report.result(self.options, self.outcome(), 0.01)["passed"])
        self.assertFalse(report.result(self.options, self.outcome(losses=["BTCUSDT: lost"]), 0.01)["passed"])
        self.assertFalse(report.result(self.options, self.outcome(memory="memory grew"), 0.01)["passed"])

    def test_the_table_says_how_it_ended(self):
        good = report.table(report.result(self.options, self.outcome(), None))
        bad = report.table(report.result(self.options, self.outcome(losses=["BTCUSDT: lost"]), None))
        self.assertEqual((good[-1], bad[-1]), ("passed", "FAILED"))
        self.assertTrue(any("NO, 1 differences" in line for line in bad))

    def test_of_many_losses_some_are_told_and_all_are_counted(self):
        found = report.result(self.options, self.outcome(losses=[f"S{index}: lost" for index in range(600)]), None)
        self.assertEqual((len(found["problems"]), found["symbols_differing"]), (verdict.TOLD_MOST + 1, 600))


if __name__ == "__main__":
    unittest.main()
