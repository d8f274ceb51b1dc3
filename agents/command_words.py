"""The verbs that commands in agent documents begin with, and the nouns that look like them."""

from __future__ import annotations

import re

_COMMANDS = """
abstract accept access achieve acknowledge adapt add address adhere adjust adopt aggregate aim
align allow analyse analyze annotate anticipate append apply approve architect articulate ask
assert assess assign assume attach audit authenticate authorize await backup balance base batch
be begin benchmark bind block break bring build bundle cache calculate call capture catch
categorize centralize chain challenge change check choose cite clarify classify clean clear close
coalesce collect combine comment commit communicate compare compile complete compose compress
compute conduct configure confirm connect consider consolidate construct consult consume contain
continue control convert coordinate copy correlate cover craft create cross debounce debug
decide declare decompose decouple deduplicate default defer define delegate delete deliver
demand demonstrate denormalize deploy deprecate derive describe design detail detect determine
develop diagnose differentiate disable discard disclose discuss divide document download draft
draw drop edit eliminate embed embrace emit emphasize employ enable encapsulate encode encourage
encrypt end enforce enhance ensure enumerate escalate escape establish estimate evaluate examine
execute expect explain explore export expose express extend extract fail favor favour fetch
filter find finish fix flag focus follow forget format formulate gather generate get give go
grant group guarantee guard guide handle harden have help hide highlight honor identify ignore
illustrate implement import improve include incorporate increase index infer inform initialize
inject inline insert inspect install instruct instrument integrate interpret introduce
invalidate investigate invoke involve isolate iterate join justify keep label launch lead learn
leave let leverage limit link list listen load localize lock log look lower maintain make manage
map mark match maximize measure memoize mention merge migrate mind minimize mitigate mix mock
model modify monitor move name navigate negotiate normalize note notify obey observe obtain
offer omit open optimize orchestrate order organise organize outline output override overuse own
package pad paginate parallelize parse partition pass patch perform persist pick pin place plan
point populate practice precompute prefer prefix prepare present preserve prevent print
prioritise prioritize process produce profile prompt propagate propose protect prototype prove
provide publish pull purge push put quantify query quote raise randomize rate reach read rebuild
recheck recommend reconcile record recover recreate redact redirect reduce refactor refer
reference refine refresh refuse register reject relate release rely remember remove rename
render repeat replace reply report reproduce request require reserve reset resist resolve
respect respond restart restrict retain retrieve retry return reuse revalidate review revisit
revoke rewrite roll rotate round route run sanitize save scale scan schedule scope score search
secure seed seek select send separate serialize serve set shard share ship show signal simplify
simulate skip solve sort specify split spot stage standardize start state stay stick stop store
stream strengthen strip strive structure study submit subscribe substitute suggest summarise
summarize supply support surface switch sync synchronize synthesize tag tailor take target teach
tell terminate test think throttle throw tie time toggle trace track train transform translate
treat triage trigger trim troubleshoot trust try tune turn type understand unify uninstall
update upgrade upload use utilise utilize validate vary verify version view wait walk warn watch
weigh work wrap write
"""

VERBS = frozenset(_COMMANDS.split())
"""Base forms, in lower case."""

_KEEPS_ITS_E = ("ee", "oe", "ye")


def _gerund(verb: str) -> str:
    drops_e = verb.endswith("e") and not verb.endswith(_KEEPS_ITS_E)
    return (verb[:-1] if drops_e else verb) + "ing"


GERUNDS = frozenset(map(_gerund, VERBS)) | {
    *("debugging", "getting", "logging", "mapping", "planning", "profiling", "running", "setting"),
    *("submitting", "writing"),
}
"""`-ing` forms of the commands."""

NOUN_PAIRS = re.compile(
    r"(?:access (?:control|patterns?|tokens?)|use[- ]cases?|design (?:patterns?|systems?|tokens?"
    r"|principles|decisions)|test (?:coverage|cases?|suites?|data|results?|plans?)|build (?:tools?"
    r"|systems?|times?|process)|error|cache (?:hits?|layers?|strateg\w+)|query (?:latency|"
    r"performance|patterns?|optimi[sz]ation|times?)|index (?:coverage|strateg\w+|optimi[sz]ation)"
    r"|type (?:safety|systems?|definitions?)|process (?:improvement|management)|state "
    r"(?:management|machines?)|file|load (?:balanc\w+|times?|testing)|rate limit\w*|log "
    r"(?:aggregation|levels?|analysis)|model (?:selection|training|serving|deployment)|version "
    r"control|code|search (?:engines?|functionality)|stream processing|support (?:for|tickets?)"
    r"|package (?:managers?|management)|order management|trust|view|target (?:audience|users?)"
    r"|route handlers?|link building|release (?:management|notes|process)|scale (?:testing)"
    r"|schedule (?:management)|benchmark results|request\b.{0,12}\bhandling|audit (?:trails?|logs?"
    r"|logging)|backup (?:strateg\w+|and|plans?)|change (?:management|logs?)|import/export"
    r"|index(?:es)? and|monitor(?:ing)? (?:tools?)|report generation|focus areas?|share of)\b"
)
"""Words that begin like a command and are a noun."""

AMBIGUOUS = frozenset(
    {
        *("access", "audit", "backup", "batch", "block", "build", "cache", "change", "control"),
        *("filter", "index", "label", "limit", "link", "load", "lock", "log", "map", "model"),
        *("order", "package", "process", "query", "rate", "read", "release", "request", "route"),
        *("schedule", "search", "state", "stream", "support", "target", "test", "type", "version"),
        "view",
    }
)
"""Commands that are nouns as often: in a short entry they need an object after them."""

_OBJECT = re.compile(
    r"(?:a|all|and|any|at|both|by|each|every|for|from|if|in|into|it|its|multiple|new|no|on|only"
    r"|or|our|that|the|their|this|through|to|up|when|whether|with|your|\w+ly|\w+ed|\w+[^s]s)\b|`|\W"
)
_SHORT = 4


def is_noun_phrase(words: str) -> bool:
    """Whether words that begin with a command's verb name a thing (`test coverage`)."""
    if NOUN_PAIRS.match(words):
        return True
    first, _, rest = words.partition(" ")
    if first not in AMBIGUOUS or len(words.split(maxsplit=_SHORT)) > _SHORT:
        return False
    return bool(rest) and not _OBJECT.match(rest)
