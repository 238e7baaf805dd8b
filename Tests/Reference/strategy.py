"""Strategy files: every key required, unknown keys are errors, weights sum to 100."""

import json

from decimals import InputError

NUMBERS = (
    "threshold", "stop_loss_atr", "take_profit_1_atr", "take_profit_2_atr",
    "cooldown_s", "warm_up_min", "hold_close_min",
)

# In the table's order: the score is summed in it.
SIGNALS = {
    "cvd": ("weight", "base", "bonus_24h"),
    "accel": ("weight",),
    "p99": ("weight", "neutral", "span"),
    "atr_vwap": ("weight", "side", "near", "near_atr", "volatile", "min_atr_pct"),
    "ls_ratio": ("weight", "low", "high", "max_age_s"),
    "oi": ("weight", "full_rise", "before_min_min", "before_max_min", "max_age_s"),
    "coinbase_premium": ("weight", "full", "max_age_s"),
    "funding_rate": ("weight", "zero_at", "max_age_s"),
    "liquidation": ("weight", "window_min", "min_notional_usd"),
}


def _number(path, key, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{path}: {key}: not a number: {value!r}")
    return value


def _keys(path, prefix, table, wanted):
    if not isinstance(table, dict):
        raise InputError(f"{path}: {prefix or 'file'}: not an object: {table!r}")
    for key in table:
        if key not in wanted:
            raise InputError(f"{path}: {prefix}{key}: unknown key (value {table[key]!r})")


class Strategy:
    def __init__(self, path, document):
        wanted = ("name", "version", "max_cost_r", "signals") + NUMBERS
        _keys(path, "", document, wanted)
        for key in wanted:
            if key not in document:
                raise InputError(f"{path}: {key}: missing key")
        for key in ("name", "version"):
            if not isinstance(document[key], str):
                raise InputError(f"{path}: {key}: not a string: {document[key]!r}")
        self.name = document["name"]
        self.version = document["version"]
        for key in NUMBERS:
            setattr(self, key, _number(path, key, document[key]))
        self.max_cost_r = document["max_cost_r"]
        if self.max_cost_r is not None:
            _number(path, "max_cost_r", self.max_cost_r)
        signals = document["signals"]
        _keys(path, "signals.", signals, SIGNALS)
        self.signals = []  # (name, settings) in the table's order
        for name, keys in SIGNALS.items():
            if name not in signals:
                continue
            settings = signals[name]
            _keys(path, f"signals.{name}.", settings, keys)
            for key in keys:
                if key not in settings:
                    raise InputError(f"{path}: signals.{name}.{key}: missing key")
                _number(path, f"signals.{name}.{key}", settings[key])
            self.signals.append((name, settings))
        total = sum(settings["weight"] for _, settings in self.signals)
        if abs(total - 100) > 1e-9:
            raise InputError(f"{path}: signals: weights sum to {total}, not to 100")


def read_strategy(path):
    with open(path, encoding="utf-8") as file:
        try:
            document = json.load(file)
        except ValueError as error:
            raise InputError(f"{path}: not JSON: {error}") from None
    return Strategy(path, document)
