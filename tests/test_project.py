"""What the project promises as a whole: its names, its floors, its files."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

import sandbox

ROOT = Path(__file__).parent.parent

PUBLIC_NAMES = [
    "Agent",
    "AgentId",
    "AgentInstantiationContext",
    "AgentMetadata",
    "AgentProxy",
    "AgentRuntime",
    "AgentType",
    "BaseAgent",
    "CancellationToken",
    "ClosureAgent",
    "ClosureContext",
    "DefaultInterventionHandler",
    "DefaultSubscription",
    "DefaultTopicId",
    "DropMessage",
    "EVENT_LOGGER_NAME",
    "FunctionCall",
    "Inspector",
    "InterventionHandler",
    "JSON_DATA_CONTENT_TYPE",
    "MessageContext",
    "MessageHandlerContext",
    "MessageSerializer",
    "PROTOBUF_DATA_CONTENT_TYPE",
    "ROOT_LOGGER_NAME",
    "Recording",
    "RoutedAgent",
    "SingleThreadedAgentRuntime",
    "Subscription",
    "SubscriptionInstantiationContext",
    "TRACE_LOGGER_NAME",
    "TopicId",
    "TypePrefixSubscription",
    "TypeSubscription",
    "UnknownPayload",
    "default_subscription",
    "event",
    "load_ipython_extension",
    "message_handler",
    "rpc",
    "try_get_known_serializers_for_type",
    "type_subscription",
    "unload_ipython_extension",
    "__version__",
]

ALIAS_MODULES = {
    "exceptions": [
        "CantHandleException",
        "MessageDroppedException",
        "NotAccessibleError",
        "UndeliverableException",
    ],
    "logging": [
        "AgentConstructionExceptionEvent",
        "DeliveryStage",
        "MessageDroppedEvent",
        "MessageEvent",
        "MessageHandlerExceptionEvent",
        "MessageKind",
    ],
    "_cancellation_token": ["CancellationToken"],
    "_default_subscription": ["DefaultSubscription", "default_subscription"],
    "_default_topic": ["DefaultTopicId"],
    "_routed_agent": ["RoutedAgent", "event", "message_handler", "rpc"],
    "_serialization": [
        "DataclassJsonMessageSerializer",
        "PydanticJsonMessageSerializer",
        "SerializationRegistry",
        "has_nested_base_model",
    ],
    "_type_helpers": ["AnyType", "get_types"],
}


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr  # 1: git grep found nothing
    return done.stdout


def test_the_public_names_are_exactly_the_promised_ones():
    assert sorted(sandbox.__all__) == sorted(PUBLIC_NAMES)
    assert [name for name in PUBLIC_NAMES if not hasattr(sandbox, name)] == []


def test_dir_lists_the_public_names():
    assert set(PUBLIC_NAMES) <= set(dir(sandbox))


@pytest.mark.parametrize("module", ALIAS_MODULES)
def test_the_promised_submodules_have_their_names(module: str):
    found = import_module(f"sandbox.{module}")
    assert [name for name in ALIAS_MODULES[module] if not hasattr(found, name)] == []


def test_importing_what_runs_agents_loads_no_notebook_or_plotting_library():
    heavy = ["IPython", "anywidget", "ipywidgets", "matplotlib", "networkx", "traitlets"]
    names = ", ".join({*PUBLIC_NAMES} - {"Inspector", "Recording"})
    script = (
        f"from sandbox import {names}; import sys; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_version_is_the_installed_one():
    assert sandbox.__version__ == version("agent-sandbox")


def test_the_changelog_tells_of_this_version():
    assert f"## [{sandbox.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_names_a_registry_or_a_machine():
    # Lock files and settings would tie the project to the place where they were written.
    addresses = r"https?://[^ \"')]*(registry|pypi|simple/|artifactory|nexus|mirror)[^ \"')]*"
    homes = r"(^|[^a-zA-Z0-9_.-])/(root|work|home)/[a-z]"
    found = git("grep", "-nIE", f"{addresses}|{homes}", "--", ".", ":!tests/test_project.py")
    assert found.splitlines() == []


def test_every_make_target_that_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        target
        for document in ("README.md", "CONTRIBUTING.md", ".github/workflows/ci.yml")
        for target in re.findall(
            r"(?:`|run: |^)make ([a-z-]+)",
            (ROOT / document).read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    }
    assert named
    assert named <= targets


def test_every_document_link_leads_to_a_file():
    broken = [
        f"{document}: {target}"
        for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text(encoding="utf-8"))
        if "://" not in target and not (ROOT / target).exists()
    ]
    assert broken == []


def is_fixture(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def idle_functions(sources: list[str]) -> list[str]:
    """Module-level functions that are no tests, fixtures or hooks, and that nothing mentions."""
    trees = [ast.parse(source) for source in sources]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    mentioned = {node.id for node in nodes if isinstance(node, ast.Name)}
    mentioned |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return [
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith(("test_", "pytest_"))
        and not is_fixture(node)
        and node.name not in mentioned
    ]


def test_an_idle_function_is_found():
    sources = ["def tets_typo(): ...\ndef helper(): ...\n", "def test_it(): helper()\n"]
    assert idle_functions(sources) == ["tets_typo"]


def test_no_function_in_the_tests_is_idle():
    files = [
        file
        for file in sorted((ROOT / "tests").rglob("*.py"))
        if "conformance" not in file.parts  # what others' tests call
    ]
    assert idle_functions([file.read_text(encoding="utf-8") for file in files]) == []
