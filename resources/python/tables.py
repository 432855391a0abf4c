# SPDX-License-Identifier: GPL-3.0-or-later
#
# The third part: which classes and calls declare tables, and which indexes are attached to them.

MAP_CLASS = re.compile(r'^Map[A-Z][A-Za-z0-9]*$')
MIXIN = re.compile(r'^_?([A-Z][A-Za-z0-9]*?)(Keys|Values)Mixin$')
COMPRESSIONS = {'COMPRESS_ZLIB': 'zlib', 'COMPRESS_SNAPPY': 'snappy', 'COMPRESS_NONE': 'none'}


def last_part(value):
    return value[1].split('.')[-1] if value[0] == 'ext' else ''


def of_library(value):
    return value[0] == 'ext' and value[1].split('.')[0] in LIBRARIES


class Types:
    """Key and value type of a map class, by its name or by what it is composed of."""

    def __init__(self, map_name=None, keys=None, values=None):
        self.map = map_name
        self.keys = keys
        self.values = values


class Tables:
    def __init__(self, modules, problems):
        self.modules = modules
        self.problems = problems
        self.follower = Follower(modules)
        self.tables = []
        self.by_class = {}
        self.by_call = {}
        self.by_identity = {}

    # --- what a class is -----------------------------------------------------------------------------------------

    def types(self, value, depth=0):
        """Types of a map class; None where it is no map class at all."""
        if depth > DEEPEST:
            return None
        if value[0] == 'ext':
            name = last_part(value)
            if MAP_CLASS.match(name):
                return Types(map_name=name)
            return Types() if name == 'PersistentMap' else None
        if value[0] != 'class':
            return None
        known = value[1]
        keys = values = None
        is_map = False
        for base in known.node.bases:
            followed = self.follower.follow(base, known.parent)
            mixin = MIXIN.match(last_part(followed) or (followed[1].name if followed[0] == 'class' else ''))
            if mixin:
                if mixin.group(2) == 'Keys':
                    keys = keys or mixin.group(1)
                else:
                    values = values or mixin.group(1)
                continue
            inherited = self.types(followed, depth + 1)
            if inherited is None:
                continue
            is_map = True
            if inherited.map:
                return inherited
            keys = keys or inherited.keys
            values = values or inherited.values
        if not is_map:
            return None
        if keys and values:
            return Types(keys=keys, values=values)
        return Types(map_name=known.name if MAP_CLASS.match(known.name) else None, keys=keys, values=values)

    # --- declarations --------------------------------------------------------------------------------------------

    def find(self):
        for module in self.modules:
            for known in module.classes:
                for decorator in known.node.decorator_list:
                    self._decorated(module, known, decorator)
            for node, scope, name in module.calls:
                self._called(module, node, scope, name)
        for module in self.modules:
            for node, scope, _ in module.calls:
                if isinstance(node.func, ast.Attribute) and node.func.attr == 'attach_index':
                    self._attached(module, node, scope)

    def _decorated(self, module, known, decorator):
        call = decorator if isinstance(decorator, ast.Call) else None
        callee = self.follower.follow(call.func if call else decorator, known.parent)
        types = self.types(('class', known))
        name = last_part(callee)
        if name not in ('table', 'slot'):
            if types is not None and call is not None and any(
                    self._oid(self.follower.follow(a, known.parent)) for a in call.args):
                what = dotted(call.func) or 'its decorator'
                self.problems.add(module.file, decorator.lineno,
                                  '%s is decorated with %s, which cannot be followed' % (known.name, what))
            return
        if types is None and not of_library(callee):
            return  # some other library's decorator
        if call is None:
            self.problems.add(module.file, decorator.lineno, '%s is declared without an oid' % known.name)
            return
        arguments = self._arguments(call, ['oid' if name == 'table' else 'slot', 'marshal', 'parse', 'build',
                                           'cast', 'compress'])
        identity = arguments.get('oid') or arguments.get('slot') or arguments.get('slot_index')
        if identity is None:
            self.problems.add(module.file, decorator.lineno, '%s is declared without an oid' % known.name)
            return
        value = self.follower.follow(identity, known.parent)
        oid = self._oid(value)
        slot = value[1] if value[0] == 'const' and type(value[1]) is int else None
        if oid is None and slot is None:
            self._identity_problem(module, identity.lineno, known.name, 'the oid', value)
            return
        self._declare(module, known.name, types, call, arguments, known.parent, known.node.lineno,
                      oid=oid, slot=slot, known=known, positional_class=known)

    def _called(self, module, node, scope, name):
        if isinstance(node.func, ast.Attribute) and node.func.attr == 'attach_slot':
            return self._attach_slot(module, node, scope)
        owner = None
        if isinstance(node.func, ast.Attribute) and node.func.attr == '__init__':
            return self._initialized(module, node, scope)
        callee = self.follower.follow(node.func, scope)
        if callee[0] == 'class':
            if callee[1] in self.by_class:
                return
            owner = callee[1]
        types = self.types(callee)
        if types is None or last_part(callee) == 'PersistentMap':
            return
        arguments = self._arguments(node, ['slot'])
        self._numbered(module, node, scope, name or (owner.name if owner else types.map), types, arguments, owner)

    def _initialized(self, module, node, scope):
        # MapUuidCbor.__init__(self, 1, …) or super().__init__(slot=1) in a class of its own
        known = scope.enclosing_class()
        types = self.types(('class', known)) if known is not None else None
        if types is None or known in self.by_class:
            return
        is_super = isinstance(node.func.value, ast.Call)
        arguments = self._arguments(node, ['slot'] if is_super else ['self', 'slot'])
        self._numbered(module, node, scope, known.name, types, arguments, known, known)

    def _numbered(self, module, node, scope, name, types, arguments, owner, known=None):
        slot = arguments.get('slot')
        if slot is None:
            return
        value = self.follower.follow(slot, scope)
        if value == ('const', None):
            return
        if value[0] != 'const' or type(value[1]) is not int:
            is_parameter = isinstance(slot, ast.Name) and any(
                b.kind == 'param' for b in scope.names.get(slot.id, []))
            if not is_parameter:
                self._identity_problem(module, slot.lineno, name, 'the slot number', value)
            return
        line = known.node.lineno if known else node.lineno
        self._declare(module, name, types, node, arguments, scope, line, slot=value[1], known=known, owner=owner)

    def _attach_slot(self, module, node, scope):
        arguments = self._arguments(node, ['oid', 'klass'])
        if 'oid' not in arguments or 'klass' not in arguments:
            return
        attached = self.follower.follow(arguments['klass'], scope)
        types = self.types(attached)
        if types is None:
            return
        name = attached[1].name if attached[0] == 'class' else last_part(attached)
        oid = self._oid(self.follower.follow(arguments['oid'], scope))
        if oid is None:
            value = self.follower.follow(arguments['oid'], scope)
            return self._identity_problem(module, arguments['oid'].lineno, name, 'the oid', value)
        known = attached[1] if attached[0] == 'class' else None
        self._declare(module, name, types, node, arguments, scope, node.lineno, oid=oid, known=known)

    @staticmethod
    def _oid(value):
        if value[0] == 'uuid':
            return value[1]
        if value[0] == 'const' and isinstance(value[1], str):
            try:
                return str(uuid.UUID(value[1]))
            except ValueError:
                return None
        return None

    def _identity_problem(self, module, line, name, what, value):
        why = value[1] if value[0] == 'unknown' else None
        if value[0] == 'ext':
            why = '%s is not in what was read' % (value[1][2:] if value[1].startswith('?.') else value[1])
        if value[0] == 'const':
            why = '%.80r is no %s' % (value[1], 'UUID' if what == 'the oid' else 'number')
        self.problems.add(module.file, line, '%s of %s cannot be told: %s' % (what, name, why or 'it is something else'))

    @staticmethod
    def _arguments(call, positions):
        """Arguments by name; '**' where there may be more that cannot be seen."""
        arguments = {}
        for position, node in zip(positions, call.args):
            if isinstance(node, ast.Starred):
                arguments['**'] = node
                break
            arguments[position] = node
        for keyword in call.keywords:
            arguments[keyword.arg or '**'] = keyword.value
        return arguments

    def _declare(self, module, name, types, call, arguments, scope, line, oid=None, slot=None, known=None, owner=None,
                 positional_class=None):
        if slot is not None and not 0 < slot < 65536:
            self.problems.add(module.file, call.lineno, '%s has the slot number %d, and there are 1 to 65535'
                              % (name, slot))
            return
        identity = oid or slot
        earlier = self.by_identity.get(identity)
        if earlier is not None:
            self.problems.add(module.file, line, '%s has the %s of %s (%s:%d), which was taken' % (
                name, 'oid' if oid else 'slot number', earlier['class'], earlier['file'], earlier['line']))
            return
        types = types or Types()
        table = {'oid': oid, 'slot': slot, 'class': name, 'name': module.name + '.' + name, 'map': types.map,
                 'keys': types.keys, 'values': types.values, 'file': module.file, 'line': line,
                 'description': self._description(known or owner), 'indexes': []}
        table.update(self._compression(module, name, arguments, scope))
        table['marshals'] = any(n in arguments for n in ('marshal', 'parse', 'unmarshal'))
        table['builds'] = any(n in arguments for n in ('build', 'cast'))
        table['root'] = self._root(arguments, scope)
        if not types.map and not (types.keys and types.values):
            self.problems.add(module.file, line, 'what %s derives from is no map class that is known' % name)
        self.tables.append(table)
        self.by_identity[identity] = table
        if known is not None:
            self.by_class[known] = table
        self.by_call[id(call)] = table

    @staticmethod
    def _description(known):
        text = ast.get_docstring(known.node, clean=False) if known is not None else None
        return (text.strip() or None) if text else None

    def _compression(self, module, name, arguments, scope):
        node = arguments.get('compress')
        if node is None:
            if '**' in arguments:
                self.problems.add(module.file, arguments['**'].lineno,
                                  'not all arguments of %s can be followed, so its compression is not known' % name)
                return {'compression': None}
            return {'compression': 'none'}
        value = self.follower.follow(node, scope)
        found = COMPRESSIONS.get(last_part(value))
        if value[0] == 'const' and (value[1] is None or value[1] is False):
            found = 'none'
        elif value[0] == 'const' and type(value[1]) is int:
            found = {0: 'none', 1: 'zlib', 2: 'snappy'}.get(value[1])
        if found is None:
            self.problems.add(module.file, node.lineno, 'the compression of %s cannot be told' % name)
        return {'compression': found, 'compressionLine': node.lineno}

    def _root(self, arguments, scope):
        """The FlatBuffers table that `cast` reads, where it says so plainly."""
        for name in ('cast', 'build'):
            value = self.follower.follow(arguments[name], scope) if name in arguments else unknown('')
            found = None
            if value[0] == 'ext' and last_part(value).startswith('GetRootAs'):
                found = ('ext', value[1].rsplit('.', 1)[0])
            elif value[0] == 'func':
                for node in ast.walk(value[1]):
                    if isinstance(node, ast.Attribute) and node.attr.startswith('GetRootAs'):
                        found = self.follower.follow(node.value, value[2])
                        break
            if found is not None and found[0] == 'class':
                found = ('ext', found[1].module.name + '.' + found[1].name)
            if found is not None and found[0] == 'ext' and not found[1].startswith('?.'):
                parts = found[1].split('.')
                if len(parts) > 1 and parts[-1] == parts[-2]:
                    parts.pop()  # the module that flatc makes for each table
                return '.'.join(parts)
        return None
