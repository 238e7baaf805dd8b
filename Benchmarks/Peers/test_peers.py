"""The project's own peer against cases computed by hand and against the reference of Tests/Reference; no network."""

import gzip
import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests", "Reference"))

import recording
import report
import timing
from candles import Candles
from deque_engine import AverageTrueRange, DequeEngine, bucket, bucket_value
from quantiles import SizeHistogram
from quantiles import bucket_value as reference_bucket_value
from windows import TradeWindow

MINUTE = 60_000
HOUR = 60 * MINUTE


class Windows(unittest.TestCase):
    def test_sums_of_both_sides(self):
        engine = DequeEngine()
        engine.add(0, 10, 3, 3, False)
        engine.add(1, 20, 1, 1, True)
        for window in engine.windows:
            self.assertEqual((window.buy, window.sell, window.cvd), (3, 1, 2))
            self.assertEqual(window.vwap, (10 * 3 + 20 * 1) / 4)

    def test_a_trade_leaves_at_exactly_its_span(self):
        engine = DequeEngine()
        engine.add(0, 10, 5, 5, False)
        engine.add(30 * MINUTE - 1, 10, 1, 1, False)
        self.assertEqual(engine.windows[0].buy, 6)
        engine.add(30 * MINUTE, 10, 1, 1, False)
        self.assertEqual([window.buy for window in engine.windows], [2, 7, 7])
        engine.add(4 * HOUR, 10, 1, 1, True)
        self.assertEqual([window.cvd for window in engine.windows], [-1, 1, 6])
        engine.add(48 * HOUR, 10, 2, 2, False)
        self.assertEqual([window.cvd for window in engine.windows], [2, 2, 2])
        self.assertEqual(engine.windows[2].notional, 20)

    def test_quantity_0_changes_nothing(self):
        engine = DequeEngine()
        engine.add(0, 10, 0, 0, False)
        self.assertIsNone(engine.windows[0].vwap)
        self.assertIsNone(engine.p99_bucket)


class Quantiles(unittest.TestCase):
    def test_buckets(self):
        cases = {0: 0, 511: 511, 512: 512, 513: 512, 1023: 1022, 1024: 1024, 1027: 1024, 100_000_000: 99_876_864}
        for size, value in cases.items():
            self.assertEqual(bucket_value(bucket(size)), value, size)
            self.assertEqual(reference_bucket_value(size), value, size)
        self.assertLess(bucket(2**63 - 1), 14_336)

    def test_nearest_rank(self):
        engine = DequeEngine()
        for size in range(1, 101):
            engine.add(size, 1, size, size, False)
        self.assertEqual((engine.p95_bucket, engine.p99_bucket), (95, 99))
        engine.add(200, 1, 101, 101, False)
        # ceil(0.95 * 101) = 96, ceil(0.99 * 101) = 100.
        self.assertEqual((engine.p95_bucket, engine.p99_bucket), (96, 100))

    def test_follows_the_trades_out_of_the_day(self):
        engine = DequeEngine()
        engine.add(0, 1, 400, 400, False)
        engine.add(HOUR, 1, 7, 7, False)
        self.assertEqual(engine.p99_bucket, 400)
        engine.add(24 * HOUR, 1, 3, 3, False)
        self.assertEqual(engine.p99_bucket, 7)


class LargeFlow(unittest.TestCase):
    def test_judged_before_it_is_added_and_only_among_1000(self):
        engine = DequeEngine()
        for time in range(999):
            engine.add(time, 1, 10, 10, False)
        engine.add(999, 1, 50, 50, False)
        self.assertEqual((engine.large_buy, engine.large_sell), (0, 0))
        engine.add(1000, 1, 9, 9, True)
        self.assertEqual((engine.large_buy, engine.large_sell), (0, 0))
        engine.add(1001, 1, 10, 10, True)
        self.assertEqual((engine.large_buy, engine.large_sell), (0, 10))
        engine.add(1001 + 30 * MINUTE, 1, 1, 1, True)
        self.assertEqual((engine.large_buy, engine.large_sell), (0, 0))


class TrueRange(unittest.TestCase):
    def test_wilder(self):
        atr = AverageTrueRange()
        # 14 candles of range 4 and a 15th of range 18, closed by a trade in the 16th.
        for candle in range(15):
            start = candle * 5 * MINUTE
            atr.add(start, 100)
            atr.add(start + 1, 104 if candle < 14 else 118)
            self.assertEqual(atr.ready, candle >= 14)
            atr.add(start + 2, 100)
        self.assertEqual(atr.value, 4)
        atr.add(15 * 5 * MINUTE, 100)
        self.assertEqual(atr.value, (13 * 4 + 18) / 14)

    def test_silence_gives_flat_candles(self):
        atr = AverageTrueRange()
        atr.add(0, 100)
        atr.add(1, 114)
        atr.add(14 * 5 * MINUTE, 120)
        self.assertEqual((atr.seen, atr.value), (14, 1.0))


class AgainstTheReference(unittest.TestCase):
    def test_a_generated_market(self):
        rng = random.Random(7)
        engine = DequeEngine()
        references = [TradeWindow(window.span) for window in engine.windows]
        sizes, candles = SizeHistogram(), Candles()
        time = 1_760_000_000_123
        for _ in range(6_000):
            # Bursts within a millisecond, and silences longer than a window.
            time += rng.choice((0, 0, 0, 5, 20_000)) + (rng.randrange(7 * HOUR) if rng.random() < 0.002 else 0)
            price, size = rng.randrange(1, 10**13), int(10 ** rng.uniform(0, 12))
            is_sell = rng.random() < 0.4
            engine.add(time, price, size, size, is_sell)
            for window in references:
                for gone in window.move(time):
                    if window is references[2]:
                        sizes.remove(gone)
                window.add(time, price, size, not is_sell)
            sizes.add(size)
            candles.advance(time)
            candles.add(time, price)
            for window, reference in zip(engine.windows, references):
                self.assertEqual(window.cvd, reference.cvd)
                self.assertEqual(window.notional, reference.pq)
            self.assertEqual(bucket_value(engine.p95_bucket), sizes.quantile(95))
            self.assertEqual(bucket_value(engine.p99_bucket), sizes.quantile(99))
            if candles.atr is not None:
                self.assertAlmostEqual(engine.atr.value / 1e8 / candles.atr, 1, places=9)
        self.assertTrue(engine.atr.ready)


class Recordings(unittest.TestCase):
    ROWS = "7,63943.9,0.021,51,53,1721347022956,true\n8,63944.0,1.5,54,54,1721347023000,false\n"
    HEADER = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"

    def written(self, text, ending=".csv"):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "trades" + ending)
        with gzip.open(path, "wt") if ending.endswith(".gz") else open(path, "w") as file:
            file.write(text)
        return path

    def test_with_and_without_header_plain_and_gz(self):
        for text in (self.ROWS, self.HEADER + self.ROWS, self.HEADER + self.ROWS.rstrip("\n")):
            for ending in (".csv", ".csv.gz"):
                path = self.written(text, ending)
                self.assertEqual(recording.count(path), 2)
                self.assertEqual([row.id for row in recording.rows(path)], [7, 8])
                self.assertEqual(recording.last(path, 1).rows[0].id, 8)

    def test_a_bad_row_is_told_with_its_place(self):
        path = self.written(self.HEADER + self.ROWS + "9,what\n")
        with self.assertRaisesRegex(ValueError, "trade 3 is no aggTrades row"):
            list(recording.rows(path))

    def test_frames_in_the_venues_form(self):
        seven, eight = recording.rows(self.written(self.ROWS))
        self.assertEqual(
            recording.frame(seven, "BTCUSDT"),
            '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1721347023063,"a":7,"s":"BTCUSDT","p":"63943.90",'
            '"q":"0.021","nq":"0.021","f":51,"l":53,"T":1721347022956,"m":true}}',
        )
        self.assertIn('"p":"63944.00","q":"1.500","nq":"0.750"', recording.frame(eight, "BTCUSDT"))


class Reports(unittest.TestCase):
    def test_ratio_to_the_lesser_neighbour(self):
        lines = [
            {"name": "parse.combined", "min_ns": 1.0, "p50_ns": 2.0},
            {"name": "parse.combined", "min_ns": 50.0, "p50_ns": 60.0},
            {"name": "peer.x.parse", "beside": "parse.combined", "min_ns": 900.0, "p50_ns": 1000.0},
            {"name": "parse.combined", "min_ns": 45.0, "p50_ns": 100.0},
            {"name": "parse.combined", "min_ns": 1.0, "p50_ns": 2.0},
            {"name": "peer.y", "not_measured": "why"},
        ]
        found = report.paired(lines)
        self.assertEqual((found[0]["apus_min_ns"], found[0]["ratio"]), (45.0, 20.0))
        self.assertEqual((found[0]["apus_p50_ns"], found[0]["ratio_p50"]), (60.0, 16.67))
        self.assertEqual(report.cells(found[1])[2], "not measured: why")

    def test_nearest_rank_of_times(self):
        self.assertEqual(timing.quantile([1.0, 2.0, 3.0, 4.0], 0.5), 2.0)
        self.assertEqual(timing.quantile(list(range(1, 101)), 0.99), 99)
        self.assertEqual(timing.quantile([5.0], 0.99), 5.0)


if __name__ == "__main__":
    unittest.main()
