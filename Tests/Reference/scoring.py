"""SPEC section 4: the direction, each signal's value in [0,1], the score."""

from fractions import Fraction

MINUTE_MS = 60_000


def sign(x):
    return (x > 0) - (x < 0)


def lin(x, a, b):
    return min(max((x - a) / (b - a), 0.0), 1.0)


def direction(moment):
    d = sign(moment.cvd_30m)
    return d if d != 0 and d == sign(moment.cvd_4h) else 0


class Moment:
    """What is known of one symbol at one evaluation. Prices and quantities are integers of 1e-8, pq of 1e-16."""

    __slots__ = (
        "t", "agg_id", "price", "cvd_30m", "cvd_4h", "cvd_24h", "vwaps", "atr", "atr_pct",
        "p95", "p99", "accel", "large_buy", "large_sell", "indicators",
    )


def cvd(moment, settings, d):
    value = settings["base"]
    if sign(moment.cvd_24h) == d:
        value += settings["bonus_24h"]
    return value


def accel(moment, settings, d):
    return 1.0 if moment.accel is not None and d * moment.accel > 0 else 0.0


def p99(moment, settings, d):
    large = moment.large_buy + moment.large_sell
    if large == 0:
        return settings["neutral"]
    return settings["neutral"] + settings["span"] * d * (moment.large_buy - moment.large_sell) / large


def atr_vwap(moment, settings, d):
    value = 0.0
    pq, quantity = moment.vwaps[0]
    if quantity > 0:
        # (price - vwap) * quantity, exactly; in units of 1e-16.
        above = moment.price * quantity - pq
        if d * above > 0:
            value += settings["side"]
        if moment.atr is not None and abs(above) / (quantity * 10**8) <= settings["near_atr"] * moment.atr:
            value += settings["near"]
    if moment.atr_pct is not None and moment.atr_pct >= settings["min_atr_pct"]:
        value += settings["volatile"]
    return value


def ls_ratio(moment, settings, d):
    ratio = moment.indicators.latest("long_short_ratio", moment.t, settings["max_age_s"])
    if ratio is None:
        return None
    if d > 0:
        return lin(ratio, settings["high"], settings["low"])
    return lin(ratio, settings["low"], settings["high"])


def oi(moment, settings, d):
    known = moment.indicators
    now = known.latest("open_interest_hist", moment.t, settings["max_age_s"])
    before = known.latest_between(
        "open_interest_hist",
        moment.t - settings["before_max_min"] * MINUTE_MS,
        moment.t - settings["before_min_min"] * MINUTE_MS,
    )
    if now is None or before is None or before == 0:
        return None
    return lin(now / before - 1, 0, settings["full_rise"])


def coinbase_premium(moment, settings, d):
    premium = moment.indicators.latest("coinbase_premium", moment.t, settings["max_age_s"])
    if premium is None:
        return None
    return lin(d * premium, -settings["full"], settings["full"])


def funding_rate(moment, settings, d):
    rate = moment.indicators.latest("funding_rate", moment.t, settings["max_age_s"])
    if rate is None:
        return None
    return lin(d * rate, settings["zero_at"], 0)


def liquidation(moment, settings, d):
    buys, sells = moment.indicators.liquidated(moment.t, settings["window_min"] * MINUTE_MS)
    total = buys + sells
    if total == 0 or total < Fraction(settings["min_notional_usd"]) * 10**16:
        return 0.0
    return (buys if d > 0 else sells) / total


VALUES = {
    "cvd": cvd,
    "accel": accel,
    "p99": p99,
    "atr_vwap": atr_vwap,
    "ls_ratio": ls_ratio,
    "oi": oi,
    "coinbase_premium": coinbase_premium,
    "funding_rate": funding_rate,
    "liquidation": liquidation,
}


def evaluate(moment, strategy, d):
    """(score, missing): a missing value gives 0 and is named; without a direction the score is 0."""
    score = 0.0
    missing = []
    for name, settings in strategy.signals:
        value = VALUES[name](moment, settings, d if d != 0 else 1)
        if value is None:
            if settings["weight"] > 0:
                missing.append(name)
            value = 0.0
        score += settings["weight"] * value
    return (round(score, 4) if d != 0 else 0.0), missing
