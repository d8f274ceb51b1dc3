"""Packages that talk to services outside Convex, and how a call of one is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project

SERVICE_PACKAGES = frozenset(
    {
        "@anthropic-ai/sdk",
        "@clerk/backend",
        "@clerk/clerk-sdk-node",
        "@clerk/nextjs/server",
        "@elevenlabs/elevenlabs-js",
        "@fal-ai/client",
        "@fal-ai/serverless-client",
        "@google/genai",
        "@google/generative-ai",
        "@googlemaps/google-maps-services-js",
        "@huggingface/inference",
        "@linear/sdk",
        "@mailchimp/mailchimp_marketing",
        "@mendable/firecrawl-js",
        "@mistralai/mistralai",
        "@notionhq/client",
        "@octokit/core",
        "@octokit/rest",
        "@paddle/paddle-node-sdk",
        "@pinecone-database/pinecone",
        "@planetscale/database",
        "@polar-sh/sdk",
        "@sendgrid/mail",
        "@supabase/supabase-js",
        "@tavily/core",
        "@upstash/redis",
        "@vercel/blob",
        "@workos-inc/node",
        "airtable",
        "algoliasearch",
        "assemblyai",
        "axios",
        "cohere-ai",
        "discord.js",
        "elevenlabs",
        "exa-js",
        "expo-server-sdk",
        "firebase-admin",
        "googleapis",
        "got",
        "groq-sdk",
        "ioredis",
        "ky",
        "mailgun.js",
        "mongodb",
        "node-fetch",
        "node-mailjet",
        "nodemailer",
        "octokit",
        "openai",
        "pg",
        "plaid",
        "postmark",
        "posthog-node",
        "redis",
        "replicate",
        "resend",
        "square",
        "stripe",
        "telegraf",
        "together-ai",
        "twilio",
        "undici",
        "web-push",
    }
)
_SERVICE_SCOPES = ("@aws-sdk/", "@azure/", "@google-cloud/", "@slack/", "@deepgram/")
_CALLABLE_PACKAGES = frozenset({"axios", "got", "ky", "node-fetch", "undici", "@vercel/blob"})
"""Whose functions send a request by themselves, without a client being made first."""
_AI_FUNCTIONS = frozenset(
    {
        "embed",
        "embedMany",
        "experimental_generateImage",
        "generateImage",
        "generateObject",
        "generateText",
        "streamObject",
        "streamText",
    }
)
_LOCAL_METHODS = frozenset(
    {
        "constructEvent",
        "constructEventAsync",
        "generateTestHeaderString",
        "verifySignature",
        "isAxiosError",
        "isCancel",
        "create_client",
        "isExpoPushToken",
        "chunkPushNotifications",
        "defineModel",
        "getGenerativeModel",
        "close",
        "destroy",
        "disconnect",
        "end",
        "from",
        "on",
        "quit",
    }
)
"""Methods of such clients that compute something without sending anything."""
_MAX_DEPTH = 4


def is_service(module: str | None) -> bool:
    """Whether a package is the client of an outside service (or of HTTP)."""
    if module is None:
        return False
    parts = module.removeprefix("npm:").split("/")
    package = "/".join(parts[:2]) if module.startswith("@") else parts[0]
    return (
        module in SERVICE_PACKAGES
        or package in SERVICE_PACKAGES
        or (module.startswith(_SERVICE_SCOPES))
    )


def outside_call(project: Project, file: CodeFile, call: Node) -> tuple[Node, str] | None:
    """The identifier and a name for messages where a call reaches outside Convex, else None.

    `fetch`, a function of an HTTP package, a method of a client made from a service's package.
    """
    known = project.once(_known)
    if call.id not in known:
        known[call.id] = _find_outside(project, file, call)
    return known[call.id]


def _known(_project: Project) -> dict[int, tuple[Node, str] | None]:
    """By the call's id: several rules ask about every call."""
    return {}


def _find_outside(project: Project, file: CodeFile, call: Node) -> tuple[Node, str] | None:
    callee = syntax.callee(call)
    if callee is None:
        return None
    if callee.type == "identifier":
        return _plain_call(project, file, callee)
    if callee.type != "member_expression":
        return None
    root = syntax.chain_root(callee)
    if root is not None and root.type == "identifier":
        binding = file.resolve(root)
        if binding is not None and not _may_be_client(project, file, root, binding):
            return None
    method = syntax.field(callee, "property")
    name = syntax.text_of(method)
    chain = syntax.name_chain(callee)
    if method is None:
        return None
    if not chain:
        return _of_fresh_client(project, file, call, method)
    if chain[0] in ("globalThis", "window", "self"):
        is_global = root is not None and file.resolve(root) is None
        return (method, "fetch") if is_global and chain[1:] == ("fetch",) else None
    if root is None or root.type != "identifier" or name in _LOCAL_METHODS:
        return None
    holder = _of_namespace(project, file, root) or root
    if _is_client(project, file, holder, 0) and not _takes_context(project, file, call):
        return method, ".".join(chain)
    return None


def _may_be_client(project: Project, file: CodeFile, root: Node, binding: Binding) -> bool:
    """Whether a name holds a client, a function that gives one, or a module of the project."""
    known = project.once(_names)
    if binding not in known:
        known[binding] = (
            (binding.imported is not None and binding.imported.name == "*")
            or _is_client(project, file, root, 0)
            or _gives_client(project, file, root, 0)
        )
    return known[binding]


def _names(_project: Project) -> dict[Binding, bool]:
    """By the declared name: most calls begin with one of a few, such as `ctx`."""
    return {}


def _of_namespace(project: Project, file: CodeFile, root: Node) -> Node | None:
    """`net.stripe` of `net.stripe.refunds`, where `net` is a module of the project as a whole."""
    binding = file.resolve(root)
    if binding is None or binding.imported is None or binding.imported.name != "*":
        return None
    outer = syntax.wrapped(root).parent
    is_member = outer is not None and outer.type == "member_expression"
    return outer if is_member and project.follow(file, root).module is None else None


def _of_fresh_client(
    project: Project, file: CodeFile, call: Node, method: Node
) -> tuple[Node, str] | None:
    """`new Resend(key).emails.send(…)`, `getStripe().refunds.create(…)`."""
    names: list[str] = []
    node = syntax.callee(call)
    while node is not None and node.type == "member_expression":
        names.append(syntax.text_of(syntax.field(node, "property")))
        node = syntax.unwrap_await(syntax.field(node, "object"))
    if node is None or node.type not in ("call_expression", "new_expression"):
        return None
    maker = syntax.callee(node)
    if maker is None or maker.type != "identifier" or not _LOCAL_METHODS.isdisjoint(names):
        return None
    if project.follow(file, maker).module in _CALLABLE_PACKAGES:
        # `axios(…).data`: the call is the request, and is looked at by itself.
        return None
    if not _is_made_client(project, file, node, 0) or _takes_context(project, file, call):
        return None
    return method, ".".join((syntax.text_of(maker), *reversed(names)))


def _plain_call(project: Project, file: CodeFile, callee: Node) -> tuple[Node, str] | None:
    name = syntax.text_of(callee)
    binding = file.resolve(callee)
    if binding is None:
        return (callee, name) if name == "fetch" else None
    if binding.imported is None:
        return None
    target = project.follow(file, callee)
    if target.module in _CALLABLE_PACKAGES or (
        target.module == "ai" and target.name in _AI_FUNCTIONS
    ):
        return callee, name
    return None


def _is_client(project: Project, file: CodeFile, root: Node, depth: int) -> bool:
    """Whether a name holds a client: `new Stripe(…)`, `twilio(…)`, or the package itself."""
    target = project.follow(file, root)
    if target.module is not None:
        return target.module in _CALLABLE_PACKAGES or (
            target.name in ("default", "*") and target.module == "@sendgrid/mail"
        )
    node = syntax.unwrap_await(target.node)
    if target.file is None or node is None or depth > _MAX_DEPTH:
        return False
    if target.binding is not None and target.binding.assignments:
        # `let client; … client = new Stripe(…)`
        home = target.file
        return any(
            _makes_client(project, home, syntax.unwrap_await(value), depth + 1)
            for value in target.binding.assignments
        )
    if node.type not in ("new_expression", "call_expression"):
        return False
    return _is_made_client(project, target.file, node, depth)


def _is_made_client(project: Project, file: CodeFile, node: Node, depth: int) -> bool:
    """Whether a call or `new` gives a client."""
    return _gives_client(project, file, syntax.callee(node), depth)


def _gives_client(project: Project, file: CodeFile, maker: Node | None, depth: int) -> bool:
    """Whether a client is what a function or class gives."""
    made = project.follow(file, maker)
    if is_service(made.module):
        return True
    if made.file is None or made.node is None or made.node.type not in syntax.FUNCTION_KINDS:
        return False
    # `getStripe()`: a function of the project that makes the client.
    return any(
        _makes_client(project, made.file, syntax.unwrap_await(returned), depth + 1)
        for returned in syntax.returned_expressions(made.node)
    )


def _makes_client(project: Project, file: CodeFile, node: Node | None, depth: int) -> bool:
    if node is None:
        return False
    if node.type in ("new_expression", "call_expression"):
        return is_service(project.follow(file, syntax.callee(node)).module)
    return node.type == "identifier" and _is_client(project, file, node, depth)


def _takes_context(project: Project, file: CodeFile, call: Node) -> bool:
    """Component clients are handed the context; they run inside Convex."""
    first = syntax.argument(call, 0)
    found = project.contexts.path_of(file, first) if first is not None else None
    return found is not None and not found.path
