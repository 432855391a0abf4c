# SPDX-License-Identifier: GPL-3.0-or-later
#
# The second part: which names a module binds where, and what an expression stands for, as far as it can be followed
# through assignments, imports, classes and modules. Values are tuples:
#
#   ('const', value)  ('uuid', text)           as the source says it
#   ('ext', 'zlmdb.table')                     something of a module that is not among what is read
#   ('mod', Module)  ('class', Class)  ('func', node, scope)
#   ('inst', value, node)                      what calling a class gives, or attaching its table
#   ('unknown', why)

LIBRARIES = {'zlmdb', 'txaioetcd'}  # also where their own source is among what is read
DEEPEST = 40


def unknown(why):
    return ('unknown', why)


class Binding:
    def __init__(self, kind, node, scope, value=None, branch=(), origin=None):
        self.kind = kind  # assign, annotation, import, from, class, def, param, other
        self.node = node
        self.scope = scope
        self.value = value
        self.branch = branch  # the conditions it stands under
        self.origin = origin
        self.position = (getattr(node, 'lineno', 0), getattr(node, 'col_offset', 0))


class Scope:
    def __init__(self, kind, module, parent, owner=None):
        self.kind = kind  # module, class, function
        self.module = module
        self.parent = parent
        self.owner = owner  # the Class, for a class's scope
        self.names = {}
        self.globals = set()

    def bind(self, name, binding):
        scope = self.module.scope if name in self.globals else self
        scope.names.setdefault(name, []).append(binding)

    def enclosing_class(self):
        scope = self
        while scope is not None and scope.owner is None:
            scope = scope.parent
        return scope.owner if scope is not None else None


class Class:
    def __init__(self, node, module, parent):
        self.node = node
        self.name = node.name
        self.module = module
        self.scope = Scope('class', module, parent, self)
        self.parent = parent
        self.attributes = {}  # name: Bindings of self.name in its methods


class Module:
    def __init__(self, source):
        self.source = source
        self.file = source.file
        self.name = source.module
        self.scope = Scope('module', self, None)
        self.stars = []
        self.classes = []
        self.calls = []  # (node, scope, name of what it is assigned to)
        self.attributes = {}  # name: [(text of what it is an attribute of, Binding)]


def dotted(node):
    """`a.b.c` of names and attributes, else None."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return '.'.join(reversed(parts))


def unwrapped(node):
    while isinstance(node, (ast.Await, ast.YieldFrom)) or (isinstance(node, ast.Yield) and node.value is not None):
        node = node.value
    return node


class Collector:
    """Walks one tree, without recursion, and notes what is bound, declared and called."""

    def __init__(self, module, tree):
        self.module = module
        self.work = []
        self._push_all(tree.body, module.scope, ())
        while self.work:
            node, scope, branch, name = self.work.pop()
            handler = getattr(self, '_' + type(node).__name__, None)
            if handler is not None:
                handler(node, scope, branch, name)
            else:
                self._push_children(node, scope, branch)
        module.classes.sort(key=lambda known: known.node.lineno)
        module.calls.sort(key=lambda call: (call[0].lineno, call[0].col_offset))

    def _push(self, node, scope, branch, name=None):
        if node is not None:
            self.work.append((node, scope, branch, name))

    def _push_all(self, nodes, scope, branch):
        for node in nodes:
            self._push(node, scope, branch)

    def _push_children(self, node, scope, branch):
        for child in ast.iter_child_nodes(node):
            self._push(child, scope, branch)

    def _ClassDef(self, node, scope, branch, name):
        known = Class(node, self.module, scope)
        self.module.classes.append(known)
        scope.bind(node.name, Binding('class', node, scope, known, branch))
        self._push_all(node.decorator_list + node.bases, scope, branch)
        self._push_all(node.body, known.scope, ())

    def _FunctionDef(self, node, scope, branch, name):
        scope.bind(node.name, Binding('def', node, scope, None, branch))
        self._push_all(node.decorator_list, scope, branch)
        self._function(node, scope, branch)

    _AsyncFunctionDef = _FunctionDef

    def _Lambda(self, node, scope, branch, name):
        self._function(node, scope, branch)

    def _function(self, node, scope, branch):
        inner = Scope('function', self.module, scope)
        arguments = node.args
        self._push_all([d for d in arguments.defaults + arguments.kw_defaults if d is not None], scope, branch)
        everything = getattr(arguments, 'posonlyargs', []) + arguments.args + arguments.kwonlyargs
        for argument in everything + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]:
            inner.bind(argument.arg, Binding('param', argument, inner, argument.annotation))
        body = node.body if isinstance(node.body, list) else [node.body]
        for statement in body:
            if isinstance(statement, ast.Global):
                inner.globals.update(statement.names)
        self._push_all(body, inner, ())

    def _comprehension_scope(self, node, scope, branch, name):
        self._push_children(node, Scope('function', self.module, scope), branch)

    _ListComp = _SetComp = _DictComp = _GeneratorExp = _comprehension_scope

    def _comprehension(self, node, scope, branch, name):
        self._target(node.target, None, scope, branch, node)
        self._push_all([node.iter] + node.ifs, scope, branch)

    def _target(self, target, value, scope, branch, node):
        if isinstance(target, ast.Name):
            kind = 'other' if value is None else 'assign'
            scope.bind(target.id, Binding(kind, node, scope, value, branch))
        elif isinstance(target, ast.Attribute):
            self._attribute(target, 'other' if value is None else 'assign', value, scope, branch, node)
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) \
                    and not any(isinstance(e, ast.Starred) for e in target.elts + value.elts):
                values = value.elts
            for element, part in zip(target.elts, values):
                self._target(element, part, scope, branch, node)
        elif isinstance(target, ast.Starred):
            self._target(target.value, None, scope, branch, node)
        else:
            self._push(target, scope, branch)

    def _attribute(self, target, kind, value, scope, branch, node):
        binding = Binding(kind, node, scope, value, branch)
        base = dotted(target.value)
        self.module.attributes.setdefault(target.attr, []).append((base, binding))
        owner = scope.enclosing_class()
        if base == 'self' and owner is not None:
            owner.attributes.setdefault(target.attr, []).append(binding)
        self._push(target.value, scope, branch)

    @staticmethod
    def _name_of(target):
        if isinstance(target, ast.Name):
            return target.id
        return target.attr if isinstance(target, ast.Attribute) else None

    def _Assign(self, node, scope, branch, name):
        for target in node.targets:
            self._target(target, node.value, scope, branch, node)
        first = node.targets[0]
        if isinstance(first, (ast.Tuple, ast.List)) and isinstance(node.value, (ast.Tuple, ast.List)) \
                and len(first.elts) == len(node.value.elts):
            for target, value in zip(first.elts, node.value.elts):
                self._push(value, scope, branch, self._name_of(target))
            return
        self._push(node.value, scope, branch, self._name_of(first))

    def _AnnAssign(self, node, scope, branch, name):
        if node.value is not None:
            self._target(node.target, node.value, scope, branch, node)
            self._push(node.value, scope, branch, self._name_of(node.target))
        elif isinstance(node.target, ast.Name):
            scope.bind(node.target.id, Binding('annotation', node, scope, node.annotation, branch))
        elif isinstance(node.target, ast.Attribute):
            self._attribute(node.target, 'annotation', node.annotation, scope, branch, node)

    def _NamedExpr(self, node, scope, branch, name):
        self._target(node.target, node.value, scope, branch, node)
        self._push(node.value, scope, branch, self._name_of(node.target))

    def _AugAssign(self, node, scope, branch, name):
        self._target(node.target, None, scope, branch, node)
        self._push(node.value, scope, branch)

    def _For(self, node, scope, branch, name):
        self._target(node.target, None, scope, branch, node)
        inner = branch + ((id(node), 'body'),)
        self._push(node.iter, scope, branch)
        self._push_all(node.body + node.orelse, scope, inner)

    _AsyncFor = _For

    def _While(self, node, scope, branch, name):
        self._push(node.test, scope, branch)
        self._push_all(node.body + node.orelse, scope, branch + ((id(node), 'body'),))

    def _withitem(self, node, scope, branch, name):
        if node.optional_vars is not None:
            self._target(node.optional_vars, None, scope, branch, node.context_expr)
        self._push(node.context_expr, scope, branch)

    def _ExceptHandler(self, node, scope, branch, name):
        if node.name:
            scope.bind(node.name, Binding('other', node, scope, None, branch))
        self._push_children(node, scope, branch)

    def _If(self, node, scope, branch, name):
        if not (isinstance(node.test, ast.Constant) and not node.test.value):
            self._push_all(node.body, scope, branch + ((id(node), 'body'),))
        self._push(node.test, scope, branch)
        self._push_all(node.orelse, scope, branch + ((id(node), 'else'),))

    def _Try(self, node, scope, branch, name):
        self._push_all(node.body + node.orelse, scope, branch + ((id(node), 'body'),))
        self._push_all(node.handlers, scope, branch + ((id(node), 'handler'),))
        self._push_all(node.finalbody, scope, branch)

    _TryStar = _Try

    def _Import(self, node, scope, branch, name):
        for alias in node.names:
            target = alias.asname or alias.name.split('.')[0]
            module = alias.name if alias.asname else target
            scope.bind(target, Binding('import', node, scope, None, branch, module))

    def _ImportFrom(self, node, scope, branch, name):
        module = self._imported_module(node)
        for alias in node.names:
            if alias.name == '*':
                self.module.stars.append(module)
            else:
                scope.bind(alias.asname or alias.name,
                           Binding('from', node, scope, None, branch, (module, alias.name)))

    def _imported_module(self, node):
        if not node.level:
            return node.module or ''
        package = self.module.name.split('.')
        if not self.module.source.is_package:
            package = package[:-1]
        package = package[:len(package) - (node.level - 1)] if node.level <= len(package) + 1 else []
        return '.'.join([part for part in package if part] + ([node.module] if node.module else []))

    def _Await(self, node, scope, branch, name):
        self._push(node.value, scope, branch, name)

    _Yield = _YieldFrom = _Await

    def _Call(self, node, scope, branch, name):
        self.module.calls.append((node, scope, name))
        self._push_children(node, scope, branch)


class Follower:
    """Tells what an expression stands for."""

    def __init__(self, modules):
        self.modules = {}
        self.by_suffix = {}
        for module in modules:
            self.modules.setdefault(module.name, module)
            parts = module.name.split('.')
            for start in range(1, len(parts)):
                self.by_suffix.setdefault('.'.join(parts[start:]), []).append(module)

    def module(self, name):
        if name.split('.')[0] in LIBRARIES:
            return None
        if name in self.modules:
            return self.modules[name]
        if name in getattr(sys, 'stdlib_module_names', ()):
            return None
        found = self.by_suffix.get(name, [])
        return found[0] if len(found) == 1 else None

    def follow(self, node, scope, depth=0):
        node = unwrapped(node)
        if depth > DEEPEST:
            return unknown('it leads too far')
        if isinstance(node, ast.Constant):
            return ('const', node.value)
        if isinstance(node, ast.Name):
            return self.lookup(node.id, scope, (node.lineno, node.col_offset), depth + 1)
        if isinstance(node, ast.Attribute):
            return self.attribute(self.follow(node.value, scope, depth + 1), node.attr, depth + 1)
        if isinstance(node, ast.Call):
            return self._call(node, scope, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.BitOr)):
            return self._sum(node, scope, depth + 1)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            operand = self.follow(node.operand, scope, depth + 1)
            if operand[0] == 'const' and type(operand[1]) is int:
                return ('const', -operand[1])
        if isinstance(node, ast.Lambda):
            return ('func', node, scope)
        if isinstance(node, ast.JoinedStr) and all(isinstance(part, ast.Constant) for part in node.values):
            return ('const', ''.join(part.value for part in node.values))
        return unknown('it is not plain enough')

    def _sum(self, node, scope, depth):
        left = self.follow(node.left, scope, depth)
        right = self.follow(node.right, scope, depth)
        if isinstance(node.op, ast.Add) and left[0] == right[0] == 'const' and type(left[1]) is type(right[1]) \
                and isinstance(left[1], (int, str)) and (isinstance(left[1], int) or len(left[1]) < 1000):
            return ('const', left[1] + right[1])
        return unknown('it is not plain enough')

    def _call(self, node, scope, depth):
        callee = self.follow(node.func, scope, depth)
        if callee == ('ext', 'uuid.UUID'):
            return self._uuid(node, scope, depth)
        if callee[0] == 'ext' and callee[1] in ('str', '?.str', 'int', '?.int') and len(node.args) == 1:
            value = self.follow(node.args[0], scope, depth)
            if callee[1].endswith('str'):
                if value[0] == 'uuid':
                    return ('const', value[1])
                if value[0] == 'const' and isinstance(value[1], (str, int)):
                    return ('const', str(value[1]))
            elif value[0] == 'const' and type(value[1]) is int:
                return value
        if isinstance(node.func, ast.Attribute) and node.func.attr in ('attach_table', 'attach_slot'):
            arguments = node.args + [k.value for k in node.keywords if k.arg in ('klass', 'table')]
            for argument in arguments:
                attached = self.follow(argument, scope, depth)
                if attached[0] == 'class':
                    return ('inst', attached, node)
        if callee[0] == 'class' or (callee[0] == 'ext' and callee[1].split('.')[-1].startswith('Map')):
            return ('inst', callee, node)
        return unknown('it is what %s() gives' % (dotted(node.func) or 'a call of something'))

    def _uuid(self, node, scope, depth):
        arguments = [(None, a) for a in node.args[:1]] + [(k.arg, k.value) for k in node.keywords]
        if len(arguments) != 1 or len(node.args) > 1:
            return unknown('it is no plain UUID')
        name, argument = arguments[0]
        value = self.follow(argument, scope, depth)
        if value[0] == 'unknown':
            return value
        content = value[1] if value[0] == 'const' else None
        try:
            if name in (None, 'hex') and isinstance(content, str):
                return ('uuid', str(uuid.UUID(content)))
            if name == 'int' and isinstance(content, int):
                return ('uuid', str(uuid.UUID(int=content)))
            if name == 'bytes' and isinstance(content, bytes):
                return ('uuid', str(uuid.UUID(bytes=content)))
        except ValueError:
            pass
        return unknown('it is no valid UUID')

    def attribute(self, value, name, depth=0):
        if depth > DEEPEST:
            return unknown('it leads too far')
        if value[0] == 'ext':
            return ('ext', value[1] + '.' + name)
        if value[0] == 'mod':
            return self.member(value[1], name, depth)
        if value[0] in ('class', 'inst'):
            owner = value if value[0] == 'class' else value[1]
            found = self.class_attribute(owner, name, depth + 1)
            return found if found is not None else unknown('%s is not to be found' % name)
        return unknown('%s is an attribute of something that is not known' % name)

    def class_attribute(self, owner, name, depth):
        if depth > DEEPEST:
            return None
        if owner[0] == 'ext':
            return ('ext', owner[1] + '.' + name)
        if owner[0] != 'class':
            return None
        known = owner[1]
        bindings = known.scope.names.get(name, [])
        if bindings:
            return self._settle(name, bindings, depth + 1)
        bindings = known.attributes.get(name, [])
        if bindings:
            return self._settle(name, bindings, depth + 1)
        for base in known.node.bases:
            found = self.class_attribute(self.follow(base, known.parent, depth + 1), name, depth + 1)
            if found is not None:
                return found
        return None

    def member(self, module, name, depth=0):
        if depth > DEEPEST:
            return unknown('it leads too far')
        bindings = module.scope.names.get(name)
        if bindings:
            return self._settle(name, bindings, depth + 1)
        inner = self.module(module.name + '.' + name)
        if inner is not None:
            return ('mod', inner)
        return self._from_stars(module, name, depth + 1) or unknown('%s has no %s' % (module.file, name))

    def _from_stars(self, module, name, depth):
        outside = None
        for star in reversed(module.stars):
            known = self.module(star)
            if known is None:
                outside = outside or ('ext', star + '.' + name)
            elif known is not module and depth < DEEPEST:
                found = self.member(known, name, depth + 1)
                if found[0] != 'unknown':
                    return found
        return outside

    def lookup(self, name, scope, position, depth):
        start = scope
        while scope is not None:
            bindings = scope.names.get(name)
            if bindings and (scope.kind != 'class' or scope is start):
                if scope is start:  # what stands further down comes later
                    bindings = [b for b in bindings if b.position < position] or bindings
                return self._settle(name, bindings, depth)
            if scope.parent is None:
                break
            scope = scope.parent
        return self._from_stars(start.module, name, depth) or ('ext', '?.' + name)

    def _settle(self, name, bindings, depth):
        """The last binding that is not under a condition, and those under one that come after it."""
        candidates = []
        for binding in sorted(bindings, key=lambda b: b.position, reverse=True):
            candidates.append(binding)
            if not binding.branch:
                break
        tried = {branch for b in candidates for branch, part in b.branch if part == 'body'}
        kept = [b for b in candidates if not any(part == 'handler' and branch in tried for branch, part in b.branch)]
        values = []
        for binding in kept or candidates:
            value = self.bound(name, binding, depth + 1)
            if value not in values:
                values.append(value)
        if len(values) == 1:
            return values[0]
        lines = ', '.join(str(line) for line in sorted(b.position[0] for b in kept))
        return unknown('%s is bound in several ways (lines %s)' % (name, lines))

    def bound(self, name, binding, depth):
        if depth > DEEPEST:
            return unknown('it leads too far')
        if binding.kind == 'assign':
            return self.follow(binding.value, binding.scope, depth + 1)
        if binding.kind == 'class':
            module = binding.scope.module
            if module.name.split('.')[0] in LIBRARIES:
                return ('ext', module.name + '.' + binding.node.name)
            return ('class', binding.value)
        if binding.kind == 'def':
            module = binding.scope.module
            if module.name.split('.')[0] in LIBRARIES:
                return ('ext', module.name + '.' + binding.node.name)
            return ('func', binding.node, binding.scope)
        if binding.kind in ('annotation', 'param'):
            return self._annotated(name, binding, depth)
        if binding.kind == 'import':
            module = self.module(binding.origin)
            return ('mod', module) if module is not None else ('ext', binding.origin)
        if binding.kind == 'from':
            origin, member = binding.origin
            module = self.module(origin) if origin else None
            if module is binding.scope.module and origin:
                module = None  # a module of the same name somewhere else
            if module is not None:
                return self.member(module, member, depth + 1)
            inner = self.module(origin + '.' + member if origin else member)
            if inner is not None:
                return ('mod', inner)
            return ('ext', origin + '.' + member)
        return unknown('%s gets its value at run time' % name)

    def _annotated(self, name, binding, depth):
        annotation = binding.value
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value.strip(), mode='eval').body
                for node in ast.walk(annotation):
                    if hasattr(node, 'lineno'):
                        node.lineno, node.col_offset = binding.position
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                annotation = None
        if isinstance(annotation, (ast.Name, ast.Attribute)):
            scope = binding.scope.parent if binding.kind == 'param' else binding.scope
            value = self.follow(annotation, scope, depth + 1)
            if value[0] == 'class':
                return ('inst', value, None)
        return unknown('%s gets its value at run time' % name)
