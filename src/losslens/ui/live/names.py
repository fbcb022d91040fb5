"""What the losses of a live run are called, and what is said of their parameters."""

import re

from losslens.live.config import MAX_LOSSES, LiveConfig
from losslens.live.losses import parameter_of, parameters_of
from losslens.losses.parameter import Parameter
from losslens.ui.i18n import Words


def loss_name(config: LiveConfig, key: str, words: Words) -> str:
    """The name of a loss of this run, with its parameter where that was changed."""
    value = parameters_of(config.parameters).get(key)
    parameter = parameter_of(key)
    if value is None or parameter is None or value == parameter.default:
        return words.loss(key)
    setting = f"{parameter.symbol} = {value:g}"
    return words["live.named_parameter"].format(loss=_bare(key, parameter, words), setting=setting)


def parameter_label(key: str, words: Words) -> str:
    """What the control of a loss's parameter is called."""
    parameter = parameter_of(key)
    assert parameter is not None, f"{key} has no parameter"
    return words["live.parameter"].format(
        symbol=parameter.symbol, loss=_bare(key, parameter, words)
    )


def control_name(name: str, words: Words) -> str:
    """What the control of this name, such as ``epochs`` or ``focal.gamma``, is called."""
    key, dot, _ = name.partition(".")
    return parameter_label(key, words) if dot else words[f"live.{name}"].format(most=MAX_LOSSES)


def _bare(key: str, parameter: Parameter, words: Words) -> str:
    """The name without the parameter's usual value, which some names have in brackets."""
    symbol = re.escape(parameter.symbol)
    return re.sub(rf"\s*[(（]{symbol} = [^)）]*[)）]", "", words.loss(key))
