# SPDX-License-Identifier: GPL-3.0-or-later
#
# The last part: attach_index(), the fields that its function takes from a record, and the program itself.


def source_text(node):
    try:
        text = ast.unparse(node)
    except Exception:  # an old Python, or nested too deeply
        return ''
    return text if len(text) <= 500 else text[:499] + '\u2026'


class KeyFields:
    """The fields of which a function of one record makes a key."""

    def __init__(self, follower):
        self.follower = follower
        self.fields = None  # a list of paths; None where it cannot be followed
        self.composite = False
        self.expression = ''

    def read(self, node, scope, depth=0):
        if isinstance(node, ast.Call):
            return self._getter(node, scope)
        value = self.follower.follow(node, scope)
        if value[0] != 'func':
            self.expression = source_text(node)
            return
        function = value[1]
        arguments = getattr(function.args, 'posonlyargs', []) + function.args.args
        body = function.body
        if isinstance(body, list):
            body = [s for s in body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
                self.expression = getattr(function, 'name', '')
                return
            body = body[0].value
        self.expression = source_text(body)
        if arguments:
            self._body(body, arguments[0].arg)

    def _getter(self, node, scope):
        self.expression = source_text(node)
        callee = self.follower.follow(node.func, scope)
        if callee not in (('ext', 'operator.attrgetter'), ('ext', 'operator.itemgetter')) or not node.args:
            return
        values = [self.follower.follow(argument, scope) for argument in node.args]
        if any(v[0] != 'const' or not isinstance(v[1], str) for v in values):
            return
        split = callee[1].endswith('attrgetter')
        self.fields = [v[1].split('.') if split else [v[1]] for v in values]
        self.composite = len(values) > 1

    def _body(self, body, record):
        body = self._or_none(body)
        if isinstance(body, ast.Tuple):
            paths = [self._path(self._or_none(element), record) for element in body.elts]
            self.composite = True
        else:
            paths = [self._path(body, record)]
        if paths and None not in paths:
            self.fields = paths

    @staticmethod
    def _or_none(node):
        """`x` of `x or None`, `x if x else None`, `None if x is None else x`."""
        def is_none(n):
            return isinstance(n, ast.Constant) and n.value is None

        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2 \
                and is_none(node.values[1]):
            return node.values[0]
        if not isinstance(node, ast.IfExp):
            return node
        kept = node.body if is_none(node.orelse) else node.orelse if is_none(node.body) else None
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and is_none(test.comparators[0]) \
                and isinstance(test.ops[0], ast.IsNot if kept is node.body else ast.Is):
            test = test.left
        elif kept is not node.body:
            return node
        return kept if kept is not None and ast.dump(test) == ast.dump(kept) else node

    def _path(self, node, record):
        steps = []
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Attribute):
                steps.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Subscript):
                index = node.slice.value if type(node.slice).__name__ == 'Index' else node.slice
                if not isinstance(index, ast.Constant) or not isinstance(index.value, str):
                    return None
                steps.append(index.value)
                node = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == 'get' \
                    and len(node.args) == 1 and isinstance(node.args[0], ast.Constant) \
                    and isinstance(node.args[0].value, str) and not node.keywords:
                steps.append(node.args[0].value)
                node = node.func.value
            else:
                return None
        return list(reversed(steps)) if node.id == record else None


class Indexes(Tables):
    def _attached(self, module, node, scope):
        arguments = self._arguments(node, [])
        name = function = index = None
        for argument in list(node.args) + [arguments[k] for k in ('index_name', 'name', 'pmap', 'index', 'fkey', 'fn',
                                                                  'key') if k in arguments]:
            value = self.follower.follow(argument, scope)
            if value[0] == 'const' and isinstance(value[1], str) and name is None:
                name = value[1]
            elif function is None and (value[0] == 'func' or (
                    isinstance(argument, ast.Call) and str(dotted(argument.func)).endswith('getter'))):
                function = argument
            elif index is None and not (value[0] == 'const'):
                index = argument
        if index is None or function is None:
            if self._table_of(node.func.value, scope)[0] is not None:
                self.problems.add(module.file, node.lineno, 'attach_index() without %s that can be followed'
                                  % ('a table' if index is None else 'a function'))
            return
        table, why = self._table_of(node.func.value, scope)
        if table is None:
            self.problems.add(module.file, node.lineno, 'the table that has this index cannot be told: %s' % why)
            return
        target, why = self._table_of(index, scope)
        if target is None:
            self.problems.add(module.file, node.lineno, 'the table of an index of %s cannot be told: %s'
                              % (table['class'], why))
        fields = KeyFields(self.follower)
        fields.read(function, scope)
        if fields.fields is None:
            self.problems.add(module.file, function.lineno, 'the key of an index of %s is not made of fields alone: %s'
                              % (table['class'], fields.expression))
        table['indexes'].append({
            'name': name,
            'oid': target['oid'] if target else None,
            'slot': target['slot'] if target else None,
            'class': target['class'] if target else dotted(index),
            'fields': fields.fields,
            'composite': fields.composite,
            'nullable': self._flag(module, arguments, 'nullable', False, scope),
            'unique': self._flag(module, arguments, 'unique', True, scope),
            'expression': fields.expression,
            'file': module.file,
            'line': node.lineno,
        })

    def _flag(self, module, arguments, name, default, scope):
        node = arguments.get(name)
        if node is None:
            return default
        value = self.follower.follow(node, scope)
        if value[0] == 'const' and isinstance(value[1], (bool, int)):
            return bool(value[1])
        self.problems.add(module.file, node.lineno, 'whether an index is %s cannot be told' % name)
        return default

    def _declared(self, value):
        """The declared table that a followed value stands for."""
        if value[0] == 'inst':
            if value[2] is not None and id(value[2]) in self.by_call:
                return self.by_call[id(value[2])]
            value = value[1]
        return self.by_class.get(value[1]) if value[0] == 'class' else None

    def _table_of(self, node, scope):
        """The table an expression stands for and None, or None and why it cannot be told."""
        node = unwrapped(node)
        value = self.follower.follow(node, scope)
        table = self._declared(value)
        if table is not None:
            return table, None
        text = dotted(node) or 'it'
        if isinstance(node, ast.Attribute):
            found = self._by_attribute(node, scope)
            if len(found) == 1:
                return found[0], None
            if len(found) > 1:
                return None, '%s may be any of %s' % (text, ', '.join(t['class'] for t in found))
        if value[0] in ('class', 'inst'):
            return None, '%s is no declared table' % text
        return None, value[1] if value[0] == 'unknown' else '%s is not in what was read' % text

    def _by_attribute(self, node, scope):
        """Where nothing tells what `x.users` is an attribute of: the tables that anything's `users` is bound to."""
        base = dotted(node.value)
        known = scope.module.attributes.get(node.attr, [])
        nearest = [b for text, b in known if text == base and b.scope is scope]
        near = [b for text, b in known if text == base]
        everywhere = [b for module in self.modules for _, b in module.attributes.get(node.attr, [])]
        for module in self.modules:
            for owner in module.classes:
                everywhere += owner.scope.names.get(node.attr, [])
        for bindings in (nearest, near, everywhere):
            found = []
            for binding in bindings:
                table = self._declared(self.follower.bound(node.attr, binding, 0))
                if table is not None and table not in found:
                    found.append(table)
            if found:
                return found
        return []


def main(paths):
    warnings.simplefilter('ignore')
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # then the caller's patience is the limit
    sys.setrecursionlimit(5000)
    problems = Problems()
    sources = Sources(problems)
    for path in paths:
        sources.add_path(path)
    modules = []
    for source in sources.found:
        tree = parse(source, problems)
        source.data = b''
        if tree is None:
            continue
        module = Module(source)
        try:
            Collector(module, tree)
        except MemoryError:
            problems.add(module.file, 0, 'is too large')
            continue
        modules.append(module)
    tables = Indexes(modules, problems)
    tables.find()
    problems.list.sort(key=lambda problem: (problem['file'], problem['line']))
    if problems.more:
        problems.list.append({'file': '', 'line': 0, 'text': 'and %d more like these' % problems.more})
    json.dump({'tables': tables.tables, 'problems': problems.list, 'yaml': [shown(p) for p in sources.yaml],
               'files': len(sources.found)}, sys.stdout)


main(sys.argv[1:])
