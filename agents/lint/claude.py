"""What Claude Code takes in the head of a subagent, as of version 2.1.197.

The facts come from what that client does with a file: which keys it reads, which values it accepts
and which it drops with no more than a line in its debug log.
"""

from __future__ import annotations

import re

FIELDS = frozenset(
    {
        *("name", "description", "model", "tools", "disallowedTools", "color", "effort"),
        *("permissionMode", "mcpServers", "hooks", "maxTurns", "skills", "initialPrompt"),
        *("memory", "background", "isolation"),
    }
)
"""The keys that are read."""
NOTES = frozenset(
    {
        *("version", "author", "license", "metadata", "tags", "category", "keywords"),
        *("homepage", "repository", "compatibility", "displayName", "created_by", "improved_by"),
        *("type", "date", "created", "updated", "last_updated", "lastUpdated", "source", "status"),
        *("title", "id", "icon", "emoji", "vibe", "domain", "maintainer", "owner"),
    }
)
"""Keys that people and catalogues keep for themselves; nobody expects the client to act on them."""
COLOURS = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan")
PERMISSION_MODES = ("acceptEdits", "auto", "bypassPermissions", "default", "dontAsk", "plan")
MEMORIES = ("user", "project", "local")
ISOLATIONS = ("worktree", "remote")
EFFORTS = ("low", "medium", "high", "xhigh", "max")
"""`med` and whole numbers are taken too."""
HOOK_EVENTS = frozenset(
    {
        *("PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "Notification"),
        *("UserPromptSubmit", "UserPromptExpansion", "SessionStart", "SessionEnd", "Stop"),
        *("StopFailure", "SubagentStart", "SubagentStop", "PreCompact", "PostCompact"),
        *("PermissionRequest", "PermissionDenied", "Setup", "TeammateIdle", "TaskCreated"),
        *("TaskCompleted", "Elicitation", "ElicitationResult", "ConfigChange", "WorktreeCreate"),
        *("WorktreeRemove", "InstructionsLoaded", "CwdChanged", "FileChanged", "MessageDisplay"),
    }
)
HOOK_TYPES = {
    "command": "command",
    "prompt": "prompt",
    "agent": "prompt",
    "http": "url",
    "mcp_tool": "tool",
}
"""The types of hooks, each with the key that it can't do without."""

TOOLS = frozenset(
    {
        *("Agent", "Artifact", "AskUserQuestion", "Bash", "CronCreate", "CronDelete", "CronList"),
        *("DesignSync", "Edit", "EnterPlanMode", "EnterWorktree", "ExitPlanMode", "ExitWorktree"),
        *("Glob", "Grep", "ListAgents", "ListMcpResourcesTool", "LSP", "Monitor", "NotebookEdit"),
        *("PowerShell", "Projects", "PushNotification", "REPL", "Read", "ReadMcpResourceDirTool"),
        *("ReadMcpResourceTool", "RemoteTrigger", "ReportFindings", "ScheduleWakeup"),
        *("SendMessage", "SendUserMessage", "ShareOnboardingGuide", "ShowOnboardingRolePicker"),
        *("Skill", "StructuredOutput", "TaskCreate", "TaskGet", "TaskList", "TaskOutput"),
        *("TaskStop", "TaskUpdate", "TeamCreate", "TeamDelete", "TodoWrite", "ToolSearch"),
        *("WaitForMcpServers", "WebBrowser", "WebFetch", "WebSearch", "Workflow", "Write"),
    }
)
"""The built-in tools, some of which only some installations have."""
RENAMED_TOOLS = {
    "Task": "Agent",
    "KillShell": "TaskStop",
    "KillBash": "TaskStop",
    "AgentOutputTool": "TaskOutput",
    "BashOutputTool": "TaskOutput",
    "AgentOutput": "TaskOutput",
    "BashOutput": "TaskOutput",
    "ListPeers": "ListAgents",
    "Brief": "SendUserMessage",
    "ListMcpResources": "ListMcpResourcesTool",
    "ReadMcpResource": "ReadMcpResourceTool",
    "ReadMcpResourceDir": "ReadMcpResourceDirTool",
}
"""Old names that are still understood, with today's."""
REMOVED_TOOLS = {
    "MultiEdit": "Edit",
    "LS": "Glob",
    "NotebookRead": "Read",
    "SlashCommand": "Skill",
    "exit_plan_mode": "ExitPlanMode",
}
"""Tools that are gone, with what does their work."""
WRITING_TOOLS = frozenset({"Edit", "Write", "NotebookEdit", "MultiEdit"})
MCP_TOOL = re.compile(r"mcp__[A-Za-z0-9_.:*-]+\Z")
TOOL_ENTRY = re.compile(r"([^()]+?)[ \t]*(?:\((.*)\))?\Z", re.DOTALL)

MODELS = frozenset({"sonnet", "opus", "haiku", "fable", "best", "opusplan", "inherit", "default"})
"""Words in place of a model's own name; `[1m]` may follow some."""
MODEL_NAME = re.compile(
    r"(?:[a-z]{2,6}\.)?(?:anthropic\.)?claude-[a-z0-9.@:_-]+(?:\[1m\])?\Z|arn:\S+\Z", re.IGNORECASE
)
RETIRED_MODELS = re.compile(
    r"claude-(?:1|2|instant|3-(?:opus|sonnet|haiku|5-sonnet|5-haiku|7-sonnet))(?:[^a-z]|\Z)"
    r"|claude-(?:sonnet|opus)-4-(?:0|20250514)(?:[^0-9]|\Z)|claude-(?:sonnet|opus)-4\Z",
    re.IGNORECASE,
)
"""Models that Anthropic's own API answers no more, from Claude 1 to Claude 4."""
BUILT_IN_AGENTS = frozenset(
    {"general-purpose", "Explore", "Plan", "statusline-setup", "claude", "claude-code-guide"}
)
"""The client's own agents; a file of that name takes their place."""


def entries(value: object) -> list[str]:
    """The entries of a list of tools, which may be a list or a text with commas or spaces.

    Commas and spaces inside brackets part nothing.
    """
    if isinstance(value, list):
        return [part for one in value if isinstance(one, str) for part in entries(one)]
    if not isinstance(value, str):
        return []
    found: list[str] = []
    current, depth = "", 0
    for character in value:
        depth += (character == "(") - (character == ")")
        if depth <= 0 and (character == "," or character.isspace()):
            found.append(current)
            current = ""
        else:
            current += character
    return [entry for entry in [*found, current] if entry]


def tool_of(entry: str) -> str:
    """The name of the tool that an entry such as `Bash(git:*)` names."""
    found = TOOL_ENTRY.match(entry.strip())
    return found[1] if found else entry.strip()
