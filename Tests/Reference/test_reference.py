#!/usr/bin/env python3
"""The reference against cases computed by hand. Run: python3 -m unittest discover -s Tests/Reference"""

import base64
import gzip
import hashlib
import json
import os
import random
import sys
import tempfile
import unittest
import zipfile
from collections import deque

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import compare  # noqa: E402
import engine  # noqa: E402
import scoring  # noqa: E402
from candles import Candles  # noqa: E402
from decimals import InputError, exact, fixed, fixed8_of_ratio, parse_e8  # noqa: E402
from indicators import read_indicators  # noqa: E402
from paper import Pending, Position, size  # noqa: E402
from quantiles import SizeHistogram, bucket_index, bucket_value, nearest_rank, value_of_index  # noqa: E402
from reference_replay import SHIPPED, STRATEGIES, Arguments, replay  # noqa: E402
from strategy import Strategy, read_strategy  # noqa: E402
from trade_files import merged, trades_of_file  # noqa: E402
from windows import TradeWindow  # noqa: E402

ONE = 10**8


def shipped(name="v51_baseline"):
    return read_strategy(os.path.join(STRATEGIES, name + ".json"))


def state(strategies=(), on_grid=False):
    indicators = read_indicators(None, ["X"])["X"]
    return engine.SymbolState("X", list(strategies), indicators, on_grid, engine.Tally())


class DecimalTests(unittest.TestCase):
    def test_parse_and_print(self):
        for text, units in (("1.5", 150000000), ("0.00000001", 1), ("-2", -2 * ONE),
                            ("92233720368.54775807", 2**63 - 1)):
            self.assertEqual(parse_e8(text), units)
            self.assertEqual(exact(units), text)
        self.assertEqual(exact(parse_e8("10.50")), "10.5")
        for bad in ("1.123456789", "1e5", "", ".5", "92233720368.54775808", "nan"):
            with self.assertRaises(InputError):
                parse_e8(bad)

    def test_ratio_rounds_half_to_even(self):
        self.assertEqual(fixed8_of_ratio(5, 2), "0.00000002")
        self.assertEqual(fixed8_of_ratio(7, 2), "0.00000004")
        self.assertEqual(fixed8_of_ratio(3 * ONE, 2), "1.50000000")

    def test_fixed_has_no_negative_zero(self):
        self.assertEqual(fixed(-1e-9, 6), "0.000000")
        self.assertEqual(fixed(-0.25, 6), "-0.250000")
        self.assertEqual(fixed(None, 8), "")


class WindowTests(unittest.TestCase):
    def test_edges(self):
        window = TradeWindow(1000)
        window.add(100, 2 * ONE, 3, True)
        window.add(101, 2 * ONE, 5, False)
        window.move(1099)
        self.assertEqual((window.count, window.cvd, window.quantity), (2, -2, 8))
        window.move(1100)  # t - W = 100: a trade of T = 100 is out
        self.assertEqual((window.count, window.cvd, window.pq), (1, -5, 10 * ONE))
        window.move(1101)
        self.assertEqual((window.count, window.cvd, window.pq), (0, 0, 0))

    def test_sums_beyond_int64(self):
        window = TradeWindow(1000)
        for _ in range(4):
            window.add(0, 9 * 10**18, 9 * 10**18, True)
        self.assertEqual(window.cvd, 36 * 10**18)
        self.assertEqual(window.pq, 324 * 10**36)


class QuantileTests(unittest.TestCase):
    def test_buckets(self):
        for u, value in ((0, 0), (511, 511), (512, 512), (513, 512), (1023, 1022), (1024, 1024), (1027, 1024),
                         (1028, 1028), (2**40 + 1, 2**40), (2**63 - 1, 511 << 54)):
            self.assertEqual(bucket_value(u), value)
            self.assertEqual(value_of_index(bucket_index(u)), value)

    def test_bucket_numbers_are_consecutive_and_ordered(self):
        values = [value_of_index(i) for i in range(5000)]
        self.assertEqual(values, sorted(set(values)))
        self.assertEqual([bucket_index(v) for v in values], list(range(5000)))

    def test_ranks(self):
        self.assertEqual([nearest_rank(99, n) for n in (1, 2, 99, 100, 101, 1000)], [1, 2, 99, 99, 100, 990])
        self.assertEqual([nearest_rank(95, n) for n in (1, 19, 20, 21, 100)], [1, 19, 19, 20, 95])

    def test_hundred_trades(self):
        histogram = SizeHistogram()
        self.assertIsNone(histogram.quantile(99))
        for u in range(1, 101):
            histogram.add(u)
        self.assertEqual((histogram.quantile(95), histogram.quantile(99)), (95, 99))
        histogram.remove(100)
        self.assertEqual(histogram.quantile(99), 99)  # (99 * 99 + 99) div 100 = 99 of 99

    def test_against_sorting(self):
        rng = random.Random(1)
        histogram, held = SizeHistogram(), deque()
        for _ in range(3000):
            u = int(2 ** rng.uniform(0, 62.9))
            histogram.add(u)
            held.append(u)
            if rng.random() < 0.4:
                histogram.remove(held.popleft())
            if held:
                values = sorted(map(bucket_value, held))
                for percent in (95, 99):
                    self.assertEqual(histogram.quantile(percent), values[nearest_rank(percent, len(values)) - 1])


class CandleTests(unittest.TestCase):
    def test_wilder(self):
        candles = Candles()
        start = 300_000 * 1000
        # Candle k: opens, touches +k+1, back to 100; TR of the k-th is k + 1 (close is always 100).
        for k in range(15):
            t = start + k * 300_000
            candles.advance(t)
            self.assertIsNone(candles.atr if k < 14 else None)
            candles.add(t, 100 * ONE)
            candles.add(t + 299_999, (101 + k) * ONE)
            candles.add(t + 299_999, 100 * ONE)
        self.assertEqual(candles.atr, sum(range(1, 15)) / 14)  # 14 closed: (1 + ... + 14) / 14 = 7.5
        self.assertEqual(candles.atr_pct, 7.5 / 100)
        candles.advance(start + 15 * 300_000 - 1)
        self.assertEqual(candles.atr, 7.5)
        candles.advance(start + 15 * 300_000)
        self.assertEqual(candles.atr, (13 * 7.5 + 15) / 14)

    def test_flat_candles_and_gap_ranges(self):
        candles = Candles()
        candles.add(10, 100 * ONE)
        candles.advance(300_000)  # TR 0
        candles.advance(900_000)  # two flat ones
        candles.add(900_000, 107 * ONE)  # own first trade opens it: high = low = 107, previous close 100
        candles.advance(1_200_000)
        self.assertEqual(candles.first_ranges, [0.0, 0.0, 0.0, 7.0])


class GridTests(unittest.TestCase):
    """Quantities in whole units; the first trade lies on a multiple of 15 s, which is therefore no grid point."""

    def test_slope_and_acceleration(self):
        s = state(on_grid=True)
        rows = []
        s._evaluate = lambda t: rows.append((t, s.agg_id, s.w30m.cvd, s.accel))
        t0 = 15_000 * 100_000
        s.apply(1, ONE, 10, t0, True)
        s.apply(2, ONE, 5, t0 + 15_000, True)  # T = g1 belongs to g1, which is not passed yet
        self.assertEqual(rows, [])
        s.apply(3, ONE, 4, t0 + 15_001, False)  # passes g1: cvd 15
        self.assertEqual(rows, [(t0 + 15_000, 2, 15, None)])
        s.apply(4, ONE, 1, t0 + 45_000, True)  # passes g2 with cvd 11; T = g3
        self.assertEqual(rows[1:], [(t0 + 30_000, 3, 11, None)])
        self.assertIsNone(s.accel)
        s.apply(5, ONE, 7, t0 + 60_001, True)  # passes g3 (12) and g4 (12): slopes -4, 1, 0
        self.assertEqual(rows[2:], [(t0 + 45_000, 4, 12, 5), (t0 + 60_000, 4, 12, -1)])

    def test_silence_empties_the_window(self):
        s = state(on_grid=True)
        rows = []
        s._evaluate = lambda t: rows.append((t, s.w30m.cvd, s.w30m.count))
        s.apply(1, ONE, 10, 1, True)
        s.apply(2, ONE, 10, 1_800_001 + 15_000, True)
        self.assertEqual(len(rows), 121)  # 15,000 ... 1,815,000
        self.assertEqual(rows[119], (1_800_000, 10, 1))
        self.assertEqual(rows[120], (1_815_000, 0, 0))


class OrderTests(unittest.TestCase):
    def test_ids_zero_quantity_and_backward_time(self):
        s = state()
        s.apply(9, ONE, 0, 99_000_000, True)  # nothing but the last seen id
        self.assertIsNone(s.first_t)
        s.apply(10, ONE, 5, 20_000, True)
        s.apply(10, ONE, 5, 20_000, True)
        s.apply(3, ONE, 5, 20_000, True)
        s.apply(12, ONE, 7, 19_000, False)
        s.apply(14, ONE, 0, 70_000, False)
        tally = s.tally
        self.assertEqual((tally.trades, tally.dropped, tally.gaps, tally.late), (4, 2, 2, 1))
        self.assertEqual((s.first_t, s.t, s.w30m.cvd, s.last_id, s.agg_id), (20_000, 20_000, -2, 14, 12))

    def test_large_is_judged_before_adding(self):
        s = state()
        for n in range(999):
            s.apply(n, ONE, 100, 1, True)
        s.apply(999, ONE, 400, 1, True)  # n = 999: not judged large
        self.assertEqual(len(s.large), 0)
        s.apply(1000, ONE, 99, 1, True)  # n = 1000, P99 = 100
        self.assertEqual(len(s.large), 0)
        s.apply(1001, ONE, 100, 2, False)
        self.assertEqual(list(s.large), [(2, 100, False)])
        s.apply(1002, ONE, 99, 1_800_001, True)
        self.assertEqual(len(s.large), 1)
        s.apply(1003, ONE, 99, 1_800_002, True)
        self.assertEqual(len(s.large), 0)


class ScoringTests(unittest.TestCase):
    def moment(self, **changes):
        m = scoring.Moment()
        m.t, m.agg_id, m.price = 10**9, 1, 101 * ONE
        m.cvd_30m, m.cvd_4h, m.cvd_24h = 5, 6, 7
        m.vwaps = [(100 * ONE * ONE, ONE)] * 3
        m.atr, m.atr_pct, m.p95, m.p99, m.accel = 1.0, 0.01, 1, 1, 3
        m.large_buy, m.large_sell = 30, 10
        m.indicators = read_indicators(None, ["X"])["X"]
        for key, value in changes.items():
            setattr(m, key, value)
        return m

    def test_score_without_indicators(self):
        # 40 + 5 + 20 * 0.75 + 15 * 1 = 75
        self.assertEqual(scoring.evaluate(self.moment(), shipped(), 1),
                         (75.0, ["ls_ratio", "oi", "coinbase_premium"]))
        # Price against the direction, too far, and calm: 40 * 0.6 + 0 + 20 * 0.25 + 0
        calm = self.moment(price=103 * ONE, atr_pct=0.0004, accel=None, cvd_24h=1)
        self.assertEqual(scoring.evaluate(calm, shipped(), -1)[0], 24 + 5.0)
        self.assertEqual(scoring.evaluate(self.moment(), shipped(), 0)[0], 0.0)

    def test_near_is_inclusive_and_empty_windows_are_false(self):
        settings = dict(shipped().signals)["atr_vwap"]
        self.assertEqual(scoring.atr_vwap(self.moment(price=102 * ONE), settings, 1), 1.0)
        self.assertEqual(scoring.atr_vwap(self.moment(price=102 * ONE + 1), settings, 1), 0.7)
        self.assertEqual(scoring.atr_vwap(self.moment(price=100 * ONE, atr_pct=None), settings, 1), 0.3)
        self.assertEqual(scoring.atr_vwap(self.moment(vwaps=[(0, 0)] * 3, atr_pct=0.0005), settings, 1), 0.2)

    def test_direction(self):
        for a, b, d in ((1, 2, 1), (-1, -9, -1), (1, -1, 0), (0, 0, 0), (0, 5, 0)):
            self.assertEqual(scoring.direction(self.moment(cvd_30m=a, cvd_4h=b)), d)

    def test_indicators(self):
        t = 10**9
        rows = [
            dict(time_ms=t - 900_000, symbol="X", type="long_short_ratio", value="1.25"),
            dict(time_ms=t, symbol="X", type="long_short_ratio", value=1, known_ms=t + 1),
            dict(time_ms=t - 45 * 60_000, symbol="X", type="open_interest_hist", value=100),
            dict(time_ms=t - 45 * 60_000, symbol="X", type="open_interest_hist", value="1e3"),
            dict(time_ms=t - 30 * 60_000 + 1, symbol="X", type="open_interest_hist", value=7),
            dict(time_ms=t - 5, symbol="X", type="open_interest_hist", value=1004),
            dict(time_ms=t + 5, symbol="X", type="coinbase_premium", value=0.00025, known_ms=t),
            dict(time_ms=t - 900_001, symbol="X", type="funding_rate", value=0),
            dict(time_ms=t - 1_800_000, symbol="X", type="liquidation", side="BUY", price=9e6, qty=1),
            dict(time_ms=t - 1_799_999, symbol="X", type="liquidation", side="BUY", price=40000, qty="2"),
            dict(time_ms=t, symbol="X", type="liquidation", side="SELL", price="20000", qty=1),
            dict(time_ms=t, symbol="Y", type="liquidation", side="?"),
            dict(time_ms=t, symbol="X", type="weather", value="?"),
        ]
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("\n".join(map(json.dumps, rows)) + "\n")
            file.flush()
            known = read_indicators(file.name, ["X"])["X"]
        known.move(t)
        moment = self.moment(indicators=known)
        settings = dict(shipped("v52_8signals").signals)
        self.assertEqual(scoring.ls_ratio(moment, settings["ls_ratio"], 1), 0.75)
        self.assertEqual(scoring.ls_ratio(moment, settings["ls_ratio"], -1), 0.25)
        self.assertAlmostEqual(scoring.oi(moment, settings["oi"], 1), 0.4)
        self.assertEqual(scoring.coinbase_premium(moment, settings["coinbase_premium"], 1), 0.75)
        self.assertEqual(scoring.coinbase_premium(moment, settings["coinbase_premium"], -1), 0.25)
        self.assertIsNone(scoring.funding_rate(moment, settings["funding_rate"], 1))
        self.assertEqual(scoring.liquidation(moment, settings["liquidation"], 1), 0.8)
        self.assertEqual(scoring.liquidation(moment, settings["liquidation"], -1), 0.2)
        less = dict(settings["liquidation"], min_notional_usd=100_000.01)
        self.assertEqual(scoring.liquidation(moment, less, 1), 0.0)
        moment.t = t + 1
        known.move(t + 1)
        self.assertEqual(scoring.ls_ratio(moment, settings["ls_ratio"], 1), 1.0)

    def test_strategy_errors_name_the_key(self):
        with open(os.path.join(STRATEGIES, SHIPPED[0]), encoding="utf-8") as file:
            good = file.read()

        def broken(change):
            document = json.loads(good)
            change(document)
            with self.assertRaises(InputError) as caught:
                Strategy("file.json", document)
            return str(caught.exception)

        self.assertIn("signals.cvd.bonus", broken(lambda d: d["signals"]["cvd"].update(bonus=1)))
        self.assertIn("cooldown_s: missing", broken(lambda d: d.pop("cooldown_s")))
        self.assertIn("threshold", broken(lambda d: d.update(threshold="75")))
        self.assertIn("99", broken(lambda d: d["signals"]["cvd"].update(weight=39)))


class PaperTests(unittest.TestCase):
    """v5.1, ATR 1: stop 1.4, targets 1.05 and 2.1; quantity 10 / 1.4 = 7.14285714."""

    def position(self, d=1, price=100.0):
        quantity, reason = size(shipped(), 1.0, price)
        self.assertEqual((quantity, reason), (714285714, ""))
        pending = Pending("id", shipped(), "X", d, 0, 1, 1.0, quantity)
        self.assertFalse(pending.fills(199, 2))
        self.assertFalse(pending.fills(200, 1))
        self.assertTrue(pending.fills(200, 2))
        return Position(pending, 200, price)

    def columns(self, position):
        return position.row()[6:]

    def test_sizes(self):
        self.assertEqual(size(shipped(), 0.0, 1.0), (0, "quantity below the lot"))
        self.assertEqual(size(shipped(), 1e10, 1.0), (0, "quantity below the lot"))
        costly = shipped()
        costly.max_cost_r = 0.5
        # Round trip 0.12 % of 100 = 0.12; of R = 1.4 * 0.2 = 0.28 that is 0.43, of 1.4 * 0.17 = 0.238 it is 0.504.
        self.assertEqual(size(costly, 0.2, 100.0)[1], "")
        self.assertEqual(size(costly, 0.17, 100.0)[1], "cost in R")

    def test_levels_and_stop(self):
        p = self.position()
        self.assertEqual(self.columns(p), ["100.01000000", "7.14285714", "98.61000000", "101.06000000",
                                           "102.11000000", "", "", "open", "", "", "", ""])
        self.assertFalse(p.on_trade(300, 98.62))
        self.assertTrue(p.on_trade(400, 98.60))
        # Exit 98.60 * 0.9999 = 98.59014; gross -1.41986 * 7.14285714 = -10.141857; fees 0.0005 * 7.14285714 *
        # (100.01 + 98.59014) = 0.709286.
        self.assertEqual(self.columns(p)[5:], ["400", "98.59014000", "stop", "-10.141857", "0.709286", "-10.851143",
                                               "-1.085114"])

    def test_half_then_breakeven(self):
        p = self.position()
        self.assertFalse(p.on_trade(300, 101.05))
        self.assertFalse(p.took_half)
        self.assertFalse(p.on_trade(400, 101.07))
        self.assertEqual((p.held, p.stop), (357142857, p.entry))
        self.assertTrue(p.on_trade(500, 100.01))
        # Half at 101.06 (+1.05), half at 100.01 * 0.9999 = 99.999999 (-0.010001): gross 3.57142857 * 1.039999.
        # Fees: 0.0005 * 7.14285714 * 100.01 + 0.0002 * 3.57142857 * 101.06 + 0.0005 * 3.57142857 * 99.999999.
        self.assertEqual(self.columns(p)[5:], ["500", "100.52999950", "breakeven", "3.714282", "0.607936", "3.106346",
                                               "0.310635"])

    def test_both_targets_on_one_trade_short(self):
        p = self.position(d=-1)
        self.assertEqual(self.columns(p)[:5], ["99.99000000", "7.14285714", "101.39000000", "98.94000000",
                                               "97.89000000"])
        self.assertTrue(p.on_trade(300, 97.0))
        # 3.57142857 * (1.05 + 2.1) = 11.25; fees 0.0005 * 7.14285714 * 99.99 + 0.0002 * 3.57142857 * (98.94 + 97.89).
        self.assertEqual(self.columns(p)[5:], ["300", "98.41500000", "tp2", "11.250000", "0.497700", "10.752300",
                                               "1.075230"])

    def test_at_the_level_is_not_through(self):
        p = self.position()
        self.assertFalse(p.on_trade(300, p.tp2))
        self.assertTrue(p.took_half)
        self.assertEqual(p.held, 357142857)
        self.assertTrue(p.on_trade(301, p.entry))  # at the stop is enough
        at_stop = self.position()
        self.assertTrue(at_stop.on_trade(300, at_stop.initial_stop))

    def test_timeout(self):
        p = self.position()
        self.assertFalse(p.on_trade(200 + 70 * 60_000 - 1, 100.5))
        self.assertTrue(p.on_trade(200 + 70 * 60_000, 100.5))
        # Exit 100.5 * 0.9999 = 100.48995: gross 0.47995 * 7.14285714 = 3.428214.
        self.assertEqual(self.columns(p)[5:9], ["4200200", "100.48995000", "timeout", "3.428214"])

    def test_half_below_the_lot(self):
        pending = Pending("id", shipped(), "X", 1, 0, 1, 1.0, 1)
        p = Position(pending, 0, 100.0)
        self.assertFalse(p.on_trade(1, 101.5))
        self.assertEqual((p.held, p.stop), (1, p.initial_stop))
        self.assertTrue(p.on_trade(2, 102.5))
        self.assertEqual(p.reason, "tp2")


class FiringTests(unittest.TestCase):
    def test_signal_id(self):
        digest = hashlib.sha256(b"v51_baseline|BTCUSDT|long|42").digest()
        expected = base64.b32encode(digest).decode().lower().rstrip("=")[:26]
        self.assertEqual(engine.signal_id("v51_baseline", "BTCUSDT", 1, 42), expected)
        # sha256sum and base32 of coreutils give this.
        self.assertEqual(expected, "uonsafgnxxz356cqgproyimywh")

    def trend(self, hours, on_grid):
        """A steady climb of buys, one trade a minute at second 7."""
        strategy = shipped()
        strategy.threshold = 55  # 40 cvd, 10 p99, 7.5 price above vwap
        s = state([strategy], on_grid)
        for minute in range(hours * 60):
            s.apply(minute, (10_000 + minute) * ONE // 100, ONE, minute * 60_000 + 7_000, True)
        return s

    def test_warm_up_cooldown_and_pending(self):
        s = self.trend(5, False)
        rows = s.tally.signal_rows
        self.assertEqual(rows[0][0], str(240 * 60_000 + 7_000))  # exactly 4 h after the first trade
        times = [int(row[0]) for row in rows]
        self.assertTrue(all(b - a >= 600_000 for a, b in zip(times, times[1:])))
        self.assertEqual(s.tally.positions[0].entry_t, times[0] + 60_000)

    def test_on_the_grid(self):
        s = self.trend(5, True)
        first = s.tally.signal_rows[0]
        self.assertEqual((first[0], first[4]), (str(240 * 60_000 + 15_000), "240"))
        self.assertEqual(s.tally.positions[0].entry_t, 241 * 60_000 + 7_000)


class FileTests(unittest.TestCase):
    ROWS = "7,1.5,2,1,1,1000,true\n8,1.25,0.1,1,1,1001,false\n"

    def test_forms(self):
        header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
        wanted = [(7, 150000000, 2 * ONE, 1000, False), (8, 125000000, 10**7, 1001, True)]
        with tempfile.TemporaryDirectory() as directory:
            plain = os.path.join(directory, "a.csv")
            with open(plain, "w", encoding="utf-8") as file:
                file.write(header + self.ROWS)
            zipped = os.path.join(directory, "a.zip")
            with zipfile.ZipFile(zipped, "w") as archive:
                archive.writestr("a.csv", self.ROWS)
            packed = os.path.join(directory, "a.csv.gz")
            with gzip.open(packed, "wt") as file:
                file.write(self.ROWS.rstrip("\n"))
            for path in (plain, zipped, packed):
                self.assertEqual(list(trades_of_file(path)), wanted)
            with open(plain, "w", encoding="utf-8") as file:
                file.write("7,1.5,2,1,1,1700000000000000,true\n")
            with self.assertRaises(InputError):
                list(trades_of_file(plain))

    def test_merge_and_summary(self):
        with tempfile.TemporaryDirectory() as directory:
            paths = []
            for name, rows in (("a", "1,1,1,1,1,1000,true\n2,1,1,1,1,3000,true\n"), ("b", "9,1,1,1,1,1000,true\n"),
                               ("c", "10,1,1,1,1,2000,true\n10,1,1,1,1,2000,true\n")):
                paths.append(os.path.join(directory, name))
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(rows)
            files = {"ZZZ": paths[:1], "AAA": paths[1:]}
            order = [(symbol, trade[0]) for symbol, trade in merged(files)]
            self.assertEqual(order, [("AAA", 9), ("ZZZ", 1), ("AAA", 10), ("AAA", 10), ("ZZZ", 2)])
            words = ["--symbol", "ZZZ", "--trades", paths[0],
                     "--symbol=AAA", "--trades", paths[1], "--trades", paths[2]]
            summary = replay(Arguments(words + ["--output", os.path.join(directory, "out.csv")]))
            self.assertEqual([summary[key] for key in compare.SUMMARY], [4, 0, 1, 0, 4, 0])  # in the order of SUMMARY
            with open(os.path.join(directory, "out.csv"), encoding="utf-8") as file:
                lines = file.read().split("\n")
            self.assertEqual(len(lines), 1 + 4 * 2 + 1)
            self.assertEqual(lines[1], "1000,AAA,v51_baseline,9,1,-1,-1,-1,1.00000000,1.00000000,1.00000000,,"
                             "0.99876864,0.99876864,,short,50.0000,ls_ratio;oi;coinbase_premium")


class CompareTests(unittest.TestCase):
    def difference(self, left, right):
        with tempfile.TemporaryDirectory() as directory:
            paths = [os.path.join(directory, name) for name in "lr"]
            for path, text in zip(paths, (left, right)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            return compare.compare_file(*paths)

    def test_tolerance(self):
        head = "time_ms,atr,score\n"
        self.assertIsNone(self.difference(head + "1,0.10000000,5.0000\n", head + "1,0.09999999,5.0000\n"))
        self.assertIn("atr", self.difference(head + "1,0.10000000,5.0000\n", head + "1,0.09999998,5.0000\n"))
        self.assertIn("atr", self.difference(head + "1,0.10000000,5.0000\n", head + "1,0.1,5.0000\n"))
        self.assertIn("score", self.difference(head + "1,,5.0000\n", head + "1,,5.0001\n"))
        self.assertIn("ends here", self.difference(head + "1,,5.0000\n", head + "1,,5.0000"))
        self.assertIn("line 2", self.difference(head, head + "1,,5.0000\n"))


if __name__ == "__main__":
    unittest.main()
