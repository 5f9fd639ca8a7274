# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Character sets a log file may be in: the names web browsers know, as Python codecs."""

from __future__ import annotations

import re

_SAME = (
    "utf-8 utf8 unicode-1-1-utf-8 ascii us-ascii latin1 l1 iso-8859-1 iso8859-1 iso88591 iso_8859-1 cp1252 x-cp1252 cp819 ibm819 "
    "latin2 l2 latin3 l3 latin4 l4 latin5 l5 latin6 l6 l9 cyrillic arabic greek greek8 hebrew logical visual "
    "ibm866 cp866 866 koi8-r koi8 koi koi8_r koi8-u koi8-ru macintosh mac x-mac-roman x-mac-cyrillic x-mac-ukrainian dos-874 tis-620 "
    "gbk gb2312 gb_2312-80 chinese csgb2312 x-gbk gb18030 hz-gb-2312 big5 big5-hkscs cn-big5 csbig5 x-x-big5 "
    "euc-jp x-euc-jp cseucpkdfmtjapanese iso-2022-jp csiso2022jp shift_jis shift-jis sjis ms932 ms_kanji windows-31j x-sjis csshiftjis "
    "euc-kr cseuckr korean ks_c_5601-1987 ksc5601 ksc_5601 windows-949 iso-2022-kr iso-2022-cn replacement x-user-defined "
    "utf-16 utf-16le utf-16be iso-8859-8-i windows-874"
)
_FAMILIES = re.compile(r"(?:windows-|x-cp|cp)125[0-8]|iso(?:-8859-|8859-|8859|_8859-)(?:[1-9]|1[0134-6])")
_PYTHON = {
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "l1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "ascii": "cp1252",
}


def known(name: str) -> bool:
    """Tell whether the translator takes the name."""
    name = name.strip().lower()
    return name in _SAME.split() or bool(_FAMILIES.fullmatch(name))


def codec(name: str) -> str:
    """Return the Python codec to decode with."""
    name = name.strip().lower()
    plain = _PYTHON.get(name, name.replace("windows-", "cp").replace("x-cp", "cp"))
    try:
        "".encode(plain)
    except LookupError:
        return "utf-8"
    return plain
