"""An HTTP action answers other origins, but no route answers the browser's OPTIONS request.

Why: before most cross-origin requests a browser asks by OPTIONS whether it may; without an answer
it never sends the request, and the headers of the action itself are never seen.
Silent when: a route for OPTIONS covers the path, by the same path or a prefix, or a CORS router of
convex-helpers adds one; a GET of which no header is read, since browsers ask about it only where
a script adds one.

Bad:
    import { httpRouter } from "convex/server";
    import { httpAction } from "./_generated/server";

    const http = httpRouter();
    http.route({
      path: "/vote",
      method: "POST",
      handler: httpAction(async () => {
        return new Response("ok", { headers: { "Access-Control-Allow-Origin": "*" } });
      }),
    });
    export default http;
Good:
    import { httpRouter } from "convex/server";
    import { httpAction } from "./_generated/server";

    const http = httpRouter();
    const headers = { "Access-Control-Allow-Origin": "https://a.example" };
    http.route({
      path: "/vote",
      method: "POST",
      handler: httpAction(async () => new Response("ok", { headers })),
    });
    http.route({
      path: "/vote",
      method: "OPTIONS",
      handler: httpAction(async () => new Response(null, { headers })),
    });
    export default http;

Intent:
    cors | preflight;
    options & route | request | handler & http & not pagination | config;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.reach import Unit
from assistant.code.rule import Report, Rule
from assistant.code.rules._http_requests import Route, Routes

if TYPE_CHECKING:
    from tree_sitter import Node

_HEADER = "access-control-allow-origin"
_VALUES = frozenset({"call_expression", "new_expression", "object", "string"})
_BY_ITSELF = (
    *("accept", "cf-", "content-type", "cookie", "forwarded", "host", "origin", "referer"),
    *("user-agent", "x-forwarded-", "x-real-ip"),
)
"""How headers begin that browsers and proxies add by themselves."""
_SIMPLE = frozenset({"GET", "HEAD"})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report an HTTP action with CORS headers whose routes leave OPTIONS unanswered."""
    if function.kind is not Kind.HTTP_ACTION:
        return
    routes = project.once(Routes)
    open_routes = [route for route in routes.leading_to(function) if _needs(project, route)]
    lacking = [route for route in open_routes if not any(_answers(o, route) for o in routes.all)]
    units = project.reach.reached_by(function) if lacking else ()
    if not any(_sets_header(project, unit) for unit in units):
        return
    route = lacking[0]
    simple = all(one.method in _SIMPLE for one in lacking)
    if simple and not any(_reads_header(unit) for unit in units):
        return
    yield RULE.at(
        function.file,
        function.name_node,
        f"`{route.method} {route.path}` sends CORS headers, but no route answers OPTIONS there",
        hint=f'add a route with `method: "OPTIONS"` for `{route.path}`, or use `corsRouter` of '
        "convex-helpers",
        confidence=Confidence.LOW if simple else Confidence.HIGH,
        anchor=function.call,
    )


def _needs(project: Project, route: Route) -> bool:
    if route.method in (None, "OPTIONS") or route.path is None:
        return False
    router = project.follow(route.file, syntax.receiver(route.call))
    made = router.node
    if router.file is None or made is None or made.type != "call_expression":
        return True
    return syntax.callee_name(made) != "corsRouter"


def _answers(options: Route, route: Route) -> bool:
    """Whether a route for OPTIONS covers the path of another one."""
    if options.path is None or route.path is None:
        # It may be any path: nothing can be said.
        return options.method in (None, "OPTIONS")
    if options.method != "OPTIONS":
        return False
    if options.path == route.path:
        return True
    return options.is_prefix and route.path.startswith(options.path)


def _sets_header(project: Project, unit: Unit) -> bool:
    """Whether the header is named in code, or in an object or constant that the code uses."""
    if _names_header(unit.node):
        return True
    for name in syntax.descendants(unit.node, "identifier", "shorthand_property_identifier"):
        binding = unit.file.resolve(name)
        if binding is None or binding.kind not in ("import", "variable"):
            continue
        target = project.follow(unit.file, name)
        if target.node is not None and target.node.type in _VALUES and _names_header(target.node):
            return True
    return False


def _reads_header(unit: Unit) -> bool:
    """Whether a header is read that a script has to add: `headers.get("Authorization")`."""
    for member in syntax.descendants(unit.node, "member_expression"):
        if syntax.member_name(member) != "headers":
            continue
        getter = syntax.wrapped(member).parent
        call = getter.parent if getter is not None else None
        if call is None or call.type != "call_expression" or syntax.callee_name(call) != "get":
            return True
        name = syntax.string_value(syntax.argument(call, 0))
        if name is None or not name.lower().startswith(_BY_ITSELF):
            return True
    return False


def _names_header(node: Node) -> bool:
    texts = (node, *syntax.descendants(node, "string", "template_string"))
    return any((syntax.string_value(text) or "").lower() == _HEADER for text in texts)


RULE = Rule(
    id="missing-cors-preflight",
    severity=Severity.INFO,
    category="access",
    check_function=check,
)
