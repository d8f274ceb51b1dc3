"""Words of everyday English that name no technical matter.

A question is not about them where no document uses them: `presses` and `cause` say nothing of what
a library lacks, `kafka` does. Where documents do use them they count as any other word.
"""

from __future__ import annotations

from functools import cache

from kb.lexical import terms

_WORDS = """
able according actual add affect all almost along already answer anybody anyhow anymore apart
appear arise aside ask assume attempt away back become begin behind believe better beyond bit
bother break bring broken build buy care careful case cause certain chance change choose clear
click clicking clicks close come common complain completely concern confuse consider contain
continue copy correct couple course cover cut deal decide deep default depend describe deserve
desire details differ difference difficult disappear discover doubt down dozen drop during
earlier easy edge else end ended enough especially even ever everybody exact example except
exist expect explain extra extract face fact fail far feel few figure final find fine finish
first fit fix follow force forget forgotten free friend full further gave general give given
gives go goes gone great guess half hammering hand hang hard hardly hate hear help hit hold hope
hour huge hundred hundreds hurt idea ideal imagine impossible inside intend involve involved
itself job join keep kill kind later lead learn least leave left less let level life like line
little live long longer look looks lose lost lot love low made main major many mark matters
maybe mean means meant mess middle might mind minute miss missing mistake month more most mostly
move myself name narrow natural near nearly necessary needed neither next nice normal notice now
nowhere number obvious odd oddly of often once only open order others outside own pair part
particular past people perfect perform person pick piece place plain plan play pleasant plenty
point poor possible practice prefer present press presses pretty prevent previous probably
produce produced purpose push put question questions quick quickly quite random rare reach read
ready real reason receive refer regard regular rely remain remember remind remove repeat reply
require rest result results return rid right risk room rough round run said same save say second
see seen sense separate separately serious set several shape short shortly show shown side sign
silent similar simple simply since sit situation slight small smart so solve somebody somebody's
sort sound speak special spend stand start state stay step stick still stop stops straight
strange struggle stuck stupid such sudden suggest suit support supported supports suppose
surprise switch take talk tell ten tend thin thought thousand thousands three through throughout
tidy today together tomorrow ton took top total touch touches toward tricky tried trigger
trouble true trust truth turn twenty twice two type ugly unclear understand unless unnecessary
unsure until upset useful usual value view visible wait walk watch weak wear week weigh weird
whole wide win wise wish within wonder word work world worry worse worst worth write written
wrong year yesterday young
"""


@cache
def everyday_terms() -> frozenset[str]:
    """The index's terms for these words."""
    return frozenset(terms(_WORDS))
