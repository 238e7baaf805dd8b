"""nautilus_trader: its Binance adapter's parsing, its DataEngine, its BacktestEngine; no socket."""

import asyncio
import sys
from decimal import Decimal
from time import perf_counter_ns
from types import SimpleNamespace

import msgspec
import nautilus_trader
from nautilus_trader.adapters.binance.common.enums import BinanceAccountType
from nautilus_trader.adapters.binance.common.schemas.market import BinanceAggregatedTradeMsg
from nautilus_trader.adapters.binance.config import BinanceDataClientConfig
from nautilus_trader.adapters.binance.factories import BinanceLiveDataClientFactory
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.backtest.engine import BacktestEngineConfig
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.actor import Actor
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.config import LoggingConfig
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.data.engine import DataEngine
from nautilus_trader.indicators import ExponentialMovingAverage
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, OmsType
from nautilus_trader.model.identifiers import InstrumentId, TraderId, TradeId, Venue
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.portfolio.portfolio import Portfolio
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

import recording
import timing

VERSION = nautilus_trader.__version__
INSTRUMENT = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
TRADER = TraderId("PEER-001")
# The classes of its Cython engine, as nautilus_pyo3 has them for the one in Rust.
CYTHON = SimpleNamespace(
    InstrumentId=InstrumentId,
    AggressorSide=AggressorSide,
    Price=Price,
    Quantity=Quantity,
    TradeId=TradeId,
    TradeTick=TradeTick,
)


def matches(tick: TradeTick, row: recording.Row) -> bool:
    side = AggressorSide.SELLER if row.is_sell else AggressorSide.BUYER
    found = (tick.trade_id.value, tick.price.as_decimal(), tick.size.as_decimal(), tick.aggressor_side)
    # Its milliseconds become nanoseconds through a double, which is off by some 100 ns.
    late = abs(tick.ts_event - row.time_ms * 1_000_000)
    return late < 1_000 and found == (str(row.id), Decimal(row.price), Decimal(row.quantity), side)


def ticks(slice_rows: list[recording.Row], model) -> list:
    """Of `model`'s classes, those of the Cython or of the Rust engine; there are none of quantity 0."""
    instrument, sides = model.InstrumentId.from_str(str(INSTRUMENT)), model.AggressorSide
    made = []
    for row in slice_rows:
        nanos = row.time_ms * 1_000_000
        side = sides.SELLER if row.is_sell else sides.BUYER
        price, size = recording.padded(row.price, 1), recording.padded(row.quantity, 3)
        if recording.units(size):
            price, size = model.Price.from_str(price), model.Quantity.from_str(size)
            made.append(model.TradeTick(instrument, price, size, side, model.TradeId(str(row.id)), nanos, nanos))
    return made


def parse(args, slice_: recording.Slice) -> None:
    """The two steps a frame needs, with nothing around them: the adapter's own decoder and conversion."""
    name = "peer.nautilus_trader.parse"
    if not timing.wanted(args, name):
        return
    frames = [recording.frame(row, args.symbol).encode() for row in slice_.rows]
    decode = msgspec.json.Decoder(BinanceAggregatedTradeMsg).decode

    def work(chunk):
        for raw in chunk:
            tick = decode(raw).data.parse_to_trade_tick(INSTRUMENT, 1)
        return tick

    if not matches(work(frames[-1:]), slice_.rows[-1]):
        timing.fail(f"nautilus_trader made something else of trade {slice_.rows[-1].id}")
    chunks = timing.batches(frames)
    timing.times(work, chunks[: timing.WARM_UP])
    found = timing.times(work, chunks, args.rounds)
    done = "frame -> the adapter's msgspec decoder -> parse_to_trade_tick"
    timing.report(name, VERSION, found, work=done, beside="parse.combined", items=len(frames) * args.rounds)


def adapter(args, slice_: recording.Slice) -> None:
    """What its websocket calls a frame: find the stream, decode again, look the symbol up, stamp, hand over."""
    name = "peer.nautilus_trader.adapter"
    if not timing.wanted(args, name):
        return
    frames = [recording.frame(row, args.symbol).encode() for row in slice_.rows]
    clock = LiveClock()
    received = []
    bus = MessageBus(trader_id=TRADER, clock=clock)
    bus.register("DataEngine.process", received.append)
    client = BinanceLiveDataClientFactory.create(
        loop=asyncio.new_event_loop(),
        name="BINANCE",
        config=BinanceDataClientConfig(account_type=BinanceAccountType.USDT_FUTURES, use_agg_trade_ticks=True),
        msgbus=bus,
        cache=Cache(database=None),
        clock=clock,
    )

    def work(chunk):
        handle = client._handle_ws_message
        for raw in chunk:
            handle(raw)

    work(frames[-1:])
    if len(received) != 1 or not matches(received[0], slice_.rows[-1]):
        timing.fail(f"nautilus_trader's adapter made something else of trade {slice_.rows[-1].id}")
    chunks = timing.batches(frames)
    warm_up = chunks[: timing.WARM_UP]
    found = []
    for chunk in warm_up + chunks:
        # Outside the clock: what was received is another component's to keep.
        received.clear()
        found += timing.times(work, [chunk])
    done = "frame -> the adapter's receive path -> TradeTick to the message bus"
    timing.report(name, VERSION, found[len(warm_up) :], work=done, beside="parse.combined", items=len(frames))


class Averages(Actor):
    """Three of its own indicators; its rolling sums over time would have to be written in Python."""

    def __init__(self):
        super().__init__()
        self.averages = [ExponentialMovingAverage(period) for period in (100, 1_000, 10_000)]

    def on_start(self):
        for average in self.averages:
            self.register_indicator_for_trade_ticks(INSTRUMENT, average)

    def on_trade_tick(self, tick):
        pass


def data_engine(args, slice_: recording.Slice) -> None:
    name = "peer.nautilus_trader.data_engine"
    if not timing.wanted(args, name):
        return
    clock = LiveClock()
    bus, cache = MessageBus(trader_id=TRADER, clock=clock), Cache(database=None)
    instrument = TestInstrumentProvider.btcusdt_perp_binance()
    cache.add_instrument(instrument)
    engine = DataEngine(msgbus=bus, cache=cache, clock=clock)
    actor = Averages()
    actor.register_base(portfolio=Portfolio(bus, cache, clock), msgbus=bus, cache=cache, clock=clock)
    engine.start()
    actor.start()
    # What subscribe_trade_ticks does on this side; there is no venue to subscribe at.
    bus.subscribe(topic="data.trades.BINANCE.BTCUSDT-PERP", handler=actor.handle_trade_tick)

    def work(chunk):
        process = engine.process
        for tick in chunk:
            process(tick)

    made = ticks(slice_.rows, CYTHON)
    chunks = timing.batches(made)
    timing.times(work, chunks[: timing.WARM_UP])
    if not actor.averages[0].initialized:
        timing.fail("nautilus_trader's DataEngine did not reach the indicators")
    found = timing.times(work, chunks, args.rounds)
    done = "TradeTick -> DataEngine -> message bus -> actor with three EMAs; no time windows, ATR or quantiles"
    timing.report(name, VERSION, found, work=done, beside="window.trade", items=len(made) * args.rounds)


class Stamps:
    """Notes the time once a batch; a strategy that does nothing else."""

    def __init__(self):
        self.seen = 0
        self.stamps = []

    def trade(self):
        self.seen += 1
        if self.seen % timing.BATCH == 0:
            self.stamps.append(perf_counter_ns())

    def times(self, expected: int, engine: str) -> list[float]:
        """Nanoseconds a trade, of every batch after the warm-up."""
        if self.seen != expected:
            timing.fail(f"nautilus_trader's {engine} gave {self.seen} of {expected} trades")
        stamps = self.stamps[timing.WARM_UP if len(self.stamps) > 2 * timing.WARM_UP else 0 :]
        return [(later - earlier) / timing.BATCH for earlier, later in zip(stamps, stamps[1:])]


class Idle(Strategy):
    def __init__(self, stamps: Stamps):
        super().__init__()
        self.stamps = stamps

    def on_start(self):
        self.subscribe_trade_ticks(INSTRUMENT)

    def on_trade_tick(self, tick):
        self.stamps.trade()


def backtest(args, slice_: recording.Slice) -> None:
    name = "peer.nautilus_trader.backtest"
    if not timing.wanted(args, name):
        return
    engine = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TRADER, logging=LoggingConfig(bypass_logging=True), run_analysis=False
        )
    )
    engine.add_venue(
        venue=Venue("BINANCE"),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=None,
        starting_balances=[Money(1_000_000, USDT)],
        trade_execution=True,
    )
    engine.add_instrument(TestInstrumentProvider.btcusdt_perp_binance())
    made = ticks(slice_.rows, CYTHON)
    engine.add_data(made, sort=True)
    stamps = Stamps()
    engine.add_strategy(Idle(stamps))
    engine.run()
    found = stamps.times(len(made), "BacktestEngine")
    engine.dispose()
    done = "TradeTick -> BacktestEngine in Cython, with a matching engine -> an idle strategy; no CSV, windows or score"
    timing.report(name, VERSION, found, work=done, beside="replay.every_trade.csv", items=len(made))


class RustIdle(nautilus_pyo3.Strategy):
    # Set before the engine asks for it: the base class takes no arguments of ours.
    stamps: Stamps

    def on_start(self):
        self.subscribe_trades(nautilus_pyo3.InstrumentId.from_str(str(INSTRUMENT)))

    def on_trade(self, trade):
        self.stamps.trade()


def rust_backtest(args, slice_: recording.Slice) -> None:
    """Its engine in Rust, which the wheel has beside the one in Cython; the strategy is Python in both."""
    name = "peer.nautilus_trader.backtest_rust"
    if not timing.wanted(args, name):
        return
    rust = nautilus_pyo3
    usdt, btc = rust.Currency.from_str("USDT"), rust.Currency.from_str("BTC")
    instrument = rust.CryptoPerpetual(
        instrument_id=rust.InstrumentId.from_str(str(INSTRUMENT)),
        raw_symbol=rust.Symbol(args.symbol),
        base_currency=btc,
        quote_currency=usdt,
        settlement_currency=usdt,
        is_inverse=False,
        price_precision=1,
        size_precision=3,
        price_increment=rust.Price.from_str("0.1"),
        size_increment=rust.Quantity.from_str("0.001"),
        ts_event=0,
        ts_init=0,
    )
    engine = rust.BacktestEngine(
        rust.BacktestEngineConfig(trader_id=rust.TraderId(str(TRADER)), bypass_logging=True, run_analysis=False)
    )
    balance = [rust.Money(1_000_000, usdt)]
    engine.add_venue(rust.Venue("BINANCE"), rust.OmsType.NETTING, rust.AccountType.MARGIN, balance)
    engine.add_instrument(instrument)
    made = ticks(slice_.rows, rust)
    engine.add_data(made, sort=True)
    strategy = RustIdle()
    strategy.stamps = Stamps()
    engine.add_strategy(strategy)
    engine.run()
    found = strategy.stamps.times(len(made), "Rust BacktestEngine")
    done = "TradeTick -> BacktestEngine in Rust, with a matching engine -> an idle strategy; no CSV, windows or score"
    timing.report(name, VERSION, found, work=done, beside="replay.every_trade.csv", items=len(made))


def main() -> None:
    args = timing.options(__doc__)
    if args.symbol != "BTCUSDT":
        sys.exit(f"--symbol {args.symbol}: nautilus_trader's instrument is BTCUSDT's here")
    slice_ = recording.last(args.recording, args.items)
    for part in (parse, adapter, data_engine, backtest, rust_backtest):
        part(args, slice_)


if __name__ == "__main__":
    main()
