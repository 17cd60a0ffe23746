"""Finds a tool's entry point and calls it: six forms, the first that fits.

1 the source has a `return` outside any function: it is a function's body    2 `execute_tool(parameters, context)`
3 a function with one of the tool's names    4 the only public function    5 the last public one    6 none: an error
"""

import ast
import builtins
import importlib
import inspect
import keyword
import linecache
import sys
import types

from _hookswitch import report

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Tool:
    def __init__(self, form, function, run):
        self.form = form
        self.function = function
        self.run = run


def load(spec):
    source, filename = spec["code"], report.filename(spec["name"])
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    tree = ast.parse(source, filename)
    module = types.ModuleType("__tool__")
    module.__file__ = filename
    sys.modules["__tool__"] = module
    space = module.__dict__
    space["__builtins__"] = _builtins(spec["allowed_modules"])
    for name in spec["allowed_modules"] or ():
        _preimport(space, name)
    if _has_outer_return(tree.body):
        return _as_body(tree, filename, space, spec)
    exec(compile(tree, filename, "exec", dont_inherit=True), space)
    if callable(space.get("execute_tool")):
        function = space["execute_tool"]
        return Tool("execute_tool", function, lambda arguments, context: function(arguments, context))
    for name in spec["entries"]:
        if callable(space.get(name)) and not isinstance(space[name], types.ModuleType):
            return _by_keywords("named", space[name], spec)
    names = [node.name for node in tree.body if isinstance(node, _FUNCTIONS) and not node.name.startswith("_")]
    names = [name for name in dict.fromkeys(names) if callable(space.get(name))]
    if names:
        return _by_keywords("only" if len(names) == 1 else "last", space[names[-1]], spec)
    raise report.NoEntry("Code must define an 'execute_tool' function")


def _by_keywords(form, function, spec):
    declared = set(spec["parameters"])
    try:
        wanted = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        wanted = ()
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in wanted)
    positional = [parameter.name for parameter in wanted if parameter.kind is parameter.POSITIONAL_ONLY]
    named = {p.name for p in wanted if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}

    def run(arguments, context):
        offered = dict(arguments)
        for name, whole in (("context", context), ("parameters", arguments)):
            if name not in declared and name in named.union(positional):
                offered[name] = whole
        first = []
        for name in positional:
            if name not in offered:
                break
            first.append(offered.pop(name))
        if not takes_all:
            offered = {name: value for name, value in offered.items() if name in named}
        return function(*first, **offered)

    return Tool(form, function, run)


def _as_body(tree, filename, space, spec):
    """Form 1. The statements keep their line numbers; declared arguments that were not given are None."""
    names = [name for name in spec["parameters"] if name.isidentifier() and not keyword.iskeyword(name)]
    names = [name for name in names if name not in ("parameters", "context")]
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    body = [node for node in tree.body if node not in future]
    kind = ast.AsyncFunctionDef if _awaits(body) else ast.FunctionDef
    arguments = ast.arguments([], [ast.arg(name) for name in ("parameters", "context", *names)], None, [], [], None, [])
    extra = {"type_params": []} if sys.version_info >= (3, 12) else {}
    wrapper = kind("__body__", arguments, body, [], None, None, lineno=1, col_offset=0, **extra)
    module = ast.fix_missing_locations(ast.Module([*future, wrapper], []))
    exec(compile(module, filename, "exec", dont_inherit=True), space)
    function = space["__body__"]
    return Tool("body", function, lambda given, context: function(given, context, *(given.get(name) for name in names)))


def _outer(nodes):
    """The nodes that belong to the source's own level, not to a function or class inside it."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _has_outer_return(body):
    return any(isinstance(node, ast.Return) for node in _outer(body))


def _awaits(body):
    return any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for node in _outer(body))


def _builtins(allowed):
    """The builtins as the tool sees them. With a list of modules only its own imports are checked, not a library's."""
    space = dict(vars(builtins))
    if allowed is None:
        return space
    roots = set(allowed) | {"__future__"}

    def checked(name, globals=None, locals=None, fromlist=(), level=0):
        parts = name.split(".")
        if level == 0 and not any(".".join(parts[: end + 1]) in roots for end in range(len(parts))):
            wanted = {f"{name}.{part}" for part in fromlist or ()}
            if not wanted or not wanted <= roots:
                raise ImportError(f"module '{name}' is not allowed")
        return builtins.__import__(name, globals, locals, fromlist, level)

    space["__import__"] = checked
    return space


def _preimport(space, name):
    try:
        importlib.import_module(name)
    except ImportError:
        return
    root = name.partition(".")[0]
    space[root] = sys.modules[root]
