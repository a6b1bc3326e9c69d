"""Prints the import cycles between the modules of one crate, with the line of every import in them. A parent
and its own child may import each other. Exits 1 if there are any.

A module is a file. It imports a module if it names it in a path from `crate::`, `super::` or `self::`, in a
`use` or elsewhere. A name that a module only imports itself counts for the module that defines it.
"""

import collections
import re
import sys

from rust_source import code, end_of_block, files, line_of

PATH = re.compile(r"(?<![\w:$])((?:crate|super|self)(?:\s*::\s*\w+)*)\s*(::\s*\{)?")
USE = re.compile(r"(?<!\w)use\s+([^;]+);")
INLINE = re.compile(r"(?<!\w)mod\s+(\w+)\s*\{")


def crate_roots(paths):
    """Returns the root files of all crates: libraries, commands and functions."""
    return [
        path for path in paths
        if (path.name in ("lib.rs", "main.rs") and path.parent.name != "bin")
        or path.parent.name == "bin"
    ]


def modules(root, paths, roots):
    """Returns the modules of a crate by their names, as tuples: () is the root."""
    found = {(): root}
    others = [other.parent for other in roots if other.parent != root.parent and other.name == "main.rs"]
    for path in paths:
        if root.parent not in path.parents or path in roots:
            continue
        if any(other in path.parents and root.parent in other.parents for other in others):
            continue
        name = path.relative_to(root.parent).with_suffix("").parts
        found[name[:-1] if name[-1] == "mod" else name] = path
    return found


def leaves(tree, prefix=()):
    """Returns the paths in a use tree such as `a::{b, c::d as e}`, each with the name that it is given."""
    depth, start, parts = 0, 0, []
    for position, char in enumerate(tree + ","):
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            parts.append((tree + ",")[start:position].strip())
            start = position + 1
    for part in filter(None, parts):
        head, brace, rest = part.partition("{")
        names = tuple(re.findall(r"\w+|\*", head.split(" as ")[0]))
        if brace:
            yield from leaves(rest.rpartition("}")[0], prefix + names)
            continue
        path = prefix + names
        path = path[:-1] if path and path[-1] == "self" and len(path) > 1 else path
        alias = part.split(" as ")[1].strip() if " as " in part else path[-1] if path else ""
        yield path, alias


class Crate:
    def __init__(self, modules):
        self.modules = modules
        self.text = {name: code(path) for name, path in modules.items()}
        self.names = {name: dict(self.imports(name)) for name in modules}

    def imports(self, module):
        """Returns the names that a module imports, each with its path from the crate's root."""
        for found in USE.finditer(self.text[module]):
            for path, alias in leaves(found[1]):
                if absolute := self.absolute(module, path):
                    yield alias, absolute
                elif path and (*module, path[0]) in self.modules:
                    yield alias, (*module, *path)

    @staticmethod
    def absolute(module, path):
        """Returns a path from the crate's root, or nothing if it leads out of the crate."""
        if not path or path[0] not in ("crate", "super", "self"):
            return None
        base, rest = ((), path[1:]) if path[0] == "crate" else (module, path)
        while rest and rest[0] in ("super", "self"):
            base, rest = (base[:-1] if rest[0] == "super" else base), rest[1:]
        return base + rest

    def owner(self, path, seen=frozenset()):
        """Returns the module that defines what a path names."""
        module = ()
        for length in range(len(path), -1, -1):
            if path[:length] in self.modules:
                module = path[:length]
                break
        rest = path[len(module) :]
        target = self.names[module].get(rest[0]) if rest else None
        if target is None or (module, rest[0]) in seen:
            return module
        return self.owner(target + rest[1:], seen | {(module, rest[0])})

    def edges(self):
        """Returns the imports of all modules: from, to, and the line."""
        for module, text in self.text.items():
            inline = [range(found.start(), end_of_block(text, found.end() - 1)) for found in INLINE.finditer(text)]
            for found in PATH.finditer(text):
                names = tuple(re.findall(r"\w+", found[1]))
                # in an inline module `super` is this file
                if names[0] == "super" and any(found.start() in block for block in inline):
                    continue
                paths = [names]
                if found[2]:
                    tree = text[found.end() - 1 : end_of_block(text, found.end() - 1)]
                    paths = [path for path, _ in leaves(tree[1:-1], names)]
                for path in paths:
                    target = self.owner(self.absolute(module, path))
                    if target != module and module[:-1] != target and target[:-1] != module:
                        yield module, target, line_of(text, found.start())


def reachable(graph, start):
    seen, todo = set(), [start]
    while todo:
        for target in graph[todo.pop()]:
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def cycles(graph):
    """Returns the sets of modules that reach each other."""
    reach = {module: reachable(graph, module) for module in list(graph)}
    groups = {
        frozenset(other for other in reach[module] if module in reach.get(other, ()))
        for module in reach
        if module in reach[module]
    }
    return sorted(groups, key=sorted)


def main():
    paths = files()
    roots = crate_roots(paths)
    count = 0
    for root in roots:
        crate = Crate(modules(root, paths, roots))
        graph, lines = collections.defaultdict(set), {}
        for source, target, line in crate.edges():
            graph[source].add(target)
            lines.setdefault((source, target), line)
        for group in cycles(graph):
            count += 1
            print(f"{root}: " + ", ".join("::".join(("crate", *module)) for module in sorted(group)))
            for (source, target), line in sorted(lines.items()):
                if source in group and target in group:
                    print(f"    {crate.modules[source]}:{line}: imports {'::'.join(('crate', *target))}")
    print(f"{count} import cycles")
    return bool(count)


if __name__ == "__main__":
    sys.exit(main())
