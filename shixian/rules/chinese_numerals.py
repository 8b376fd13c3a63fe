"""大写: an amount in the numerals that Chinese vouchers and payment orders are written in.

Follows the rules for filling in bills that come with the 支付结算办法 (银发〔1997〕393号, 附件一): 整 after 元 only;
one 零 for any run of zeros inside; 零 between 元 and 分 when there is no 角. Two forms are allowed where 万 or 元 is
zero and the next digit is not; this module writes the one that the rules print first (107,000.53 is
壹拾万柒仟元零伍角叁分). The word 人民币 is left to the form, which usually has it printed.
"""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def capital(fen: int) -> str:
    """大写 of a whole, non-negative number of fen: 1_000_500 is 壹万零伍元整, 0 is 零元整."""
    if type(fen) is not int or fen < 0:
        raise ValueError(f"not a non-negative whole number of fen: {fen!r}")
    yuan, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{words}整"
    # 壹仟陆佰捌拾元零叁角贰分, 叁佰贰拾伍元零肆分; but 伍分 alone has no 零 in front.
    if yuan and (not jiao or yuan % 10 == 0):
        words += "零"
    if jiao:
        words += f"{DIGITS[jiao]}角"
    if last:
        words += f"{DIGITS[last]}分"
    return words


def _whole(number: int) -> str:
    """A whole number in capitals, without a unit; 万 and 亿 nest, so that ten trillion is 壹拾万亿."""
    for size, word in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return f"{_whole(high)}{word}{gap}{_whole(low) if low else ''}"
    return _section(number)


def _section(number: int) -> str:
    """A number below ten thousand: 1_005 is 壹仟零伍, 10 is 壹拾."""
    if not number:
        return DIGITS[0]
    words, pending = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if pending else "") + DIGITS[digit] + _PLACES[place]
            pending = False
        elif words:
            pending = True
    return words
