"""Run as a tool of the platform: reads a source without running it. What a save wants to know."""

import ast

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def f(source):
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return {"error": {"message": str(error.msg), "line": error.lineno}}
    except (ValueError, RecursionError, MemoryError) as error:
        return {"error": {"message": str(error) or type(error).__name__, "line": None}}
    imports = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            imports.add(node.module)
    functions = [node.name for node in tree.body if isinstance(node, _FUNCTIONS)]
    return {"imports": sorted(imports), "functions": functions, "body": has_outer_return(tree.body)}


def has_outer_return(nodes):
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            return True
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
    return False
