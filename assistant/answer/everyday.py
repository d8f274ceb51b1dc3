"""Words of everyday English that name no technical matter.

A question is not about them where no document uses them: `presses` and `cause` say nothing of what
a library lacks, `kafka` does. Where documents do use them they count as any other word.
"""

from __future__ import annotations

from functools import cache

from kb.lexical import terms

_WORDS = """
able accept according actual add affect all almost along already answer anybody anyhow anymore apart
appear arise arrive aside ask assume attempt avoid away back basically become begin behind believe
belongs better beyond bit bits bother brand break bring brings broken build buy care careful
carefully case cause certain chance change chatty cheap choose clear clearly click clicking clicks
close closely combine come common compare complain completely concern confuse consider contain
continue copy correct couple course cover current currently cut day days dead deal decide deep
default depend describe deserve desire details differ difference difficult directly disappear
discourage discover doubt down dozen drop during earlier easy edge elegant else end ended endless
enough entire especially even ever everybody everywhere evil exact example except exist expect
explain extra extract face fact fail fair fancy far fast fat favor favourite feel fetch few figure
final find fine finish first fit fix follow force forever forget forgotten free fresh friend full
further gave general give given gives go goes gone great guarantee guaranteed guess half hammering
hand hang hard hardly harm hate hear help hit hold honest hope horrible hour huge hundred hundreds
hurt idea ideal imagine implement impossible infinite inside insist instant intend involve involved
itself job join keep kill kind kinda later lazy lead lean learn least leave left legit less let
level life like line little live long longer look looks lose lost lot love low machine made main
major manage mandatory many mark matters maybe mean means meant merely mess middle might mind minute
miss missing mistake modern modest month more most mostly move myself name narrow natural near
nearly neat necessary needed neither newly next nice nightmare normal notice now nowhere number
obvious odd oddly of offer official often old older oldest once only open order others ought outside
own pair part particular particularly past people perfect perform permit person pick piece place
plain plainly plan play pleasant plenty point poor position positions possible practice prefer
prepare present press presses pretty prevent previous probably produce produced proper properly
purpose put question questions quick quickly quite random rare reach read ready real reason receive
recent recently refer refuse refused refuses regard regular rely remain remember remind remove
repeat reply require rest result results return rid right risk room rough round run safe safely said
same save say scratch second see seen send sends sense sensible sent separate separately serious set
several shape shared short shortly show shown side sign silent similar simple simply since sit
situation slight slim small smaller smart so solve somebody somebody's sometime somewhat sort sound
speak special spend split splits splitting spread stand start state stay step stick still stop stops
straight strange struggle stuck stupid such sudden suffice suggest suit support supported supports
suppose surprise suspicious switch take talk tell ten tend terrible thick thin third thought
thousand thousands three through throughout tidy tie tiny today together tomorrow ton tons took top
total touch touches toward traditional tricky tried trigger trouble true trust truth turn twenty
twice twist two type typical ugly unclear underneath understand unless unnecessary unsure until
unused upset useful usual usually value vanish vast view visible wait walk waste watch weak wear
week weigh weird whichever whole wide willing win wise wish within wonder word work worked world
worry worse worst worth write written wrong year yesterday young
"""


@cache
def everyday_terms() -> frozenset[str]:
    """The index's terms for these words."""
    return frozenset(terms(_WORDS))
